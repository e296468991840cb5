"""Where products of a machine are taken in bfloat16: eight bits of each factor, sums in single precision.

The states that contrastive divergence draws are so noisy that rounded sums do no harm, and processors with instructions
for such products are several times faster at them; without, they are slower. What counts is not which processor it is
but what it can do, which torch tells.
"""

__all__ = ["pays_in_half"]

import functools
from typing import Any

import torch

from pishro.models.boltzmann.machine import Machine

FEWEST_WEIGHTS = 2**16
"""Below, launching the operations of an update takes longer than its products."""

INSTRUCTIONS = ("amx_bf16", "avx512_bf16")


def pays_in_half(machine: Machine) -> bool:
    """Whether a machine trains faster, and as well, with products in bfloat16.

    In single precision only, who asks for double wants it; and of units whose states are between 0 and 1.

    Examples
    --------
    >>> from pishro.models.boltzmann.units import BernoulliUnits
    >>> pays_in_half(Machine(BernoulliUnits(), BernoulliUnits(), torch.zeros(3, 2), torch.zeros(3), torch.zeros(2)))
    False
    """
    weight = machine.weight
    if weight.dtype != torch.float32 or weight.device.type != "cpu" or weight.numel() < FEWEST_WEIGHTS:
        return False
    return machine.visible.bounded and machine.hidden.bounded and _has_instructions()


@functools.cache
def _has_instructions() -> bool:
    known: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # a torch that cannot tell has none
    return any(known.get(name, False) for name in INSTRUCTIONS)
