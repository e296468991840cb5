"""AdamW: Adam with the weight decay taken out of the gradient.

A penalty ½λ‖θ‖² in the cost puts λθ into the gradient, and Adam then divides it by √ŝ: parameters with large gradients
are hardly decayed. AdamW shrinks θ beside the step, all parameters alike:

    θ ← (1 − ηλ)θ − η m̂/(√ŝ + ε)

It fits mini-batch training where the decay is to mean the same for every parameter; with a prior in the cost use Adam.

References
----------
Loshchilov, I., and Hutter, F. (2019). Decoupled weight decay regularization. ICLR.
"""

__all__ = ["AdamW"]

import dataclasses
import functools
from typing import final

from torch import Tensor

from pishro.optim.stochastic.adam import Moments, adam_step
from pishro.optim.stochastic.fused import Betas
from pishro.optim.stochastic.rule import Rule, check_range


@final
@dataclasses.dataclass(frozen=True)
class AdamW(Rule[Moments]):
    """Adam with decoupled decay.

    Attributes
    ----------
    rate : η ≥ 0.
    decay : λ ≥ 0; a step shrinks θ by the share ηλ.
    beta1, beta2, epsilon : as in `Adam`.

    Examples
    --------
    >>> import torch
    >>> theta, rule = torch.tensor([1.0]), AdamW(rate=0.1, decay=0.5)
    >>> rule.update(torch.tensor([2.0]), rule.start(theta), theta)
    >>> theta  # 1 − 0.05 − 0.1
    tensor([0.8500])
    """

    rate: float = 0.001
    decay: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)
        check_range("decay", self.decay, 0.0)
        check_range("beta1", self.beta1, 0.0, 1.0)
        check_range("beta2", self.beta2, 0.0, 1.0)
        check_range("epsilon", self.epsilon, 0.0)

    def start(self, theta: Tensor) -> Moments:
        """No gradient seen."""
        return Moments.zero(theta)

    def update(self, gradient: Tensor, state: Moments, theta: Tensor) -> None:
        """The decay, then Adam's step."""
        adam_step(gradient, state, theta, self.rate * state.factor, self._betas)

    @functools.cached_property
    def _betas(self) -> Betas:
        return Betas(self.beta1, self.beta2, self.epsilon, self.decay)
