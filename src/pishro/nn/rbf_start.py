"""Where to put radial basis functions before training: k-means, or orthogonal least squares.

The cost as a function of the centers has many poor minima, so a start from the data decides how good a trained RBF
network becomes.

- **k-means** puts the centers where the inputs are dense and ignores the targets. Each width is the root mean square
  distance to the two nearest other centers, so that neighbors overlap (Moody & Darken 1989).
- **Orthogonal least squares** takes the centers from the rows themselves, one at a time, each time the one that
  explains most of the targets. With the candidates' outputs as columns p_i of a matrix, made orthogonal to what was
  chosen before, candidate i removes

      err_i = Σ_c (p_iᵀ y_c)² / (p_iᵀ p_i · Σ_c y_cᵀ y_c)

  of the targets' sum of squares, the *error reduction ratio* (Chen, Cowan & Grant 1991). All widths are equal.

Departure: columns and targets are centered first, because the dense layer behind has a bias.

References
----------
Moody, Darken (1989), Fast learning in networks of locally-tuned processing units, Neural Computation 1.
Chen, Cowan, Grant (1991), Orthogonal least squares learning algorithm for radial basis function networks, IEEE Trans.
Neural Networks 2.
"""

__all__ = ["error_reduction", "rbf_start", "units_to_reach"]

import itertools
import math

import torch
from torch import Generator, Tensor

from pishro.errors import DataError, SettingError, ShapeError, unknown_name
from pishro.nn.layer import Parameters
from pishro.nn.rbf import RBF

METHODS = ("kmeans", "orthogonal-least-squares")

CANDIDATES = 2000
"""Most rows that orthogonal least squares looks at as centers; more are drawn from at random."""

NEIGHBORS = 2
"""Nearest centers that set a width (Moody & Darken 1989)."""

COLLINEAR = 1e-10
"""A candidate keeps less than this part of its sum of squares: it lies in the span of those chosen before."""


def rbf_start(
    layer: RBF,
    x: Tensor,
    y: Tensor | None = None,
    method: str = "kmeans",
    *,
    weight: Tensor | None = None,
    width: float | None = None,
    seed: int = 0,
) -> Parameters:
    """Starting parameters of an RBF layer from data: write them into θ's views of that layer.

    Parameters
    ----------
    layer : the layer.
    x : rows (N, D) as the layer sees them, at least as many as it has units.
    y : targets (N,) or (N, C), or class indices (N,); needed by "orthogonal-least-squares" only.
    method : "kmeans" or "orthogonal-least-squares".
    weight : weights of the rows (N,), above 0; a row of weight 2 is the same as the row twice.
    width : s of all units. If not given, k-means takes it from neighboring centers, and orthogonal least squares
        d/√(2·units), with d the largest distance of a row from the mean, doubled (Broomhead & Lowe 1988).
    seed : of k-means, and of the drawing of candidates.

    Returns
    -------
    start : "centers" (units, D) and "log_width" in the layer's shape.

    Raises
    ------
    SettingError
        For an unknown method, a width that is not positive, or missing targets.
    DataError
        If x holds NaN or infinity.
    ShapeError
        If x is not (N, D), or has fewer rows than the layer has units.

    Examples
    --------
    >>> import torch
    >>> from pishro.nn import Dense, Network
    >>> x = torch.linspace(-1, 1, 50, dtype=torch.float64).reshape(-1, 1)
    >>> net = Network.chain(1, RBF(5), Dense(1))
    >>> theta = net.init(seed=0)
    >>> views = net.layout.views(theta)
    >>> for name, value in rbf_start(net.nodes[0].layer, x).items():
    ...     _ = views[f"rbf1.{name}"].copy_(value)
    >>> [round(c, 1) for c in sorted(views["rbf1.centers"].flatten().tolist())]
    [-0.8, -0.4, -0.0, 0.4, 0.8]
    """
    if method not in METHODS:
        raise SettingError(unknown_name("start of radial basis functions", method, METHODS))
    if width is not None and not width > 0:
        raise SettingError(f"A width is a positive distance, received {width}; leave it out to take it from the data.")
    if x.ndim != 2 or len(x) < layer.units:
        raise ShapeError(
            f"Expected rows (N, D) with N at least {layer.units}, one for each unit, received shape {tuple(x.shape)}; "
            "take fewer units or more rows."
        )
    if not bool(torch.isfinite(x).all()):
        raise DataError("Expected finite rows, received NaN or infinity; impute or drop them first.")
    if method == "orthogonal-least-squares" and y is None:
        raise SettingError("Orthogonal least squares chooses centers by the targets; give y, or take kmeans.")
    x, targets, weight = _merged(x, x[:, :0] if y is None or method == "kmeans" else _columns(y).to(x), weight)
    if method == "kmeans":
        centers = _clusters(x, weight, layer.units, seed)
        widths = _spacing(centers, x) if width is None else x.new_full((layer.units,), width)
    else:
        reach = width or _reach(x, layer.units)
        centers = _chosen(layer, (x, targets, weight), reach, seed)
        widths = x.new_full((layer.units,), reach)
    log_width = widths.log()
    if layer.width == "shared":
        log_width = log_width.mean(0, keepdim=True)
    elif layer.width == "dimension":
        log_width = log_width.unsqueeze(-1).expand_as(centers).clone()
    return {"centers": centers, "log_width": log_width}


