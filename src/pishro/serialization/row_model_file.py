"""Files of models that read rows without a table: of images, autoencoders, Boltzmann machines, perceptrons and so on.

As the file of a table's model, it is safetensors with a JSON header, and reading it never executes code. Each kind of
model has a pair of functions here, one that takes it apart into header and tensors and one that puts it together.
"""

__all__ = ["RowModel", "load_row_model", "row_model", "save_row_model"]

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor

from pishro.errors import ModelFileError, SettingError
from pishro.likelihoods import Intensities, Likelihood, likelihood_from_json
from pishro.models import (
    AutoencoderModel,
    BeliefModel,
    BeliefNetwork,
    BoltzmannModel,
    BoltzmannRecord,
    ConvModel,
    GenerativeModel,
    Machine,
    PerceptronModel,
    RowScaling,
    units_named,
)
from pishro.nn import Network
from pishro.serialization.model_file import DAMAGES, ENTRY, read_parts
from pishro.serialization.versions import FORMAT
from pishro.tensor_file import write_tensor_file
from pishro.training import TrainedMembers, TrainingRecord

RowModel = ConvModel | AutoencoderModel | BeliefModel | BoltzmannModel | GenerativeModel | PerceptronModel
Header = dict[str, Any]
Tensors = dict[str, Tensor]
Parts = tuple[Header, Tensors]


def save_row_model(model: RowModel, path: str | os.PathLike[str]) -> None:
    """Write the model, such as an estimator's `model_`; an existing file is replaced only when the new one is whole.

    Raises
    ------
    DataError
        If the folder does not exist or cannot be written to.
    SettingError
        If it is another kind of model.
    """
    name = next((name for name, kind in KINDS.items() if isinstance(model, kind.model)), None)
    if name is None:
        raise SettingError(
            f"A {', '.join(KINDS)} model was expected, received a {type(model).__name__}; one of a table is written by "
            "`save_model`."
        )
    header, tensors = KINDS[name].parts(model)
    header = {"format": FORMAT, "kind": name, **header}
    tensors = {key: t.contiguous() for key, t in tensors.items()}
    write_tensor_file(path, ENTRY, header, tensors)


def load_row_model(path: str | os.PathLike[str]) -> RowModel:
    """Read a model.

    Raises
    ------
    ModelFileError
        If the file is missing, truncated, foreign, damaged, of a table's model, or written by a newer version.
    """
    model = row_model(path)
    if model is None:
        raise ModelFileError(f"{path} holds no {' or '.join(KINDS)} model, but one of a table; use `pishro.load`.")
    return model


def row_model(path: str | os.PathLike[str]) -> RowModel | None:
    """The model in a file, None where it is one of a table; raises as `load_row_model` otherwise."""
    header, tensors = read_parts(Path(path))
    kind = header.get("kind")
    if kind is None:
        return None
    if not isinstance(kind, str) or kind not in KINDS:
        raise ModelFileError(
            f"{path} holds a model of the kind {str(kind)[:60]!r}, which this version does not know; upgrade it."
        )
    try:
        model: RowModel = KINDS[kind].whole(header, tensors)
    except DAMAGES as error:
        raise ModelFileError(f"{path} is damaged: {repr(error)[:300]}; take another copy.") from None
    return model


def _scaling_parts(scaling: RowScaling, name: str = "") -> Tensors:
    return {f"{name}center": scaling.center, f"{name}scale": scaling.scale}


def _scaling(tensors: Tensors, name: str = "") -> RowScaling:
    return RowScaling(tensors[f"{name}center"], tensors[f"{name}scale"])


def _network_parts(model: ConvModel | AutoencoderModel | BeliefModel) -> Parts:
    header: Header = {
        "network": model.network.to_json(),
        "likelihood": model.likelihood.to_json(),
        "record": model.trained.record.to_json(),
    }
    if not isinstance(model, AutoencoderModel):
        header["classes"] = list(model.classes)
    tensors = {"theta": model.trained.theta, "beta": model.trained.beta, **_scaling_parts(model.scaling)}
    return header, tensors | (_scaling_parts(model.target, "target.") if isinstance(model, BeliefModel) else {})


def _network(header: Header, tensors: Tensors) -> tuple[RowScaling, Network, Likelihood, TrainedMembers]:
    network = Network.from_json(header["network"])
    theta, beta = tensors["theta"], tensors["beta"]
    if theta.shape != (len(beta), network.layout.size):
        raise ModelFileError(f"theta has shape {tuple(theta.shape)}, expected {(len(beta), network.layout.size)}")
    trained = TrainedMembers(theta, beta, None, TrainingRecord.from_json(header["record"]))
    return _scaling(tensors), network, _likelihood(header["likelihood"]), trained


