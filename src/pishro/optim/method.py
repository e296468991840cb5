"""A full-batch method = curvature × path × search.

- *Curvature* says what stands in for the Hessian at a point: an operator B.
- *Path* turns a scalar s into a step along a curve that starts at x: a ray, the damped curve −(B + D/s)⁻¹g, a dogleg.
- *Search* chooses s and judges what the step did.

A named method is an assembly of the three.
"""

__all__ = ["Curvature", "Method", "Path", "Search", "Steps", "Trial"]

import abc
import dataclasses

from torch import Tensor

from pishro.operators import Operator
from pishro.optim.problem import Point


class Curvature(abc.ABC):
    """Which matrix stands in for the Hessian."""

    @abc.abstractmethod
    def operator(self, point: Point) -> Operator:
        """B at the point."""


@dataclasses.dataclass(frozen=True)
class Trial:
    """A step that is proposed.

    Attributes
    ----------
    step : (K, P).
    decrease : by how much the quadratic model says f falls, (K,), not negative.
    feasible : whether the step could be computed, (K,).
    """

    step: Tensor
    decrease: Tensor
    feasible: Tensor


class Steps(abc.ABC):
    """The curve of steps at one point, prepared once and asked for several s."""

    @abc.abstractmethod
    def at(self, scale: Tensor, index: Tensor) -> Trial:
        """The steps of the members in `index` for their scalars s (len(index),)."""


class Path(abc.ABC):
    """A family of curves: how a scalar becomes a step."""

    @abc.abstractmethod
    def prepare(self, point: Point, operator: Operator) -> Steps:
        """The curve at this point."""

    @abc.abstractmethod
    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """A first s for each member, (K,)."""


class Search(abc.ABC):
    """Who chooses s and judges the trial."""

    trials: int
    """Most trials in one iteration."""

    @abc.abstractmethod
    def judge(self, actual: Tensor, trial: Trial, scale: Tensor, backoff: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Whether to accept, the next s and the next back-off factor, each (K,).

        Parameters
        ----------
        actual : by how much f fell, (K,); NaN where f was not finite.
        trial : what was tried.
        scale, backoff : the s that was tried, and the factor by which to cut it when the trial fails.
        """


@dataclasses.dataclass(frozen=True)
class Method:
    """Curvature, path and search, with the name they go by."""

    name: str
    curvature: Curvature
    path: Path
    search: Search
