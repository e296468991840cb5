"""Mixture density network: the output neurons are the parameters of M Normals, and a target may have several values.

    p(y) = Σ_m π_m Normal(y; μ_m, (WᵀW)_m⁻¹),   π = softmax(raw),  μ = raw,  W lower triangular with diagonal exp(raw)

W whitens: z = W (y − μ) has unit covariance, so −ln p_m = ½‖z‖² − Σ_i ln W_ii + ½ T ln 2π needs no inverse. With
"diagonal" covariance W is diagonal; with "full" its lower triangle is made of raw outputs too, and the targets of one
row depend on each other. One row's raw outputs: M logits, M·T means, M·T logarithms of W's diagonal, M·T(T−1)/2 entries
below it.

The gradient weighs each component's own by its responsibility γ_m = P(m | y). The Fisher information of a mixture has
no closed form. Departure: the *complete-data* information stands in for it, that is the information if the component
of each row were known, averaged over P(m | y):

    diag(π) − ππᵀ  for the logits,   γ_m (WᵀW)_m  for the means,   γ_m F(W_m)  for the scales

It is positive semi-definite with a root of rank C − 1 and at least the true information, from which it differs by the
information lost for not knowing the component (Orchard and Woodbury 1972; Titterington 1984). Its Newton step is that
of the EM algorithm's surrogate, which bounds the cost from above and touches it at the present parameters.

References
----------
Bishop, C. M. (1994). Mixture density networks. NCRG/94/004, Aston University.
Orchard, T. and Woodbury, M. A. (1972). A missing information principle. Proc. 6th Berkeley Symp. 1, 697-715.
Williams, P. M. (1996). Using neural networks to model conditional multivariate densities. Neural Computation 8,
843-854: the triangular factor of the precision as raw output.
Titterington, D. M. (1984). Recursive parameter estimation using incomplete data. J. R. Statist. Soc. B 46, 257-267.
"""

__all__ = ["GaussianMixture", "GaussianMixtureDistribution"]

import dataclasses
import math
from typing import ClassVar, Literal, final

import torch
from torch import Generator, Tensor

from pishro.errors import DataError, SettingError, unknown_name
from pishro.likelihoods.classes import softmax_root
from pishro.likelihoods.contract import Likelihood
from pishro.likelihoods.links import inverse_log_link, log_link, log_link_slope
from pishro.likelihoods.normal import normal_mixture_crps
from pishro.likelihoods.per_target import check_columns
from pishro.likelihoods.predictive import Distribution, invert_cdf
from pishro.likelihoods.special_functions import normal_cdf, normal_quantile
from pishro.operators import times


