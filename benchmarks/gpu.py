"""On a CUDA device: Levenberg-Marquardt on large Jacobians, steps beside torch's, and many networks at once.

    python -m benchmarks.gpu [--device cpu] [--small] [--no-compile]

Where there is no CUDA device it says so and ends. `--device cpu --small` walks the same way in seconds.

- **Levenberg-Marquardt**, float64: 10⁶ rows × 2,001 weights and 10⁵ × 5,001. An iteration is compared with what it
  cannot do without, measured turn by turn with it: the product JᵀJ of all rows (slice by slice, of made-up numbers, as
  the whole Jacobian may not fit) and one Cholesky factorization.
- **One Adam step** of the networks of `benchmarks.step`, with the gathering of the rows: pishro, whose two paths are
  one launch, beside torch eager, torch.compile, and a whole step of torch captured as a graph.
- **1,024 members** of an 8-10-1 network, by Levenberg-Marquardt on all rows and by Adam on mini-batches: at once, and
  one after the other, of which a few are measured and multiplied.

A device works on while the processor goes ahead, so every clock is stopped behind a synchronization.
"""

__all__ = ["main"]

import argparse
import dataclasses
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from benchmarks.large_lm import problem
from benchmarks.results import markdown, write
from benchmarks.step import CASES, ROWS, batches, data
from pishro.likelihoods import Categorical
from pishro.nn import Dense, Network
from pishro.objectives import Batch, MiniBatches
from pishro.objectives.objective import SLICE_ENTRIES, SLICE_ENTRIES_GPU
from pishro.optim import Adam, LevenbergMarquardt, Stop, optimize
from pishro.optim.loop import Run

Row = dict[str, object]
Step = Callable[[], object]


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How much is computed.

    Attributes
    ----------
    large : rows and hidden units of the large Jacobians.
    iterations : measured of each.
    turns, steps : of the networks' steps.
    members, one_by_one : at once, and measured one after the other.
    passes : iterations of Levenberg-Marquardt, and a hundredth of the steps of Adam, of the members.
    """

    large: tuple[tuple[int, int], ...] = ((1_000_000, 200), (100_000, 500))
    iterations: int = 8
    turns: int = 15
    steps: int = 200
    members: int = 1024
    one_by_one: int = 8
    passes: int = 20


SMALL = Sizes(large=((2000, 5), (1000, 8)), iterations=2, turns=2, steps=5, members=8, one_by_one=2, passes=2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and keep the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda", help="cpu only shows that it runs")
    parser.add_argument("--small", action="store_true", help="sizes for seconds, whose numbers mean nothing")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    options = parser.parse_args(arguments)
    device = torch.device(options.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        print("There is no CUDA device here, so there is nothing to measure.")
        return 0
    sizes = SMALL if options.small else Sizes()
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    rows, notes = [], [f"Measured on: {name}."]
    for count, units in sizes.large:
        rows.append(second_order(count, units, sizes, device))
    for widths, size in CASES.items():
        rows.append(one_step(widths, size, sizes, device, notes, compiles=not options.no_compile))
    rows += [members_by_newton(sizes, device), members_by_adam(sizes, device)]
    columns = dict.fromkeys(key for row in rows for key in row)
    table = [{key: row.get(key) for key in columns} for row in rows]
    if options.small:
        print("\n".join([markdown(table), "", *notes]))
    else:
        write("gpu", table, notes)
    return 0


def finish(device: torch.device) -> None:
    """Wait until everything that was launched is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def timed(work: Step, device: torch.device, count: int = 1) -> float:
    """Seconds of one of `count` calls."""
    finish(device)
    began = time.perf_counter()
    for _ in range(count):
        work()
    finish(device)
    return (time.perf_counter() - began) / count


