"""What kind of point was reached, in a word, a sentence and numbers.

∇f = 0 and H positive semi-definite are *necessary* for a minimum; H positive *definite* is *sufficient* for a strict
one. Between the two, with an eigenvalue that is zero to the accuracy at hand, second derivatives cannot tell a minimum
from a saddle (x⁴ and x³ have the same H at 0), and the verdict says so.
"""

__all__ = ["Kind", "Verdict"]

import dataclasses
import enum
from typing import final

from torch import Tensor


class Kind(enum.Enum):
    """The kinds of points."""

    STRICT_MINIMUM = "strict minimum"
    STRICT_MAXIMUM = "strict maximum"
    SADDLE = "saddle"
    INCONCLUSIVE = "inconclusive"
    NOT_STATIONARY = "not stationary"

    @property
    def sentence(self) -> str:
        """The kind in words."""
        return _SENTENCES[self][0]

    @property
    def remedy(self) -> str:
        """What to do about it; empty where nothing is wrong."""
        return _SENTENCES[self][1]


_SENTENCES = {
    Kind.STRICT_MINIMUM: ("The gradient vanishes and every curvature is positive: a strict local minimum.", ""),
    Kind.STRICT_MAXIMUM: (
        "The gradient vanishes and every curvature is negative: a strict local maximum.",
        "Step along the escape direction and minimize again, or minimize −f if the maximum was wanted.",
    ),
    Kind.SADDLE: (
        "The gradient vanishes, but the curvature is negative in some directions and positive in others: a saddle.",
        "Step along the escape direction and minimize again; minimize(..., escape_saddles=True) does so.",
    ),
    Kind.INCONCLUSIVE: (
        "The gradient vanishes, but a curvature is zero to the accuracy at hand: second derivatives cannot decide.",
        "Compare with values of f nearby, regularize, or remove variables that f does not depend on.",
    ),
    Kind.NOT_STATIONARY: (
        "The gradient does not vanish here, so the point is neither a minimum nor a maximum nor a saddle.",
        "Continue the minimization with more iterations or a smaller gradient tolerance.",
    ),
}


@final
@dataclasses.dataclass(frozen=True)
class Verdict:
    """A point's second-order certificate.

    Attributes
    ----------
    kind : what kind of point it is.
    eigenvalues : of the Hessian, ascending: all of them if `complete`, otherwise some from both ends. With constraints,
        of the Hessian of the Lagrangian on the tangent space.
    zeros : how many of them count as zero.
    gradient_norm : largest entry of |∇f|.
    escape : unit vector (P,) along which f falls although its slope vanishes; None where no curvature is negative.
    complete : whether all eigenvalues were computed. If not, a positive verdict holds with high probability only: a
        direction that a random start does not contain stays unseen.

    Examples
    --------
    >>> import torch
    >>> print(Verdict(Kind.SADDLE, torch.tensor([-2.0, 4.0]), 0, 0.0, torch.tensor([0.0, 1.0])))
    The gradient vanishes, but the curvature is negative in some directions and positive in others: a saddle.
    Eigenvalues from -2 to 4, largest |gradient| 0. Step along the escape direction and minimize again;
    minimize(..., escape_saddles=True) does so.
    """

    kind: Kind
    eigenvalues: Tensor
    zeros: int
    gradient_norm: float
    escape: Tensor | None = None
    complete: bool = True

    @property
    def sentence(self) -> str:
        """The verdict in words, with its numbers."""
        slope = f"largest |gradient| {self.gradient_norm:.3g}"
        if len(self.eigenvalues):
            low, high = float(self.eigenvalues[0]), float(self.eigenvalues[-1])
            zeros = f", {self.zeros} of {len(self.eigenvalues)} zero to tolerance" if self.zeros else ""
            numbers = f"Eigenvalues from {low:.4g} to {high:.4g}{zeros}, {slope}"
        elif self.kind is Kind.STRICT_MINIMUM:  # the constraints hold x in a vertex
            numbers = f"No direction is free, {slope}"
        else:
            numbers = slope.capitalize()
        return f"{self.kind.sentence} {numbers}."

    @property
    def remedy(self) -> str:
        """What to do about it; empty where nothing is wrong."""
        return self.kind.remedy

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()