def units_to_reach(
    layer: RBF, x: Tensor, y: Tensor, goal: float, *, weight: Tensor | None = None, seed: int = 0
) -> int:
    """How many units orthogonal least squares needs until the mean squared error is at most `goal`.

    Parameters
    ----------
    layer : kernel and the most units.
    x : rows (N, D).
    y : targets (N, C).
    goal : mean over rows and targets of the squared error, above 0.
    weight : weights of the rows (N,).
    seed : of the drawing of candidates.

    Returns
    -------
    units : at most `layer.units`, which is also the answer where the goal is out of reach.

    Examples
    --------
    >>> import torch
    >>> x = torch.linspace(-1, 1, 50, dtype=torch.float64).reshape(-1, 1)
    >>> units_to_reach(RBF(20), x, torch.sin(3 * x), 1e-4) < 10
    True
    """
    if not goal > 0:
        raise SettingError(f"Expected a goal above 0, a mean squared error, received {goal}.")
    x, targets, weight = _merged(x, _columns(y).to(x), weight)
    columns = _answers(layer, x, _candidates(x, layer.units, seed), _reach(x, layer.units))
    centered = _centered(targets.double(), weight)
    _, ratios = error_reduction(_centered(columns, weight), centered, layer.units)
    left = float(centered.square().sum() / (weight.sum() * targets.shape[-1]))
    allowed = goal / left if left > 0 else 1.0
    for units, explained in enumerate(itertools.accumulate(ratios), start=1):
        if 1 - explained <= allowed:
            return units
    return layer.units


def error_reduction(columns: Tensor, y: Tensor, count: int) -> tuple[list[int], list[float]]:
    """Choose columns one after the other, each the one that explains most of what is left of y.

    Parameters
    ----------
    columns : candidates (N, M).
    y : targets (N, C).
    count : how many to choose, at most M; fewer are returned when the rest lies in the span of the chosen ones.

    Returns
    -------
    chosen, ratios : the columns' numbers in order, and the part of y's sum of squares that each explains.

    Examples
    --------
    >>> import torch
    >>> columns = torch.eye(3, dtype=torch.float64)
    >>> error_reduction(columns, torch.tensor([[0.0], [2.0], [1.0]], dtype=torch.float64), 2)
    ([1, 2], [0.8, 0.2])
    """
    left, first = columns.clone(), columns.square().sum(0)
    total = y.square().sum().clamp(min=torch.finfo(y.dtype).tiny)  # targets that are constant have nothing to explain
    open_ = torch.ones(columns.shape[1], dtype=torch.bool, device=columns.device)
    chosen: list[int] = []
    ratios: list[float] = []
    for _ in range(count):
        size = left.square().sum(0)
        open_ &= size > COLLINEAR * first
        if not open_.any():
            break
        gain = torch.matmul(left.T, y).square().sum(-1) / (size * total)
        best = int(torch.where(open_, gain, -1.0).argmax())
        chosen.append(best)
        ratios.append(float(gain[best]))
        direction = left[:, best] / size[best].sqrt()
        left -= torch.outer(direction, direction @ left)
        open_[best] = False
    return chosen, ratios


