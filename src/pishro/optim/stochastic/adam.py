"""Adam: momentum on the gradient, divided by the running root mean square of the gradient.

    m ← β₁m + (1 − β₁)g,       m̂ = m/(1 − β₁ᵗ)
    s ← β₂s + (1 − β₂)g²,      ŝ = s/(1 − β₂ᵗ)
    θ ← θ − η m̂/(√ŝ + ε)

m and s start at zero, so the early means are too small by exactly 1 − βᵗ; dividing by it removes the bias. (A usual
misprint has 1 + βᵗ, which makes the first step 2.4 times as long.) A step is about η in every entry whatever the
gradient's scale, so one rate serves many problems: the first thing to try on mini-batches. It may end at slightly worse
points than plain momentum with a good schedule, and near a minimum it needs a falling rate to settle.

References
----------
Kingma, D. P., and Ba, J. (2015). Adam: a method for stochastic optimization. ICLR.
"""

__all__ = ["Adam", "Moments", "adam_step"]

import dataclasses
import functools
import math
from typing import final

import torch
from torch import Tensor

from pishro.optim.stochastic.fused import Betas, fused_adam, has_fused_adam
from pishro.optim.stochastic.rule import Rule, RuleState, check_range
from pishro.optim.stochastic.vectors import zeros_beside


@final
@dataclasses.dataclass
class Moments(RuleState):
    """Running means m of g and s of g² (…, P); the step once more as a tensor, for the one-pass kernel."""

    mean: Tensor
    square: Tensor
    clock: Tensor

    @classmethod
    def zero(cls, theta: Tensor) -> "Moments":
        """No gradient seen."""
        clock = torch.zeros((), dtype=torch.float32, device=theta.device)
        mean, square = zeros_beside(theta, 2)
        return cls(mean, square, clock)


def adam_step(gradient: Tensor, state: Moments, theta: Tensor, rate: float, betas: Betas) -> None:
    """One step of Adam, with AdamW's decay; in one pass where that can be trusted.

    Parameters
    ----------
    gradient, theta : (…, P); θ is moved in place.
    state : its means are moved and its step is counted up.
    rate : η.
    betas : β₁, β₂, ε and the decay.
    """
    state.step += 1
    if gradient.is_contiguous() and has_fused_adam(theta.device, theta.dtype):
        fused_adam(theta, (gradient, state.mean, state.square), state.clock.fill_(state.step), rate, betas)
        return
    first, second = 1 - betas.first**state.step, 1 - betas.second**state.step
    if betas.decay:
        theta.mul_(1 - rate * betas.decay)
    state.mean.lerp_(gradient, 1 - betas.first)
    state.square.mul_(betas.second).addcmul_(gradient, gradient, value=1 - betas.second)
    # m̂/(√ŝ + ε) = (√second/first) · m/(√s + ε √second): both corrections are scalars, folded before the vectors meet.
    root = state.square.sqrt().add_(betas.epsilon * math.sqrt(second))
    theta.addcdiv_(state.mean, root, value=-rate * math.sqrt(second) / first)


@final
@dataclasses.dataclass(frozen=True)
class Adam(Rule[Moments]):
    """Adaptive moments.

    Attributes
    ----------
    rate : η ≥ 0, about the length of a step in each entry.
    beta1, beta2 : β₁, β₂, from 0 to below 1; the memory of the means, 10 and 1000 steps by default.
    epsilon : ε ≥ 0.

    Examples
    --------
    >>> theta, rule = torch.tensor([1.0, 1.0]), Adam(rate=0.1)
    >>> rule.update(torch.tensor([100.0, -0.01]), rule.start(theta), theta)
    >>> theta  # the first step does not depend on the gradient's size
    tensor([0.9000, 1.1000])
    """

    rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)
        check_range("beta1", self.beta1, 0.0, 1.0)
        check_range("beta2", self.beta2, 0.0, 1.0)
        check_range("epsilon", self.epsilon, 0.0)

    def start(self, theta: Tensor) -> Moments:
        """No gradient seen."""
        return Moments.zero(theta)

    def update(self, gradient: Tensor, state: Moments, theta: Tensor) -> None:
        """m, s, their corrections, θ."""
        adam_step(gradient, state, theta, self.rate * state.factor, self._betas)

    @functools.cached_property
    def _betas(self) -> Betas:
        return Betas(self.beta1, self.beta2, self.epsilon)
