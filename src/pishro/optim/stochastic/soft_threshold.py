"""The L1 penalty λ‖θ‖₁ for stochastic rules, by its proximal step: many entries become zero, and stay there.

    θ ← sign(θ') max(0, |θ'| − η λ)       behind each update θ → θ' of the rule inside

|θ| has a kink at zero, where a gradient method only jumps about; the proximal step minimizes the penalty exactly near
the point that the rule proposes, and sets to zero what the gradient does not hold away from it. With plain gradient
descent this is ISTA. With a rule that scales entries (Adam) the threshold stays η λ for all of them, decoupled as in
AdamW: sparse as well, though not at the minimum of one common cost.

References
----------
Daubechies, I., Defrise, M., and De Mol, C. (2004). An iterative thresholding algorithm for linear inverse problems with
a sparsity constraint. Communications on Pure and Applied Mathematics 57.
"""

__all__ = ["SoftThreshold"]

import dataclasses
from typing import Any, final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.stochastic.rule import Nested, Rule, Wrapper, check_range


@final
@dataclasses.dataclass(frozen=True, eq=False)
class SoftThreshold(Wrapper[Nested]):
    """A rule whose updates are drawn towards zero entry by entry.

    Attributes
    ----------
    rule : the rule inside, one with a `rate`; a schedule goes around both.
    strength : λ ≥ 0, per row where the cost is a mean over rows.
    where : entries (P,) that are penalized, boolean, such as all but the biases; None for all.

    Examples
    --------
    >>> from pishro.optim.stochastic.sgd import SGD
    >>> theta, rule = torch.tensor([1.0, 0.05]), SoftThreshold(SGD(0.1), strength=1.0)
    >>> rule.update(torch.tensor([0.0, 0.0]), rule.start(theta), theta)
    >>> theta
    tensor([0.9000, 0.0000])
    """

    rule: Rule[Any]
    strength: float
    where: Tensor | None = None

    def __post_init__(self) -> None:
        check_range("strength", self.strength, 0.0)
        if not hasattr(self.rule, "rate"):
            raise SettingError(
                f"The threshold is a rate times the strength, but {type(self.rule).__name__} has no rate of its own; "
                "put it around the rule itself, and schedules and clipping around both."
            )

    def start(self, theta: Tensor) -> Nested:
        """The state of the rule inside."""
        return Nested(self.rule.start(theta))

    def update(self, gradient: Tensor, state: Nested, theta: Tensor) -> None:
        """The rule's update, and the threshold."""
        self.pass_on(gradient, state, theta)
        threshold = self.rule.rate * state.factor * self.strength  # type: ignore[attr-defined]  # seen to above
        shrunk = torch.nn.functional.softshrink(theta, threshold)
        theta.copy_(shrunk if self.where is None else torch.where(self.where.to(theta.device), shrunk, theta))
