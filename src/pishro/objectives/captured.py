"""Many launches on a GPU as one: a CUDA graph of a piece of work that is the same in every step.

On a small network a GPU computes for a few microseconds and is launched for some hundred. A graph records what was
launched once, with the addresses of everything it read and wrote, and launches all of it again at the cost of one. So
the work must read and write the same tensors every time, and must not wait for the device; work that cannot be
recorded is done launch by launch, as before.
"""

__all__ = ["captured"]

from collections.abc import Callable

import torch
from torch import Tensor

WARM_UPS = 3
"""Runs before the recording, in which kernels are loaded and libraries take workspaces; torch's examples use 3."""


def captured(work: Callable[[], Tensor]) -> Callable[[], Tensor] | None:
    """The work as one launch; None where it cannot be recorded. Each call returns a tensor of its own.

    Parameters
    ----------
    work : reads and writes the same tensors in every call, and may be called some times more than needed.
    """
    try:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                work()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            value = work()
    except RuntimeError:  # what waits, or is not allowed in a recording, raises this
        torch.cuda.synchronize()
        return None

    def replay() -> Tensor:
        graph.replay()
        return value.clone()

    return replay
