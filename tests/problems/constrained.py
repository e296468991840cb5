"""What a constrained test problem is."""

__all__ = ["Constrained"]

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]
Ends = tuple[float | None, ...] | None


@dataclasses.dataclass(frozen=True)
class Constrained:
    """A problem min f(x), xl ≤ x ≤ xu, cl ≤ c(x) ≤ cu.

    Attributes
    ----------
    name : in CUTEst.
    x0 : the usual start.
    f : (P,) → scalar.
    known : f at the known local minima.
    c : (P,) → (m,); None for bounds alone.
    kinds : one letter a constraint: "=" for 0, ">" for c ≥ 0, "<" for c ≤ 0.
    lower, upper : bounds of x; None for none.
    """

    name: str
    x0: tuple[float, ...]
    f: Function
    known: tuple[float, ...]
    c: Callable[[Tensor], list[Tensor]] | None = None
    kinds: str = ""
    lower: Ends = None
    upper: Ends = None

    @property
    def start(self) -> Tensor:
        return torch.tensor(self.x0, dtype=torch.float64)

    @property
    def bounds(self) -> list[tuple[float | None, float | None]] | None:
        if self.lower is None and self.upper is None:
            return None
        none = (None,) * len(self.x0)
        return list(zip(self.lower or none, self.upper or none, strict=True))

    def values(self, x: Tensor) -> Tensor:
        """C(x), (m,)."""
        return x.new_zeros(0) if self.c is None else torch.stack(list(self.c(x)))

    def _of(self, kinds: str) -> list[int]:
        return [i for i, kind in enumerate(self.kinds) if kind in kinds]

    @property
    def equality(self) -> Function | None:
        """H(x) = 0."""
        rows = self._of("=")
        return (lambda x: self.values(x)[rows]) if rows else None

    @property
    def inequality(self) -> Function | None:
        """G(x) ≤ 0."""
        rows = self._of("<>")
        signs = torch.tensor([-1.0 if self.kinds[i] == ">" else 1.0 for i in rows], dtype=torch.float64)
        return (lambda x: signs * self.values(x)[rows]) if rows else None

    def at_known_minimum(self, value: float) -> bool:
        """Whether f equals a known local minimum to 1e-5 of max(1, |f|)."""
        return any(abs(value - k) <= 1e-5 * max(1.0, abs(k)) for k in self.known)
