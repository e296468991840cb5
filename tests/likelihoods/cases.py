"""Every likelihood with raw outputs and targets of its own: what the checklists run over."""

import dataclasses
import math

import torch

from pishro.likelihoods import (
    Bernoulli,
    Binned,
    Categorical,
    Gamma,
    GaussianMixture,
    HeteroscedasticNormal,
    Huber,
    Laplace,
    Likelihood,
    LogNormal,
    MultiLabel,
    NegativeBinomial,
    Normal,
    Ordinal,
    Poisson,
    Quantile,
    StudentT,
    UserCost,
)

NAN = float("nan")
K, N = 2, 6


def cosh(raw: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    gap = raw - y
    return (gap.abs() + torch.log1p(torch.exp(-2 * gap.abs()))).sum(-1)  # ln(2 cosh), without overflow


@dataclasses.dataclass(frozen=True)
class Case:
    """A likelihood with raw outputs (K, N, C) and targets y.

    typical: one row of raw outputs (C,) from which data are drawn.
    """

    id: str
    likelihood: Likelihood
    raw: torch.Tensor
    y: torch.Tensor
    typical: torch.Tensor

    @property
    def numeric(self) -> bool:
        return self.y.is_floating_point()

    @property
    def density(self) -> bool:
        return self.id != "user"

    def __str__(self) -> str:
        return self.id


def case(id: str, likelihood: Likelihood, y: object, typical: list[float]) -> Case:
    y = torch.tensor(y)
    y = y.double().reshape(N, -1) if y.is_floating_point() else y
    generator = torch.Generator().manual_seed(len(id))
    raw = 1.5 * torch.randn(K, N, len(typical), generator=generator, dtype=torch.float64)
    return Case(id, likelihood, raw, y, torch.tensor(typical, dtype=torch.float64))


REAL = [0.3, -1.2, 2.5, 0.01, -4.0, 1.1]
PAIRS = [0.3, -1.2, 2.5, 0.01, -4.0, 1.1, 0.2, 0.9, -0.7, -3.0, 5.0, 0.0]
POSITIVE = [0.3, 1.2, 2.5, 0.01, 4.0, 1.1]
COUNTS = [0.0, 3.0, 1.0, 12.0, 2.0, 5.0]
LEVELS = (0.1, 0.3, 0.6, 0.9)

CASES = [
    case("normal", Normal(), PAIRS, [0.4, -1.0]),
    case("heteroscedastic", HeteroscedasticNormal(), REAL, [0.4, -0.3]),
    case("heteroscedastic-2", HeteroscedasticNormal(), PAIRS, [0.4, -1.0, -0.3, 0.5]),
    case("laplace", Laplace(), REAL, [0.4, -0.3]),
    case("laplace-fixed", Laplace(scale=0.7), PAIRS, [0.4, -0.3]),
    case("student-t", StudentT(), REAL, [0.4, -0.3, -0.6]),
    case("student-t-2", StudentT(), PAIRS, [0.4, -1.0, -0.3, 0.5, -0.6, -0.9]),
    case("student-t-fixed", StudentT(degrees=4.0), REAL, [0.4, -0.3]),
    case("huber", Huber(), REAL, [0.4, -0.3]),
    case("huber-fixed", Huber(delta=0.8, scale=0.5), REAL, [0.4]),
    case("log-normal", LogNormal(), POSITIVE, [0.4, -0.6]),
    case("gamma", Gamma(), POSITIVE, [0.4, 0.7]),
    case("gamma-fixed", Gamma(shape=1.5), POSITIVE, [0.4]),
    case("poisson", Poisson(), COUNTS, [1.2]),
    case("negative-binomial", NegativeBinomial(), COUNTS, [1.2, 0.6]),
    case("quantile", Quantile(LEVELS), REAL, [0.4, -1.0, -0.5, 0.2]),
    case("quantile-one", Quantile((0.8,)), REAL, [0.4]),
    case("mixture", GaussianMixture(3), REAL, [0.0, 0.5, -0.5, -3.0, 0.0, 3.0, 0.3, 0.0, -0.4]),
    case("mixture-2", GaussianMixture(2), PAIRS, [0.3, 0.0, -1.0, -1.0, 1.0, 2.0, 0.0, 0.4, 0.1, 0.2]),
    case(
        "mixture-full",
        GaussianMixture(2, "full"),
        PAIRS,
        [0.3, 0.0, -1.0, -1.0, 1.0, 2.0, 0.0, 0.4, 0.1, 0.2, 0.8, -0.5],
    ),
    case("binned", Binned((-3.0, -1.0, 0.0, 0.5, 2.0)), REAL, [0.1, 0.4, -0.2, 0.3]),
    case("bernoulli", Bernoulli(), [0, 1, 1, 0, 1, 0], [0.4]),
    case("multi-label", MultiLabel(), [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0], [0.4, -1.0]),
    case("categorical", Categorical(4), [0, 1, 2, 3, 1, 0], [0.4, 0.0, -0.5, 0.2]),
    case("ordinal", Ordinal(4), [0, 1, 2, 3, 1, 0], [-1.0, 0.1, -0.3]),
    case("user", UserCost(cosh), PAIRS, [0.4, -1.0]),
]
DENSITIES = [c for c in CASES if c.density]
NUMBERS = [c for c in DENSITIES if c.numeric]
MASKABLE = [c for c in NUMBERS if c.y.shape[1] > 1 and c.id != "mixture-full"]


def draws(case: Case, count: int, seed: int = 0) -> torch.Tensor:
    """Targets (count, T) or (count,) from the typical raw output."""
    rows = case.likelihood.distribution(case.typical.expand(count, -1))
    return rows.sample(1, torch.Generator().manual_seed(seed)).squeeze(0)


def pinball_is_no_density(case: Case) -> bool:
    return isinstance(case.likelihood, Quantile) and len(case.likelihood.levels) > 1


LN2PI = math.log(2 * math.pi)
