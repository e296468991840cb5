"""Networks of radial basis functions: centers from the rows, then everything trained together, or nothing at all.

- **Trained** (`train_radial`): k-means or orthogonal least squares places the centers, least squares on the units'
  answers would give the output weights, and Levenberg-Marquardt with evidence moves centers, widths and weights
  together. With a goal, orthogonal least squares tells how many units reach it (Chen, Cowan & Grant 1991).
- **Interpolating** (`interpolate`): a unit on each row, and weights that solve Φ W = Y, so that the network passes
  through every row.
- **Kernel regression** (`kernel_regression`): a normalized unit on each row, whose weight is that row's target. The
  network is the weighted mean of the targets near by, Nadaraya and Watson's regression, which Specht (1991) called the
  generalized regression network; with class probabilities as targets it is his probabilistic network (1990).

The last two have one thing to choose, the width. What each would have said of a row had that row been absent is known
without fitting again: for the interpolation e_n = W_n / [Φ⁻¹]_nn (Rippa 1999), for the kernel regression the mean over
the other rows. The width with the smallest such error is taken, and that error is the noise the intervals show.

References
----------
Rippa, S. (1999). An algorithm for selecting a good value for the parameter c in radial basis function interpolation.
Advances in Computational Mathematics 11, 193-210.
Specht, D. F. (1990). Probabilistic neural networks. Neural Networks 3, 109-118.
Specht, D. F. (1991). A general regression neural network. IEEE Trans. Neural Networks 2, 568-576.
"""

__all__ = ["RadialPlan", "interpolate", "kernel_regression", "train_radial"]

import dataclasses
import math
import time

import torch
from torch import Tensor

from pishro.errors import DataError, SettingError
from pishro.likelihoods import Likelihood
from pishro.nn import RBF, Dense, Network, rbf_start, units_to_reach
from pishro.nn.activations import Logarithm
from pishro.objectives import Batch
from pishro.optim import Stop
from pishro.training.record import TrainingRecord
from pishro.training.start import starting_points
from pishro.training.train import Plan, TrainedMembers, Watch, train_members

ITERATIONS = 200
"""As for dense layers (few_rows.py)."""

MOST_UNITS = 60
"""Units at most where none are named; twice as many gained nothing on inner splits of concrete and energy."""

MOST_ROWS = 4000
"""Rows up to which each may be a center: Φ and its factors then fill half a gigabyte."""

WIDTHS = tuple(2.0 ** (k / 2) for k in range(-4, 9))
"""Widths that are tried, in units of the typical distance between neighboring rows: half an octave apart."""

FLOOR = 1e-12
"""Smallest probability of a class: far from all rows of a class none is left in float64."""

MISSED = 1e-6
"""Largest error on a training row, in standard deviations of the target, at which a network still interpolates."""


@dataclasses.dataclass(frozen=True)
class RadialPlan:
    """A network of radial basis functions to be trained.

    Attributes
    ----------
    units : number of centers; None for one for each (D + 2) · 2 rows, up to 60.
    kernel, width : of the layer, see `nn.RBF`.
    centers : "kmeans" or "orthogonal-least-squares".
    goal : mean squared error, in the scaled target's units, up to which orthogonal least squares adds units; `units` is
        then the most.
    members : networks from different starts.
    seed : of the starts.
    seconds : most wall time.
    """

    units: int | None = None
    kernel: str = "gaussian"
    width: str = "scalar"
    centers: str = "kmeans"
    goal: float | None = None
    members: int = 4
    seed: int = 0
    seconds: float = float("inf")


