"""How much reaches each layer: the size of its gradient, and of its change beside its parameters."""

__all__ = ["LayerFlow"]

from typing import Any

import torch
from torch import Tensor

from pishro.parameters import Layout
from pishro.training.record import History, curve


class LayerFlow:
    """Watches θ (K, P) move, and fills the curves of the layers; means over the members that ran.

    Parameters
    ----------
    layout : of θ; a layer is what stands before the dot in a parameter's name.
    theta : where the members start.
    """

    def __init__(self, layout: Layout, theta: Tensor) -> None:
        self.before = theta.detach().clone()
        self.layers: dict[str, slice] = {}
        for block in layout.blocks:
            name = block.name.partition(".")[0]
            start = self.layers[name].start if name in self.layers else block.start
            self.layers[name] = slice(start, block.stop)
        self.gradients: list[Tensor] = []
        self.updates: list[Tensor] = []

    def see(self, x: Tensor, gradient: Tensor, members: Tensor | None = None) -> None:
        """Write down the members' new points and gradients there, (K, P) each."""
        change = x - (self.before if members is None else self.before[members])
        places = self.layers.values()
        norm = torch.linalg.vector_norm
        self.gradients.append(torch.stack([gradient[:, s].square().mean().sqrt() for s in places]).cpu())
        shares = [(norm(change[:, s], dim=-1) / norm(x[:, s], dim=-1).clamp_min(1e-12)).mean() for s in places]
        self.updates.append(torch.stack(shares).cpu())
        if members is None:
            self.before.copy_(x)
        else:
            self.before[members] = x

    def pack(self) -> dict[str, Any]:
        """What has been seen, copied."""
        seen = {"gradients": self.gradients, "updates": self.updates}
        return {"before": self.before.clone(), **{name: torch.stack(rows) for name, rows in seen.items() if rows}}

    def unpack(self, packed: dict[str, Any]) -> None:
        """Take over what `pack` gave."""
        self.before.copy_(packed["before"])
        self.gradients, self.updates = (list(packed.get(name, ())) for name in ("gradients", "updates"))

    def write(self, history: History) -> None:
        """Put the curves into the record."""
        for curves, seen in ((history.layer_gradients, self.gradients), (history.layer_updates, self.updates)):
            columns = torch.stack(seen).T.tolist() if seen else [[] for _ in self.layers]
            curves.update(zip(self.layers, map(curve, columns), strict=True))
