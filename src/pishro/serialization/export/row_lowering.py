"""Models that read rows without a table, convolutional classifiers and autoencoders → their programs."""

__all__ = ["program_of_rows", "row_samples"]

import math

import numpy as np
import torch

from pishro.errors import SettingError
from pishro.models import AutoencoderModel, ConvModel, RowScaling
from pishro.models.autoencoder import BOTTLENECK
from pishro.serialization.export import steps as op
from pishro.serialization.export.layers import Passed, walk
from pishro.serialization.export.lowering import PLAIN, ExportSettings
from pishro.serialization.export.predictions import probabilities
from pishro.serialization.export.program import Array, Builder, Column, Program, Value
from pishro.serialization.export.samples import Samples


def program_of_rows(model: ConvModel | AutoencoderModel, settings: ExportSettings = PLAIN) -> Program:
    """The program of rows of one shape, their entries channel by channel and row by row.

    Raises
    ------
    SettingError
        If a layer or the cost cannot be expressed, or an interval was asked for.
    """
    if settings.interval is not None:
        raise SettingError("An interval was asked of a model that predicts none; export without it.")
    shape = model.network.shape_in
    center, scale = _each(model.scaling, shape)
    build = Builder()
    raw = build.add(op.Read(tuple(range(math.prod(shape)))), size=math.prod(shape))
    path = walk(build, model.network, model.trained.theta, build.standardize(raw, center, 1 / scale))
    if isinstance(model, ConvModel):
        outputs = {"probabilities": probabilities(build, model.likelihood, path[-1].y, None, None)}
        target, classes = "class", model.classes
    else:
        outputs, target, classes = _reconstruction(build, model, path), "reconstruction", ()
    columns = tuple(
        Column(f"entry {i}", "number", (), (float(center[i]), float(scale[i]))) for i in range(math.prod(shape))
    )
    weights = f"{model.network.layout.size} weights; cost {model.likelihood.name}."
    return Program(target, columns, shape, tuple(build.steps), outputs, classes, notes=(f"A network of {weights}",))


def _each(scaling: RowScaling, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Center and scale of each entry."""
    pair = (scaling.center, scaling.scale)
    center, scale = (np.broadcast_to(t.double().numpy(), shape).ravel().copy() for t in pair)
    return center, scale


def _reconstruction(build: Builder, model: AutoencoderModel, path: list[Passed]) -> dict[str, Value]:
    """The rows as the network gives them back, and their codes."""
    name, mean = model.likelihood.name, path[-1].y
    if name == "intensities":
        mean = build.map("sigmoid", mean)
    elif name != "normal":
        raise SettingError(f"An autoencoder of the cost {name!r} cannot be exported; use 'normal' or 'intensities'.")
    center, scale = _each(model.scaling, model.network.shape_in)
    code = next(passed.y for passed in path if passed.name == BOTTLENECK)
    return {"prediction": build.affine(mean, scale, center), "code": code}


def row_samples(model: ConvModel | AutoencoderModel, program: Program, rows: int = 16) -> Samples:
    """Rows around the training's center, and what the model says of them."""
    center, scale = (np.array([c.typical[i] for c in program.columns]) for i in (0, 1))
    codes = center + scale * np.random.default_rng(0).normal(size=(rows, len(center))).clip(-2, 2)
    x = torch.from_numpy(codes).reshape(rows, *program.shape).to(model.trained.theta.dtype)
    codes = x.double().reshape(rows, -1).numpy()  # as the model sees them
    if isinstance(model, ConvModel):
        found = model.probabilities(x)
        labels = tuple(model.classes[int(best)] for best in found.argmax(-1))
        return Samples(program.columns, codes, {}, {"probabilities": found.double().numpy()}, labels)
    answers = {"prediction": model.reconstruct(x), "code": model.encode(x)}
    return Samples(
        program.columns, codes, {}, {n: t.double().reshape(rows, -1).numpy() for n, t in answers.items()}, ()
    )
