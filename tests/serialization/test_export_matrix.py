"""Every cost, activation and layer in every format, with random weights: the model itself is the oracle."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

import pishro
from pishro import likelihoods, nn
from pishro.data import NumericTarget, TableEncoder, infer_schema, target_encoder
from pishro.errors import SettingError
from pishro.models import TableModel
from pishro.serialization.export import ExportSettings, export_model, steps
from pishro.serialization.export.c_source import c_source
from pishro.serialization.export.numpy_source import python_source
from pishro.serialization.export.onnx_check import run_onnx
from pishro.serialization.export.onnx_graph import onnx_model
from pishro.serialization.export.program import Builder, Column, Program
from pishro.serialization.export.running import compiler, run_compiled
from pishro.serialization.export.samples import Samples
from pishro.training import TrainedMembers, TrainingRecord

PLAIN = ExportSettings()
FORMATS = (".py", ".onnx", *((".c",) if compiler() else ()))


def model_of(network: nn.Network, likelihood: likelihoods.Likelihood, members: int = 2) -> TableModel:
    """A model of three numbers and a level, five features, whose weights are random."""
    g = np.random.default_rng(0)
    labels = g.choice(["a", "b", "c"], 60)
    frame = pl.DataFrame({"u": g.normal(9, 2, 60), "v": g.normal(size=60), "kind": labels, "y": g.gamma(3, 1, 60)})
    if likelihood.targets == "classes":
        count = getattr(likelihood, "classes", 2)
        frame = frame.with_columns(pl.Series("y", [f"class {i % count}" for i in range(60)]))
    schema = infer_schema(frame, "y")
    theta = network.init(seed=1, members=members)
    theta = theta + 0.1 * torch.randn(theta.shape, generator=torch.Generator().manual_seed(0), dtype=theta.dtype)
    beta = torch.linspace(1.0, 3.0, members, dtype=theta.dtype)
    trained = TrainedMembers(theta, beta, None, TrainingRecord("", "", 0, members, network.layout.size, 60))
    target = target_encoder(frame, schema)
    if isinstance(target, NumericTarget) and likelihood.scaling != "standardize":
        target = dataclasses.replace(target, mean=0.0)
    return TableModel(schema, TableEncoder.fit(frame, schema), target, network, likelihood, trained)


def chain(*layers: Any, outputs: int = 1) -> nn.Network:
    return nn.Network.chain(5, *layers, nn.Dense(outputs))


def assert_agrees(model: TableModel, folder: Path, settings: ExportSettings = PLAIN) -> None:
    for suffix in FORMATS:
        done = export_model(model, folder / f"m{suffix}", settings)
        assert done.deviation is not None and done.deviation < 1e-5, done


COSTS: dict[str, tuple[likelihoods.Likelihood, int]] = {
    "heteroscedastic": (likelihoods.HeteroscedasticNormal(), 2),
    "laplace": (likelihoods.Laplace(), 2),
    "student-t": (likelihoods.StudentT(), 3),
    "huber": (likelihoods.Huber(), 2),
    "log-normal": (likelihoods.LogNormal(), 2),
    "gamma": (likelihoods.Gamma(), 2),
    "gamma of a shape": (likelihoods.Gamma(shape=2.0), 1),
    "poisson": (likelihoods.Poisson(), 1),
    "negative binomial": (likelihoods.NegativeBinomial(), 2),
    "quantiles": (likelihoods.Quantile(), 5),
    "a quantile": (likelihoods.Quantile((0.3,)), 1),
    "mixture": (likelihoods.GaussianMixture(3), 9),
    "bins": (likelihoods.Binned((-1.0, 0.0, 0.5, 3.0)), 3),
    "bernoulli": (likelihoods.Bernoulli(), 1),
    "categorical": (likelihoods.Categorical(4), 4),
    "ordinal": (likelihoods.Ordinal(4), 3),
}


@pytest.mark.parametrize("name", COSTS)
def test_costs(name: str, tmp_path: Path) -> None:
    likelihood, outputs = COSTS[name]
    model = model_of(chain(nn.Dense(3, "tanh"), outputs=outputs), likelihood)
    assert_agrees(model, tmp_path)
    if name in ("heteroscedastic", "log-normal"):
        assert_agrees(model, tmp_path, ExportSettings(interval=0.9))
    elif likelihood.targets == "numbers":
        with pytest.raises(SettingError, match="without an interval"):
            export_model(model, tmp_path / "m.py", ExportSettings(interval=0.9))


ACTIVATIONS: list[Any] = [*sorted(set(nn.activations.ACTIVATIONS) - {"bounded"}), {"tanh": 2, "parametric": 2}]
ACTIVATIONS += [{"name": "bounded", "low": -1.0, "high": 2.0}, {"name": "bounded", "low": 0.0, "high": float("inf")}]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_activations(activation: Any, tmp_path: Path) -> None:
    size = 4
    if activation == "logarithm":
        network = chain(nn.Dense(size, "sigmoid"), nn.Dense(size, "softmax"), nn.Dense(size, "logarithm"))
    else:
        network = chain(nn.Dense(size, activation))
    assert_agrees(model_of(network, likelihoods.Normal()), tmp_path)


def skipping() -> nn.Network:
    return nn.Network.graph(
        {"x": 5},
        {
            "h": nn.Dense(5, "tanh"),
            "sum": (nn.Sum(), "h", "x"),
            "gate": (nn.Product(), "sum", "x"),
            "all": (nn.Concatenate(), "x", "gate", "h"),
            "y": nn.Dense(1),
        },
    )


def images() -> tuple[Any, ...]:
    """Five features become a channel of 2 × 6 places, and a sequence."""
    return (
        nn.Dense(24, "tanh"),
        nn.Reshape((2, 2, 6)),
        nn.Conv2d(3, (2, 3), "relu", padding=(1, 1), stride=(1, 2)),
        nn.MaxPool2d((1, 2), stride=1),
        nn.Upsample(2),
        nn.AveragePool2d(2),
        nn.Flatten(),
    )


def sequences() -> tuple[Any, ...]:
    return (
        nn.Reshape((1, 5)),
        nn.TappedDelay(1),
        nn.Conv1d(3, 2, "parametric", padding=1),
        nn.MaxPool1d(2),
        nn.AveragePool1d(2),
        nn.Flatten(),
    )


def bins(straight: float | None = None) -> nn.PiecewiseLinear:
    return nn.PiecewiseLinear([[-1.0, 0.0, 1.0], [], [0.0, 0.5, 1.0], [-2.0, 0.0, 2.0, 3.0], []], straight)


LAYERS: dict[str, nn.Network] = {
    "gaussian": chain(nn.RBF(4)),
    "multiquadric": chain(nn.RBF(4, "multiquadric", width="dimension")),
    "inverse multiquadric": chain(nn.RBF(4, "inverse_multiquadric", width="shared")),
    "thin plate": chain(nn.RBF(4, "thin_plate")),
    "normalized": chain(nn.RBF(4, normalize=True)),
    "layer norm": chain(nn.Dense(4, "tanh"), nn.LayerNorm()),
    "bins": chain(bins(), nn.Dropout(0.2), nn.Dense(3, "silu")),
    "bins and straight columns": chain(bins(0.4), nn.Dense(3, "silu")),
    "monotone": chain(nn.MonotoneDense(4, "tanh", signs=(1, -1, 0, 0, 1))),
    "joins": skipping(),
    "images": chain(*images()),
    "sequences": chain(*sequences()),
    "tied": nn.Network.graph({"x": 5}, {"h": nn.Dense(3), "o": nn.Transposed("h", 5, "tanh"), "y": nn.Dense(1)}),
}


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str, members: int, tmp_path: Path) -> None:
    assert_agrees(model_of(LAYERS[name], likelihoods.Normal(), members), tmp_path)


def test_single_precision(tmp_path: Path) -> None:
    for name in ("gaussian", "images"):
        assert_agrees(model_of(LAYERS[name], likelihoods.Normal()), tmp_path, ExportSettings(precision="float32"))


def test_what_cannot_be_exported_is_named(tmp_path: Path) -> None:
    cost = likelihoods.UserCost(lambda raw, y: (raw - y).abs().sum(-1))
    with pytest.raises(SettingError, match="'user'"):
        export_model(model_of(chain(nn.Dense(2)), cost), tmp_path / "m.py")


def test_months_of_four_centuries(tmp_path: Path) -> None:
    days = np.concatenate([np.arange(-80_000.0, 80_000.0, 997.0), [-1.0, 0.0, 58.0, 59.0, 11_016.0, 11_017.0]])
    build = Builder()
    month = build.add(steps.Month(), build.add(steps.Read((0,)), size=1), size=1)
    program = Program("y", (Column("day", "day"),), (), tuple(build.steps), {"prediction": month})
    expected = days.astype("datetime64[D]").astype("datetime64[M]").astype(float)[:, None] % 12
    samples = Samples(program.columns, days[:, None], {}, {"prediction": expected}, ())
    space: dict[str, Any] = {"__name__": "exported"}
    exec(python_source(program, samples), space)
    assert (space["_run"](days[:, None])[0] == expected).all()
    assert (run_onnx(onnx_model(program, "float32"), program, samples)[0]["prediction"] == expected).all()
    with_ = compiler()
    if with_ is not None:
        source = c_source(program, "m", "m.h", "float32")
        assert (run_compiled(with_, source, program, samples.matrix)["prediction"] == expected).all()


@pytest.mark.parametrize("cost", ["bernoulli", "normal"])
def test_autoencoders(cost: str, tmp_path: Path) -> None:
    x = np.random.default_rng(0).random((60, 1, 4, 4)).astype(np.float32)
    estimator = pishro.Autoencoder(code=2, likelihood=cost, epochs=1, random_state=0).fit(x)
    for suffix in FORMATS:
        assert export_model(estimator.model_, tmp_path / f"m{suffix}").deviation < 1e-5  # type: ignore[operator]


def test_images(tmp_path: Path) -> None:
    x = np.random.default_rng(0).random((60, 1, 8, 8)).astype(np.float32)
    estimator = pishro.ConvClassifier(channels=(2, 3), hidden=(4,), epochs=1, random_state=0)
    estimator.fit(x, [f"class {i % 3}" for i in range(60)])
    for suffix in FORMATS:
        assert export_model(estimator.model_, tmp_path / f"m{suffix}").deviation < 1e-5  # type: ignore[operator]
    space: dict[str, Any] = {"__name__": "exported"}
    exec((tmp_path / "m.py").read_text(encoding="utf-8"), space)
    assert space["predict"](x).tolist() == estimator.predict(x).tolist()
    with pytest.raises(SettingError, match="interval"):
        export_model(estimator.model_, tmp_path / "m.py", ExportSettings(interval=0.9))
