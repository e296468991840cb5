"""The deep belief network: a restricted Boltzmann machine above layers that are directed downwards.

    p(v, h¹, …, h^L) = p(v | h¹) p(h¹ | h²) … p(h^(L−1), h^L),    the last factor that of the top machine

To make a row, the top machine is run until it has forgotten where it began, and one pass goes down the generative
weights. To read one, a pass goes up the recognition weights, which give the hidden units' means only approximately. Of
a trained stack of machines both weights are the same; up-down fine-tuning lets them differ.

With label units beside the highest features, the top machine is of features and labels together: clamped to a label it
makes features of that class, and the free energy of a row with each label says how probable the labels are.

References
----------
Hinton, Osindero, Teh (2006), A fast learning algorithm for deep belief nets, Neural Computation 18.
"""

__all__ = ["BeliefNetwork"]

import dataclasses
from typing import final

import torch
from torch import Generator, Tensor
from torch.nn.functional import one_hot

from pishro.errors import SettingError
from pishro.models.boltzmann import Bridge, Machine


@final
@dataclasses.dataclass(frozen=True)
class BeliefNetwork:
    """Directed layers and the machine above them.

    Attributes
    ----------
    recognition, generative : for each directed layer, from the rows up, the weights of the way up and of the way down.
    top : the machine above; its visible units are the highest features, then the labels.
    classes : labels; 0 for none.
    """

    recognition: tuple[Machine, ...]
    generative: tuple[Machine, ...]
    top: Machine
    classes: int = 0

    @property
    def layers(self) -> tuple[Machine, ...]:
        """The way up, with the top machine."""
        return *self.recognition, self.top

    def up(self, x: Tensor) -> Tensor:
        """The features (N, d) that the top machine sees, as means, for rows x (N, D)."""
        for layer in self.recognition:
            x = layer.hidden_mean(x)
        return x

    def down(self, features: Tensor) -> Tensor:
        """Means of rows (N, D) for features (N, d)."""
        for layer in reversed(self.generative):
            features = layer.visible_mean(features)
        return features

    def log_odds(self, x: Tensor) -> Tensor:
        """Return ln p(label | features) (N, classes) up to a constant for each row x (N, D): −F with each label."""
        features = self.up(x)
        self._labeled()
        width = features.shape[1]
        weight, bias = self.top.weight, self.top.visible_bias
        sums = torch.addmm(self.top.hidden_bias, features, weight[:width])
        # what the features add to −F themselves is the same for all labels
        columns = [
            bias[width + k] + self.top.hidden.log_partition(sums + weight[width + k]) for k in range(self.classes)
        ]
        return torch.stack(columns, 1)

    def sample(self, count: int, label: int | None, steps: int, generator: Generator) -> Tensor:
        """Rows (count, D) as means, of one class where a label is given.

        Parameters
        ----------
        count : rows.
        label : index of the class, to which the label units are clamped; None leaves them free.
        steps : Gibbs steps of the top machine.
        generator : of what is drawn.
        """
        bridge = Bridge(self.top, self.top.visible_bias)
        v = bridge.start(count, generator)
        width = v.shape[1] - self.classes
        clamped = None
        if label is not None:
            self._labeled()
            clamped = one_hot(torch.full((count,), label), self.classes).to(v)
        for number in range(steps):
            if clamped is not None:
                v[:, width:] = clamped
            v = bridge.step(self.top.hidden_sums(v), min(1.0, 2 * (number + 1) / steps), generator)
        if not self.generative:
            return self.top.visible_mean(self.top.sample_hidden(v, generator))[:, :width]
        features = v[:, :width]
        for layer in self.generative[:0:-1]:
            features = layer.sample_visible(features, generator)
        return self.generative[0].visible_mean(features)

    def _labeled(self) -> None:
        if not self.classes:
            raise SettingError("Expected a network with label units; pre-train it with the labels of the rows.")
