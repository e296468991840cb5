"""A device that is not there: tensors that claim to be elsewhere, so that a GPU's rules can be tested without one.

While `Elsewhere` is entered, a tensor moved to `PLACE` keeps its numbers on the CPU but says that it is on that device.
Every operation passes through here and is held to what CUDA demands: tensors of the two places do not meet, except for
scalars; what is drawn on the device takes a generator of the device. And it is counted how often the processor would
have to wait for the device.
"""

__all__ = ["PLACE", "Elsewhere", "generator_at"]

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

PLACE = torch.device("meta")
"""Nothing is initialized for this type of device, and torch takes it everywhere."""

TRANSFERS = {"aten._to_copy.default", "aten.copy_.default"}
WAITS = {
    "aten._local_scalar_dense.default",
    "aten.equal.default",
    "aten.is_nonzero.default",
    "aten.nonzero.default",
    "aten.masked_select.default",
    "aten._unique2.default",
    "aten.bincount.default",
}
"""Operations whose result the processor needs."""
INDEXING = {"aten.index.Tensor", "aten.index_put_.default"}


class Away(Tensor):
    """A tensor whose numbers are in `inner`."""

    inner: Tensor
    waits = 0

    @staticmethod
    def __new__(cls, inner: Tensor) -> "Away":
        return Tensor._make_wrapper_subclass(
            cls,
            inner.shape,
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=PLACE,
        )

    def __init__(self, inner: Tensor) -> None:
        self.inner = inner

    __torch_function__ = torch._C._disabled_torch_function_impl

    def tolist(self) -> Any:
        Away.waits += 1
        return self.inner.tolist()

    def new_tensor(self, data: Any, *, dtype: "torch.dtype | None" = None) -> Tensor:
        return TENSOR(data, dtype=self.dtype if dtype is None else dtype).to(PLACE)

    def __getitem__(self, key: Any) -> Tensor:
        return super().__getitem__(_places(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_places(key), value)

    def numpy(self, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("numpy() of a tensor on a device")

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise AssertionError(f"{func} outside of Elsewhere")


TENSOR = torch.tensor


def _tensor(data: Any, *, device: "torch.device | str | None" = None, **settings: Any) -> Tensor:
    """`torch.tensor`, whose numbers do not pass through the mode where the device is no real one."""
    return TENSOR(data, **settings) if device is None else TENSOR(data, **settings).to(device)


def _places(key: Any) -> Any:
    """A list among the indices as a tensor, which torch would make where it cannot be looked at."""
    if isinstance(key, tuple):
        return tuple(_places(entry) for entry in key)
    return TENSOR(key, dtype=torch.long) if isinstance(key, list) else key


GENERATORS: set[int] = set()


def generator_at(device: "torch.device | str" = "cpu") -> torch.Generator:
    """In place of `torch.Generator`: one of the device that is not there draws on the CPU."""
    made = torch.Generator()
    if torch.device(device) == PLACE:
        GENERATORS.add(made._cdata)
        KEPT.append(made)  # an address is a name only while its owner lives
    return made


KEPT: list[torch.Generator] = []


class Elsewhere(TorchDispatchMode):
    """Within it, `PLACE` behaves like CUDA. `waits` counts how often the processor waited for it."""

    def __init__(self) -> None:
        super().__init__()
        Away.waits = 0

    def __enter__(self) -> "Elsewhere":
        torch.tensor = _tensor
        super().__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        torch.tensor = TENSOR

    @property
    def waits(self) -> int:
        return Away.waits

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs, name = dict(kwargs or {}), str(func)
        away: list[Away] = []
        here: list[Tensor] = []
        everything = (args, kwargs)
        tree_map_only(Tensor, lambda t: (away if isinstance(t, Away) else here).append(t), everything)
        assert not any(t.is_meta for t in here), f"{name} of a tensor without numbers"
        asked = kwargs.get("device")
        if asked is not None:
            kwargs["device"] = torch.device("cpu")
        there = asked == PLACE if asked is not None else bool(away)
        self._check(name, away, [t for t in here if t.ndim > 0], everything, there)
        inside = tree_map_only(Away, lambda t: t.inner, (args, kwargs))
        result = func(*inside[0], **inside[1])
        if name == "aten.copy_.default":
            return args[0]
        if not there:
            return result
        known = {id(t.inner): t for t in away}
        return tree_map_only(Tensor, lambda t: known[id(t)] if id(t) in known else Away(t), result)

    def _check(self, name: str, away: list[Away], here: list[Tensor], everything: Any, there: bool) -> None:
        Away.waits += (bool(away) and name in WAITS) or (bool(away) and "device" in everything[1] and not there)
        if name in TRANSFERS:
            Away.waits += bool(away and here)
            return
        if name in INDEXING and isinstance(everything[0][0], Away):
            masked = any(t.dtype is torch.bool for t in away[1:])  # how many are true decides the shape
            Away.waits += masked or bool(here)
            here = [t for t in here if t.is_floating_point()]  # places are taken there on the way
        assert not (away and here), f"{name} of tensors on two devices: {[tuple(t.shape) for t in here]} on the CPU"
        for entry in [*everything[0], *everything[1].values()]:
            if isinstance(entry, torch.Generator):
                at = entry._cdata in GENERATORS
                assert at == there, f"{name} on {'the device' if there else 'the CPU'} from another's generator"
