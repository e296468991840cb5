"""Softmax output neurons → a histogram: a density of any shape, bin by bin.

L = −ln p_b + ln(width of b) for the bin b that holds y. The outermost bins are open: their density decays exponentially
over their own width, so that every number has a density and none is refused.

It is Categorical on the bin's index; the curvature is the same, diag(p) − ppᵀ with a root of rank B − 1.

References
----------
Bishop, C. M. (1995). Neural Networks for Pattern Recognition, section 2.5. Oxford University Press.
"""

__all__ = ["Binned", "BinnedDistribution"]

import dataclasses
import itertools
import math
from typing import ClassVar, Literal, final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.likelihoods.categorical import Categorical
from pishro.likelihoods.contract import Likelihood
from pishro.likelihoods.per_target import check_columns
from pishro.likelihoods.predictive import Distribution


@final
@dataclasses.dataclass(frozen=True)
class Binned(Likelihood):
    """Histogram over fixed bins, one raw output a bin; a single target.

    Parameters
    ----------
    edges : B + 1 increasing numbers; the first and last bin also take what lies beyond.

    Examples
    --------
    >>> likelihood = Binned((0.0, 1.0, 3.0, 4.0))
    >>> likelihood.nll(torch.zeros(1, 3), torch.tensor([[2.5]])).exp()        # density 1/3 over a width of 2
    tensor([6.])
    """

    edges: tuple[float, ...]
    name = "binned"
    scaling: ClassVar[Literal["standardize"]] = "standardize"

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges", tuple(float(e) for e in self.edges))
        widths = [b - a for a, b in itertools.pairwise(self.edges)]
        if len(widths) < 2 or not all(0 < w < math.inf for w in widths):
            raise SettingError(f"Expected at least 3 increasing, finite edges, received {list(self.edges)}.")

    @classmethod
    def of(cls, y: Tensor, bins: int = 20) -> "Binned":
        """Bins that hold equally many of the values y (N, 1); fewer where values are tied.

        Parameters
        ----------
        y : training targets.
        bins : B, at least 2.
        """
        edges = torch.quantile(y.flatten().double(), torch.linspace(0, 1, bins + 1, dtype=torch.float64)).unique()
        return cls(tuple(edges.tolist()))

    @property
    def _of_index(self) -> Categorical:
        return Categorical(len(self.edges) - 1)

    def outputs(self, y: Tensor) -> int:
        """B."""
        return len(self.edges) - 1

    def check(self, y: Tensor) -> None:
        """One column of finite numbers."""
        check_columns(y)
        if y.shape[1] != 1:
            raise ShapeError(f"Expected a single target (N, 1), received {tuple(y.shape)}; fit one network a target.")

    def start(self, y: Tensor) -> Tensor:
        """The histogram of all rows."""
        return self._of_index.start(self._bin(y))

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """−ln of the density at y."""
        return -self.distribution(raw).log_density(y)

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """softmax(raw) − one-hot(bin)."""
        return self._of_index.gradient(raw, self._bin(y))

    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor:
        """Categorical's."""
        return self._of_index.curvature_root(raw, self._bin(y))

    def contrast(self, outputs: int) -> Tensor | None:
        """Categorical's."""
        return self._of_index.contrast(outputs)

    def distribution(self, raw: Tensor) -> "BinnedDistribution":
        """The histogram with heights softmax(raw)."""
        return BinnedDistribution(torch.log_softmax(raw, -1), self.edges)

    def _bin(self, y: Tensor) -> Tensor:
        return torch.bucketize(y.squeeze(-1).contiguous(), torch.tensor(self.edges[1:-1]).to(y))


@final
@dataclasses.dataclass(frozen=True)
class BinnedDistribution(Distribution):
    """Histogram with exponential tails.

    Attributes
    ----------
    log_probabilities : (…, N, B).
    edges : B + 1 numbers.
    """

    log_probabilities: Tensor
    edges: tuple[float, ...]

    def mean(self) -> Tensor:
        """Σ p_b · mean of the bin, (…, N, 1)."""
        first, _ = self._moments()
        return (self.log_probabilities.exp() * first).sum(-1, keepdim=True)

    def variance(self) -> Tensor:
        """(…, N, 1)."""
        _, second = self._moments()
        return (self.log_probabilities.exp() * second).sum(-1, keepdim=True) - self.mean().square()

    def _moments(self) -> tuple[Tensor, Tensor]:
        """Mean of y and of y² within each bin, (B,)."""
        left, width = self._bins()
        first, second = left + width / 2, left.square() + left * width + width.square() / 3
        for end, inner, sign in ((0, left[0] + width[0], -1), (-1, left[-1], 1)):  # an exponential from the inner edge
            first[end] = inner + sign * width[end]
            second[end] = inner.square() + 2 * sign * inner * width[end] + 2 * width[end].square()
        return first, second

    def cdf(self, y: Tensor) -> Tensor:
        """Linear within the inner bins, (…, N, 1)."""
        left, width = self._bins()
        inside = ((y - left) / width).clamp(0, 1)  # (…, N, B)
        inside[..., :1] = torch.exp(((y - left[1]) / width[0]).clamp_max(0))
        inside[..., -1:] = -torch.expm1(-((y - left[-1]) / width[-1]).clamp_min(0))
        return (self.log_probabilities.exp() * inside).sum(-1, keepdim=True)

    def quantile(self, level: "float | Tensor") -> Tensor:
        """The inverse of `cdf`, piece by piece, (…, N, 1)."""
        p = self.log_probabilities.exp()
        level = torch.as_tensor(level, dtype=p.dtype)
        level = level if level.ndim else level.reshape(1)
        at = p.cumsum(-1)
        index = (at[..., :-1] < level).sum(-1, keepdim=True)
        left, width = self._bins()
        shape = torch.broadcast_shapes(index.shape, level.shape)
        index, at, p = index.expand(shape), at.expand(*shape[:-1], -1), p.expand(*shape[:-1], -1)
        height = p.gather(-1, index).clamp_min(torch.finfo(p.dtype).tiny)
        share = (1 - (at.gather(-1, index) - level) / height).clamp(0, 1)
        inner = left[index] + share * width[index]
        low = left[1] + width[0] * share.log()
        high = left[-1] - width[-1] * torch.log1p(-share)
        return torch.where(index == 0, low, torch.where(index == len(left) - 1, high, inner))

    def log_density_each(self, y: Tensor) -> Tensor:
        """ln p_b − ln width, less the decay in the open bins, (…, N, 1)."""
        left, width = self._bins()
        index = torch.bucketize(y.contiguous(), left[1:])
        beyond = torch.where(index == 0, left[1] - y, torch.where(index == len(left) - 1, y - left[-1], 0.0))
        rows = torch.broadcast_shapes(index.shape[:-1], self.log_probabilities.shape[:-1])
        chosen = self.log_probabilities.expand(*rows, -1).gather(-1, index.expand(*rows, 1))
        return chosen - width[index].log() - beyond / width[index]

    def _bins(self) -> tuple[Tensor, Tensor]:
        edges = torch.tensor(self.edges, dtype=torch.float64).to(self.log_probabilities)
        return edges[:-1].clone(), edges.diff()
