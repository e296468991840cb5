"""Methods side by side, and the pictures."""

import math
import subprocess
import sys

import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim import (
    Adam,
    Momentum,
    Reason,
    ResidualProblem,
    Stop,
    autograd_source,
    compare,
    descend,
    minimize,
    plot_path,
)
from pishro.optim.catalog import METHODS
from pishro.optim.comparison import convergence_order
from pishro.optim.plots import COLORS, draw_convergence

DOUBLE = torch.float64


def bowl(x: Tensor) -> Tensor:
    return x[0] ** 2 + 5 * (x[1] - 1) ** 2


START = torch.tensor([3.0, -2.0], dtype=DOUBLE)


@pytest.mark.parametrize(
    ("norms", "order"),
    [
        ([0.9**k for k in range(60)], 1.0),
        ([0.5 * 0.9**k * (1 + 0.3 * (-1) ** k) for k in range(400)], 1.0),
        ([10.0 ** -(2**k) for k in range(5)], 2.0),
        ([10.0 ** -(3**k) for k in range(4)], 3.0),
        ([10.0 ** -(1.618**k) for k in range(6)], 1.618),
        ([10.0 ** -(2**k) for k in range(4)] + [1e-16, 3e-17, 0.0], 2.0),
    ],
)
def test_order_of_known_sequences(norms: list[float], order: float) -> None:
    assert convergence_order(norms) == pytest.approx(order, rel=0.05)


@pytest.mark.parametrize("norms", [[], [1.0], [1.0, 0.1], [1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 4.0, 8.0]])
def test_no_order_where_nothing_converges(norms: list[float]) -> None:
    assert math.isnan(convergence_order(norms))


def test_the_table_tells_each_run() -> None:
    runs = compare(bowl, START, {"ball": Momentum(0.05, 0.6), "Adam": Adam(0.1)}, stop=Stop(gradient=1e-6))
    ball, adam = runs.traces
    assert (ball.reason, adam.reason) == (Reason.GRADIENT, Reason.GRADIENT)
    assert ball.order == pytest.approx(1.0, abs=0.1)
    alone = descend(autograd_source(bowl), START, Adam(0.1), Stop(gradient=1e-6), interval=1)
    assert adam.iterations == alone.iterations.item()
    assert adam.points is not None and torch.equal(adam.points[-1], alone.x) and torch.equal(adam.points[0], START)
    # Values and gradients belong to the points beside them.
    for k in (0, 1, adam.iterations):
        assert adam.values[k].item() == bowl(adam.points[k]).item()
        slope = torch.stack([2 * adam.points[k][0], 10 * (adam.points[k][1] - 1)])
        assert adam.norms[k].item() == pytest.approx(slope.abs().amax().item())
    lines = str(runs).splitlines()
    assert lines[0].split()[:3] == ["method", "iterations", "evaluations"]
    assert [line.split()[0] for line in lines[1:]] == ["ball", "Adam"]
    assert lines[1].endswith("gradient")


def test_the_picture_of_convergence() -> None:
    runs = compare(bowl, START, [Momentum(0.05, 0.6), Adam(0.1)], stop=Stop(gradient=1e-6))
    names = ["adam", "SGD", "L-BFGS", "cg"]  # as `minimize` and `training.train` take them
    assert [t.name for t in compare(bowl, START, names, stop=Stop(iterations=3)).traces] == names
    left, right = runs.plot()
    assert left.get_yscale() == right.get_yscale() == "log"
    assert [t.get_text() for t in left.get_legend().get_texts()] == ["Momentum", "Adam"]
    drawn = right.get_lines()[0].get_ydata()
    torch.testing.assert_close(torch.as_tensor(drawn), runs.traces[0].norms)
    again = draw_convergence({"one": (torch.ones(3), torch.zeros(3))}, [left, right])
    assert again == [left, right]


def test_paths_on_contours() -> None:
    runs = compare(bowl, START, [Momentum(0.05, 0.6), Adam(0.1)], stop=Stop(gradient=1e-6))
    axes = runs.plot_path([(-4, 4), (-3, 3)])
    assert axes.get_xlim() == (-4, 4) and axes.get_ylim() == (-3, 3)
    paths = [line for line in axes.get_lines() if len(line.get_xdata()) > 1]
    assert [to_hex(line.get_color()) for line in paths] == list(COLORS[:2])
    assert paths[0].get_xdata()[0] == 3.0
    assert len({line.get_linestyle() for line in paths}) == 2


