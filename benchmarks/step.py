"""One mini-batch step (gather the batch, forward, backward, Adam) beside torch eager, scikit-learn and JAX.

    python -m benchmarks.step [--threads 2 1] [--jax PYTHON]

pishro and torch take turns in short runs. A time is the median of its runs; their ratio is the median of the ratios
within a turn, so a disturbance of the machine meets both sides. The others run in processes of their own, for the
threads of their libraries, which wait actively, would take the cores from whoever comes next. scikit-learn walks whole
epochs, and its time is divided by the steps. JAX compiles a whole epoch (`lax.scan` with optax), divided likewise; it
is run by the interpreter that `--jax` names, where jax and optax are installed, or by this one.
"""

__all__ = ["main"]

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from benchmarks.results import write
from pishro.likelihoods import Categorical
from pishro.nn import Dense, Network
from pishro.objectives import Batch, MiniBatches
from pishro.optim import Adam

CASES = {(16, 32, 32, 3): 32, (64, 100, 100, 10): 64, (784, 256, 256, 10): 128}
ASKED = {(16, 32, 32, 3): (3.3, 3, 1.7), (64, 100, 100, 10): (2.2, 3, 1.3), (784, 256, 256, 10): (1.5, 3, 1.2)}
ROWS = 4096
Step = Callable[[], object]


def data(sizes: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(ROWS, sizes[0], generator=generator)
    return x, torch.randint(sizes[-1], (ROWS,), generator=generator)


def batches(rows: int) -> Callable[[], Tensor]:
    """Indices of the next batch of a shuffled epoch."""
    generator = torch.Generator().manual_seed(1)
    state = {"order": torch.randperm(ROWS, generator=generator), "at": 0}

    def following() -> Tensor:
        start = state["at"]
        state["at"] = start + rows if start + 2 * rows <= ROWS else 0
        return state["order"][start : start + rows]

    return following


def pishro_step(sizes: tuple[int, ...], rows: int, members: int | None = None) -> Step:
    net = Network.chain(sizes[0], *[Dense(u, "relu") for u in sizes[1:-1]], Dense(sizes[-1]))
    theta = net.init(members=members or 1, dtype=torch.float32)
    x, y = data(sizes)
    source = MiniBatches(net, Categorical(sizes[-1]), Batch(x, y), rows, torch.Generator().manual_seed(1))
    rule = Adam()
    state = rule.start(theta)

    @torch.no_grad()
    def step() -> None:
        _, gradient = source(theta)
        rule.update(gradient, state, theta)

    return step


def torch_step(sizes: tuple[int, ...], rows: int) -> Step:
    layers: list[torch.nn.Module] = []
    for a, b in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    module = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3, fused=True)
    cost = torch.nn.CrossEntropyLoss()
    x, y = data(sizes)
    following = batches(rows)

    def step() -> None:
        index = following()
        optimizer.zero_grad()
        cost(module(x[index]), y[index]).backward()
        optimizer.step()

    return step


def sklearn_epoch(sizes: tuple[int, ...], rows: int) -> Step:
    """All rows in mini-batches: a call for each mini-batch would mostly check its input."""
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(sizes[1:-1], batch_size=rows, alpha=0.0)
    x, y = (t.numpy() for t in data(sizes))
    classes = np.arange(sizes[-1])
    return lambda: model.partial_fit(x, y, classes=classes)


