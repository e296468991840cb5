"""One update with momentum, V ← μV + G − λP, P ← P + ηV, in one pass over the entries where torch has one.

In torch's public arithmetic it is four passes over the weights, which together take longer than a product of half
precision. `torch.optim.SGD(fused=True)` calls a kernel that makes one. The kernel itself is not a public name of torch,
so it is used only where a trial on three numbers, made once for each precision, gives what the equations say.
"""

__all__ = ["momentum_update"]

import functools
from collections.abc import Sequence

import torch
from torch import Tensor

NEXT_TO_NOTHING = 1e-30
"""In place of μ = 0, where the kernel would take no velocities: what is left of V is lost in rounding."""

Triple = tuple[Tensor, Tensor, Tensor]


def momentum_update(triples: Sequence[Triple], mu: float, rate: float, decay: float = 0.0) -> None:
    """Move the parameters along their slopes, uphill.

    Parameters
    ----------
    triples : parameter P, slope G and velocity V, alike in shape; P and V are moved in place, G is only read.
    mu, rate, decay : μ, η and λ.

    Examples
    --------
    >>> p, v = torch.ones(1), torch.ones(1)
    >>> momentum_update([(p, torch.tensor([3.0]), v)], mu=0.5, rate=0.1, decay=1.0)
    >>> v, p
    (tensor([2.5000]), tensor([1.2500]))
    """
    if _has_fused(triples[0][0].dtype):
        _fused(triples, mu, rate, decay)
    else:
        _plain(triples, mu, rate, decay)


def _plain(triples: Sequence[Triple], mu: float, rate: float, decay: float) -> None:
    for parameter, slope, velocity in triples:
        velocity.mul_(mu).add_(slope)
        if decay:
            velocity.add_(parameter, alpha=-decay)
        parameter.add_(velocity, alpha=rate)


def _fused(triples: Sequence[Triple], mu: float, rate: float, decay: float) -> None:
    # the kernel goes downhill, and its velocity with it: minus the rate turns it, minus the decay turns that back
    parameters, slopes, velocities = (list(part) for part in zip(*triples, strict=True))
    torch._fused_sgd_(
        parameters,
        slopes,
        velocities,
        weight_decay=-decay,
        momentum=max(mu, NEXT_TO_NOTHING),
        lr=-rate,
        dampening=0.0,
        nesterov=False,
        maximize=False,
        is_first_step=False,
    )


@functools.cache
def _has_fused(dtype: torch.dtype) -> bool:
    """Whether the kernel exists here and does what the equations say."""
    values = [1.0, -2.0, 0.5], [0.3, -4.0, 0.0], [0.7, 0.0, -1.0]
    one, other = (tuple(torch.tensor(v, dtype=dtype) for v in values) for _ in range(2))
    _plain([one], 0.9, 0.1, 0.5)  # type: ignore[list-item]
    try:
        _fused([other], 0.9, 0.1, 0.5)  # type: ignore[list-item]
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return False
    tolerance = 8 * torch.finfo(dtype).eps
    return all(torch.allclose(a, b, rtol=tolerance, atol=tolerance) for a, b in zip(one, other, strict=True))