def second_order(rows: int, units: int, sizes: Sizes, device: torch.device) -> Row:
    """An iteration of Levenberg-Marquardt as a multiple of its product and its Cholesky factorization."""
    objective, theta = problem(rows, units)
    objective, theta = objective.to(device), theta.to(device)
    size = theta.shape[1]
    stop = Stop(gradient=0.0, step=0.0, iterations=10**6)
    run = Run(objective, theta, LevenbergMarquardt(), stop)
    entries = SLICE_ENTRIES if device.type == "cpu" else SLICE_ENTRIES_GPU
    height = max(1, min(rows, entries // size))
    jacobian = torch.randn(height, size, dtype=torch.float64, device=device)
    slices = rows / height
    matrix = jacobian.T @ jacobian + size * torch.eye(size, dtype=torch.float64, device=device)
    total = torch.zeros_like(matrix)
    found: list[tuple[int, float, float, float]] = []
    for turn in range(sizes.iterations + 2):
        before = run.books.evaluations[0]
        iteration = timed(run.iterate, device)
        product = timed(lambda: total.addmm_(jacobian.T, jacobian), device, max(1, round(slices)))
        factor = timed(lambda: torch.linalg.cholesky_ex(matrix), device)
        if turn > 1:  # the first ones warm up
            found.append((run.books.evaluations[0] - before, iteration, product * slices, factor))
    least = min(trials for trials, *_ in found)  # a refused trial factorizes again: the ordinary iteration is compared
    iterations, products, factors = zip(*[times for trials, *times in found if trials == least], strict=True)
    step, product, factor = (statistics.median(v) for v in (iterations, products, factors))
    return {
        "what": f"Levenberg-Marquardt, {rows} × {size}",
        "pishro ms": 1e3 * step,
        "JᵀJ ms": 1e3 * product,
        "Cholesky ms": 1e3 * factor,
        "× JᵀJ + Cholesky": step / (product + factor),
    }


def one_step(
    widths: tuple[int, ...], size: int, sizes: Sizes, device: torch.device, notes: list[str], *, compiles: bool
) -> Row:
    """One Adam step of a network, turn by turn with torch's ways."""
    contenders: dict[str, Step] = {"pishro": pishro_step(widths, size, device)}
    contenders["torch eager"] = torch_step(widths, size, device)
    if compiles:
        contenders["torch.compile"] = torch_step(widths, size, device, compiled=True)
    if device.type == "cuda":
        contenders["captured graph"] = captured_step(widths, size, device)
    times: dict[str, list[float]] = {}
    for name, step in contenders.items():
        try:
            timed(step, device, 3)
        except (OSError, RuntimeError) as error:  # a compiler is missing, or refuses
            notes.append(f"{name} was left out: {str(error).splitlines()[0]}")
            continue
        times[name] = []
    for _ in range(sizes.turns):
        for name, seconds in times.items():
            seconds.append(timed(contenders[name], device, sizes.steps))
    row: Row = {"what": f"Adam step, {'-'.join(map(str, widths))}, {size} rows"}
    row |= {f"{name} ms": 1e3 * statistics.median(seconds) for name, seconds in times.items()}
    own = times["pishro"]
    for name, seconds in times.items():
        if name != "pishro":
            row[f"× {name}"] = statistics.median(a / b for a, b in zip(seconds, own, strict=True))
    return row


def pishro_step(widths: tuple[int, ...], size: int, device: torch.device, members: int = 1) -> Step:
    net = Network.chain(widths[0], *[Dense(u, "relu") for u in widths[1:-1]], Dense(widths[-1]))
    theta, rule = net.init(members=members, dtype=torch.float32).to(device), Adam()
    x, y = data(widths)
    generator = torch.Generator().manual_seed(1)
    source = MiniBatches(net, Categorical(widths[-1]), Batch(x, y), size, generator, device=device)
    state = rule.start(theta)

    @torch.no_grad()
    def step() -> None:
        _, gradient = source(theta)
        rule.update(gradient, state, theta)

    return step


def torch_step(widths: tuple[int, ...], size: int, device: torch.device, *, compiled: bool = False) -> Step:
    """Gather, forward, backward and torch's one-pass Adam; the network and its cost compiled, if asked."""
    module = modules(widths, device)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3, fused=True)
    x, y = (part.to(device) for part in data(widths))
    following = on_device(batches(size), device)

    def cost(rows: Tensor, classes: Tensor) -> Tensor:
        return torch.nn.functional.cross_entropy(module(rows), classes)

    evaluate = torch.compile(cost) if compiled else cost

    def step() -> None:
        index = following()
        optimizer.zero_grad()
        evaluate(x[index], y[index]).backward()
        optimizer.step()

    return step


def captured_step(widths: tuple[int, ...], size: int, device: torch.device) -> Step:
    """The whole step of torch as one launch: rows are gathered into the same place, then the graph is replayed."""
    module = modules(widths, device)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3, fused=True, capturable=True)
    x, y = (part.to(device) for part in data(widths))
    following = on_device(batches(size), device)
    rows, classes = x[:size].clone(), y[:size].clone()

    def work() -> None:
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(module(rows), classes).backward()
        optimizer.step()

    aside = torch.cuda.Stream(device)
    aside.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(aside):
        for _ in range(3):
            work()
    torch.cuda.current_stream(device).wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()

    def step() -> None:
        index = following()
        torch.index_select(x, 0, index, out=rows)
        torch.index_select(y, 0, index, out=classes)
        graph.replay()

    return step


