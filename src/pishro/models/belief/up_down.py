"""Up-down fine-tuning of a deep belief network, a contrastive wake-sleep: all layers as one generative model.

Up: states are drawn with the recognition weights, and the generative weights learn to predict each layer from the one
above. At the top, some steps of Gibbs sampling: the machine learns as by contrastive divergence. Down: states are drawn
with the generative weights, from where the top was left, and the recognition weights learn to predict each layer from
the one below. Every weight learns by the difference of a state and its prediction; nothing is propagated backwards.

    ΔG = η · aboveᵀ(below − ⟨below⟩),   ΔR = η · belowᵀ(above − ⟨above⟩)

References
----------
Hinton, Dayan, Frey, Neal (1995), The wake-sleep algorithm for unsupervised neural networks, Science 268.
Hinton, Osindero, Teh (2006), A fast learning algorithm for deep belief nets, Neural Computation 18. (Appendix B.)
"""

__all__ = ["UpDownPlan", "up_down"]

import dataclasses

import torch
from torch import Generator, Tensor
from torch.nn.functional import one_hot

from pishro.errors import SettingError
from pishro.models.belief.network import BeliefNetwork
from pishro.models.boltzmann import Machine


@dataclasses.dataclass(frozen=True)
class UpDownPlan:
    """How the fine-tuning runs.

    Attributes
    ----------
    epochs : walks over the rows.
    size : rows of a mini-batch.
    rate : η at first; it falls to zero along a line.
    steps : Gibbs steps at the top, in the first, the second and the last third of the epochs.
    seed : of all that is drawn.
    """

    epochs: int = 30
    size: int = 100
    rate: float = 0.02
    steps: tuple[int, int, int] = (3, 6, 10)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.size < 1 or not self.rate > 0 or min(self.steps) < 1:
            raise SettingError(f"Expected epochs, size, rate and steps above 0, received {self}.")


@torch.no_grad()
def up_down(network: BeliefNetwork, rows: Tensor, labels: Tensor | None, plan: UpDownPlan) -> BeliefNetwork:
    """The network after fine-tuning on rows (N, D), with class indices (N,) where it has label units."""
    if (labels is None) != (network.classes == 0):
        raise SettingError("Expected labels for a network with label units, and none for one without.")
    generator = Generator().manual_seed(plan.seed)
    tuned = BeliefNetwork(
        tuple(map(_copy, network.recognition)),
        tuple(map(_copy, network.generative)),
        _copy(network.top),
        network.classes,
    )
    beside = None if labels is None else one_hot(labels, network.classes).to(rows)
    size = min(plan.size, len(rows))
    count = len(rows) // size
    for epoch in range(plan.epochs):
        order = torch.randperm(len(rows), generator=generator)
        steps = plan.steps[min(2, 3 * epoch // plan.epochs)]
        for number in range(count):
            those = order[number * size : (number + 1) * size]
            rate = plan.rate * (1 - (epoch * count + number) / (plan.epochs * count))
            states = _wake(tuned, rows[those], rate / size, generator)
            features = states if beside is None else torch.cat([states, beside[those]], 1)
            dreamed = _top(tuned.top, features, steps, rate / size, generator)
            _sleep(tuned, dreamed[:, : states.shape[1]], rate / size, generator)
    return tuned


def _wake(network: BeliefNetwork, x: Tensor, rate: float, generator: Generator) -> Tensor:
    """Go up; the states that the top machine sees."""
    for up, down in zip(network.recognition, network.generative, strict=True):
        above = up.sample_hidden(x, generator)
        wrong = x - down.visible_mean(above)
        down.weight.addmm_(wrong.t(), above, alpha=rate)
        down.visible_bias.add_(wrong.sum(0), alpha=rate)
        x = above
    return x


def _top(top: Machine, v: Tensor, steps: int, rate: float, generator: Generator) -> Tensor:
    """Contrastive divergence of the top machine; its visible states after the steps."""
    mean = top.hidden_mean(v)
    h, dreamed = top.sample_hidden(v, generator), v
    for _ in range(steps):
        dreamed = top.sample_visible(h, generator)
        h = top.sample_hidden(dreamed, generator)
    after = top.hidden_mean(dreamed)
    top.weight.addmm_(v.t(), mean, alpha=rate).addmm_(dreamed.t(), after, alpha=-rate)
    top.visible_bias.add_((v - dreamed).sum(0), alpha=rate)
    top.hidden_bias.add_((mean - after).sum(0), alpha=rate)
    return dreamed


def _sleep(network: BeliefNetwork, above: Tensor, rate: float, generator: Generator) -> None:
    """Go down."""
    for up, down in zip(reversed(network.recognition), reversed(network.generative), strict=True):
        below = down.sample_visible(above, generator)
        wrong = above - up.hidden_mean(below)
        up.weight.addmm_(below.t(), wrong, alpha=rate)
        up.hidden_bias.add_(wrong.sum(0), alpha=rate)
        above = below


def _copy(machine: Machine) -> Machine:
    tensors = (t.clone() for t in (machine.weight, machine.visible_bias, machine.hidden_bias))
    return Machine(machine.visible, machine.hidden, *tensors)