def _likelihood(data: dict[str, Any]) -> Likelihood:
    # no cost of tables, so not in their catalog
    return Intensities() if data == {"name": Intensities.name} else likelihood_from_json(data)


def _convolutional(header: Header, tensors: Tensors) -> ConvModel:
    return ConvModel(*_network(header, tensors), tuple(header["classes"]))


def _autoencoder(header: Header, tensors: Tensors) -> AutoencoderModel:
    return AutoencoderModel(*_network(header, tensors))


def _belief(header: Header, tensors: Tensors) -> BeliefModel:
    return BeliefModel(*_network(header, tensors), _scaling(tensors, "target."), tuple(header["classes"]))


def _machine_parts(machine: Machine, name: str) -> Parts:
    units = {"visible": machine.visible.to_json(), "hidden": machine.hidden.to_json()}
    tensors = {"weight": machine.weight, "visible_bias": machine.visible_bias, "hidden_bias": machine.hidden_bias}
    return {name: units}, {f"{name}.{key}": t for key, t in tensors.items()}


def _machine(header: Header, tensors: Tensors, name: str) -> Machine:
    units = header[name]
    parts = (tensors[f"{name}.{key}"] for key in ("weight", "visible_bias", "hidden_bias"))
    return Machine(units_named(units["visible"]), units_named(units["hidden"]), *parts)


def _boltzmann_parts(model: BoltzmannModel) -> Parts:
    header, tensors = _machine_parts(model.machine, "machine")
    tensors |= {"means": model.means, **_scaling_parts(model.scaling)}
    return header | {"record": model.record.to_json()}, tensors


def _boltzmann(header: Header, tensors: Tensors) -> BoltzmannModel:
    record = BoltzmannRecord.from_json(header["record"])
    return BoltzmannModel(_scaling(tensors), _machine(header, tensors, "machine"), tensors["means"], record)


def _generative_parts(model: GenerativeModel) -> Parts:
    header: Header = {
        "classes": list(model.classes),
        "notes": list(model.notes),
        "layers": len(model.belief.generative),
    }
    tensors = _scaling_parts(model.scaling)
    machines = {f"recognition{i}": m for i, m in enumerate(model.belief.recognition)}
    machines |= {f"generative{i}": m for i, m in enumerate(model.belief.generative)} | {"top": model.belief.top}
    for name, machine in machines.items():
        units, parts = _machine_parts(machine, name)
        header |= units
        # the two ways share their tensors until up-down fine-tuning, which a file cannot say
        tensors |= {key: t.clone() for key, t in parts.items()}
    return header, tensors


def _generative(header: Header, tensors: Tensors) -> GenerativeModel:
    def layers(way: str) -> tuple[Machine, ...]:
        return tuple(_machine(header, tensors, f"{way}{i}") for i in range(header["layers"]))

    top, classes = _machine(header, tensors, "top"), tuple(header["classes"])
    belief = BeliefNetwork(layers("recognition"), layers("generative"), top, len(classes))
    return GenerativeModel(_scaling(tensors), belief, classes, tuple(header["notes"]))


def _perceptron_parts(model: PerceptronModel) -> Parts:
    return {"classes": list(model.classes)}, {"weight": model.weight, "bias": model.bias}


def _perceptron(header: Header, tensors: Tensors) -> PerceptronModel:
    return PerceptronModel(tensors["weight"], tensors["bias"], tuple(header["classes"]))


@dataclasses.dataclass(frozen=True)
class _Kind:
    """A kind of model, and the two ways between it and a file."""

    model: type
    parts: Callable[[Any], Parts]
    whole: Callable[[Header, Tensors], Any]


KINDS = {
    "convolutional": _Kind(ConvModel, _network_parts, _convolutional),
    "autoencoder": _Kind(AutoencoderModel, _network_parts, _autoencoder),
    "belief": _Kind(BeliefModel, _network_parts, _belief),
    "boltzmann": _Kind(BoltzmannModel, _boltzmann_parts, _boltzmann),
    "generative": _Kind(GenerativeModel, _generative_parts, _generative),
    "perceptron": _Kind(PerceptronModel, _perceptron_parts, _perceptron),
}
