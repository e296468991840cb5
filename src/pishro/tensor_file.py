"""Tensors and a JSON object in one safetensors file: how models and checkpoints lie on the disk.

The object is one text among the file's metadata, under a name that says what the file is. Reading never executes code
and never takes more memory than a small multiple of the file's size: the size of its first part is held against the
file before anything is read, safetensors does the same for each tensor, and JSON has no way to ask for more than it
spells out.
"""

__all__ = ["UnreadableFileError", "read_tensor_file", "write_tensor_file"]

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from pishro.atomic import replacing

MOST_HEADER_BYTES = 100_000_000
"""What safetensors itself allows; the largest header of a model that we know, with 20,000 held-out rows of 26 classes,
has a tenth of it."""


DIGEST = "digest"
"""Entry with a checksum of everything else: a bit that flips in a weight is seen by nothing but that. A file without it
is read all the same, as it may have been written by another program."""


class UnreadableFileError(ValueError):
    """What is wrong with a file, as the middle of a sentence: "is not a whole safetensors file (…)"."""


def write_tensor_file(
    path: str | os.PathLike[str], name: str, header: dict[str, Any], tensors: dict[str, Tensor]
) -> None:
    """Write the file; one that exists is replaced only by one that is whole.

    Parameters
    ----------
    path : where to.
    name : what kind of file it is.
    header : plain data.
    tensors : contiguous, on the CPU.

    Raises
    ------
    DataError, OSError
        If the file cannot be written; the one before is then untouched.
    """
    text = json.dumps(header, ensure_ascii=False, allow_nan=True)
    data = safetensors.torch.save(tensors, {name: text, DIGEST: _digest(text, tensors)})
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def read_tensor_file(path: Path, name: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header and the tensors, which are copies: a file that changes later changes nothing.

    Raises
    ------
    UnreadableFileError
        If the file is truncated, foreign or damaged.
    """
    try:
        _check_size(path)
        with safetensors.safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            if name not in metadata:
                raise UnreadableFileError(f"is a safetensors file without the entry {name!r}, so not of this kind")
            # a tensor that lies on the file's pages may also be aligned otherwise than one of torch's own
            tensors = {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118 - not a dict
    except (safetensors.SafetensorError, OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"is not a whole safetensors file ({error})") from None
    if DIGEST in metadata and metadata[DIGEST] != _digest(metadata[name], tensors):
        raise UnreadableFileError("was changed since it was written: its checksum is of other contents")
    try:
        header = json.loads(metadata[name])
    except (ValueError, RecursionError):  # more digits than Python takes for a number are a ValueError
        raise UnreadableFileError("has a header that is not JSON") from None
    if not isinstance(header, dict):
        raise UnreadableFileError("has a header that is not a JSON object")
    return header, tensors


def _digest(text: str, tensors: dict[str, Tensor]) -> str:
    """BLAKE2b of the header's text, and of the tensors with their names, types and shapes."""
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    for key, tensor in sorted(tensors.items()):
        digest.update(f"\n{key} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        if tensor.numel():
            digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _check_size(path: Path) -> None:
    """Whether the first part, whose size stands in the first eight bytes, is in the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        told = int.from_bytes(file.read(8), "little")
    if size < 8 or told > min(size - 8, MOST_HEADER_BYTES):
        raise UnreadableFileError(
            f"is not a whole safetensors file: its first eight bytes announce a header of {told:,} bytes, where the "
            f"file has {size:,} and {MOST_HEADER_BYTES:,} are allowed"
        )
