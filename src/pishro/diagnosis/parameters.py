"""How many parameters the rows determine, and how well: effective parameters, rank and condition of the Jacobian."""

__all__ = ["conditioning", "parameter_count"]

import math
from collections.abc import Iterator

import torch

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation

FEWEST = 1.5
"""Training values for each effective parameter; below it the noise estimate itself becomes doubtful (the re-estimation
of β divides by N − γ)."""

MOST_PARAMETERS = 600
"""P up to which singular values are computed: a 1000 × 600 decomposition takes a quarter of a second."""

FOUR_DIGITS = 1e12
"""Condition number that leaves four of sixteen digits (Golub and Van Loan 2013, section 2.6)."""


def parameter_count(observation: Observation) -> Iterator[Fact]:
    """Effective against total parameters, and rows for each."""
    record, values = observation.trained.record, observation.train.values
    estimated = record.effective if record.iterations else []  # before the first iteration every parameter counts
    gamma = sum(estimated) / len(estimated) if estimated else float(record.parameters)
    ratio, kind = values / max(gamma, 1e-12), "effective" if estimated else "trained"
    if estimated:
        sizes: dict[str, float | int | str] = {"gamma": gamma, "parameters": record.parameters, "ratio": ratio}
        yield Fact("effective", sizes)
    else:
        yield Fact("sizes", {"parameters": record.parameters, "rows": int(values)})
    # early stopping holds back more parameters than there are rows; without it and without a prior nothing does
    held_back = bool(record.history.validation)
    if ratio < FEWEST and not held_back:
        found: dict[str, float | int | str] = {"ratio": ratio, "kind": kind, "rows": int(values), "count": gamma}
        yield Fact("few-rows", found, FEWEST, "β is estimated from N − γ rows (MacKay 1992)", "warning")


def conditioning(observation: Observation) -> Iterator[Fact]:
    """Condition and numerical rank of the Jacobian of the first member, and condition of the posterior's precision."""
    network, trained = observation.network, observation.trained
    size = network.layout.size
    if size > MOST_PARAMETERS or trained.theta.dtype != torch.float64:
        return
    J = network.jacobian(trained.theta[0], observation.some.x).reshape(-1, size)
    values = torch.linalg.svdvals(J)
    rank = int((values > values[0] * max(J.shape) * torch.finfo(J.dtype).eps).sum())
    condition = float(values[0] / values[rank - 1]) if rank else math.inf
    source = "singular values above max(N, P) ε σ₁ (Golub and Van Loan 2013, section 5.4)"
    yield Fact("conditioning", {"condition": condition, "rank": rank, "parameters": size})
    if trained.posterior is None:
        if rank < size and not trained.record.history.validation and trained.prior is None:
            missing: dict[str, float | int | str] = {"rank": rank, "parameters": size, "missing": size - rank}
            yield Fact("redundant", missing, float(size), source, "warning")
        return
    # A⁻¹ = L⁻ᵀL⁻¹; its correlations, unlike A, do not change with the parameters' units (van der Sluis 1969)
    root = trained.posterior.inverse_lower[0].double()
    scaled = torch.linalg.svdvals(root / torch.linalg.vector_norm(root, dim=0).clamp_min(1e-300))
    condition = float((scaled[0] / scaled[-1].clamp_min(1e-300)) ** 2)
    if condition > FOUR_DIGITS:
        source = "leaves four of sixteen digits (Golub and Van Loan 2013, section 2.6)"
        yield Fact("ill-conditioned", {"condition": condition}, FOUR_DIGITS, source, "warning")