def train_radial(
    likelihood: Likelihood,
    batch: Batch,
    plan: RadialPlan,
    progress: Watch | None = None,
) -> tuple[Network, TrainedMembers]:
    """Place the centers, then train everything by Levenberg-Marquardt with evidence.

    Raises
    ------
    SettingError
        For a goal with class labels, or that is not above 0.
    """
    rows, inputs = batch.x.shape
    most = plan.units or max(2, min(MOST_UNITS, rows // (2 * (inputs + 2))))
    layer = RBF(most, plan.kernel, plan.width)
    if plan.goal is not None:
        if likelihood.targets == "classes":
            raise SettingError("A goal is a mean squared error, which class labels have not; give `units`.")
        units = units_to_reach(layer, batch.x, batch.y, plan.goal, weight=batch.weight, seed=plan.seed)
        layer = RBF(units, plan.kernel, plan.width)
    network = Network.chain(inputs, layer, Dense(likelihood.outputs(batch.y)))
    theta = starting_points(network, likelihood, batch, plan.seed, plan.members)
    views = network.layout.views(theta)
    for member in range(plan.members):
        seed = plan.seed + member
        for name, value in rbf_start(layer, batch.x, batch.y, plan.centers, weight=batch.weight, seed=seed).items():
            views[f"{network.nodes[0].name}.{name}"][member].copy_(value)
    kernel = layer.kernel.name.replace("_", " ")
    sentence = (
        f"Levenberg-Marquardt with evidence on {layer.units} {kernel} radial basis functions, "
        f"centers by {plan.centers.replace('-', ' ')}, trained together with widths and weights."
    )
    stop = Stop(iterations=ITERATIONS, seconds=plan.seconds)
    return network, train_members(
        network, likelihood, batch, Plan(plan.members, plan.seed, stop, sentence, start=theta), progress
    )


def interpolate(
    likelihood: Likelihood, batch: Batch, kernel: str = "gaussian", width: float | None = None
) -> tuple[Network, TrainedMembers]:
    """A unit on each row, and weights by which the network passes through all of them.

    Parameters
    ----------
    likelihood : the Normal, whose cost the fit makes zero.
    batch : distinct rows (N, D) and targets (N, C); equal rows must have equal targets and count once.
    kernel : of `nn.RBF`.
    width : s of all units, in units of the scaled inputs; None for the one with the smallest error left out.

    Raises
    ------
    DataError
        If equal rows have different targets, there are more than 4000 rows, or no width makes Φ regular.
    """
    began = time.perf_counter()
    x, y = _distinct(batch)
    _check_size(len(x))
    best: tuple[float, float, Tensor] | None = None
    for spread in _widths(x, width):
        found = _interpolation(RBF(len(x), kernel, "shared"), x, y, spread)
        if found is not None and (best is None or found[0] < best[0]):
            best = (found[0], spread, found[1])
    if best is None:
        raise DataError(
            f"No network through all {len(x)} rows: the {kernel} functions on them are dependent to working precision; "
            "name a smaller width, or take kernel='inverse_multiquadric', whose system is better conditioned."
        )
    error, spread, weight = best
    sentence = (
        f"Interpolation: functions ({kernel.replace('_', ' ')}) of width {spread:.3g} on each of {len(x)} rows, and "
        "weights that pass through them all; the width is the one with the smallest error on rows left out."
    )
    return _assembled(likelihood, RBF(len(x), kernel, "shared"), (x, weight, spread), error, (sentence, began))


def kernel_regression(
    likelihood: Likelihood, batch: Batch, width: float | None = None
) -> tuple[Network, TrainedMembers]:
    """A normalized Gaussian on each row, whose weight is that row's target or class.

    Parameters
    ----------
    likelihood : the Normal, or a cost of classes.
    batch : rows (N, D), and targets (N, C) or class indices (N,).
    width : s of all units, in units of the scaled inputs; None for the one with the smallest cost left out.

    Raises
    ------
    SettingError
        If the rows have weights, which the network has no place for.
    DataError
        If there are more than 4000 rows.
    """
    began = time.perf_counter()
    if batch.weight is not None:
        raise SettingError("A kernel regression counts each row once; leave the weights out, or train the centers.")
    x = batch.x
    _check_size(len(x))
    y = batch.y if batch.y.is_floating_point() else torch.nn.functional.one_hot(batch.y.long()).to(x)
    square = torch.cdist(x, x).square().fill_diagonal_(torch.inf)
    tried = [(_left_out_cost(square, batch.y, y, spread), spread) for spread in _widths(x, width)]
    error, spread = min(tried)
    sentence = (
        f"Kernel regression: a normalized Gaussian of width {spread:.3g} on each of {len(x)} rows, weighted by its "
        "target; the width is the one with the smallest error on rows left out."
    )
    layer = RBF(len(x), "gaussian", "shared", normalize=True)
    return _assembled(likelihood, layer, (x, y, spread), error, (sentence, began))


def _left_out_cost(square: Tensor, y: Tensor, values: Tensor, spread: float) -> float:
    """Mean squared error, or mean −ln p of the class that came, of each row by the others; ∞ where not defined."""
    left_out = torch.softmax(square * (-0.5 / spread**2), -1) @ values
    if y.is_floating_point():
        return float((left_out - values).square().mean())
    return float(-left_out.gather(-1, y.long().unsqueeze(-1)).clamp_min(FLOOR).log().mean())


def _interpolation(layer: RBF, x: Tensor, y: Tensor, spread: float) -> tuple[float, Tensor] | None:
    """Mean squared error of rows left out (Rippa 1999), and the weights; None where Φ is singular in float64."""
    phi = layer.kernel(torch.cdist(x, x).square() / spread**2)
    inverse, singular = torch.linalg.inv_ex(phi)
    if int(singular):
        return None
    weight = torch.linalg.solve(phi, y)
    missed = float((phi @ weight - y).abs().max())
    left_out = float((weight / inverse.diagonal().unsqueeze(-1)).square().mean())
    return (left_out, weight) if missed < MISSED and math.isfinite(left_out) else None


def _widths(x: Tensor, width: float | None) -> list[float]:
    """The width asked for, or those that are tried."""
    if width is not None:
        if not width > 0:
            raise SettingError(f"Expected a width above 0, received {width}; leave it out to take it from the rows.")
        return [width]
    near = torch.cdist(x, x).fill_diagonal_(torch.inf).amin(-1)
    unit = float(near[near > 0].median()) if bool((near > 0).any()) else 1.0
    return [unit * w for w in WIDTHS]


def _distinct(batch: Batch) -> tuple[Tensor, Tensor]:
    """Rows that differ from each other, and their targets."""
    x, places = torch.unique(batch.x, dim=0, return_inverse=True)
    y = batch.y.new_zeros(len(x), batch.y.shape[-1])
    y[places] = batch.y
    if not bool((y[places] == batch.y).all()):
        raise DataError(
            "Expected one target for each point, but equal rows have different targets, so that no function passes "
            "through them all; average them first, or leave exact=True out."
        )
    return x, y


def _check_size(rows: int) -> None:
    if rows > MOST_ROWS:
        raise DataError(f"Expected at most {MOST_ROWS} rows as centers, received {rows}; take k-means centers.")


def _assembled(
    likelihood: Likelihood, layer: RBF, parts: tuple[Tensor, Tensor, float], error: float, told: tuple[str, float]
) -> tuple[Network, TrainedMembers]:
    """Centers, output weights and width as a network of one member; classes get the logarithms of probabilities."""
    x, weight, spread = parts
    sentence, began = told
    numbers = likelihood.targets == "numbers"
    network = Network.chain(x.shape[1], layer, Dense(weight.shape[1], "linear" if numbers else Logarithm(FLOOR)))
    theta = network.init(0, 1, dtype=x.dtype).zero_()
    hidden, last = (node.name for node in network.nodes)
    views = network.layout.views(theta)
    views[f"{hidden}.centers"][0].copy_(x)
    views[f"{hidden}.log_width"].fill_(math.log(spread))
    views[f"{last}.weight"][0].copy_(weight)
    record = TrainingRecord(sentence, "closed form", 0, 1, network.layout.size, len(x))
    record.seconds = time.perf_counter() - began
    record.reasons = ["Nothing was iterated: the weights are known in closed form."]
    beta = x.new_ones(1)
    if likelihood.dispersion:
        beta = beta / max(error, torch.finfo(x.dtype).tiny)
        record.noise = [error**0.5]
    return network, TrainedMembers(theta, beta, None, record)
