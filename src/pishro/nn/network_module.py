"""A network with its θ as a `torch.nn.Module`, for what takes modules: `torch.export`, a torch optimizer, a server."""

__all__ = ["NetworkModule"]

from typing import final

import torch
from torch import Tensor, nn

from pishro.nn.layer import Parameters
from pishro.nn.paths import walk_forward
from pishro.nn.plan import Plan


@final
class NetworkModule(nn.Module):
    """The forward path as a module; `Network.to_module` makes it.

    Its parameters are copies, named as in the layout ("dense1.weight"); autograd gives their gradients. It takes one
    batch for each input, in the network's order.
    """

    def __init__(self, plan: Plan, theta: Tensor) -> None:
        super().__init__()
        self._plan = plan
        for block in plan.layout.blocks:
            *path, name = block.name.split(".")
            holder: nn.Module = self
            for part in path:
                if part not in holder._modules:
                    holder.add_module(part, nn.Module())
                holder = holder.get_submodule(part)
            holder.register_parameter(name, nn.Parameter(block.view(theta.detach()).clone()))

    def forward(self, *inputs: Tensor) -> Tensor:
        """Raw output (…, N, C)."""
        plan, mine = self._plan, dict(self.named_parameters())
        params: list[Parameters] = [{name: mine[block.name] for name, block in blocks} for blocks in plan.blocks]
        trace = walk_forward(plan.stages, params, dict(zip(plan.inputs, inputs, strict=True)))
        return trace.outputs[plan.stages[-1].node.name]

    def theta(self) -> Tensor:
        """The module's parameters as θ again, (…, P)."""
        mine = dict(self.named_parameters())
        blocks = self._plan.layout.blocks
        return torch.cat([mine[b.name].detach().flatten(-len(b.shape)) for b in blocks], -1)
