"""How the uncertainty of the raw output enters a prediction: a few points stand for its Normal distribution.

The posterior of θ makes each raw output Normal(raw, s²). The target's distribution is then a mixture over raw outputs,
∫ p(y | raw + s z) φ(z) dz, here over Q points z: Sobol's sequence through the Normal quantile function. Along every
single raw output the points are Q equally probable strata of the Normal, mirror-symmetric and scaled to variance 1, so
that means and variances come out exactly for whatever depends linearly on one raw output, and nothing is random. As all
points weigh the same, members and points make one equal mixture.

References
----------
Caflisch, R. E. (1998). Monte Carlo and quasi-Monte Carlo methods. Acta Numerica 7, 1-49.
"""

__all__ = ["normal_points", "spread_points"]

import functools

import torch
from torch import Tensor

from pishro.likelihoods.special_functions import normal_quantile

POINTS = 16
"""A power of 2, for Sobol's strata. The 95 % interval of a Normal with 30 % (60 %) of its variance from the parameters
comes out 0.2 % (0.8 %) too short with 16 points, and 0.4 % (1.8 %) with 8."""


@functools.cache
def normal_points(dimensions: int, count: int = POINTS) -> Tensor:
    """Points (count, dimensions) that stand for a standard Normal.

    Examples
    --------
    >>> normal_points(1, 4).flatten()
    tensor([-1.3629,  0.3775,  1.3629, -0.3775], dtype=torch.float64)
    """
    # Sobol's first 2^m points visit each stratum [i, i+1)/2^m once in every dimension; we take the strata's middles
    sobol = torch.quasirandom.SobolEngine(dimensions).draw(count, dtype=torch.float64)
    points = normal_quantile((sobol * count).floor() / count + 0.5 / count)
    return points / points.std(0, correction=0)


def spread_points(raw: Tensor, variance: Tensor) -> Tensor:
    """Raw outputs (K, Q, N, C) whose equal mixture stands for Normal(raw, variance).

    Parameters
    ----------
    raw, variance : (K, N, C).
    """
    if not bool((variance > 0).any()):
        return raw.unsqueeze(1)
    points = normal_points(raw.shape[-1]).to(raw)
    return raw.unsqueeze(1) + variance.sqrt().unsqueeze(1) * points[:, None, :]
