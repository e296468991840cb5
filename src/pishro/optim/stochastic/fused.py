"""One pass over θ for an Adam step, where torch has one that can be trusted.

Written in torch's public arithmetic an Adam step is six passes over vectors, and on a few thousand entries launching
them is most of its time. `torch.optim.Adam(fused=True)` calls a kernel that does all in one pass, but its bookkeeping
takes longer than the kernel. The kernel itself is not a public name of torch. So it is used only where a trial on three
numbers, made once for each device and dtype, gives the step that the equations say; anywhere else, and in any torch
where its name or its arguments have changed, the caller's own arithmetic runs.
"""

__all__ = ["Betas", "fused_adam", "has_fused_adam"]

import dataclasses
import functools

import torch
from torch import Tensor


@dataclasses.dataclass(frozen=True)
class Betas:
    """The constants of an Adam step: β₁, β₂, ε, and the decay λ of AdamW."""

    first: float
    second: float
    epsilon: float
    decay: float = 0.0


def fused_adam(theta: Tensor, vectors: tuple[Tensor, Tensor, Tensor], step: Tensor, rate: float, betas: Betas) -> None:
    """Make one AdamW step in one pass; only where `has_fused_adam` says yes.

    Parameters
    ----------
    theta : (…, P), moved in place.
    vectors : gradient, running mean and running square, each like θ; the latter two are moved in place.
    step : number of this step, from 1, as a scalar tensor.
    rate : η.
    betas : the constants.
    """
    gradient, mean, square = vectors
    torch._fused_adamw_(
        [theta],
        [gradient],
        [mean],
        [square],
        [],
        [step],
        lr=rate,
        beta1=betas.first,
        beta2=betas.second,
        weight_decay=betas.decay,
        eps=betas.epsilon,
        amsgrad=False,
        maximize=False,
    )


@functools.cache
def has_fused_adam(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether the one-pass kernel exists here and does what the equations say.

    Examples
    --------
    >>> has_fused_adam(torch.device("cpu"), torch.complex64)
    False
    """
    if not dtype.is_floating_point:
        return False
    theta, gradient = (torch.tensor(v, dtype=dtype, device=device) for v in ([1.0, -2.0, 0.5], [0.3, -4.0, 0.0]))
    mean, square = gradient / 2, gradient.square() / 4
    step, rate, betas = torch.tensor(3.0, device=device), 0.1, Betas(0.8, 0.9, 1e-3, 0.5)
    m, s = 0.8 * mean + 0.2 * gradient, 0.9 * square + 0.1 * gradient.square()
    moved = theta * (1 - rate * 0.5) - rate * (m / (1 - 0.8**3)) / ((s / (1 - 0.9**3)).sqrt() + 1e-3)
    try:
        fused_adam(theta, (gradient, mean, square), step, rate, betas)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return False
    tolerance = 8 * torch.finfo(dtype).eps
    pairs = ((theta, moved), (mean, m), (square, s))
    return all(torch.allclose(got, want, rtol=tolerance, atol=tolerance) for got, want in pairs)
