"""From a table to a fitted model: schema, split, encoders, training, held-out score."""

__all__ = ["FitSettings", "FittedTable", "calibration_share", "evaluate", "fit_encoded", "fit_table"]

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import torch
from torch import Tensor

from pishro.data import (
    ClassTarget,
    NumericTarget,
    Schema,
    TableEncoder,
    frame_from,
    holdout,
    infer_schema,
    last_rows,
    separator_of,
    target_encoder,
    usable_rows,
)
from pishro.errors import SettingError, unknown_name
from pishro.likelihoods import EqualMixture, Likelihood
from pishro.models.calibration import calibration_kind
from pishro.models.choosing_costs import likelihood_for, task_of
from pishro.models.choosing_width import choose_width, losses, widths_to_try
from pishro.models.comparing_costs import FOLDS, choose_cost, gap_between_values, held_out_score
from pishro.models.evaluation import Evaluation, Scores
from pishro.models.limiting import limits_for
from pishro.models.scoring import baseline_scores, class_metrics, regression_metrics
from pishro.models.table_model import TableModel
from pishro.nn import Network
from pishro.objectives import Batch, mean_cost
from pishro.optim import Method, Reason, Rule
from pishro.training import FREE, Checkpoints, Limits, TrainedMembers, Watch, Wishes, choose_recipe
from pishro.training.constraints import AnyConstraint
from pishro.training.noisy_rows import reconsidered
from pishro.training.recipe import Recipe, left_open
from pishro.training.train import Progress
from pishro.training.wishes import PLAIN

TRIAL_MEMBERS = 3
"""Networks of a fit that tries a width."""

CALIBRATION = 0.2
"""Share of the training rows kept to calibrate on: of 500 rows 100, which tell a level to about 2 points."""


@dataclasses.dataclass(frozen=True)
class FitSettings:
    """How to fit; every default is chosen from the table.

    Attributes
    ----------
    hidden : "auto", which asks the number of rows; units of the hidden layers; or "search": the smallest width that
        rows left out cannot improve on, which takes up to fifteen fits of three networks more.
    activation : of the hidden layers; "auto" is tanh for few rows, SiLU for many.
    members : "auto", or how many networks.
    likelihood : the cost: "auto", a name such as "student-t" or "poisson", or a likelihood; or a list of them, the
        usual one first, from which rows left out of three more fits of each choose.
    test : share of the rows held out for the score.
    seed : of the split and the starting points.
    max_seconds : most time for the training; None for a plan of about a minute.
    calibrate : "conformal" for intervals with guaranteed coverage, "temperature" for probabilities, each learned on a
        fifth of the training rows, which the training then does without; None for neither.
    monotone : +1 for columns with which the prediction must rise, −1 for those with which it must fall, such as
        {"age": +1}; it does so at every point. Of two classes it is the probability of the second.
    bounds : lowest and highest prediction, in the target's units; None in place of one that there is not. Intervals may
        reach beyond, where the noise does.
    split : which rows are held out: "random" ones, or the "last" ones, where rows follow in time.
    checkpoint : where it is kept how far the training is; None for nowhere. Fits that only compare costs are not kept.
    method : "auto", a name such as "scaled-conjugate-gradient" or "adam", or one of `optim`'s methods and rules.
    regularization, early_stopping, constraints : see `training.Wishes`; "auto" is evidence for few rows, which needs no
        rows to stop by, and early stopping for many.
    device : where it is computed: "cpu", "cuda", "mps" (many rows only), or "auto", which takes CUDA where that pays.
    """

    hidden: "str | int | Sequence[int]" = "auto"
    activation: str = "auto"
    members: "int | str" = "auto"
    likelihood: "str | Likelihood | Sequence[str | Likelihood]" = "auto"
    test: float = 0.2
    seed: int = 0
    max_seconds: float | None = None
    calibrate: str | None = None
    monotone: "Mapping[str, int] | None" = None
    bounds: "tuple[float | None, float | None] | None" = None
    split: str = "random"
    checkpoint: Checkpoints | None = None
    device: str = "auto"
    method: "str | Method | Rule[Any]" = "auto"
    regularization: "str | float | None" = "auto"
    early_stopping: "str | bool" = "auto"
    constraints: "Sequence[AnyConstraint]" = ()


