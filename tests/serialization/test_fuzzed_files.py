"""Model files that were damaged, by chance or on purpose: a model or a sentence, and nothing else."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import pishro
from pishro.errors import ModelFileError
from pishro.estimators import Autoencoder
from pishro.serialization import save_row_model, versions

quick = settings(derandomize=True, deadline=None, max_examples=60)

X = np.linspace(-1, 1, 60)


class Whole(tuple[Path, list[bytes]]):
    """A folder to write in, and the bytes of a table's model and of an autoencoder, which no failure need print."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "whole"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("fuzz")
    table = {"x": X, "kind": ["a", "b"] * 30, "y": np.sin(3 * X)}
    pishro.fit(table, "y", members=2, hidden=2, max_seconds=1).save(folder / "m")
    rows = Autoencoder(hidden=3, code=1, epochs=1, random_state=0).fit(np.column_stack([X, X**2, -X]))
    save_row_model(rows.model_, folder / "r")
    return Whole((folder, [(folder / name).read_bytes() for name in "mr"]))


def opens(folder: Path, data: bytes) -> Any:
    """The model, or None where it was refused with a sentence; anything else is a failure."""
    path = folder / "damaged.safetensors"
    path.write_bytes(data)
    try:
        model = pishro.load(path)
    except ModelFileError as error:
        assert len(str(error)) < 2000
        return None
    return model


def split(data: bytes) -> tuple[dict[str, Any], bytes]:
    """safetensors' own header, and the bytes behind it."""
    (size,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def joined(header: dict[str, Any], rest: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + rest


def with_header(data: bytes, header: dict[str, Any]) -> bytes:
    """The file with another header of pishro's, as somebody would write it who leaves out the checksum."""
    outer, rest = split(data)
    del outer["__metadata__"]["digest"]
    outer["__metadata__"]["pishro"] = json.dumps(header)
    return joined(outer, rest)


def own_header(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(split(data)[0]["__metadata__"]["pishro"])
    return found


@quick
@given(which=st.integers(0, 1), share=st.floats(0, 0.999))
def test_truncated(whole: Whole, which: int, share: float) -> None:
    folder, files = whole
    data = files[which]
    assert opens(folder, data[: int(share * len(data))]) is None


@quick
@given(which=st.integers(0, 1), flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 7)), min_size=1, max_size=20))
def test_flipped_bits(whole: Whole, which: int, flips: list[tuple[float, int]]) -> None:
    folder, files = whole
    data = bytearray(files[which])
    for place, bit in flips:
        data[int(place * (len(data) - 1))] ^= 1 << bit
    model = opens(folder, bytes(data))
    if model is not None:  # the flip was undone, or in what fills up the header's last line
        again = opens(folder, files[which])
        assert torch.equal(model.trained.theta, again.trained.theta)
        assert str(model.trained.record) == str(again.trained.record)


def test_a_flipped_bit_of_a_weight_is_seen(whole: Whole) -> None:
    folder, files = whole
    for data in files:
        damaged = bytearray(data)
        damaged[-3] ^= 1
        path = folder / "damaged.safetensors"
        path.write_bytes(bytes(damaged))
        with pytest.raises(ModelFileError, match="changed since it was written"):
            pishro.load(path)


@quick
@given(size=st.integers(0, 2**64 - 1), rest=st.binary(max_size=200))
def test_absurd_sizes(whole: Whole, size: int, rest: bytes) -> None:
    assert opens(whole[0], struct.pack("<Q", size) + rest) is None


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANY = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))


@settings(quick, max_examples=200)
@given(which=st.integers(0, 1), path=st.lists(st.integers(0, 30), min_size=1, max_size=6), value=ANY)
def test_any_entry_of_the_header_replaced(whole: Whole, which: int, path: list[int], value: Any) -> None:
    folder, files = whole
    header = own_header(files[which])
    node: Any = header
    for step in path[:-1]:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        inner = node[keys[step % len(keys)]] if keys else None
        if not isinstance(inner, dict | list) or not inner:
            break
        node = inner
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    node[keys[path[-1] % len(keys)]] = value
    opens(folder, with_header(files[which], header))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "1" * 10_000, "[]", "nul", '{"format": 1e999}'])
def test_deep_and_strange_json(whole: Whole, text: str) -> None:
    folder, files = whole
    outer, rest = split(files[0])
    outer["__metadata__"] = {"pishro": text}
    assert opens(folder, joined(outer, rest)) is None


@pytest.mark.parametrize("units", [10**9, 10**30, -1, 0])
def test_a_network_of_another_size_takes_no_memory(whole: Whole, units: int) -> None:
    folder, files = whole
    header = own_header(files[0])
    text = json.dumps(header["network"]).replace('"units": 2', f'"units": {units}')
    assert json.loads(text) != header["network"]
    assert opens(folder, with_header(files[0], {**header, "network": json.loads(text)})) is None


def test_tensors_that_changed_places_or_are_missing(whole: Whole) -> None:
    folder, files = whole
    tensors, outer = safetensors.torch.load(files[0]), {"pishro": json.dumps(own_header(files[0]))}
    swapped = {**tensors, "theta": tensors["beta"], "beta": tensors["theta"]}
    assert opens(folder, safetensors.torch.save(swapped, outer)) is None
    assert opens(folder, safetensors.torch.save({"theta": tensors["theta"]}, outer)) is None
    whole_numbers = {**tensors, "theta": tensors["theta"].long(), "beta": tensors["beta"].bool()}
    opens(folder, safetensors.torch.save(whole_numbers, outer))
    named = {f"../../{name}": tensor for name, tensor in tensors.items()}
    assert opens(folder, safetensors.torch.save(named, outer)) is None
    assert not list(folder.parent.glob("theta*"))


def test_an_older_layout_is_lifted(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, files = whole
    old = own_header(files[0])
    old["net"] = old.pop("network")
    assert opens(folder, with_header(files[0], old)) is None
    monkeypatch.setattr(versions, "FORMAT", 3)
    lifts = {1: lambda h: {**{k: v for k, v in h.items() if k != "net"}, "network": h["net"]}, 2: lambda h: h}
    monkeypatch.setattr(versions, "LIFTS", lifts)
    rows = {"x": [0.5], "kind": ["a"]}
    lifted = opens(folder, with_header(files[0], old))
    monkeypatch.undo()
    assert torch.equal(torch.tensor(lifted.predict(rows)), torch.tensor(opens(folder, files[0]).predict(rows)))
    assert opens(folder, with_header(files[0], {**own_header(files[0]), "format": 2})) is None
