"""Any `torch.nn.Module` as a network: one layer whose rules come from autograd and whose members come from vmap."""

__all__ = ["ModuleLayer", "from_module", "theta_of_module"]

import copy
import dataclasses
from typing import Any, final

import torch
from torch import Generator, Tensor, nn

from pishro.errors import SettingError, ShapeError
from pishro.nn.layer import Layer, Parameters, Shapes
from pishro.nn.network import Network


@final
@dataclasses.dataclass(frozen=True, eq=False)
class ModuleLayer(Layer):
    """A torch module, in evaluation mode, as a layer.

    Attributes
    ----------
    module : a copy of what was wrapped; its buffers are constants, its parameters only shapes and a start.
    rank : axes of an input row.
    """

    module: nn.Module
    rank: int
    kind = "module"

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """Found by evaluating the module on two rows of zeros."""
        dtype = next((p.dtype for p in self.module.parameters() if p.is_floating_point()), torch.float32)
        device = next((p.device for p in self.module.parameters()), None)
        try:
            with torch.no_grad():
                y = self.module(torch.zeros(2, *shape_in, dtype=dtype, device=device))
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise ShapeError(f"The module cannot take rows of shape {shape_in}: {error}") from None
        if not isinstance(y, Tensor) or y.ndim < 2 or len(y) != 2:
            raise ShapeError("Expected a module that returns one tensor with a row for each row of its input.")
        return tuple(y.shape[1:])

    def shapes(self, shape_in: tuple[int, ...]) -> Shapes:
        """The module's parameters."""
        return [(name, tuple(p.shape)) for name, p in self.module.named_parameters()]

    def init(self, params: Parameters, generator: Generator) -> None:
        """Draw every part anew that knows how to (`reset_parameters`); the rest starts at the module's own values."""
        drawn = copy.deepcopy(self.module)
        with torch.random.fork_rng(devices=[]):
            # torch's modules draw from the global generator only; it is put back behind this block
            torch.default_generator.manual_seed(int(torch.randint(2**31, (), generator=generator)))
            for part in drawn.modules():
                reset = getattr(part, "reset_parameters", None)
                if callable(reset):
                    reset()
        for name, value in drawn.named_parameters():
            params[name].copy_(value.detach())

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, None]:
        """The module with those parameters; each member by itself."""
        buffers = {n: b.to(x) if b.is_floating_point() else b.to(x.device) for n, b in self.module.named_buffers()}

        def call(own: Parameters, rows: Tensor) -> Any:
            return torch.func.functional_call(self.module, (own, buffers), (rows,))

        own_rows = x.ndim == 2 + self.rank
        ranks = {name: p.ndim for name, p in self.module.named_parameters()}
        if any(value.ndim > ranks[name] for name, value in params.items()):
            return torch.vmap(call, in_dims=(0, 0 if own_rows else None))(params, x), None
        if own_rows:
            return torch.vmap(call, in_dims=(None, 0))(params, x), None
        return call(params, x), None

    def describe(self) -> str:
        """The module's class."""
        return type(self.module).__name__

    def to_json(self) -> dict[str, Any]:
        """Refused: a module is code."""
        raise SettingError(
            f"A wrapped torch module ({self.describe()}) cannot be written as plain data; expected layers of pishro. "
            "Build the network from those, or keep the module's own code and save θ beside it."
        )


def from_module(module: nn.Module, inputs: "int | tuple[int, ...] | None" = None) -> Network:
    """A network that computes what the module computes.

    Backward path, Jacobian and directional derivatives come from autograd; members are mapped. The module is copied and
    evaluated in evaluation mode: dropout is off, and the running means of a batch norm are constants.

    Parameters
    ----------
    module : takes a batch (N, *row) and returns (N, C).
    inputs : D, or the shape of one row; None to read D from the module's first linear part.

    Raises
    ------
    SettingError, ShapeError
        If the shape of a row is not given and cannot be read, or does not fit.

    Examples
    --------
    >>> net = from_module(nn.Sequential(nn.Linear(8, 20), nn.Tanh(), nn.Linear(20, 1)))
    >>> net.layout.size
    201
    >>> net.jacobian(net.init(seed=0), torch.zeros(5, 8, dtype=torch.float64)).shape
    torch.Size([5, 1, 201])
    """
    if inputs is None:
        first = next((m for m in module.modules() if any(True for _ in m.parameters(recurse=False))), None)
        if not isinstance(first, nn.Linear):
            raise SettingError(
                f"Cannot read the shape of a row from {type(module).__name__}; give it, such as "
                "from_module(module, inputs=(1, 28, 28))."
            )
        inputs = first.in_features
    shape = (inputs,) if isinstance(inputs, int) else tuple(inputs)
    return Network.chain(shape, ModuleLayer(copy.deepcopy(module).eval(), len(shape)))


def theta_of_module(module: nn.Module, dtype: torch.dtype = torch.float64) -> Tensor:
    """θ (P,) with the module's own values, for the network that `from_module` makes of it.

    Examples
    --------
    >>> theta_of_module(nn.Linear(2, 3)).shape
    torch.Size([9])
    """
    values = [p.detach().flatten() for p in module.parameters()]
    if not values:
        raise SettingError(f"{type(module).__name__} has no parameters; expected a module with some.")
    return torch.cat(values).to(dtype)