@dataclasses.dataclass(frozen=True)
class FittedTable:
    """A fitted model, and the rows that it learned from and was scored on, which it does not keep.

    Attributes
    ----------
    model : with its scores.
    train, test : the rows, encoded.
    part, rest : the same rows as they stand in the table.
    """

    model: TableModel
    train: Batch
    test: Batch
    part: pl.DataFrame
    rest: pl.DataFrame


def fit_table(
    table: Any,
    target: str,
    settings: FitSettings = FitSettings(),
    progress: Watch | None = None,
    started: Callable[[Schema, str], None] | None = None,
) -> FittedTable:
    """Fit a model on part of the rows and score it on the rest.

    Parameters
    ----------
    table : a path or a frame.
    target : name of the column to predict.
    settings : what is not to be chosen automatically.
    progress : called after each iteration; a `Reason` that it returns ends the training.
    started : called with the schema and the recipe before the training begins.
    """
    frame = frame_from(table)
    schema = infer_schema(frame, target, task=task_of(settings.likelihood), separator=separator_of(table))
    frame = usable_rows(frame, schema)
    generator = torch.Generator().manual_seed(settings.seed)
    coder = target_encoder(frame, schema)
    labels = coder.transform(frame[target]) if isinstance(coder, ClassTarget) else None
    train, test = _parts(len(frame), settings, generator, labels)
    part, rest = frame[train.numpy()], frame[test.numpy()]
    part, kept = _without_kept(part, settings, None if labels is None else labels[train])

    def announce(sentence: str) -> None:
        if started is not None:
            started(schema, sentence)

    settings, told = _one_cost(part, schema, settings)
    model = _trained(part, schema, settings, progress, announce)
    model.record.recipe += told
    if settings.calibrate is not None:
        model = model.calibrated(settings.calibrate, *model.coded(kept))
    learned, held = Batch(*model.coded(part)), Batch(*model.coded(rest))
    scores, evaluation = evaluate(model, (learned.x, learned.y), (held.x, held.y))
    return FittedTable(dataclasses.replace(model, scores=scores, evaluation=evaluation), learned, held, part, rest)


def _parts(
    rows: int, settings: FitSettings, generator: torch.Generator, labels: "Tensor | None"
) -> tuple[Tensor, Tensor]:
    """Row numbers to train on, and those that are held out."""
    if settings.split == "last":
        return last_rows(rows, settings.test)
    if settings.split != "random":
        raise SettingError(unknown_name("split", settings.split, ["random", "last"]))
    return holdout(rows, settings.test, generator, labels=labels)


def _trained(
    part: pl.DataFrame,
    schema: Schema,
    settings: FitSettings,
    progress: Watch | None = None,
    announce: Callable[[str], None] | None = None,
) -> TableModel:
    """A model fitted to all rows of a frame, by one cost."""
    likelihood = likelihood_for(settings.likelihood, schema.target, schema.classes)
    coder = target_encoder(part, schema, likelihood.scaling)
    encoder = TableEncoder.fit(part, schema)
    batch = Batch(encoder.transform(part), coder.transform(part[schema.target]))
    limits = limits_for(settings.monotone, settings.bounds, encoder, coder, likelihood, likelihood.outputs(batch.y))
    network, trained = fit_encoded(likelihood, batch, settings, progress, announce, limits)
    return TableModel(schema, encoder, coder, network, likelihood, trained)