@final
@dataclasses.dataclass(frozen=True)
class GaussianMixture(Likelihood):
    """M Normals for T targets.

    Parameters
    ----------
    components : M.
    covariance : "diagonal", or "full" for targets that depend on each other within a component.

    Examples
    --------
    >>> likelihood = GaussianMixture(2)
    >>> likelihood.outputs(torch.zeros(10, 1))
    6
    >>> raw = torch.tensor([[0.0, 0.0, -3.0, 3.0, 0.0, 0.0]])          # two equal Normals at ±3
    >>> likelihood.distribution(raw).variance()
    tensor([[10.]])
    """

    components: int = 3
    covariance: str = "diagonal"
    name = "gaussian-mixture"
    scaling: ClassVar[Literal["standardize"]] = "standardize"

    def __post_init__(self) -> None:
        if self.components < 1:
            raise SettingError(f"Expected at least one component, received {self.components}.")
        if self.covariance not in ("diagonal", "full"):
            raise SettingError(unknown_name("covariance", self.covariance, ("diagonal", "full")))

    def outputs(self, y: Tensor) -> int:
        """M (1 + 2T), and M T(T − 1)/2 more for a full covariance."""
        targets = y.shape[-1]
        return self.components * (1 + 2 * targets + self._below(targets))

    def _below(self, targets: int) -> int:
        """Entries of W below its diagonal."""
        return targets * (targets - 1) // 2 if self.covariance == "full" else 0

    def _targets(self, outputs: int) -> int:
        """T, from C."""
        each = outputs // self.components
        return next(t for t in range(1, each + 1) if 1 + 2 * t + self._below(t) == each)

    def check(self, y: Tensor) -> None:
        """Finite numbers; a full covariance needs all targets of a row."""
        check_columns(y)
        if self.covariance == "full" and torch.isnan(y).any():
            raise DataError('A full covariance needs every target of a row; drop those rows, or use "diagonal".')

    def start(self, y: Tensor) -> Tensor:
        """Equal weights; means at evenly spaced quantiles of each target; the scale that leaves the variance whole."""
        columns, count = check_columns(y), self.components
        levels = (torch.arange(count, dtype=y.dtype) + 0.5) / count
        means = torch.stack([torch.quantile(column, levels) for column in columns], -1)
        scales = torch.stack([c.std(correction=0).clamp_min(1e-3 * float(c.abs().max())) for c in columns]) / count
        diagonal = -inverse_log_link(scales.clamp_min(1e-9)).expand(count, -1)
        rest = y.new_zeros(count * self._below(y.shape[-1]))
        return torch.cat([y.new_zeros(count), means.flatten(), diagonal.flatten(), rest])

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """−ln Σ π_m p_m."""
        return -self.distribution(raw).log_density(y)

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """Each component's own gradient, weighed by its responsibility."""
        given = self.distribution(raw)
        share, residual, z, seen = self._shares(given, y)
        slope = log_link_slope(self._diagonal(raw))
        by_mean = -share.unsqueeze(-1) * times(given.whitening.mT, z)
        scaled = given.whitening.diagonal(dim1=-2, dim2=-1) * residual
        by_diagonal = -share.unsqueeze(-1) * (1 - z * scaled) * seen.unsqueeze(-2) * slope
        parts = [given.log_weights.exp() - share, by_mean.flatten(-2), by_diagonal.flatten(-2)]
        if self._below(y.shape[-1]):
            i, j = torch.tril_indices(y.shape[-1], y.shape[-1], -1, device=y.device)
            parts.append((share.unsqueeze(-1) * z[..., i] * residual[..., j]).flatten(-2))
        return torch.cat(parts, -1)

    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor:
        """Blocks on the diagonal: M logits with rank M − 1, then each component's mean and scale; (…, N, C, C−1)."""
        given = self.distribution(raw)
        share, _, _, seen = self._shares(given, y)
        count, targets = self.components, y.shape[-1]
        half = share.sqrt()[..., None, None]
        root = raw.new_zeros(*raw.shape, raw.shape[-1] - 1)
        root[..., :count, : count - 1] = softmax_root(given.log_weights.exp())
        of_mean = half * given.whitening.mT * seen[..., None, None, :]
        _put(root, of_mean, [count + t for t in range(targets)], targets)
        of_scale = half * _scale_root(given.whitening, log_link_slope(self._diagonal(raw)), self._below(targets) > 0)
        of_scale[..., :targets, :] *= seen[..., None, :, None]
        first = count + count * targets
        places = [first + t for t in range(targets)]
        below = self._below(targets)
        _put(root, of_scale[..., :targets, :], places, targets, columns=(first - 1, targets + below))
        if below:
            places = [first + count * targets + e for e in range(below)]
            _put(root, of_scale[..., targets:, :], places, below, columns=(first - 1, targets + below))
        return root

    def contrast(self, outputs: int) -> Tensor:
        """A shift common to all logits changes nothing; everything else does."""
        contrast = torch.eye(outputs)
        contrast[: self.components, : self.components] -= 1 / self.components
        return contrast

    def distribution(self, raw: Tensor) -> "GaussianMixtureDistribution":
        """The mixture that the raw outputs describe."""
        count, targets = self.components, self._targets(raw.shape[-1])
        logits, rest = raw[..., :count], raw[..., count:]
        centers = rest[..., : count * targets].unflatten(-1, (count, targets))
        whitening = torch.diag_embed(log_link(self._diagonal(raw)).exp())
        if self._below(targets):
            i, j = torch.tril_indices(targets, targets, -1, device=raw.device)
            whitening[..., i, j] = rest[..., 2 * count * targets :].unflatten(-1, (count, -1))
        return GaussianMixtureDistribution(torch.log_softmax(logits, -1), centers, whitening)

    def _diagonal(self, raw: Tensor) -> Tensor:
        count, targets = self.components, self._targets(raw.shape[-1])
        start = count + count * targets
        diagonal: Tensor = raw[..., start : start + count * targets].unflatten(-1, (count, targets))
        return diagonal

    @staticmethod
    def _shares(given: "GaussianMixtureDistribution", y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Responsibilities (…, N, M), residuals and whitened residuals (…, N, M, T), and what was seen (N, T)."""
        residual, z, each = given.components(y)
        share = torch.softmax(given.log_weights + each, -1)
        return share, residual, z, (~torch.isnan(y)).to(residual)


def _put(root: Tensor, blocks: Tensor, rows: list[int], stride: int, columns: tuple[int, int] | None = None) -> None:
    """Write each component's block (…, M, r, c) at its rows, `stride` apart, and its own columns."""
    width = blocks.shape[-1]
    first, step = columns if columns is not None else (rows[0] - 1, width)
    for m in range(blocks.shape[-3]):
        start = first + m * step
        root[..., [r + m * stride for r in rows], start : start + width] = blocks[..., m, :, :]


def _scale_root(whitening: Tensor, slope: Tensor, full: bool) -> Tensor:
    """Root of the information of W: rows ln W_ii, then W_ij below the diagonal; columns one for each of them.

    Row i of W has the score z_i r_j for W_ij and z_i (W r)_i − 1 = z_i² − 1 + (terms in r_j, j < i) for ln W_ii, with
    r = W⁻¹z. In the orthogonal functions (z_i² − 1)/√2 and z_i z_k, k < i, this is one triangular block a row.
    """
    targets = whitening.shape[-1]
    if not full:
        return torch.diag_embed(math.sqrt(2) * slope)
    inverse = _inverse(whitening)
    size = targets * (targets + 1) // 2
    root = whitening.new_zeros(*whitening.shape[:-2], size, size)
    place = targets
    for i in range(targets):
        root[..., i, i] = math.sqrt(2) * slope[..., i]
        own = slice(place, place + i)
        part = inverse[..., :i, :i]  # r_j = Σ_k part_jk z_k for j < i
        root[..., own, own] = part
        root[..., i, own] = -(whitening[..., i, None, :i] @ part).squeeze(-2) * slope[..., i, None]
        place += i
    return root


def _inverse(lower: Tensor) -> Tensor:
    """The inverse of lower triangular matrices (…, T, T)."""
    if lower.shape[-1] == 1:
        return 1 / lower
    eye = torch.eye(lower.shape[-1], dtype=lower.dtype, device=lower.device).expand_as(lower)
    inverse: Tensor = torch.linalg.solve_triangular(lower, eye, upper=False)
    return inverse


@final
@dataclasses.dataclass(frozen=True)
class GaussianMixtureDistribution(Distribution):
    """Σ_m π_m Normal(center_m, (WᵀW)_m⁻¹).

    Attributes
    ----------
    log_weights : ln π, (…, N, M).
    centers : (…, N, M, T).
    whitening : W, lower triangular, (…, N, M, T, T).
    """

    log_weights: Tensor
    centers: Tensor
    whitening: Tensor

    def components(self, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """y − μ and W (y − μ) with zeros where y is NaN, (…, N, M, T), and ln p_m(y), (…, N, M)."""
        residual = (y.unsqueeze(-2) - self.centers).nan_to_num(0.0)
        z = times(self.whitening, residual)
        seen = (~torch.isnan(y)).unsqueeze(-2)
        norm = self.whitening.diagonal(dim1=-2, dim2=-1).log() - math.log(2 * math.pi) / 2
        return residual, z, (norm * seen - z.square() / 2).sum(-1)

    def log_density(self, y: Tensor) -> Tensor:
        """ln Σ π_m p_m(y), (…, N)."""
        return torch.logsumexp(self.log_weights + self.components(y)[2], -1)

    def log_density_each(self, y: Tensor) -> Tensor:
        """ln of the marginal density of each target, (…, N, T)."""
        z = (y.unsqueeze(-2) - self.centers) / self.scales()
        each = -z.square() / 2 - self.scales().log() - math.log(2 * math.pi) / 2
        return torch.logsumexp(self.log_weights.unsqueeze(-1) + each, -2)

    def scales(self) -> Tensor:
        """Standard deviation of each component and target, (…, N, M, T)."""
        return _inverse(self.whitening).square().sum(-1).sqrt()

    def mean(self) -> Tensor:
        """Σ π_m μ_m."""
        return (self.log_weights.exp().unsqueeze(-1) * self.centers).sum(-2)

    def variance(self) -> Tensor:
        """Within the components and between them."""
        apart = (self.centers - self.mean().unsqueeze(-2)).square()
        return (self.log_weights.exp().unsqueeze(-1) * (self.scales().square() + apart)).sum(-2)

    def cdf(self, y: Tensor) -> Tensor:
        """Σ π_m Φ."""
        below = normal_cdf((y.unsqueeze(-2) - self.centers) / self.scales())
        return (self.log_weights.exp().unsqueeze(-1) * below).sum(-2)

    def quantile(self, level: "float | Tensor") -> Tensor:
        """By bisection between the components' own quantiles."""
        level = torch.as_tensor(level, dtype=self.centers.dtype)
        z = normal_quantile(level)
        own = self.centers + self.scales() * (z.unsqueeze(-2) if z.ndim > 1 else z)
        return invert_cdf(self.cdf, level, own.amin(-2), own.amax(-2), False)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """A component, then μ + W⁻¹ z: draws (count, …, N, T)."""
        level = torch.rand((count, *self.log_weights.shape[:-1], 1), generator=generator, dtype=torch.float64)
        pick = (self.log_weights.exp().cumsum(-1) < level).sum(-1).clamp_max(self.log_weights.shape[-1] - 1)
        index = pick[..., None, None]
        center = self.centers.expand(count, *self.centers.shape).gather(
            -2, index.expand(*index.shape[:-1], self.centers.shape[-1])
        )
        whitening = torch.take_along_dim(self.whitening.unsqueeze(0), index.unsqueeze(-1), -3).squeeze(-3)
        noise = torch.randn((*center.shape[:-2], center.shape[-1], 1), generator=generator, dtype=center.dtype)
        return center.squeeze(-2) + (_inverse(whitening) @ noise).squeeze(-1)

    def _closed_crps(self, y: Tensor) -> Tensor:
        weights = self.log_weights.exp().unsqueeze(-2).expand_as(self.centers.mT)
        return normal_mixture_crps(y, weights, self.centers.mT, self.scales().mT)

    def _closed_mixture_crps(self, y: Tensor) -> Tensor:
        weights = self.log_weights.exp().unsqueeze(-2).expand_as(self.centers.mT) / len(self.centers)
        flat = [t.movedim(0, -2).flatten(-2) for t in (weights, self.centers.mT, self.scales().mT)]
        return normal_mixture_crps(y, flat[0], flat[1], flat[2])
