"""The fitted perceptron: one McCulloch-Pitts unit for two classes, and one for each of more."""

__all__ = ["PerceptronModel"]

import dataclasses
from typing import Any, final

import torch
from torch import Tensor

from pishro.errors import ShapeError


@final
@dataclasses.dataclass(frozen=True)
class PerceptronModel:
    """Units that fire where w·x + b ≥ 0, for rows (N, D) in their own units.

    Attributes
    ----------
    weight, bias : of the units, (units, D) and (units,).
    classes : the labels; one unit fires for the second of two.

    Examples
    --------
    >>> model = PerceptronModel(torch.tensor([[1.0, 1.0]]), torch.tensor([-1.5]), ("no", "yes"))      # AND
    >>> model.winners(torch.tensor([[1.0, 1.0], [0.0, 1.0]]))
    tensor([1, 0])
    """

    weight: Tensor
    bias: Tensor
    classes: tuple[Any, ...]

    def __post_init__(self) -> None:
        units = 1 if len(self.classes) == 2 else len(self.classes)
        if self.weight.ndim != 2 or not len(self.weight) == units == self.bias.numel():
            raise ShapeError(
                f"Expected {units} rows of weights and as many biases for {len(self.classes)} classes, received shapes "
                f"{tuple(self.weight.shape)} and {tuple(self.bias.shape)}; give two classes one unit, more one each."
            )

    def distances(self, x: Tensor) -> Tensor:
        """From each unit's hyperplane (N, units), positive where it fires."""
        length = self.weight.norm(dim=1)
        return (x @ self.weight.T + self.bias) / torch.where(length > 0, length, 1.0)

    def winners(self, x: Tensor) -> Tensor:
        """Indices (N,) of the classes."""
        distances = self.distances(x)
        return (distances[:, 0] >= 0).long() if len(self.classes) == 2 else distances.argmax(1)
