"""A full-batch method = curvature × path × search.

- *Curvature* says what stands in for the Hessian at a point: an operator B. It may remember earlier points.
- *Path* turns a scalar s into a step along a curve that starts at x: a ray, the damped curve −(B + D/s)⁻¹g, a dogleg.
- *Search* chooses s and judges what the step did.

A named method is an assembly of the three. A search speaks in plain numbers about one member: it is a generator that
yields the s to try next and is sent a `Sample` of what came of it, so that it reads like the textbook's algorithm while
the loop evaluates all members' trials in one batch.
"""

__all__ = [
    "Curvature",
    "Line",
    "Memory",
    "Method",
    "Origin",
    "Pace",
    "Path",
    "Sample",
    "Search",
    "Steps",
    "Talk",
    "Trial",
]

import abc
import dataclasses
import functools
import math
from collections.abc import Generator
from typing import ClassVar, NamedTuple, final

from torch import Tensor

from pishro.errors import SettingError
from pishro.operators import Operator
from pishro.optim.need import FROM_PROBLEM, Need, phrase
from pishro.optim.problem import Point


class Memory(abc.ABC):
    """What a curvature remembers of K members."""

    @abc.abstractmethod
    def select(self, index: Tensor) -> "Memory":
        """The memory of the members in `index`, copied."""

    @abc.abstractmethod
    def update(self, index: Tensor, new: "Memory") -> None:
        """Overwrite what is remembered of the members in `index`."""


class Curvature(abc.ABC):
    """Which matrix stands in for the Hessian.

    Attributes
    ----------
    needs, offers : what it takes, and what may be done with its operator.
    scaled : whether B has the Hessian's scale, so that the whole step −B⁻¹g is the natural one to try first.
    """

    needs: ClassVar[Need] = Need.GRADIENT
    offers: ClassVar[Need] = Need.NOTHING
    scaled: ClassVar[bool] = True

    def start(self, point: Point) -> Memory | None:
        """What to remember at the first point; None for a curvature without memory."""
        del point
        return None

    def update(self, memory: Memory, old: Point, new: Point) -> Memory:
        """What to remember after the step from `old` to `new`."""
        del old, new
        return memory

    @abc.abstractmethod
    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """B at the point."""


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """A step that is proposed.

    Attributes
    ----------
    step : (K, P).
    decrease : by how much the quadratic model says f falls, not negative; None where no model is asked.
    feasible : whether each step could be computed; None if all could.
    scale : the s that each step stands for; a step that stays inside its trust region stands for its own length.
    """

    step: Tensor
    decrease: list[float] | None = None
    feasible: list[bool] | None = None
    scale: list[float] | None = None


class Steps(abc.ABC):
    """The curve of steps at one point, prepared once and asked for several s."""

    @abc.abstractmethod
    def at(self, scale: Tensor, index: Tensor | None) -> Trial:
        """The steps of the members in `index` (None for all) for their scalars s (len(index),)."""


@final
@dataclasses.dataclass(frozen=True, slots=True)
class Line(Steps):
    """The straight path s · d.

    Attributes
    ----------
    direction : d, (K, P).
    """

    direction: Tensor

    def at(self, scale: Tensor, index: Tensor | None) -> Trial:
        """The step s · d."""
        return Trial(scale.unsqueeze(-1) * (self.direction if index is None else self.direction[index]))

    def slopes(self, gradient: Tensor, index: Tensor | None) -> list[float]:
        """The derivative of f along the line, ∇f·d, of the members in `index`."""
        slopes: list[float] = (gradient * (self.direction if index is None else self.direction[index])).sum(-1).tolist()
        return slopes


class Path(abc.ABC):
    """A family of curves: how a scalar becomes a step."""

    needs: ClassVar[Need] = Need.NOTHING
    offers: ClassVar[Need] = Need.NOTHING

    @abc.abstractmethod
    def prepare(self, point: Point, operator: Operator) -> Steps:
        """The curve at this point."""

    @abc.abstractmethod
    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """A first s for each member, (K,)."""


@dataclasses.dataclass(slots=True)
class Pace:
    """What a search remembers of one member from one iteration to the next.

    Attributes
    ----------
    scale : the s accepted last, or the one to try first.
    backoff : the factor by which the gain ratio cuts s when the next trial fails.
    slope : the derivative along the last line at its start.
    iteration : searches that ended well.
    idle : searches in a row that changed f by no more than rounding.
    """

    scale: float
    backoff: float = 2.0
    slope: float = math.nan
    iteration: int = 0
    idle: int = 0


class Origin(NamedTuple):
    """Where a search starts.

    Attributes
    ----------
    value, slope : f, and its derivative along the path (NaN off a line).
    scaled : whether s = 1 is the natural first step.
    noise : differences of f up to this are rounding.
    """

    value: float
    slope: float
    scaled: bool
    noise: float


class Sample(NamedTuple):
    """What came of a trial: f, its slope along a line, and what the path said of the step; NaN where not known."""

    value: float
    slope: float
    decrease: float
    scale: float
    feasible: bool


Talk = Generator[float, Sample, bool]
"""Yields the s to try, is sent the sample, returns whether the last trial is accepted."""


class Search(abc.ABC):
    """Who chooses s and judges the trials.

    Attributes
    ----------
    needs, offers : what it takes from the path, and what an accepted step is sure to satisfy.
    slopes : whether it wants the slope at each trial.
    """

    needs: ClassVar[Need] = Need.NOTHING
    offers: ClassVar[Need] = Need.NOTHING
    slopes: ClassVar[bool] = False

    @abc.abstractmethod
    def talk(self, origin: Origin, pace: Pace) -> Talk:
        """Search along the path of one member; `pace` is changed in place."""


@dataclasses.dataclass(frozen=True)
class Method:
    """Curvature, path and search, with the name they go by.

    Raises
    ------
    SettingError
        If a part needs what no other part offers.

    Examples
    --------
    >>> from pishro.optim import ArmijoSearch, LBFGSCurvature, Ray
    >>> Method("mine", LBFGSCurvature(), Ray(), ArmijoSearch())
    Traceback (most recent call last):
    ...
    pishro.errors.SettingError: LBFGSCurvature needs a search that ensures sᵀy > 0 (StrongWolfe or ExactLineSearch); ...
    """

    name: str
    curvature: Curvature
    path: Path
    search: Search

    def __post_init__(self) -> None:
        """Refuse an assembly that cannot work."""
        parts = (self.curvature, self.path, self.search)
        offered = self.curvature.offers | self.path.offers | self.search.offers
        for part in parts:
            if missing := part.needs & ~offered & ~FROM_PROBLEM:
                others = ", ".join(type(other).__name__ for other in parts if other is not part)
                raise SettingError(
                    f"{type(part).__name__} needs {phrase(missing)}; received {others}, which do not offer it."
                )

    @functools.cached_property
    def needs(self) -> Need:
        """What the problem must offer."""
        return (self.curvature.needs | self.path.needs | self.search.needs) & FROM_PROBLEM

    def check(self, offers: Need) -> None:
        """Refuse a problem that lacks what the method needs.

        Raises
        ------
        SettingError
            If it does, with what is missing.
        """
        if missing := self.needs & ~offers:
            raise SettingError(f"The method {self.name} needs {phrase(missing)}, which this problem does not offer.")
