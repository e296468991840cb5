"""What an activation is: a function f of a layer's sums z, with the same rules as a layer.

Most are *elementwise*: y = f(z) for each unit by itself, and a derivative written from the output y or from the input
z, whichever is cheaper, so that the forward path keeps one tensor and not two. Those that mix units (softmax), carry
trained numbers (a slope per unit) or differ from unit to unit (groups) write the rules themselves.

`axis` says where the units stand, counted from the end: −1 in a dense layer, −3 on images, −2 on sequences. A
parameter of an activation is one number a unit, and joins the layer's own parameters by its name.
"""

__all__ = ["Activation", "Elementwise"]

import abc
from typing import Any, ClassVar, Literal, final

from torch import Tensor

from pishro.nn.layer import Parameters, Shapes, plain


class Activation(abc.ABC):
    """A function of a layer's sums z (…, N, *row); frozen.

    Attributes
    ----------
    name : the name used in settings and files.
    gain : factor on the initial weights' standard deviation 1/√d that keeps the signal's size from layer to layer
        (1 for functions of slope 1 at zero; √2 for ReLU: He et al. 2015).
    bias_init : where biases start.
    """

    name: ClassVar[str]
    gain: ClassVar[float] = 1.0
    bias_init: ClassVar[float] = 0.0

    def check(self, units: int) -> None:
        """Raise `SettingError` where the function does not suit that many units."""
        del units

    def shapes(self, units: int) -> Shapes:
        """Names and shapes of the trained numbers, (units,) each; none by default."""
        del units
        return []

    def init(self, params: Parameters) -> None:
        """Fill the views of those numbers with a starting point; `params` holds the layer's own as well."""
        del params

    def start_bias(self, bias: Tensor) -> None:
        """Fill the biases (units,) with `bias_init`."""
        bias.fill_(self.bias_init)

    @abc.abstractmethod
    def forward(self, params: Parameters, z: Tensor, axis: int = -1) -> tuple[Tensor, Any]:
        """Output y, of the shape of z, and what the other rules need again; z may be overwritten."""

    @abc.abstractmethod
    def backward(self, params: Parameters, kept: Any, dy: Tensor, grads: Parameters | None, axis: int = -1) -> Tensor:
        """δ = dJ/dz from dJ/dy; dJ/d(trained numbers) is written into `grads`, unless that is None."""

    @abc.abstractmethod
    def jacobian(self, params: Parameters, kept: Any, dy: Tensor, blocks: Parameters, axis: int = -1) -> Tensor:
        """The same for each row and output: `dy` and the result are (…, N, C, *row), blocks (…, N, C, units)."""

    @abc.abstractmethod
    def jvp(self, params: Parameters, kept: Any, dparams: Parameters, dz: Tensor, axis: int = -1) -> Tensor:
        """Change of the output along `dparams` and `dz`."""

    def undo(self, y: Tensor) -> Tensor:
        """Sums whose outputs are y (units,), where a last layer's biases may start; y itself by default."""
        return y

    def describe(self) -> str:
        """Few words for a summary."""
        return self.name

    def label(self, units: int) -> str:
        """That many units in a few words, such as "20 tanh"."""
        return f"{units} {self.describe()}"

    def to_json(self) -> Any:
        """The name, or the name with those settings that are not the usual ones."""
        settings = plain(self)
        return {"name": self.name} | settings if settings else self.name


class Elementwise(Activation):
    """y = f(z), each unit by itself.

    Attributes
    ----------
    reads : what `derivative` is written from, the "output" y or the "input" z.
    saturates : lower and upper bound of the sums z at which the unit is not saturated: outside, |f'| is below a
        hundredth of its greatest value. Infinite where f does not saturate.
    """

    reads: ClassVar[Literal["output", "input"]] = "output"
    saturates: ClassVar[tuple[float, float]] = (-float("inf"), float("inf"))

    @abc.abstractmethod
    def __call__(self, z: Tensor) -> Tensor:
        """f(z), same shape."""

    @abc.abstractmethod
    def derivative(self, kept: Tensor) -> Tensor:
        """f'(z) written in terms of what `reads` names, same shape."""

    def pull(self, kept: Tensor, dy: Tensor) -> Tensor:
        """f'(z) · dy; `kept` broadcasts. Written anew where torch does it in one pass."""
        return dy * self.derivative(kept)

    def overwriting(self, z: Tensor) -> Tensor:
        """f(z), over z where torch can write it there: a fresh tensor costs more than a cheap f."""
        return self(z)

    def saturated(self, z: Tensor) -> Tensor:
        """Which units are saturated at z, boolean."""
        low, high = self.saturates
        return (z < low) | (z > high)

    @final
    def forward(self, params: Parameters, z: Tensor, axis: int = -1) -> tuple[Tensor, Tensor]:
        """f(z), keeping what the derivative reads."""
        if self.reads == "input":
            return self(z), z
        y = self.overwriting(z)
        return y, y

    @final
    def backward(
        self, params: Parameters, kept: Tensor, dy: Tensor, grads: Parameters | None, axis: int = -1
    ) -> Tensor:
        """Return f' · dJ/dy."""
        return self.pull(kept, dy)

    @final
    def jacobian(self, params: Parameters, kept: Tensor, dy: Tensor, blocks: Parameters, axis: int = -1) -> Tensor:
        """Return f' · d raw/dy."""
        return self.pull(kept.unsqueeze(axis - 1), dy)

    @final
    def jvp(self, params: Parameters, kept: Tensor, dparams: Parameters, dz: Tensor, axis: int = -1) -> Tensor:
        """Return f' · dz."""
        return self.pull(kept, dz)
