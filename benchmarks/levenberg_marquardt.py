"""Levenberg-Marquardt on 2000 rows, 8-20-1 tanh, float64, 100 iterations from one start, beside its peers.

Each contender runs in a process of its own, so that no library's threads disturb another's, and the contenders take
turns. Reported are medians; the seconds leave out imports and the first call. SciPy gets the closed-form Jacobian; its
time is scaled to 100 Jacobians, since MINPACK and TRF count differently.
"""

__all__ = ["main"]

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.results import write

ROWS, INPUTS, UNITS, ITERATIONS = 2000, 8, 20, 100
AT_MOST = {"torch-levenberg-marquardt": 0.55, "SciPy": 1 / 6}

Array = npt.NDArray[np.float64]


def data() -> tuple[torch.Tensor, torch.Tensor]:
    """A smooth function of 8 inputs with noise: the cost still falls after 100 iterations."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(ROWS, INPUTS, generator=generator, dtype=torch.float64)
    noise = torch.randn(ROWS, generator=generator, dtype=torch.float64)
    y = torch.sin(x[:, 0] * x[:, 1]) + x[:, 2] ** 2 * x[:, 3] / 3 + 0.5 * x[:, 4:].sum(1) + 0.1 * noise
    return x, y[:, None]


def start() -> torch.Tensor:
    from pishro import nn

    return nn.Network.chain(INPUTS, nn.Dense(UNITS, "tanh"), nn.Dense(1)).init(seed=0)


def run_pishro() -> tuple[float, float]:
    from pishro import nn, optim
    from pishro.likelihoods import Normal
    from pishro.objectives import Batch, Objective

    x, y = data()
    net = nn.Network.chain(INPUTS, nn.Dense(UNITS, "tanh"), nn.Dense(1))
    stop = optim.Stop(gradient=0.0, step=0.0, iterations=ITERATIONS)

    def fit(rules: optim.Stop) -> Any:
        return optim.optimize(Objective(net, Normal(), Batch(x, y)), start()[None], optim.LevenbergMarquardt(), rules)

    fit(optim.Stop(iterations=2))
    seconds, result = timed(lambda: fit(stop))
    if int(result.iterations) != ITERATIONS:
        raise RuntimeError(f"Stopped after {int(result.iterations)} iterations: {result.reasons[0].sentence}")
    return seconds, float(result.value)


def run_torch_lm(solver: str) -> tuple[float, float]:
    from torch_levenberg_marquardt.training import LevenbergMarquardtModule

    x, y = data()

    def module() -> torch.nn.Sequential:
        net = torch.nn.Sequential(
            torch.nn.Linear(INPUTS, UNITS, dtype=torch.float64),
            torch.nn.Tanh(),
            torch.nn.Linear(UNITS, 1, dtype=torch.float64),
        )
        w1, b1, w2, b2 = start().split([INPUTS * UNITS, UNITS, UNITS, 1])
        with torch.no_grad():
            net[0].weight.copy_(w1.reshape(INPUTS, UNITS).T)
            net[0].bias.copy_(b1)
            net[2].weight.copy_(w2.reshape(1, UNITS))
            net[2].bias.copy_(b2)
        return net

    def fit(steps: int) -> float:
        training = LevenbergMarquardtModule(module(), solve_method=solver)
        for _ in range(steps):
            training.training_step(x, y)
        return float((training.forward(x) - y).square().sum() / 2)

    fit(2)
    return timed(lambda: fit(ITERATIONS))


def run_scipy(method: str) -> tuple[float, float]:
    from scipy.optimize import least_squares

    x, y = (part.numpy() for part in data())
    cut = np.cumsum([INPUTS * UNITS, UNITS, UNITS])

    def hidden(theta: Array) -> tuple[Array, Array, Array]:
        w1, b1, w2, _ = np.split(theta, cut)
        return np.tanh(x @ w1.reshape(INPUTS, UNITS) + b1), w2, theta[-1:]

    def residual(theta: Array) -> Array:
        h, w2, b2 = hidden(theta)
        return h @ w2 + b2 - y[:, 0]

    def jacobian(theta: Array) -> Array:
        h, w2, _ = hidden(theta)
        delta = (1 - h**2) * w2
        first = (x[:, :, None] * delta[:, None, :]).reshape(ROWS, -1)
        return np.concatenate([first, delta, h, np.ones((ROWS, 1))], 1)

    def fit(calls: int) -> Any:
        tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}
        return least_squares(residual, start().numpy(), jac=jacobian, method=method, max_nfev=calls, **tight)

    fit(3)
    seconds, result = timed(lambda: fit(ITERATIONS + ITERATIONS // 4))
    return seconds * ITERATIONS / result.njev, float(result.cost)


CONTENDERS: dict[str, Callable[[], tuple[float, float]]] = {
    "pishro": run_pishro,
    "torch-levenberg-marquardt, its default (QR)": lambda: run_torch_lm("qr"),
    "torch-levenberg-marquardt, Cholesky": lambda: run_torch_lm("cholesky"),
    "SciPy least_squares, lm": lambda: run_scipy("lm"),
    "SciPy least_squares, trf": lambda: run_scipy("trf"),
}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def in_own_process(name: str, threads: int) -> tuple[float, float]:
    environment = {
        **os.environ,
        **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads)),
    }
    command = [sys.executable, "-m", "benchmarks.levenberg_marquardt", "--contender", name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds, cost = json.loads(done.stdout.splitlines()[-1])
    return seconds, cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--contender", choices=CONTENDERS, help="run this one alone and print its seconds and cost")
    options = parser.parse_args()
    if options.contender:
        print(json.dumps(CONTENDERS[options.contender]()))
        return
    rows, notes = [], []
    for threads in (2, 1):
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
        for _ in range(options.repeats):
            for name, kept in runs.items():
                kept.append(in_own_process(name, threads))
        seconds = {name: statistics.median(s for s, _ in kept) for name, kept in runs.items()}
        for name, kept in runs.items():
            row = {"threads": threads, "contender": name, "seconds": seconds[name]}
            rows.append({**row, "pishro / it": seconds["pishro"] / seconds[name], "cost reached": kept[0][1]})
        for peer, bound in AT_MOST.items():
            best = min(s for name, s in seconds.items() if name.startswith(peer))
            ratio = seconds["pishro"] / best
            verdict = "reached" if ratio <= bound else "not reached"
            notes.append(f"{threads} threads: {ratio:.2f} of the faster {peer} (asked: {bound:.2f}; {verdict}).")
    write("levenberg_marquardt", rows, notes, ["torch-levenberg-marquardt"])


if __name__ == "__main__":
    main()
