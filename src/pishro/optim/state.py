"""Where a run stands: state goes in and comes out, so that a run can be continued, also on a problem that has moved."""

__all__ = ["State"]

import dataclasses

from torch import Tensor

from pishro.optim.method import Memory, Method, Pace
from pishro.optim.problem import Point, Problem


@dataclasses.dataclass
class State:
    """The point, and what search and curvature remember, of K members; `optimize` updates it in place.

    Attributes
    ----------
    point : the point reached.
    paces : the search's memory, one a member.
    memory : the curvature's memory; None where it has none.
    fresh : whether a member's memory holds nothing yet that a new start would drop.
    """

    point: Point
    paces: list[Pace]
    memory: Memory | None
    fresh: list[bool]

    @classmethod
    def start(cls, problem: Problem, x: Tensor, method: Method) -> "State":
        """The state before the first iteration, at x (K, P).

        Raises
        ------
        SettingError
            If the problem lacks a derivative that the method needs.
        """
        method.check(problem.offers)
        point = problem.at(x, method.needs)
        memory = method.curvature.start(point)
        scales = method.path.first_scale(point, method.curvature.operator(point, memory)).tolist()
        return cls(point, [Pace(s) for s in scales], memory, [True] * len(scales))

    def select(self, index: Tensor) -> "State":
        """The members in `index`; the paces are shared, the rest is copied."""
        members = index.tolist()
        memory = None if self.memory is None else self.memory.select(index)
        return State(
            self.point.select(index), [self.paces[m] for m in members], memory, [self.fresh[m] for m in members]
        )

    def update(self, index: Tensor, new: "State") -> None:
        """Overwrite the members in `index`."""
        self.point.update(index, new.point)
        if self.memory is not None and new.memory is not None:
            self.memory.update(index, new.memory)
        for member, pace, fresh in zip(index.tolist(), new.paces, new.fresh, strict=True):
            self.paces[member], self.fresh[member] = pace, fresh
