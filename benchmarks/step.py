"""One mini-batch step (gather the batch, forward, backward, Adam) beside torch eager, scikit-learn and JAX.

    python benchmarks/step.py [--threads 2] [--jax PYTHON] [--json FILE]

The contenders take turns in short runs. A time is the median of its runs; a ratio is the median of the ratios within a
turn, so a disturbance of the machine meets both sides. JAX compiles a whole epoch (`lax.scan` with optax); its time is
divided by the steps, and it takes no turns. It is run by the interpreter that `--jax` names, where jax and optax are
installed, or by this one.
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

from pishro.nn import Dense, Network

CASES = {(16, 32, 32, 3): 32, (64, 100, 100, 10): 64, (784, 256, 256, 10): 128}
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
    theta = net.init(members=members, dtype=torch.float32)
    gradient = torch.empty_like(theta)
    bound = net.bind(theta, gradient)
    x, y = data(sizes)
    target = torch.nn.functional.one_hot(y, sizes[-1]).float()
    following = batches(rows)

    # Adam in torch's one-pass kernel; to be replaced by pishro.optim.Adam once that is here
    mean, square, count = torch.zeros_like(theta), torch.zeros_like(theta), torch.zeros(())
    settings = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "weight_decay": 0.0, "eps": 1e-8}

    def adam() -> None:
        count.add_(1)
        torch._fused_adam_(
            [theta], [gradient], [mean], [square], [], [count], **settings, amsgrad=False, maximize=False
        )

    @torch.no_grad()
    def step() -> None:
        index = following()
        raw = bound.forward(x.index_select(0, index))
        d_raw = torch.softmax(raw, -1).sub_(target.index_select(0, index)).div_(rows)
        bound.backward(d_raw)
        adam()

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


def sklearn_step(sizes: tuple[int, ...], rows: int) -> Step:
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(sizes[1:-1], batch_size=rows, alpha=0.0)
    x, y = (t.numpy() for t in data(sizes))
    following = batches(rows)
    classes = np.arange(sizes[-1])

    def step() -> None:
        index = following().numpy()
        model.partial_fit(x[index], y[index], classes=classes)

    return step


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


def measure(sizes: tuple[int, ...], rows: int, jax: dict[str, float]) -> dict[str, object]:
    """A row of the table."""
    makers = {"pishro": pishro_step, "torch": torch_step, "scikit-learn": sklearn_step}
    times = take_turns({name: make(sizes, rows) for name, make in makers.items()})
    row: dict[str, object] = {"network": "-".join(map(str, sizes)), "batch": rows}
    row |= {f"{name} µs": round(1e6 * statistics.median(t)) for name, t in times.items()}
    row |= {f"× {name}": round(ratio(t, times["pishro"]), 2) for name, t in times.items() if name != "pishro"}
    if jax:
        compiled = jax["-".join(map(str, (*sizes, rows)))]
        row |= {"JAX µs": round(1e6 * compiled), "× JAX": round(compiled / statistics.median(times["pishro"]), 2)}
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--jax", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")  # scikit-learn warns that a step is not converged
    jax, reason = jax_seconds(options.jax, options.threads)
    with threadpool_limits(options.threads):  # NumPy's threads, for scikit-learn
        table = [measure(sizes, rows, jax) for sizes, rows in CASES.items()]
    small, rows = next(iter(CASES.items()))
    members = take_turns({"one": pishro_step(small, rows), "sixteen": pishro_step(small, rows, 16)})
    notes = [
        f"{options.threads} threads, float32; × is how many times slower than pishro.",
        f"16 members of the first network: {ratio(members['sixteen'], members['one']):.2f} times the step of one.",
        f"Jacobian of 8-20-1 on 2000 rows: {jacobian_ratio():.2f} times the cost of copying a (2000, 201) result.",
    ]
    if reason:
        notes.append(f"JAX was not measured: {reason}")
    print("\n".join([*map(str, table), *notes]))
    if options.json:
        text = json.dumps({"rows": table, "notes": notes}, indent=1, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
