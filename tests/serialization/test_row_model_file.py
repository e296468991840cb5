"""Files of models of rows: what is written is what is read, and the rest is refused."""

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_iris

import pishro
from pishro.errors import ModelFileError, SettingError, ShapeError
from pishro.models import AutoencoderModel, ConvModel
from pishro.serialization import load_model, load_row_model, save_row_model

DIGITS = load_digits()
X = DIGITS.images[:100] / 16
ROWS = torch.from_numpy(X).float().unsqueeze(1)


def test_a_convolutional_network(tmp_path: Path) -> None:
    labels = np.where(DIGITS.target[:100] > 4, "high", "low")
    model = pishro.ConvClassifier((4,), 8, epochs=1, members=2).fit(X, labels).model_
    save_row_model(model, tmp_path / "m.safetensors")
    again = load_row_model(tmp_path / "m.safetensors")
    assert isinstance(again, ConvModel)
    assert again.classes == ("high", "low")
    assert again.trained.record == model.trained.record
    torch.testing.assert_close(again.probabilities(ROWS), model.probabilities(ROWS), rtol=0, atol=0)


@pytest.mark.parametrize("likelihood", ["normal", "bernoulli"])
def test_an_autoencoder(likelihood: str, tmp_path: Path) -> None:
    model = pishro.Autoencoder((5,), tied=True, likelihood=likelihood, epochs=1).fit(X.reshape(100, -1)).model_
    save_row_model(model, tmp_path / "m.safetensors")
    again = load_row_model(tmp_path / "m.safetensors")
    assert isinstance(again, AutoencoderModel)
    rows = ROWS.flatten(1)
    torch.testing.assert_close(again.reconstruct(rows), model.reconstruct(rows), rtol=0, atol=0)
    torch.testing.assert_close(again.cost(rows), model.cost(rows), rtol=0, atol=0)


def test_a_boltzmann_machine(tmp_path: Path) -> None:
    model = pishro.RestrictedBoltzmannMachine(5, hidden="relu", epochs=2).fit(X).model_
    save_row_model(model, tmp_path / "m.safetensors")
    again = pishro.load(tmp_path / "m.safetensors")
    rows = ROWS.flatten(1)
    torch.testing.assert_close(again.reconstruct(rows), model.reconstruct(rows), rtol=0, atol=0)
    assert again.record == model.record
    torch.testing.assert_close(again.sample(2, 5, 0), model.sample(2, 5, 0), rtol=0, atol=0)


@pytest.mark.parametrize("fine_tuning", ["backward", "up-down", "regression"])
def test_a_deep_belief_network(fine_tuning: str, tmp_path: Path) -> None:
    rows, labels = ROWS.flatten(1), DIGITS.target[:100]
    if fine_tuning == "regression":
        model = pishro.DeepBeliefRegressor((6, 5), pretrain_epochs=1, epochs=1).fit(rows, 1.0 * labels).model_
    else:
        kinds = np.where(labels > 4, "high", "low")
        estimator = pishro.DeepBeliefClassifier((6, 5), pretrain_epochs=1, epochs=1, fine_tuning=fine_tuning)
        model = estimator.fit(rows, kinds).model_
    save_row_model(model, tmp_path / "m.safetensors")
    again = pishro.load(tmp_path / "m.safetensors")
    assert again.classes == model.classes
    torch.testing.assert_close(again.mean(rows), model.mean(rows), rtol=0, atol=0)
    if fine_tuning == "up-down":
        torch.testing.assert_close(again.sample(2, 1, 5, 0), model.sample(2, 1, 5, 0), rtol=0, atol=0)


@pytest.mark.filterwarnings("ignore:.*hyperplane")
@pytest.mark.parametrize("names", [["no", "yes", "yes"], ["setosa", "versicolor", "virginica"]])
def test_a_perceptron(names: list[str], tmp_path: Path) -> None:
    x, species = load_iris(return_X_y=True)
    labels = np.array(names)[species]
    estimator = pishro.PerceptronClassifier(20).fit(x, labels)
    save_row_model(estimator.model_, tmp_path / "m.safetensors")
    again = pishro.load(tmp_path / "m.safetensors")
    rows = torch.from_numpy(x)
    assert [again.classes[i] for i in again.winners(rows)] == estimator.predict(x).tolist()
    assert (estimator.predict(x) == labels).mean() > 0.8
    torch.testing.assert_close(again.distances(rows), estimator.model_.distances(rows), rtol=0, atol=0)
    revived = pickle.loads(pickle.dumps(estimator))
    np.testing.assert_array_equal(revived.decision_function(x[::-1]), estimator.decision_function(x[::-1]))
    with pytest.raises(ShapeError, match="for 4 classes"):
        dataclasses.replace(again, classes=(*"abcd",))


def test_files_of_another_kind_or_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    pishro.fit({"x": list(range(30)), "y": list(range(30))}, "y", hidden=1, members=1).save(path)
    assert pishro.load(path).schema.target == "y"
    with pytest.raises(SettingError, match=r"received a Model; one of a table is written by"):
        save_row_model(pishro.load(path), path)  # type: ignore[arg-type]
    with pytest.raises(ModelFileError, match=r"one of a table; use `pishro\.load`"):
        load_row_model(path)
    save_row_model(pishro.Autoencoder((), epochs=1).fit(X).model_, path)
    with pytest.raises(ModelFileError, match=r"'autoencoder', which reads rows.*pishro\.load"):
        load_model(path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelFileError, match="not a whole safetensors file"):
        load_row_model(path)
