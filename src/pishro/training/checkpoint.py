"""The checkpoint file: safetensors with a JSON header. Reading it never executes code.

What a training needs to go on is a tree: dictionaries of tensors, numbers, texts and lists. The tensors lie in the file
under numbers; the header's entry "checkpoint" is one JSON text that holds everything else, each tensor's place taken by
{"tensor": number}. JSON keeps a float to its last bit. The file is replaced only by one that is whole.
"""

__all__ = ["FORMAT", "Tree", "placed", "read_checkpoint", "write_checkpoint"]

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pishro.errors import CheckpointError
from pishro.tensor_file import UnreadableFileError, read_tensor_file, write_tensor_file

FORMAT = 1
"""Version of the file's layout; a file with a higher one is refused."""

Tree = dict[str, Any]
"""Names → tensors, plain data, lists and trees."""


def write_checkpoint(path: Path, tree: Tree) -> None:
    """Write the tree in place of the file that may be there.

    Raises
    ------
    DataError, OSError
        If the file cannot be written; the one before is then untouched.
    """
    tensors: dict[str, Tensor] = {}
    header = {"format": FORMAT, "tree": _without_tensors(tree, tensors)}
    write_tensor_file(path, "checkpoint", header, tensors)


def read_checkpoint(path: Path) -> Tree:
    """The tree that was written.

    Raises
    ------
    CheckpointError
        If the file is truncated, foreign, damaged, or written by a newer version.
    """
    try:
        header, tensors = read_tensor_file(path, "checkpoint")
        version = int(header["format"])
        if version <= FORMAT:
            tree: Tree = _with_tensors(header["tree"], tensors)
            return tree
    except UnreadableFileError as error:
        raise CheckpointError(
            f"'{path}' is not a whole checkpoint: it {error}; delete it, and the training starts anew, or name another."
        ) from None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise CheckpointError(f"'{path}' is damaged ({error!r}); delete it, and the training starts anew.") from None
    raise CheckpointError(
        f"'{path}' has format {version}, this version of pishro reads up to {FORMAT}; upgrade pishro."
    )


def placed(value: Any, device: torch.device) -> Any:
    """The same tree with its tensors on a device."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, dict):
        return {key: placed(entry, device) for key, entry in value.items()}
    return [placed(entry, device) for entry in value] if isinstance(value, list) else value


def _without_tensors(value: Any, tensors: dict[str, Tensor]) -> Any:
    """Plain data; the tensors are copied out, as some share their memory."""
    if isinstance(value, Tensor):
        name = str(len(tensors))
        tensors[name] = value.detach().cpu().clone(memory_format=torch.contiguous_format)
        return {"tensor": name}
    if isinstance(value, dict):
        return {key: _without_tensors(entry, tensors) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_without_tensors(entry, tensors) for entry in value]
    return value


def _with_tensors(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, dict):
        if list(value) == ["tensor"]:
            return tensors[value["tensor"]]
        return {key: _with_tensors(entry, tensors) for key, entry in value.items()}
    if isinstance(value, list):
        return [_with_tensors(entry, tensors) for entry in value]
    return value