def sklearn_seconds(threads: int) -> dict[str, float]:
    """Seconds of a step by case, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.step", "--scikit-learn", str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def print_sklearn_seconds(threads: int) -> None:
    found = {}
    with threadpool_limits(threads):
        for sizes, rows in CASES.items():
            epochs = take_turns({"epoch": sklearn_epoch(sizes, rows)}, turns=9, each=0.2)["epoch"]
            found[key(sizes, rows)] = statistics.median(epochs) / (ROWS // rows)
    print(json.dumps(found))


def key(sizes: tuple[int, ...], rows: int) -> str:
    return "-".join(map(str, (*sizes, rows)))


def seconds(step: Step, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count


def take_turns(contenders: dict[str, Step], turns: int = 31, each: float = 0.05) -> dict[str, list[float]]:
    """Seconds of a step of each contender, turn by turn."""
    counts = {}
    for name, step in contenders.items():
        seconds(step, 20)
        counts[name] = max(3, int(each / seconds(step, 10)))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, step in contenders.items():
            times[name].append(seconds(step, counts[name]))
    return times


def ratio(slow: list[float], fast: list[float]) -> float:
    """Median over the turns of slow/fast."""
    return statistics.median(a / b for a, b in zip(slow, fast, strict=True))


def jax_seconds(python: str, threads: int) -> tuple[dict[str, float], str]:
    """Seconds of a step by case, and why there are none."""
    script = Path(__file__).with_name("jax_epoch.py")
    cases = json.dumps([[*sizes, rows] for sizes, rows in CASES.items()])
    done = subprocess.run([python, str(script), cases, str(ROWS), str(threads)], capture_output=True, text=True)
    if done.returncode:
        return {}, (done.stderr.strip().splitlines() or ["it failed"])[-1]
    return json.loads(done.stdout), ""


def jacobian_ratio() -> float:
    """Time of the Jacobian of 8-20-1 on 2000 rows, behind the forward path, over that of copying such a result."""
    net = Network.chain(8, Dense(20, "tanh"), Dense(1))
    theta, x = net.init(), torch.randn(2000, 8, dtype=torch.float64)
    trace = net.forward_path(theta, x)
    out = torch.empty(2000, 1, net.layout.size, dtype=torch.float64)
    other = torch.randn_like(out)
    path, copy = lambda: net.jacobian_path(theta, trace, None, out), lambda: out.copy_(other)
    times = take_turns({"path": path, "copy": copy})
    return ratio(times["path"], times["copy"])


def measure(sizes: tuple[int, ...], rows: int, threads: int, others: dict[str, dict[str, float]]) -> dict[str, object]:
    """A row of the table."""
    times = take_turns({"pishro": pishro_step(sizes, rows), "torch": torch_step(sizes, rows)})
    row: dict[str, object] = {"threads": threads, "network": "-".join(map(str, sizes)), "batch": rows}
    own = statistics.median(times["pishro"])
    row |= {f"{name} µs": round(1e6 * statistics.median(t)) for name, t in times.items()}
    alone = {name: found.get(key(sizes, rows)) for name, found in others.items()}
    row |= {f"{name} µs": None if t is None else round(1e6 * t) for name, t in alone.items()}
    row["× torch"] = round(ratio(times["torch"], times["pishro"]), 2)
    row |= {f"× {name}": None if t is None else round(t / own, 2) for name, t in alone.items()}
    row["asked"] = " / ".join(map(str, ASKED[sizes]))
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--jax", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--scikit-learn", type=int, metavar="THREADS", help="print its seconds and nothing else")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # scikit-learn warns that a step is not converged
    if options.scikit_learn is not None:
        return print_sklearn_seconds(options.scikit_learn)
    rows, notes = [], ["float32; × is how many times slower than pishro; asked: at least, in the same order."]
    small, size = next(iter(CASES.items()))
    for threads in options.threads:
        torch.set_num_threads(threads)
        jax, reason = jax_seconds(options.jax, threads)
        others = {"scikit-learn": sklearn_seconds(threads), "JAX": jax}
        rows += [measure(sizes, batch, threads, others) for sizes, batch in CASES.items()]
        members = take_turns({"one": pishro_step(small, size), "sixteen": pishro_step(small, size, 16)})
        sixteen = ratio(members["sixteen"], members["one"])
        notes += [
            f"{threads} threads: 16 members of the first network take {sixteen:.2f} times one's step (asked: 3.5).",
            f"{threads} threads: the Jacobian of 8-20-1 on 2000 rows takes {jacobian_ratio():.2f} times the copying "
            "of a (2000, 201) result (asked: 1.5).",
        ]
        if reason:
            notes.append(f"JAX was not measured: {reason}")
    write("step", rows, notes)


if __name__ == "__main__":
    main()
