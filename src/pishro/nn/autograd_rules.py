"""Backward rule, Jacobian and directional derivative of a layer that writes only `forward`, from torch.func.

What is kept from the forward path is the input; the rules evaluate the layer once more. A layer that draws random
numbers in training gets the same ones again, from the generator's state at the forward path.
"""

__all__ = ["AutogradRules"]

import dataclasses
from collections.abc import Callable
from typing import final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.nn.layer import Layer
from pishro.nn.rules import Parameters, Rules


@dataclasses.dataclass(frozen=True)
class _Kept:
    """The input of a forward path, and the generator's state before it."""

    x: Tensor
    training: bool
    state: Tensor | None
    device: torch.device | None


@final
@dataclasses.dataclass(frozen=True)
class AutogradRules(Rules):
    """The rules of one layer, for rows of a known shape.

    Attributes
    ----------
    layer : what is differentiated.
    rank_in, rank_out : axes of an input row and of an output row.
    """

    layer: Layer
    rank_in: int
    rank_out: int

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, _Kept]:
        """The layer's own forward rule; keeps x."""
        drawing = training and generator is not None
        state, device = (generator.get_state(), generator.device) if drawing and generator else (None, None)
        y, _ = self.layer.forward(params, x, training=training, generator=generator)
        return y, _Kept(x, training, state, device)

    def backward(
        self, params: Parameters, saved: _Kept, dy: Tensor, grads: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Vector-Jacobian product, summed over the rows."""
        x = self._with_members(saved.x, dy, 1 + self.rank_out)
        pull = torch.func.vjp(self._function(saved), params, x)[1]
        dparams, dx = pull(dy)
        for name, grad in grads.items():
            grad.copy_(dparams[name])
        return dx if needs_dx else None

    def jacobian(
        self, params: Parameters, saved: _Kept, dy: Tensor, blocks: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """The same product for each row and output, mapped over both."""
        if saved.state is not None:
            raise SettingError(
                f"The Jacobian of a layer {self.layer.kind!r} that draws random numbers was asked; "
                "walk the forward path with training=False."
            )
        f = self._function(saved)
        x = self._with_members(saved.x, dy, 2 + self.rank_out)
        row_in, row_out, column = -1 - self.rank_in, -1 - self.rank_out, -2 - self.rank_out

        def of_row(x_row: Tensor, dy_row: Tensor) -> tuple[Parameters, Tensor]:
            pull = torch.func.vjp(lambda p, r: f(p, r.unsqueeze(row_in)).squeeze(row_out), params, x_row)[1]
            # dy_row is (…, C, *row): its axis C stands where a batch has its rows
            dparams, dx = torch.vmap(pull, in_dims=row_out)(dy_row)
            return dparams, dx

        members = dy.ndim - self.rank_out == 3
        dparams, dx = torch.vmap(of_row, in_dims=(row_in, column))(x, dy)
        for name, block in blocks.items():
            block.copy_(_members_first(dparams[name], members))
        return _members_first(dx, members) if needs_dx else None

    def jvp(self, params: Parameters, saved: _Kept, dparams: Parameters, dx: Tensor | None) -> Tensor:
        """Derivative of the backward rule, which is linear in dy: two walks back, but it works for any layer."""
        tangent = torch.zeros_like(saved.x) if dx is None else dx
        x = self._with_members(saved.x, tangent, 1 + self.rank_in)
        y, pull = torch.func.vjp(self._function(saved), params, x)[:2]
        change: Tensor = torch.func.vjp(pull, torch.zeros_like(y))[1]((dparams, tangent))[0]
        return change

    def _function(self, saved: _Kept) -> Callable[[Parameters, Tensor], Tensor]:
        def f(params: Parameters, x: Tensor) -> Tensor:
            generator = None
            if saved.state is not None:
                generator = Generator(saved.device)
                generator.set_state(saved.state)
            return self.layer.forward(params, x, training=saved.training, generator=generator)[0]

        return f

    def _with_members(self, x: Tensor, like: Tensor, axes: int) -> Tensor:
        # what flows back differs from member to member even where x does not; `axes` are those behind the members axis
        shared = like.ndim - axes == 1 and x.ndim == 1 + self.rank_in
        return x.expand(like.shape[0], *x.shape) if shared else x


def _members_first(value: Tensor, members: bool) -> Tensor:
    # the mapped axes come out in front, (N, C, K, …); the members belong before them
    return value.movedim((0, 1), (1, 2)) if members else value
