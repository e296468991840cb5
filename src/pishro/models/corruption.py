"""Noise on the inputs of a denoising autoencoder, which is to give back the clean row.

A code that has to undo noise cannot copy; it must know how columns depend on each other, and the reconstruction points
from the noisy row back to where the rows lie. Noise is drawn anew for each mini-batch, in the units of the scaled row.

References
----------
Vincent, Larochelle, Lajoie, Bengio, Manzagol (2010), Stacked denoising autoencoders, J. Machine Learning Research 11.
"""

__all__ = ["GaussianNoise", "Masking", "SaltAndPepper"]

import dataclasses
from typing import final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError


def _share(share: float) -> None:
    if not 0 <= share <= 1:
        raise SettingError(f"Expected a share of the entries between 0 and 1, received {share}.")


@final
@dataclasses.dataclass(frozen=True)
class GaussianNoise:
    """A normal number is added to each entry.

    Attributes
    ----------
    scale : standard deviation, in units of the scaled column.
    """

    scale: float

    def __post_init__(self) -> None:
        if not self.scale >= 0:
            raise SettingError(f"Expected a standard deviation of at least 0, received {self.scale}.")

    def __call__(self, x: Tensor, generator: Generator) -> Tensor:
        """x + scale · normal numbers."""
        return x + self.scale * torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)


@final
@dataclasses.dataclass(frozen=True)
class Masking:
    """Entries set to zero: the mean of a standardized column, black of an intensity.

    Attributes
    ----------
    share : of the entries.
    """

    share: float

    def __post_init__(self) -> None:
        _share(self.share)

    def __call__(self, x: Tensor, generator: Generator) -> Tensor:
        """x, with a share of its entries zero."""
        return x * (torch.rand(x.shape, generator=generator, dtype=x.dtype, device=x.device) >= self.share)


@final
@dataclasses.dataclass(frozen=True)
class SaltAndPepper:
    """Entries set to 0 or 1, whichever the coin says.

    Attributes
    ----------
    share : of the entries.
    """

    share: float

    def __post_init__(self) -> None:
        _share(self.share)

    def __call__(self, x: Tensor, generator: Generator) -> Tensor:
        """x, with a share of its entries 0 or 1."""
        drawn = torch.rand(x.shape, generator=generator, dtype=x.dtype, device=x.device)
        return torch.where(drawn < self.share / 2, 0.0, torch.where(drawn < self.share, 1.0, x))
