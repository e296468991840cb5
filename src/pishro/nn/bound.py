"""A network bound to one θ and one gradient, for a loop that changes θ in place.

Views into θ cost as much time as a small layer's product. Here they are made once; the paths are the network's own.
"""

__all__ = ["BoundNetwork"]

from collections.abc import Sequence
from typing import final

from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.nn.layer import Parameters
from pishro.nn.node import Stage
from pishro.nn.paths import Trace, walk_back, walk_forward


@final
class BoundNetwork:
    """Both paths for fixed θ and gradient tensors; `Network.bind` makes it.

    Attributes
    ----------
    theta, gradient : the tensors (…, P) that are read and written; change their entries, not the tensors.
    trace : of the last forward path.
    """

    def __init__(
        self,
        theta: Tensor,
        gradient: Tensor,
        stages: Sequence[Stage],
        views: tuple[Sequence[Parameters], Sequence[Parameters]],
        inputs: tuple[str, ...],
        trained: frozenset[str],
    ) -> None:
        self.theta, self.gradient = theta, gradient
        self.trace: Trace | None = None
        self._stages, self._inputs, self._trained = stages, inputs, trained
        self._params, self._grads = views

    def forward(
        self, x: "Tensor | dict[str, Tensor]", training: bool = False, generator: Generator | None = None
    ) -> Tensor:
        """Raw output (…, N, C); shapes are not checked again for every batch."""
        inputs = x if isinstance(x, dict) else {self._inputs[0]: x}
        self.trace = walk_forward(self._stages, self._params, inputs, training, generator)
        return self.trace.outputs[self._stages[-1].node.name]

    def backward(self, d_raw: Tensor) -> Tensor:
        """Gradient dJ/dθ (…, P) from dJ/draw of the last forward path; it is written into `gradient`."""
        if self.trace is None:
            raise SettingError("The backward path starts from a forward path; call `forward` first.")
        self.trace.deltas = walk_back(self.trace, d_raw, self._grads, "backward", self._trained)
        return self.gradient
