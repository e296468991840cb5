"""Where a training computes: on the CPU, or on a GPU where that pays. The one place that resolves a device's name.

A GPU multiplies some tens of times faster than two cores, but each of its operations has to be launched, and a step
waits for its launches however small its matrices are. So "auto" takes CUDA only for steps of many operations:

    second-order step      K (2 N C P² + P³)   some hundred launches, tens of waits    from 10⁹, 30 ms on the CPU
    gradient of all rows   6 N K P             as many                                 from 10⁹
    mini-batch             6 n K P             some tens of launches, no wait          from 2·10⁷, 1 ms on the CPU

for N rows, n of a mini-batch, K members of P parameters and C outputs; and only if rows and matrices fit into the
memory that the device has free. The bounds are reckoned, not measured: from 3·10¹⁰ operations a second on two cores and
10 µs a launch. Second-order steps are in float64 on every device, mini-batches on a GPU in float32.
Apple's "mps" is taken only when it is named: it has no float64, and so no second-order steps.

Starting points, splits and the order of rows are drawn on the CPU, so that a seed means the same everywhere; what
layers such as dropout draw comes from the device. Results come back to the CPU, where predictions are made.
"""

__all__ = [
    "DEVICES",
    "HERE",
    "Place",
    "Work",
    "check_device",
    "choose_place",
    "full_batch_work",
    "mini_batch_work",
    "second_order_work",
]

import dataclasses
import os
from typing import final

import torch

from pishro.errors import SettingError, unknown_name
from pishro.objectives import Batch
from pishro.training.distributed import current

DEVICES = ("auto", "cpu", "cuda", "mps")

HERE = torch.device("cpu")
"""Where results are."""

FULL_BATCH, MINI_BATCH = 1e9, 2e7
"""Operations of a step from which CUDA is taken; see above."""

SHARE = 0.8
"""Most of a device's free memory that is planned for."""

MATRICES = 6
"""P × P matrices of a member that a second-order step holds: the sum of the data, the curvature, and their copies at a
trial; the shifted one and its factor."""

VECTORS = 8
"""Vectors like θ that a step holds at once: θ, gradient, a rule's means, and copies."""


@final
@dataclasses.dataclass(frozen=True)
class Place:
    """A device, and why it was taken, for the record."""

    device: torch.device
    words: str


@final
@dataclasses.dataclass(frozen=True)
class Work:
    """What a training asks of a device.

    Attributes
    ----------
    operations : of a step.
    least : operations from which a GPU pays.
    memory : bytes that lie on the device at once.
    dtype : of the arithmetic.
    """

    operations: float
    least: float
    memory: float
    dtype: torch.dtype


def second_order_work(batch: Batch, members: int, parameters: int, outputs: int) -> Work:
    """Of Gauss-Newton, Newton and the like, which write out P × P numbers."""
    operations = members * (2.0 * len(batch) * outputs * parameters**2 + float(parameters) ** 3)
    matrices = 8.0 * MATRICES * members * parameters**2
    return Work(operations, FULL_BATCH, matrices + batch.bytes, batch.x.dtype)


def full_batch_work(batch: Batch, members: int, parameters: int) -> Work:
    """Of methods that look at all rows and keep vectors only."""
    operations, vectors = 6.0 * len(batch) * members * parameters, 8.0 * 3 * VECTORS * members * parameters
    return Work(operations, FULL_BATCH, vectors + batch.bytes, batch.x.dtype)


def mini_batch_work(size: int, members: int, parameters: int, memory: float) -> Work:
    """Of a stochastic rule on mini-batches of so many rows, in float32; `memory` is that of the rows."""
    vectors = 4.0 * VECTORS * members * parameters
    return Work(6.0 * size * members * parameters, MINI_BATCH, vectors + memory, torch.float32)


