"""Convolution of sequences and images: the same few weights at every place.

    z[o, p] = b[o] + Σ_{c, k} W[o, c, k] x[c, p·stride + k − padding],      y = f(z)

(a cross-correlation in the language of signal processing). With the patches of a row written side by side,
U (c·k, places), it is a dense layer for each place, Z = W U + b, and the rules follow:

    dJ/dW = Σ_n δ Uᵀ,   dJ/db = Σ_n Σ_p δ,   dJ/dU = Wᵀ δ

and dJ/dx adds up dJ/dU where the patches overlap (a transposed convolution). The sums over rows are left to torch's
convolution kernels, which never write U out. The Jacobian needs δ Uᵀ for each row and output by itself; there U is
written out and one batched product makes all blocks.

References
----------
LeCun, Boser, Denker et al. (1989), Backpropagation applied to handwritten zip code recognition, Neural Computation 1.
"""

__all__ = ["Conv1d", "Conv2d", "Convolution"]

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import torch
from torch import Generator, Tensor
from torch.nn.functional import unfold
from torch.nn.grad import conv2d_input

from pishro.errors import SettingError
from pishro.nn.activations import Activation
from pishro.nn.activations import activation as activation_named
from pishro.nn.geometry import Window, as_images, beside_channels, from_channels, rows_shape
from pishro.nn.initializers import Fans, Initializer, Start, initializer
from pishro.nn.layer import ClosedFormLayer, Parameters, Shapes


