"""The McCulloch-Pitts unit fires when its sum reaches zero: y = 1 if z ≥ 0, else 0; −bias is its threshold.

Its derivative is zero wherever it exists, so no gradient passes, and gradient training refuses it. A single layer of
such units is trained by the perceptron rule (`PerceptronClassifier`); the sigmoid is its smooth approximation. The
straight-through option passes the gradient of the line through |z| ≤ 1 in its place: a biased estimate that often
works (Bengio, Léonard & Courville 2013).

References
----------
McCulloch, W. S., and Pitts, W. (1943). A logical calculus of the ideas immanent in nervous activity.
"""

__all__ = ["Threshold"]

import dataclasses
from typing import final

from torch import Tensor

from pishro.errors import SettingError
from pishro.nn.activations.activation import Elementwise


@final
@dataclasses.dataclass(frozen=True)
class Threshold(Elementwise):
    """f(z) = 1 if z ≥ 0, else 0; NaN stays NaN.

    Parameters
    ----------
    straight_through : whether the derivative is taken as 1 for |z| ≤ 1; without it every derivative is refused.
    """

    straight_through: bool = False
    name = "threshold"
    reads = "input"

    def __call__(self, z: Tensor) -> Tensor:
        """1 or 0."""
        return (z >= 0).to(z.dtype).where(z == z, z)  # z ≠ z is NaN, which a comparison would hide

    def describe(self) -> str:
        """The name, and the option."""
        return "straight-through threshold" if self.straight_through else self.name

    def derivative(self, kept: Tensor) -> Tensor:
        """1 for |z| ≤ 1 with the straight-through option; refused without."""
        if not self.straight_through:
            raise SettingError(
                "A threshold unit has no derivative to train by; expected a differentiable activation. Use 'sigmoid', "
                "its smooth approximation; or the perceptron rule for a single layer (pishro.PerceptronClassifier); or "
                "Threshold(straight_through=True), which passes the gradient of a line in its place."
            )
        return (kept.abs() <= 1).to(kept.dtype).where(kept == kept, kept)