def modules(widths: tuple[int, ...], device: torch.device) -> torch.nn.Sequential:
    layers: list[torch.nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1]).to(device)


def on_device(following: Callable[[], Tensor], device: torch.device) -> Callable[[], Tensor]:
    """The same indices, put on the device beforehand as pishro does for an epoch, so that no step copies."""
    epoch = [following().to(device) for _ in range(ROWS // 128)]
    endless = itertools.cycle(epoch)
    return lambda: next(endless)


def members_by_newton(sizes: Sizes, device: torch.device) -> Row:
    """All members by Levenberg-Marquardt, at once and one after the other."""
    objective, _ = problem(1000, 10)
    objective = objective.to(device)
    theta = objective.network.init(seed=0, members=sizes.members).to(device)
    stop = Stop(gradient=0.0, step=0.0, iterations=sizes.passes)

    def fit(start: Tensor) -> Step:
        return lambda: optimize(objective, start.clone(), LevenbergMarquardt(), stop)

    timed(fit(theta[:2]), device)  # what is loaded at the first use
    together = timed(fit(theta), device)
    alone = [timed(fit(theta[k : k + 1]), device) for k in range(sizes.one_by_one)]
    return compared(f"{sizes.members} members 8-10-1, {sizes.passes} iterations on 1000 rows", together, alone, sizes)


def members_by_adam(sizes: Sizes, device: torch.device) -> Row:
    """All members by Adam, at once and one after the other."""
    objective, _ = problem(1000, 10)
    net, cost, batch = objective.network, objective.likelihood, objective.batch.to(device, torch.float32)
    start = net.init(seed=0, members=sizes.members, dtype=torch.float32).to(device)
    count = 100 * sizes.passes if sizes is not SMALL else sizes.passes

    @torch.no_grad()
    def fit(theta: Tensor) -> float:
        source = MiniBatches(net, cost, batch, 64, torch.Generator().manual_seed(1))
        theta, rule = theta.clone(), Adam()
        state = rule.start(theta)

        def step() -> None:
            _, gradient = source(theta)
            rule.update(gradient, state, theta)

        timed(step, device, 3)  # the recording belongs to the beginning, not to a step
        return count * timed(step, device, count)

    together, alone = fit(start), [fit(start[k : k + 1]) for k in range(sizes.one_by_one)]
    return compared(f"{sizes.members} members 8-10-1, {count} Adam steps of 64 rows", together, alone, sizes)


def compared(what: str, together: float, alone: list[float], sizes: Sizes) -> Row:
    each = sizes.members * statistics.median(alone)
    return {
        "what": what,
        "pishro ms": 1e3 * together,
        "one after the other ms": 1e3 * each,
        "× one after the other": each / together,
    }


if __name__ == "__main__":
    sys.exit(main())
