"""Forward and backward path of a small convolutional network beside torch eager with autograd.

28×28 images, one channel: convolution 32, pool 2, convolution 64, pool 2, dense 10; ReLU; batch 128, float32. Both
sides compute the gradient of every parameter from the same weights, rows and dJ/draw, and the results are compared
before anything is timed. The two take turns; reported are medians of the times and of the ratios of neighbors in time.

Below, members trained in one call beside the same members one by one: 4 of that network, whose layers are then larger
than the caches and the allocator's arena, and 16 of a small one for sequences.
"""

__all__ = ["main"]

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.results import write
from pishro import nn

BATCH = 128
AT_LEAST = 1.0

Work = Callable[[], Tensor]


def network(kernel: int) -> nn.Network:
    return nn.Network.chain(
        (1, 28, 28),
        nn.Conv2d(32, kernel, "relu"),
        nn.MaxPool2d(2),
        nn.Conv2d(64, kernel, "relu"),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dense(10),
    )


def module(net: nn.Network, theta: Tensor, kernel: int) -> torch.nn.Sequential:
    """The same network in torch, with the same weights."""
    views = net.layout.views(theta)
    dense = views["dense1.weight"]
    same = torch.nn.Sequential(
        torch.nn.Conv2d(1, 32, kernel),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(32, 64, kernel),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(*dense.shape),
    )
    with torch.no_grad():
        for parameter, view in zip(same.parameters(), views.values(), strict=True):
            parameter.copy_(view.mT if view is dense else view)
    return same


def sequences() -> nn.Network:
    return nn.Network.chain((4, 32), nn.Conv1d(8, 3, "relu"), nn.MaxPool1d(2), nn.Flatten(), nn.Dense(1))


def beside_torch(kernel: int) -> tuple[Work, Work]:
    """One forward and backward path each."""
    net = network(kernel)
    theta = net.init(seed=0, dtype=torch.float32)
    x, d_raw = numbers(BATCH, 1, 28, 28), numbers(BATCH, 10)
    same = module(net, theta, kernel)

    def eager() -> Tensor:
        same.zero_grad()
        same(x).backward(d_raw)
        return d_raw

    @torch.no_grad()
    def pishro() -> Tensor:
        return net.backward_path(theta, net.forward_path(theta, x), d_raw)

    eager()
    found = [p.grad.T if p.ndim == 2 else p.grad for p in same.parameters() if p.grad is not None]
    agree(pishro(), torch.cat([g.flatten() for g in found]))
    return eager, pishro


def beside_one_by_one(net: nn.Network, batch: int, members: int) -> tuple[Work, Work]:
    """The same members one by one, and in one call."""
    theta = net.init(seed=0, members=members, dtype=torch.float32)
    x, d_raw = numbers(batch, *net.shape_in), numbers(members, batch, net.outputs)

    @torch.no_grad()
    def one_by_one() -> Tensor:
        return torch.stack([net.backward_path(t, net.forward_path(t, x), d) for t, d in zip(theta, d_raw, strict=True)])

    @torch.no_grad()
    def together() -> Tensor:
        return net.backward_path(theta, net.forward_path(theta, x), d_raw)

    agree(together(), one_by_one())
    return one_by_one, together


def numbers(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def agree(got: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))


def side_by_side(works: tuple[Work, Work], repeats: int) -> dict[str, float]:
    """Median milliseconds of each, and the median of first / second."""
    first, second = works
    times = [(timed(first), timed(second)) for _ in range(repeats)]
    return {
        "its ms": statistics.median(a for a, _ in times),
        "pishro ms": statistics.median(b for _, b in times),
        "its / pishro": statistics.median(a / b for a, b in times),
    }


def timed(work: Callable[[], Tensor]) -> float:
    began = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=31)
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    notes = []
    for threads in (2, 1):
        torch.set_num_threads(threads)
        for kernel in (3, 5):
            found = side_by_side(beside_torch(kernel), options.repeats)
            rows.append({"threads": threads, "network": f"images, {kernel}×{kernel}", "beside": "torch eager", **found})
            ratio = found["its / pishro"]
            verdict = "reached" if ratio >= AT_LEAST else "not reached"
            notes.append(f"{threads} threads, {kernel}×{kernel}: {ratio:.2f} (asked: {AT_LEAST:.1f}; {verdict}).")
        for name, net, batch, members in (
            ("images, 3×3", network(3), BATCH, 4),
            ("sequences", sequences(), 32, 16),
        ):
            found = side_by_side(beside_one_by_one(net, batch, members), options.repeats)
            rows.append({"threads": threads, "network": name, "beside": f"{members} members one by one", **found})
    write("convolution", rows, notes)


if __name__ == "__main__":
    main()
