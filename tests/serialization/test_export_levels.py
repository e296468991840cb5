"""A column of hundreds of levels, some of them together in 'other', reads the same in every format."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from pishro import likelihoods, nn
from pishro.data import TableEncoder, infer_schema, target_encoder
from pishro.models import TableModel
from pishro.serialization.export import export_model
from pishro.serialization.export.running import compiler
from pishro.training import TrainedMembers, TrainingRecord

ROWS = 3000
FORMATS = (".py", ".onnx", *((".c",) if compiler() else ()))


@pytest.fixture(scope="module")
def model() -> TableModel:
    g = np.random.default_rng(0)
    levels = [f"level {min(i // 2, i % 300)}" if i % 50 else None for i in range(ROWS)]
    frame = pl.DataFrame({"u": g.normal(9, 2, ROWS), "kind": levels, "y": g.gamma(3, 1, ROWS)})
    schema = infer_schema(frame, "y")
    encoder = TableEncoder.fit(frame, schema)
    assert len(encoder.names) == 1 + 255 + 2
    network = nn.Network.chain(len(encoder.names), nn.Dense(3, "tanh"), nn.Dense(1))
    theta = network.init(seed=1, members=2)
    record = TrainingRecord("", "", 0, 2, network.layout.size, ROWS)
    trained = TrainedMembers(theta, torch.ones(2, dtype=theta.dtype), None, record)
    return TableModel(schema, encoder, target_encoder(frame, schema), network, likelihoods.Normal(), trained)


@pytest.mark.parametrize("suffix", FORMATS)
def test_it_agrees(model: TableModel, tmp_path: Path, suffix: str) -> None:
    done = export_model(model, tmp_path / f"m{suffix}")
    assert done.deviation is not None
    assert done.deviation < 1e-5
    assert (tmp_path / f"m{suffix}").stat().st_size < 2e6