@dataclasses.dataclass(frozen=True, init=False)
class Convolution(ClosedFormLayer):
    """What convolutions of sequences and images share: all but the number of axes.

    Parameters
    ----------
    channels : output channels, at least 1.
    size : extent of the kernel, one number for all axes or one each.
    activation : f, by name or as an `Activation`; its units are the channels.
    stride, padding : steps between places, and zeros put on both ends, like `size`.
    weight_init, bias_init : as in `Dense`.
    """

    axes: ClassVar[int]
    channels: int
    size: tuple[int, ...]
    activation: Activation
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    weight_init: Initializer | None = None
    bias_init: float | None = None

    def __init__(
        self,
        channels: int,
        size: int | Sequence[int],
        activation: "str | Activation | Mapping[str, Any]" = "linear",
        *,
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        weight_init: "str | Initializer | Mapping[str, Any] | None" = None,
        bias_init: float | None = None,
    ) -> None:
        if channels < 1:
            raise SettingError(f"A convolution needs at least 1 output channel, received {channels}.")
        window = Window.of(self.axes, size, stride, padding)
        settings = {
            "channels": channels,
            "size": window.size,
            "activation": activation_named(activation),
            "stride": window.stride,
            "padding": window.padding,
            "weight_init": None if weight_init is None else initializer(weight_init),
            "bias_init": bias_init,
        }
        for name, value in settings.items():
            object.__setattr__(self, name, value)
        self.activation.check(channels)

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """(channels, *places)."""
        window = Window(self.size, self.stride, self.padding)
        return (self.channels, *window.places(rows_shape(shape_in, self.axes, "A convolution")))

    def shapes(self, shape_in: tuple[int, ...]) -> Shapes:
        """Weight (channels, channels in, *size) and bias (channels)."""
        own: Shapes = [("weight", (self.channels, shape_in[0], *self.size)), ("bias", (self.channels,))]
        return own + self.activation.shapes(self.channels)

    def init(self, params: Parameters, generator: Generator) -> None:
        """Weights from the initializer, LeCun's with the activation's gain unless named."""
        weight, places = params["weight"], math.prod(self.size)
        fans = Fans(weight.shape[1] * places, weight.shape[0] * places)
        own = {**params, "weight": weight.movedim(0, -1)}  # initializers want the units last
        Start(self.weight_init, self.bias_init).fill(own, fans, self.activation, generator)

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, Any]]:
        """f(W * x + b); keeps the folded input and what f keeps."""
        images = beside_channels(as_images(x, self.axes))
        z = self._convolve(images, params["weight"], params["bias"])
        y, kept = self.activation.forward(params, z, self._units)
        return y, (images, kept)

    def sums(self, params: Parameters, x: Tensor) -> Tensor:
        """W * x + b."""
        return self._convolve(beside_channels(as_images(x, self.axes)), params["weight"], params["bias"])

    def delta(self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor) -> Tensor:
        """δ, that is f' · dJ/dy."""
        return self.activation.backward(params, saved[1], dy, None, self._units)

    def backward(
        self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor, grads: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """dJ/dW = Σ δ Uᵀ, dJ/db = Σ δ and the transposed convolution of δ, with δ = dJ/dy · f'."""
        images, kept = saved
        weight, window = params["weight"], self._window
        delta = self.activation.backward(params, kept, dy, grads, self._units)
        delta = beside_channels(as_images(delta, self.axes))
        groups, biases = self._groups(images, weight), [params["bias"].numel()]
        _, dw, db = torch.ops.aten.convolution_backward(
            delta, images, self._kernel(weight), biases, window.stride, window.padding, (1, 1), False, (0, 0), groups,
            (False, True, True),
        )  # fmt: skip
        grads["weight"].copy_(dw.view(weight.shape))
        grads["bias"].copy_(db.view(params["bias"].shape))
        return self._spread(delta, images, weight) if needs_dx else None

    def jacobian(
        self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor, blocks: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Per row and output δ Uᵀ for W and Σ_p δ for b, with δ (…, N, C, channels, *places)."""
        images, kept = saved
        weight, window = params["weight"], self._window
        delta = self.activation.jacobian(params, kept, dy, blocks, self._units)
        patches = unfold(images, window.size, padding=window.padding, stride=window.stride)
        if (groups := self._groups(images, weight)) > 1:
            patches = patches.unflatten(1, (groups, -1)).transpose(0, 1)
        flat = delta.flatten(-self.axes)
        product = torch.matmul(flat.flatten(-3, -2), patches.mT)
        blocks["weight"].copy_(product.reshape(blocks["weight"].shape))
        blocks["bias"].copy_(flat.sum(-1))
        if not needs_dx:
            return None
        rows, outputs = -self.axes - 3, -self.axes - 2
        spread = self._spread(beside_channels(as_images(delta.flatten(rows, outputs), self.axes)), images, weight)
        dx: Tensor = spread.unflatten(outputs, delta.shape[rows : outputs + 1])
        return dx

    def jvp(self, params: Parameters, saved: tuple[Tensor, Any], dparams: Parameters, dx: Tensor | None) -> Tensor:
        """Change of y: f' · (W * dx + dW * x + db)."""
        images, kept = saved
        dz = self._convolve(images, dparams["weight"], dparams["bias"])
        if dx is not None:
            dz = dz + self._convolve(beside_channels(as_images(dx, self.axes)), params["weight"], None)
        return self.activation.jvp(params, kept, dparams, dz, self._units)

    def describe(self) -> str:
        """Channels, activation and window."""
        window = Window(self.size, self.stride, self.padding)
        return f"{self.channels} {self.activation.describe()}, {window.describe(usual_stride=(1,) * self.axes)}"

    @property
    def _units(self) -> int:
        """The axis of the channels, from the end."""
        return -self.axes - 1

    @property
    def _window(self) -> Window:
        return Window(self.size, self.stride, self.padding).images()

    def _convolve(self, images: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """W * x + b of folded images, as (…, N, channels, *places)."""
        window, flat = self._window, None if bias is None else bias.flatten()
        z = torch.conv2d(
            images, self._kernel(weight), flat, window.stride, window.padding, groups=self._groups(images, weight)
        )
        return from_channels(z, self._members(weight), self.axes)

    def _spread(self, delta: Tensor, images: Tensor, weight: Tensor) -> Tensor:
        """The transposed convolution of folded δ: what reaches the input, (…, N, channels in, *grid)."""
        window, members = self._window, self._members(weight)
        channels = weight.shape[self._units] * (members or 1)  # members that share x still have a dx each
        shape = (delta.shape[0], channels, *images.shape[2:])
        dx = conv2d_input(shape, self._kernel(weight), delta, window.stride, window.padding, groups=members or 1)
        return from_channels(dx, members, self.axes)

    def _kernel(self, weight: Tensor) -> Tensor:
        """W as torch takes it: a two-dimensional kernel, the members' output channels side by side."""
        return as_images(weight, self.axes).flatten(0, -4).to(memory_format=torch.channels_last)

    def _groups(self, images: Tensor, weight: Tensor) -> int:
        """Number of members in folded images: one group each; 1 where all members read the same images."""
        return images.shape[1] // weight.shape[self._units]

    def _members(self, weight: Tensor) -> int | None:
        return weight.shape[0] if weight.ndim == self.axes + 3 else None


@final
class Conv1d(Convolution):
    """Convolution of a sequence: rows (channels in, length), weight (channels, channels in, size).

    Examples
    --------
    >>> Conv1d(8, 5, "relu", padding=2).shape_out((3, 100))
    (8, 100)
    """

    axes, kind = 1, "conv1d"


@final
class Conv2d(Convolution):
    """Convolution of an image: rows (channels in, height, width), weight (channels, channels in, *size).

    Examples
    --------
    >>> Conv2d(32, 3, "relu", stride=2).shape_out((1, 28, 28))
    (32, 13, 13)
    """

    axes, kind = 2, "conv2d"