def _merged(x: Tensor, y: Tensor, weight: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """Distinct rows in an order of their own, with their targets and summed weights, so that no draw sees repeats."""
    each = x.new_ones(len(x)) if weight is None else weight.to(x)
    both, places = torch.unique(torch.cat([x, y], 1), dim=0, return_inverse=True)
    total = x.new_zeros(len(both)).index_add_(0, places, each)
    return both[:, : x.shape[1]], both[:, x.shape[1] :], total


def _clusters(x: Tensor, weight: Tensor, units: int, seed: int) -> Tensor:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - a second of import time, for this one function

    if len(x) <= units:  # fewer distinct rows than units: some share a center
        return x[torch.arange(units, device=x.device) % len(x)]
    rows = x.detach().cpu().double().numpy()
    found = KMeans(units, n_init=3, random_state=seed).fit(rows, sample_weight=weight.cpu().double().numpy())
    return torch.as_tensor(found.cluster_centers_).to(x)


def _spacing(centers: Tensor, x: Tensor) -> Tensor:
    """Root mean square distance to the nearest other centers; to the rows where there is one center only."""
    if len(centers) == 1:
        near = (x - centers).square().sum(-1).mean().sqrt().reshape(1)
    else:
        square = torch.cdist(centers, centers).square()
        near = square.topk(min(NEIGHBORS + 1, len(centers)), largest=False).values[:, 1:].mean(-1).sqrt()
    floor = near.mean() * 1e-3  # equal rows make equal centers, and a width must stay positive
    return near.clamp(min=float(floor) if floor > 0 else 1.0)


def _chosen(layer: RBF, rows: tuple[Tensor, Tensor, Tensor], width: float, seed: int) -> Tensor:
    x, y, weight = rows
    candidates = _candidates(x, layer.units, seed)
    columns = _answers(layer, x, candidates, width)
    chosen, _ = error_reduction(_centered(columns, weight), _centered(y.double(), weight), layer.units)
    spare = [i for i in range(len(candidates)) if i not in chosen]
    every = candidates[chosen + spare]
    return every[torch.arange(layer.units, device=x.device) % len(every)]


def _candidates(x: Tensor, units: int, seed: int) -> Tensor:
    """Rows that may become centers (M, D)."""
    drawn = torch.randperm(len(x), generator=Generator().manual_seed(seed))[: max(CANDIDATES, units)]
    return x[drawn.sort().values.to(x.device)]


def _answers(layer: RBF, x: Tensor, centers: Tensor, width: float) -> Tensor:
    """What a unit on each center (M, D) answers to each row, (N, M)."""
    return layer.kernel(torch.cdist(x.double(), centers.double()).square() / width**2)


def _centered(columns: Tensor, weight: Tensor) -> Tensor:
    """Columns (N, M) minus their weighted means, times √weight: products of two such are weighted sums."""
    share = weight.to(columns).unsqueeze(-1)
    return (columns - (columns * share).sum(0) / share.sum()) * share.sqrt()


def _reach(x: Tensor, units: int) -> float:
    """A common width: the spread of the rows, shared between the units (Broomhead & Lowe 1988)."""
    return float((x - x.mean(0)).norm(dim=-1).max()) * math.sqrt(2 / units) or 1.0


def _columns(y: Tensor) -> Tensor:
    """Targets as columns; class indices as one column a class."""
    if y.ndim == 1 and not y.is_floating_point():
        return torch.nn.functional.one_hot(y.long())
    return y.reshape(len(y), -1)
