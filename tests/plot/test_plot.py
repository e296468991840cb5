"""Figures of a model: axes with names on them, on axes of one's own too, and clear refusals."""

from collections.abc import Iterator

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import pishro
from pishro import plot
from pishro.errors import SettingError


@pytest.fixture(scope="module")
def regression() -> pishro.Model:
    rows = range(80)
    table = {"x": [i / 20 for i in rows], "w": ["ab"[i % 2] for i in rows]}
    return pishro.fit(table | {"y": [(i / 20) ** 2 + i % 2 for i in rows]}, "y", hidden=2, members=1, max_seconds=3)


@pytest.fixture(scope="module")
def classes() -> pishro.Model:
    rows = range(90)
    table = {"x": [i / 20 for i in rows], "y": ["low" if i + 9 * (i % 5) < 60 else "high" for i in rows]}
    return pishro.fit(table, "y", hidden=2, members=1, max_seconds=3)


@pytest.fixture(autouse=True)
def no_windows() -> Iterator[None]:
    from matplotlib import pyplot

    mpl.use("agg")
    yield
    pyplot.close("all")


NUMBERS = ["predicted", "residuals", "histogram", "coverage", "relevance", "scores", "training"]
CLASSES = ["confusion", "roc", "precision_recall", "calibration", "relevance", "scores", "training"]


@pytest.mark.parametrize("name", NUMBERS)
def test_figures_of_numbers(regression: pishro.Model, name: str) -> None:
    axes = getattr(plot, name)(regression)
    assert isinstance(axes, Axes) and axes.get_xlabel()


@pytest.mark.parametrize("name", CLASSES)
def test_figures_of_classes(classes: pishro.Model, name: str) -> None:
    axes = getattr(plot, name)(classes)
    assert isinstance(axes, Axes) and axes.get_xlabel()


def test_a_figure_goes_where_it_is_told(regression: pishro.Model) -> None:
    own = Figure().add_subplot()
    assert plot.residuals(regression, "w", axes=own) is own
    assert own.get_xlabel() == "w" and own.get_ylabel() == "residual of y"
    assert [t.get_text() for t in own.get_xticklabels()] == ["a", "b"]
    assert plot.effect(regression, "x", axes=Figure().add_subplot()).get_xlabel() == "x"
    assert plot.predicted(regression, rows="training", axes=Figure().add_subplot()).get_ylabel() == "predicted y"


def test_refusals(regression: pishro.Model, classes: pishro.Model) -> None:
    with pytest.raises(SettingError, match="classification"):
        plot.confusion(regression)
    with pytest.raises(SettingError, match="regression"):
        plot.residuals(classes)
    with pytest.raises(SettingError, match="'x'"):
        plot.effect(regression, "xx")
    with pytest.raises(SettingError, match="'cost'"):
        plot.training(regression, "costs")
    with pytest.raises(SettingError, match="held-out"):
        plot.predicted(regression, rows="test")