def test_plot_path_takes_results_tensors_and_axes() -> None:
    given: Axes = Figure().add_subplot()
    found = descend(autograd_source(bowl), START, Momentum(0.05, 0.6), interval=1)
    assert plot_path(bowl, found, [(-4, 4), (-3, 3)], given) is given
    several = plot_path(bowl, [found, torch.zeros(3, 2)], [(-4, 4), (-3, 3)])
    assert [t.get_text() for t in several.get_legend().get_texts()] == ["run 1", "run 2"]
    members = plot_path(bowl, {"run": torch.zeros(3, 2, 2)}, [(-4, 4), (-3, 3)])
    assert [t.get_text() for t in members.get_legend().get_texts()] == ["run, member 1", "run, member 2"]


def test_contours_where_f_branches_or_is_not_defined_everywhere_or_is_flat() -> None:
    path, box = torch.tensor([[1.0, 1.0], [0.5, 0.5]]), [(-1.0, 2.0), (-1.0, 2.0)]
    plot_path(lambda x: x.sum() if x[0] > 0 else -x.sum(), path, box)
    plot_path(lambda x: x.log().sum(), path, box)
    plot_path(lambda x: 0 * x.sum(), path, box)
    with pytest.raises(SettingError, match="finite somewhere"):
        plot_path(lambda x: (x * math.nan).sum(), path, box)


FULL_BATCH = [m for m in METHODS if m != "newton-root"]


def test_every_full_batch_method_side_by_side() -> None:
    valley = ResidualProblem(lambda x: torch.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]]))
    runs = compare(valley, [-1.2, 1.0], [*FULL_BATCH, "adam"], stop=Stop(gradient=1e-7, iterations=800))
    for trace in runs.traces:
        assert len(trace.values) == len(trace.norms) == len(trace.points) == trace.iterations + 1
        for k in (0, -1):
            r = valley.residual(trace.points[k])
            assert trace.values[k].item() == pytest.approx(0.5 * (r @ r).item(), rel=1e-9, abs=1e-30)
        if trace.name not in ("rprop", "adam"):
            assert trace.reason is Reason.GRADIENT and float(trace.norms[-1]) <= 1e-7
    orders = {trace.name: trace.order for trace in runs.traces}
    assert orders["gradient-descent"] == pytest.approx(1.0, abs=0.1)
    assert orders["trust-region"] > 1.7 > 1.2 < orders["bfgs"]
    assert [line.split()[0] for line in str(runs).splitlines()[1:]] == [*FULL_BATCH, "adam"]
    assert runs.plot()[0].get_xscale() == "symlog"  # 800 iterations beside 12
    assert len(runs.plot_path([(-2, 2), (-1, 3)]).get_legend().get_texts()) == len(FULL_BATCH) + 1


def test_paths_of_full_batch_results() -> None:
    result = minimize(bowl, START, bounds=(-2.0, 0.5))
    axes = plot_path(bowl, {"bounded": result}, [(-4, 4), (-3, 3)])
    assert axes.get_legend().get_texts()[0].get_text() == "bounded"


def test_refuses_what_cannot_be_compared_or_drawn() -> None:
    with pytest.raises(SettingError, match="different names"):
        compare(bowl, START, [Adam(0.1), Adam(0.2)])
    with pytest.raises(SettingError, match="at least one"):
        compare(bowl, START, [])
    with pytest.raises(SettingError, match="'adam'"):
        compare(bowl, START, ["adan"])
    with pytest.raises(SettingError, match="stochastic rule"):
        compare(bowl, START, [bowl])
    with pytest.raises(SettingError, match="'lbfgs'"):
        compare(bowl, START, ["lbgfs"])
    with pytest.raises(ShapeError, match="one starting point"):
        compare(bowl, torch.zeros(2, 2), ["bfgs"])
    with pytest.raises(SettingError, match="history"):
        plot_path(bowl, object(), [(0, 1), (0, 1)])
    with pytest.raises(SettingError, match="two variables"):
        plot_path(bowl, torch.zeros(4, 3), [(0, 1), (0, 1)])


def test_importing_optim_does_not_load_the_drawing_library() -> None:
    code = "import sys, pishro.optim; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