def _one_cost(part: pl.DataFrame, schema: Schema, settings: FitSettings) -> tuple[FitSettings, str]:
    """The settings with one cost, and how it was chosen where there were several."""
    costs = settings.likelihood
    if isinstance(costs, str | Likelihood):
        return settings, ""
    if schema.classes:
        raise SettingError(f"Expected one cost for classes, received {list(costs)}; costs are compared for numbers.")
    if settings.max_seconds is not None:
        settings = dataclasses.replace(settings, max_seconds=settings.max_seconds / (FOLDS * len(costs) + 1))

    coder = target_encoder(part, schema, "none")
    if isinstance(coder, ClassTarget):
        raise TypeError("Costs are compared for numbers.")
    y = coder.inverse(coder.transform(part[schema.target]))
    gap = gap_between_values(y)

    def score(cost: str | Likelihood, train: Tensor, left_out: Tensor) -> Tensor:
        model = _trained(part[train.numpy()], schema, dataclasses.replace(settings, likelihood=cost, checkpoint=None))
        x = model.encoder.transform(part[left_out.numpy()])
        return held_out_score(model.predictive(x), y[left_out], gap)

    chosen, told = choose_cost(costs, len(part), settings.seed, score)
    return dataclasses.replace(settings, likelihood=chosen), f" {told}"


def calibration_share(rows: int, seed: int, labels: "Tensor | None" = None) -> tuple[Tensor, Tensor]:
    """Row numbers to train on, and those that are kept to calibrate on, by classes where there are any."""
    return holdout(rows, CALIBRATION, torch.Generator().manual_seed(seed), labels=labels)


