"""Files of models that read rows without a table: convolutional networks and autoencoders.

As the file of a table's model, it is safetensors with a JSON header, and reading it never executes code. The tensors
are θ (K, P), β (K,) and the scaling's center and scale; the header's entry "pishro" holds everything else.
"""

__all__ = ["load_row_model", "save_row_model"]

import json
import os
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor

from pishro.data import replacing
from pishro.errors import ModelFileError, PishroError
from pishro.likelihoods import Intensities, Likelihood, likelihood_from_json
from pishro.models import AutoencoderModel, ConvModel, RowScaling
from pishro.nn import Network
from pishro.serialization.model_file import FORMAT, read_parts
from pishro.training import TrainedMembers, TrainingRecord

KINDS = {"convolutional": ConvModel, "autoencoder": AutoencoderModel}


def save_row_model(model: ConvModel | AutoencoderModel, path: str | os.PathLike[str]) -> None:
    """Write the model, such as an estimator's `model_`; an existing file is replaced only when the new one is whole.

    Raises
    ------
    DataError
        If the folder does not exist or cannot be written to.
    """
    header: dict[str, Any] = {
        "format": FORMAT,
        "kind": next(name for name, kind in KINDS.items() if isinstance(model, kind)),
        "network": model.network.to_json(),
        "likelihood": model.likelihood.to_json(),
        "record": model.trained.record.to_json(),
    }
    if isinstance(model, ConvModel):
        header["classes"] = list(model.classes)
    tensors = {
        "theta": model.trained.theta.contiguous(),
        "beta": model.trained.beta.contiguous(),
        "center": model.scaling.center.contiguous(),
        "scale": model.scaling.scale.contiguous(),
    }
    data = safetensors.torch.save(tensors, {"pishro": json.dumps(header, ensure_ascii=False, allow_nan=True)})
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def load_row_model(path: str | os.PathLike[str]) -> ConvModel | AutoencoderModel:
    """Read a model.

    Raises
    ------
    ModelFileError
        If the file is missing, truncated, foreign, damaged, of a table's model, or written by a newer version.
    """
    header, tensors = read_parts(Path(path))
    version, kind = header.get("format"), header.get("kind")
    if not isinstance(version, int) or version > FORMAT:
        raise ModelFileError(f"{path} has format {version}, this version of pishro reads up to {FORMAT}; upgrade it.")
    if kind not in KINDS:
        raise ModelFileError(f"{path} holds no {' or '.join(KINDS)} model, but {kind or 'one of a table'}; use `load`.")
    try:
        return _model(header, tensors)
    except (PishroError, KeyError, TypeError, ValueError, IndexError, RuntimeError, AttributeError) as error:
        raise ModelFileError(f"{path} is damaged: {error!r}; take another copy.") from None


def _model(header: dict[str, Any], tensors: dict[str, Tensor]) -> ConvModel | AutoencoderModel:
    network = Network.from_json(header["network"])
    theta, beta = tensors["theta"], tensors["beta"]
    if theta.shape != (len(beta), network.layout.size):
        raise ModelFileError(f"theta has shape {tuple(theta.shape)}, expected {(len(beta), network.layout.size)}")
    trained = TrainedMembers(theta, beta, None, TrainingRecord.from_json(header["record"]))
    scaling, likelihood = RowScaling(tensors["center"], tensors["scale"]), _likelihood(header["likelihood"])
    if header["kind"] == "autoencoder":
        return AutoencoderModel(scaling, network, likelihood, trained)
    return ConvModel(scaling, network, likelihood, trained, tuple(header["classes"]))


def _likelihood(data: dict[str, Any]) -> Likelihood:
    # no cost of tables, so not in their catalog
    return Intensities() if data == {"name": Intensities.name} else likelihood_from_json(data)