def check_device(asked: str) -> None:
    """Refuse a device that is unknown or not here, before anything is read or computed.

    Raises
    ------
    SettingError
        With what there is, and the remedy.

    Examples
    --------
    >>> check_device("cpu")
    """
    if asked not in DEVICES:
        raise SettingError(unknown_name("device", str(asked), DEVICES))
    if asked == "cuda" and not torch.cuda.is_available():
        built = "" if torch.version.cuda else f", as torch {torch.__version__} is built without CUDA"
        raise SettingError(
            f'Expected a CUDA device for device="cuda", but there is none here{built}; there is {_there()}. Take '
            'device="auto", which takes what there is, or install a driver and a torch with CUDA.'
        )
    if asked == "mps" and not torch.backends.mps.is_available():
        raise SettingError(
            f'Expected an Apple GPU for device="mps", but there is none here; there is {_there()}. Take device="auto".'
        )


def choose_place(asked: str, work: Work) -> Place:
    """The device for a training.

    Parameters
    ----------
    asked : "auto", "cpu", "cuda" or "mps".
    work : what has to be done.

    Raises
    ------
    SettingError
        If there is no such device here, or it cannot do the work; the message says what there is.

    Examples
    --------
    >>> choose_place("cpu", Work(1e12, 1e9, 0.0, torch.float64)).words
    'cpu, as asked'
    """
    check_device(asked)
    if asked == "cpu":
        return Place(HERE, "cpu, as asked")
    if asked == "cuda":
        return _cuda(work)
    if asked == "mps":
        return _mps(work)
    reason = _against_cuda(work)
    if current().agreed(bool(reason)):  # sums over several processes need one kind of device
        return Place(HERE, f"cpu: {reason or 'another process has no CUDA device for it'}")
    device = _own_cuda()
    return Place(device, f"{_named(device)}: {work.operations:.1g} operations a step are worth its launches")


def _cuda(work: Work) -> Place:
    processes, devices = _processes_here(), torch.cuda.device_count()
    if processes > devices:
        raise SettingError(
            f"Expected a CUDA device for each of the {processes} processes here, but there are {devices}; start "
            f'{devices} by --nproc-per-node, or take device="cpu".'
        )
    device = _own_cuda()
    free = SHARE * torch.cuda.mem_get_info(device)[0]
    if work.memory > free:
        raise SettingError(
            f"Rows and matrices take about {work.memory / 1e9:.3g} GB, and {_named(device)} has {free / 1e9:.3g} GB "
            'for them; take device="cpu", or read the rows from a file in parts (stream=True, in the shell --stream).'
        )
    return Place(device, f"{_named(device)}, as asked")


def _mps(work: Work) -> Place:
    if work.dtype == torch.float64:
        raise SettingError(
            'The device "mps" has no float64, which second-order steps need; take device="cpu", or mini-batches by '
            "a stochastic rule such as 'adamw'."
        )
    return Place(torch.device("mps"), "mps, as asked")


def _against_cuda(work: Work) -> str:
    """Why "auto" leaves CUDA; "" for no reason."""
    if not torch.cuda.is_available():
        return "there is no CUDA device"
    if _processes_here() > torch.cuda.device_count():
        return f"{_processes_here()} processes here share {torch.cuda.device_count()} CUDA devices"
    if work.operations < work.least:
        return f"{work.operations:.1g} operations a step do not fill a GPU, {work.least:.0g} would"
    device = _own_cuda()
    free = SHARE * torch.cuda.mem_get_info(device)[0]
    if work.memory > free:
        return f"{_named(device)} has {free / 1e9:.3g} GB, and {work.memory / 1e9:.3g} are needed"
    return ""


def _own_cuda() -> torch.device:
    """The CUDA device of this process among those of this machine."""
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")) if current().several else 0)


def _processes_here() -> int:
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1")) if current().several else 1


def _named(device: torch.device) -> str:
    return f"cuda ({torch.cuda.get_device_name(device)})"


def _there() -> str:
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return " and ".join(found)