def _without_kept(
    part: pl.DataFrame, settings: FitSettings, labels: "Tensor | None"
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The training part without the rows that are kept to calibrate on, and those."""
    if settings.calibrate is None:
        return part, part.clear()
    calibration_kind(settings.calibrate)  # an unknown name is refused before the training, not after
    train, kept = calibration_share(len(part), settings.seed, labels)
    return part[train.numpy()], part[kept.numpy()]


def fit_encoded(
    likelihood: Likelihood,
    batch: Batch,
    settings: FitSettings,
    progress: Watch | None = None,
    announce: Callable[[str], None] | None = None,
    limits: Limits = FREE,
    earlier: "tuple[Network, Tensor] | None" = None,
    validation: Batch | None = None,
) -> tuple[Network, TrainedMembers]:
    """Choose a network for encoded rows, and train.

    Parameters
    ----------
    likelihood : the cost.
    batch : inputs (N, D), with scaled targets (N, C) or class indices (N,), and weights.
    settings, progress : as for `fit_table`.
    announce : called with the recipe's sentence.
    limits : what the network's function must keep to.
    earlier : a network and its θ (K, P) from which the training starts, where members and layout are the same.
    validation : encoded rows given to stop by, in place of a part of the others.
    """
    x = batch.x
    size = len(x), x.shape[1], likelihood.outputs(batch.y)
    wishes = Wishes(
        *(settings.method, settings.regularization, settings.early_stopping, tuple(settings.constraints or ())),
        validation=validation,
    )
    search = isinstance(settings.hidden, str) and settings.hidden == "search"
    hidden, told = "auto" if search else settings.hidden, ""
    wanted = settings.members, settings.max_seconds
    recipe = choose_recipe(*size, hidden, *wanted, wishes, labels=likelihood.targets == "classes")
    recipe = dataclasses.replace(recipe, device=settings.device)
    if wishes == PLAIN and left_open(hidden):
        recipe = reconsidered(recipe, likelihood, batch, settings.seed, wanted, limits)
    if search:
        recipe, settings, told = _searched(recipe, likelihood, batch, settings, limits, progress)
    if announce is not None:
        announce(recipe.sentence + told)
    network = recipe.network(x, size[-1], settings.activation, limits)
    seconds = float("inf") if settings.max_seconds is None else settings.max_seconds
    start = None
    if earlier is not None and earlier[0].layout == network.layout and len(earlier[1]) == recipe.members:
        start = earlier[1].to(x.dtype)
    trained = recipe.train(network, likelihood, batch, settings.seed, seconds, progress, start, settings.checkpoint)
    trained.record.recipe += told
    if validation is not None and not trained.record.history.validation:
        cost = float(mean_cost(network, likelihood, trained.theta, validation).mean())
        trained.record.recipe += (
            f" The {len(validation)} rows given for validation were not needed to stop by; "
            f"their cost is {cost:.3g} nats a row."
        )
    if limits.monotone and likelihood.targets == "classes":
        # A probability drawn towards one half where the parameters are uncertain would fall where the network rises.
        trained = dataclasses.replace(trained, posterior=None)
    return network, trained


def _searched(
    recipe: Recipe,
    likelihood: Likelihood,
    batch: Batch,
    settings: FitSettings,
    limits: Limits,
    progress: Watch | None,
) -> tuple[Recipe, FitSettings, str]:
    """The recipe with the width that rows left out choose, settings with what time is left, and the choice in words.

    A trial has few members, as the width is compared, not what an ensemble gains. Half of the time is for the trials.
    """
    size = len(batch), batch.x.shape[1], likelihood.outputs(batch.y)
    widths, seconds, ended = widths_to_try(recipe.hidden, size), None, False
    if settings.max_seconds is not None:
        seconds = settings.max_seconds / 2 / (len(widths) * FOLDS)
        settings = dataclasses.replace(settings, max_seconds=settings.max_seconds / 2)

    def watch(event: Progress) -> Reason | None:
        nonlocal ended
        reason = None if progress is None else progress(dataclasses.replace(event, trying=True))
        ended = ended or reason is not None
        return reason

    def trial(width: tuple[int, ...], train: Tensor, left_out: Tensor) -> Tensor | None:
        if ended:
            return None
        part = batch.take(train)
        short = recipe.sized(width, min(TRIAL_MEMBERS, recipe.members), (len(part), *size[1:]), seconds)
        network = short.network(part.x, size[-1], settings.activation, limits)
        limit = float("inf") if seconds is None else seconds
        trained = short.train(network, likelihood, part, settings.seed, limit, watch)
        return None if ended else losses(network, likelihood, trained, batch.take(left_out))

    chosen = choose_width(widths, len(batch), settings.seed, trial)
    if chosen is None:  # whoever watches has seen enough: the width stays as it was
        return recipe, settings, ""
    return recipe.sized(chosen[0], settings.members, size, settings.max_seconds), settings, f" {chosen[1]}"


def evaluate(model: TableModel, train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> tuple[Scores, Evaluation]:
    """Scores on held-out encoded rows, beside baselines fitted on the training rows."""
    x, y = test
    predictive, own = model.predictive(x), model.likelihood.mean(model.raw(x))
    if isinstance(model.target, NumericTarget):
        if not isinstance(predictive, EqualMixture):
            raise SettingError(f"The cost {model.likelihood.name!r} predicts no distribution to be scored by.")
        actual = model.target.inverse(y)
        low, high = model.ends(predictive, 0.95)
        inside = ((actual >= low) & (actual <= high)).double().squeeze(1).numpy()
        mean, density = predictive.mean().squeeze(1).numpy(), predictive.log_density(actual).numpy()
        plain = actual.squeeze(1).numpy()
        metrics = regression_metrics(plain, mean, density, inside)
        members = (model.target.inverse(own) - actual).square().mean((-2, -1)).sqrt()
        evaluation = Evaluation(
            plain.tolist(),
            mean.tolist(),
            low.squeeze(1).tolist(),
            high.squeeze(1).tolist(),
            members=members.tolist(),
        )
        train_y = model.target.inverse(train[1]).squeeze(1).numpy()
        baselines = baseline_scores((train[0].numpy(), train_y), (x.numpy(), plain), 0)
        return Scores("regression", len(x), metrics, baselines), evaluation
    probabilities, codes = predictive.mean().numpy(), y.numpy().astype(np.int64)
    classes = [str(c) for c in model.schema.classes]
    evaluation = Evaluation(
        codes.tolist(),
        probabilities.argmax(1).tolist(),
        probabilities=probabilities.tolist(),
        classes=classes,
        members=(own.argmax(-1) == y).double().mean(-1).tolist(),
    )
    baselines = baseline_scores((train[0].numpy(), train[1].numpy()), (x.numpy(), codes), len(classes))
    return Scores("classification", len(x), class_metrics(codes, probabilities), baselines), evaluation
