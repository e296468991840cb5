"""Figures of a fitted model: `pishro.plot.residuals(model)` and its kin, each returning matplotlib axes.

They are the figures of the report, drawn in colors that color-blind readers can tell apart (Okabe and Ito 2008). Every
function takes the model and, at will, the axes to draw on; without these it makes a figure by pyplot, so that a
notebook shows it. What a model does not have is refused, with what would give it.
"""

__all__ = [
    "calibration",
    "confusion",
    "coverage",
    "effect",
    "histogram",
    "precision_recall",
    "predicted",
    "relevance",
    "residuals",
    "roc",
    "scores",
    "training",
]

from matplotlib.axes import Axes

from pishro.errors import SettingError, unknown_name
from pishro.fitting import Model
from pishro.report import class_panels, input_panels, panels, regression_panels
from pishro.report.facts import ReportFacts
from pishro.report.sentences import ENGLISH


def predicted(model: Model, *, rows: str = "held-out", axes: Axes | None = None) -> Axes:
    """Predicted against actual numbers, with 95 % intervals for held-out rows.

    Parameters
    ----------
    model : a regression.
    rows : "held-out" or "training".
    axes : where to draw.

    Raises
    ------
    SettingError
        If the model predicts classes, or there are no such rows.
    """
    facts = _facts(model, "regression")
    drawn = {"held-out": regression_panels.agreement_axes, "training": regression_panels.train_axes}
    if rows not in drawn:
        raise SettingError(unknown_name("kind of rows", rows, list(drawn)))
    if rows == "training" and not facts.exhibits.train[0]:
        raise _absent("training rows")
    return drawn[rows](facts, ENGLISH, _axes(axes))


def residuals(model: Model, column: str | None = None, *, axes: Axes | None = None) -> Axes:
    """Held-out residuals, actual − predicted, against the predictions or against one of the most relevant inputs.

    Parameters
    ----------
    model : a regression.
    column : an input column; None for the predictions.
    axes : where to draw.
    """
    facts = _facts(model, "regression")
    if column is not None and column not in facts.exhibits.inputs:
        raise SettingError(unknown_name("column with kept cells", column, list(facts.exhibits.inputs)))
    return regression_panels.residual_axes(facts, ENGLISH, column, _axes(axes))


def histogram(model: Model, *, axes: Axes | None = None) -> Axes:
    """Histogram of the held-out residuals of a regression."""
    return regression_panels.histogram_axes(_facts(model, "regression"), ENGLISH, _axes(axes))


def coverage(model: Model, *, axes: Axes | None = None) -> Axes:
    """The share of held-out values that intervals of each level hold; intervals keep their word on the diagonal."""
    facts = _facts(model, "regression")
    if not facts.exhibits.coverage:
        raise _absent("coverage")
    return regression_panels.coverage_axes(facts, ENGLISH, _axes(axes))


def confusion(model: Model, *, axes: Axes | None = None) -> Axes:
    """Held-out rows by actual and predicted class."""
    return class_panels.confusion_axes(_facts(model, "classification"), ENGLISH, _axes(axes))


def roc(model: Model, *, axes: Axes | None = None) -> Axes:
    """True against false positive rate; of several classes those told apart worst, each against the rest."""
    return class_panels.roc_axes(_facts(model, "classification"), ENGLISH, _axes(axes))


def precision_recall(model: Model, *, axes: Axes | None = None) -> Axes:
    """Precision against recall; of several classes those told apart worst, each against the rest."""
    return class_panels.precision_recall_axes(_facts(model, "classification"), ENGLISH, _axes(axes))


def calibration(model: Model, *, axes: Axes | None = None) -> Axes:
    """How often a class comes true, against its predicted probability, with 95 % intervals."""
    return class_panels.reliability_axes(_facts(model, "classification"), ENGLISH, _axes(axes))


def relevance(model: Model, *, axes: Axes | None = None) -> Axes:
    """Share of the prediction's variance that each column accounts for, the largest first."""
    facts = _facts(model)
    if not facts.exhibits.relevance:
        raise _absent("relevance")
    return input_panels.relevance_axes(facts, ENGLISH, _axes(axes))


def effect(model: Model, column: str, *, axes: Axes | None = None) -> Axes:
    """Partial dependence on one of the most relevant columns, with its band.

    Parameters
    ----------
    model : a fitted model.
    column : an input column that matters; `model.partial_dependence` computes it for any.
    axes : where to draw.
    """
    facts = _facts(model)
    known = [found.column for found in facts.exhibits.effects]
    if column not in known:
        raise SettingError(unknown_name("column with a known effect", column, known))
    return input_panels.effect_axes(facts, ENGLISH, column, _axes(axes))


def scores(model: Model, *, axes: Axes | None = None) -> Axes:
    """The headline score of the model and of each baseline, with 95 % intervals."""
    return panels.score_axes(_facts(model), ENGLISH, _axes(axes))


def training(model: Model, curve: str = "cost", *, axes: Axes | None = None) -> Axes:
    """How the training went, with the point that was kept.

    Parameters
    ----------
    model : a fitted model.
    curve : "cost", "validation", "gradient", "damping" or "effective".
    axes : where to draw.

    Raises
    ------
    SettingError
        If the run left no such curve.
    """
    facts = _facts(model)
    left = panels.recorded(facts)
    if curve not in left:
        raise SettingError(unknown_name("curve of this run", curve, left))
    return panels.training_axes(facts, ENGLISH, curve, _axes(axes))


def _facts(model: Model, task: str | None = None) -> ReportFacts:
    facts = model.facts()
    if task is not None and facts.task != task:
        raise SettingError(f"This figure is of a {task}, but the model is a {facts.task}; choose another figure.")
    return facts


def _absent(what: str) -> SettingError:
    return SettingError(f"Expected a model that kept its {what}, but this one did not; fit it by `pishro.fit`.")


def _axes(axes: Axes | None) -> Axes:
    if axes is not None:
        return axes
    from matplotlib import pyplot  # noqa: PLC0415 - pyplot chooses a window system when it is imported

    return pyplot.subplots(figsize=(5.2, 3.9), layout="constrained")[1]
