"""A network bound to one θ and one gradient, for a loop that changes θ in place.

Views into θ cost as much time as a small layer's product. Here they are made once; the paths are the network's own.
"""

__all__ = ["BoundNetwork"]

from typing import final

from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.nn.paths import Trace, walk_back, walk_forward
from pishro.nn.plan import Plan


@final
class BoundNetwork:
    """Both paths for fixed θ and gradient tensors; `Network.bind` makes it.

    Attributes
    ----------
    theta, gradient : the tensors (…, P) that are read and written; change their entries, not the tensors.
    trace : of the last forward path.
    """

    def __init__(self, plan: Plan, theta: Tensor, gradient: Tensor) -> None:
        self.theta, self.gradient = theta, gradient
        self.trace: Trace | None = None
        self._plan = plan
        self._params, self._grads = plan.views(theta), plan.views(gradient)
        self._input = next(iter(plan.inputs))
        self._last = plan.stages[-1].node.name

    def forward(
        self, x: "Tensor | dict[str, Tensor]", training: bool = False, generator: Generator | None = None
    ) -> Tensor:
        """Raw output (…, N, C); shapes are not checked again for every batch, and autograd is best switched off."""
        inputs = x if isinstance(x, dict) else {self._input: x}
        self.trace = walk_forward(self._plan.stages, self._params, inputs, training, generator)
        return self.trace.outputs[self._last]

    def backward(self, d_raw: Tensor) -> Tensor:
        """Gradient dJ/dθ (…, P) from dJ/draw of the last forward path; it is written into `gradient`."""
        if self.trace is None:
            raise SettingError("The backward path starts from a forward path; call `forward` first.")
        self.trace.deltas = walk_back(self.trace, d_raw, self._grads, "backward", self._plan.trained)
        return self.gradient
