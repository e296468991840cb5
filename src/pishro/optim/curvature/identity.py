"""No curvature: B = I, so that −B⁻¹g is the direction of steepest descent."""

__all__ = ["Identity"]

from typing import ClassVar, final

from pishro.operators import DirectionOperator, Operator
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import Point


@final
class Identity(Curvature):
    """Gradient descent's curvature; it knows nothing of f's scale."""

    offers: ClassVar[Need] = Need.SOLVE
    scaled: ClassVar[bool] = False

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """The identity."""
        del memory
        return DirectionOperator(point.gradient)
