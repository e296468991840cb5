"""Muon: momentum made orthogonal, for weight matrices; AdamW for everything else.

    M ← μM + (1 − μ)G,        G the gradient of a matrix W (m, n)
    U ← orthogonal((1 − μ)G + μM),   UΣVᵀ → UVᵀ of its singular value decomposition
    W ← (1 − ηλ)W − η s √max(m, n) U

The gradient of a weight matrix is nearly of low rank: a few directions drown the others. UVᵀ is the steepest descent in
the spectral norm, and moves all of them alike. It is not computed by a decomposition but by Newton-Schulz iterations,
matrix products only, whose coefficients bring singular values near 1 fast rather than exactly. The factor s √max(m, n)
makes the entries of a step about as large as those of AdamW, so that both have one rate η.

References
----------
Jordan, K., et al. (2024). Muon: an optimizer for hidden layers in neural networks. (The iteration's coefficients.)
Liu, J., et al. (2025). Muon is scalable for LLM training. arXiv:2502.16982. (The factor, s from 0.2 to 0.4.)
"""

__all__ = ["Muon", "MuonState", "orthogonalized"]

import dataclasses
import functools
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError, unknown_name
from pishro.optim.stochastic.adam import Moments
from pishro.optim.stochastic.adamw import AdamW
from pishro.optim.stochastic.rule import Rule, RuleState, check_range
from pishro.parameters import Block, Layout

LINEAR, CUBIC, QUINTIC = 3.4445, -4.7750, 2.0315
"""Of the iteration x ← 3.4445 x − 4.7750 x³ + 2.0315 x⁵ for each singular value (Jordan et al. 2024)."""

SMALLEST = 1e-7
"""Added to the norm, so that a gradient of zero stays zero."""


@final
@dataclasses.dataclass
class MuonState(RuleState):
    """M like θ, of which only the matrices' entries are used; and AdamW's memory."""

    momentum: Tensor
    rest: Moments


@final
@dataclasses.dataclass(frozen=True)
class Muon(Rule[MuonState]):
    """Momentum made orthogonal.

    Attributes
    ----------
    layout : of θ.
    matrices : names of the parameters with two axes that it is for: hidden weights, not those of the last layer.
    rate, decay : η and λ ≥ 0, of all parameters.
    scale : s > 0.
    mu : μ, 0 ≤ μ < 1.
    iterations : of Newton and Schulz. 5 are usual; the singular values are then between 0.7 and 1.2.
    beta2 : of the AdamW that moves all other parameters.

    Raises
    ------
    SettingError
        If a name is not in the layout, or not one of a matrix.

    Examples
    --------
    >>> layout = Layout.of([("weight", (2, 2)), ("bias", (2,))])
    >>> rule, theta = Muon(layout, ("weight",), rate=0.1, decay=0.0), torch.zeros(6)
    >>> rule.update(torch.tensor([3.0, 0.0, 0.0, 1.0, 1.0, -1.0]), rule.start(theta), theta)
    >>> theta[4:]  # AdamW's step
    tensor([-0.1000,  0.1000])
    """

    layout: Layout
    matrices: tuple[str, ...]
    rate: float = 0.001
    decay: float = 0.01
    scale: float = 0.2
    mu: float = 0.95
    iterations: int = 5
    beta2: float = 0.999

    def __post_init__(self) -> None:
        check_range("scale", self.scale, 0.0)
        check_range("mu", self.mu, 0.0, 1.0)
        check_range("iterations", self.iterations, 1)
        shapes = {block.name: block.shape for block in self.layout.blocks}
        for name in self.matrices:
            if name not in shapes:
                raise SettingError(unknown_name("parameter", name, shapes))
            if len(shapes[name]) != 2:
                raise SettingError(f"Expected matrices, received {name!r} of shape {shapes[name]}; leave it to AdamW.")

    def start(self, theta: Tensor) -> MuonState:
        """No gradient seen."""
        return MuonState(torch.zeros_like(theta), Moments.zero(theta))

    def update(self, gradient: Tensor, state: MuonState, theta: Tensor) -> None:
        """AdamW's step of all entries in one pass; then those of the matrices are written over by their own."""
        state.step += 1
        rate = self.rate * state.factor
        moved = [(block, self._moved(block, gradient, state, theta, rate)) for block in self._blocks]
        state.rest.factor = state.factor
        self._rest.update(gradient, state.rest, theta)
        for block, matrix in moved:
            block.view(theta).copy_(matrix)

    def _moved(self, block: Block, gradient: Tensor, state: MuonState, theta: Tensor, rate: float) -> Tensor:
        slope, mean = block.view(gradient), block.view(state.momentum)
        mean.lerp_(slope, 1 - self.mu)
        step = orthogonalized(torch.lerp(slope, mean, self.mu), self.iterations)
        return torch.add(
            block.view(theta) * (1 - rate * self.decay), step, alpha=-rate * self.scale * max(block.shape) ** 0.5
        )

    @functools.cached_property
    def _rest(self) -> AdamW:
        return AdamW(self.rate, self.decay, beta2=self.beta2)

    @functools.cached_property
    def _blocks(self) -> list[Block]:
        return [block for block in self.layout.blocks if block.name in self.matrices]


def orthogonalized(matrix: Tensor, iterations: int = 5) -> Tensor:
    """Nearly UVᵀ of matrices UΣVᵀ (…, m, n): their singular values are brought to about 1.

    Examples
    --------
    >>> orthogonalized(torch.diag(torch.tensor([3.0, 1.0]))).diagonal().round(decimals=1)
    tensor([0.8000, 1.1000])
    """
    tall = matrix.shape[-2] > matrix.shape[-1]
    x = matrix.mT if tall else matrix
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + SMALLEST)
    x = x.squeeze(0) if x.ndim == 3 and len(x) == 1 else x  # plain products are faster than products of a batch of one
    added = torch.addmm if x.ndim == 2 else torch.baddbmm
    for _ in range(iterations):
        square = x @ x.mT
        x = added(x, added(square, square, square, beta=CUBIC, alpha=QUINTIC), x, beta=LINEAR)
    x = x.mT if tall else x
    return x.view(matrix.shape) if x.is_contiguous() else x.reshape(matrix.shape)
