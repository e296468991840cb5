"""A path bent into a convex set: step(s) = P(x + p(s)) − x for any other path p(s).

On a box this is Bertsekas's two-metric projection: variables at a bound against which −∇f pushes them are held there,
the others follow the inner path, which sees the curvature among themselves only (`OnFace`), and are clipped at their
bounds. On any other set the inner path must be the gradient's, for which P(x − sα∇f) − x always leads down.

References
----------
Bertsekas, D. P. (1982). Projected Newton methods for optimization problems with simple constraints. SIAM J. Control
Optim. 20(2), 221-246.
"""

__all__ = ["Projected"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.operators import Operator
from pishro.optim.constrained.face import face
from pishro.optim.constrained.region import Region
from pishro.optim.method import Line, Path, Steps, Trial
from pishro.optim.need import Need
from pishro.optim.problem import Point


@final
@dataclasses.dataclass(frozen=True)
class Projected(Path):
    """Another path, projected.

    Attributes
    ----------
    path : the inner path.
    region : the set.
    """

    path: Path
    region: Region

    @property
    def needs(self) -> Need:
        """What the inner path needs, and products for the model of a bent step."""
        return self.path.needs if Need.LINE in self.path.offers else self.path.needs | Need.PRODUCT

    def prepare(self, point: Point, operator: Operator) -> "ProjectedSteps":
        """The curve at this point."""
        inside = face(point, self.region)
        held = self.region.held(point.x, point.gradient)
        return ProjectedSteps(self.region, inside, operator, held, self.path.prepare(inside, operator))

    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """The inner path's first s."""
        return self.path.first_scale(face(point, self.region), operator)

    def optimality(self, point: Point) -> Tensor:
        """x − P(x − ∇f)."""
        return self.region.residual(point.x, point.gradient)


@final
@dataclasses.dataclass(frozen=True)
class ProjectedSteps(Steps):
    """Steps that end in the set.

    Attributes
    ----------
    region : the set.
    point, operator : x, ∇f and B, on the face of the held variables.
    held : the variables that do not move, (K, P).
    steps : the inner path's steps.
    """

    region: Region
    point: Point
    operator: Operator
    held: Tensor
    steps: Steps

    def at(self, scale: Tensor, index: Tensor | None) -> Trial:
        """The step for each s, and the decrease of the linear or the quadratic model."""
        x, gradient, held, operator = self.point.x, self.point.gradient, self.held, self.operator
        if index is not None:
            x, gradient, held = x[index], gradient[index], held[index]
        trial = self.steps.at(scale, index)
        end = self.region.project(x + torch.where(held, 0.0, trial.step))
        step = end - x
        fall = -(gradient * step).sum(-1)
        if isinstance(self.steps, Line):
            return Trial(step, fall.tolist(), end=end)
        operator = operator if index is None else operator.select(index)
        decrease = (fall - (step * (operator @ step)).sum(-1) / 2).tolist()
        sound = [d > 0 and ok for d, ok in zip(decrease, trial.feasible or [True] * len(decrease), strict=True)]
        return Trial(step, decrease, sound, trial.scale, end)
