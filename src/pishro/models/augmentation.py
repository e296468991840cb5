"""Augmentation: training images moved a little, drawn anew for each mini-batch, so that a network learns what stays.

A new image is the old one read at other places, u(p) = x(R p + t + e(p)) with bilinear interpolation: a rotation R
about the center, a shift t, and an elastic field e, white noise smoothed by a Gaussian of σ places, so that neighbors
move together (Simard et al. 2003). Beyond the edge the edge goes on. All three make one field of places, and an image
is read once. A sequence is read like an image of height 1 that only moves along its length.

References
----------
Simard, Steinkraus, Platt (2003), Best practices for convolutional neural networks applied to visual document analysis,
ICDAR. Their field, uniform noise times 34 smoothed by σ = 4, has a standard deviation of 1.4 pixels.
"""

__all__ = ["Augmentation"]

import dataclasses
import math
from typing import final

import torch
from torch import Generator, Tensor
from torch.nn.functional import conv2d, grid_sample

from pishro.errors import SettingError


@final
@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How far images are moved at random.

    Attributes
    ----------
    shift : most places along each axis; uniform.
    rotate : most degrees to either side; uniform.
    elastic : standard deviation of the elastic field along each axis, in places.
    smoothness : σ of the Gaussian that smooths it, in places.

    Examples
    --------
    >>> moved = Augmentation(shift=2, rotate=10)(torch.rand(5, 1, 28, 28), Generator().manual_seed(0))
    >>> moved.shape
    torch.Size([5, 1, 28, 28])
    """

    shift: float = 0.0
    rotate: float = 0.0
    elastic: float = 0.0
    smoothness: float = 4.0

    def __post_init__(self) -> None:
        for name in ("shift", "rotate", "elastic"):
            if not 0 <= getattr(self, name) < math.inf:
                raise SettingError(f"Augmentation expects {name} of at least 0, received {getattr(self, name)}.")
        if not 0 < self.smoothness < math.inf:
            raise SettingError(f"Augmentation expects a positive smoothness, received {self.smoothness}.")

    def __call__(self, x: Tensor, generator: Generator) -> Tensor:
        """Images (N, channels, height, width), or sequences (N, channels, length), moved.

        Raises
        ------
        SettingError
            If sequences are to be rotated.
        """
        if x.ndim == 3 and self.rotate:
            raise SettingError("A sequence cannot be rotated; leave `rotate` at 0, shift and elastic work.")
        images = x.unsqueeze(-2) if x.ndim == 3 else x
        rows, _, height, width = images.shape
        places = self._rotated(images, generator)
        if self.shift:
            places += self.shift * (
                2 * torch.rand(rows, 1, 1, 2, generator=generator, dtype=x.dtype, device=x.device) - 1
            )
        if self.elastic:
            places += self.elastic * self._field(images, generator)
        places[..., 0] *= 2 / width  # torch counts from −1 to 1, edge to edge
        places[..., 1] *= 2 / height
        if x.ndim == 3:
            places[..., 1] = 0
        return grid_sample(images, places, padding_mode="border", align_corners=False).reshape(x.shape)

    def _rotated(self, images: Tensor, generator: Generator) -> Tensor:
        """R p for each place p, counted from the center: (N, height, width, 2), columns before rows as torch has it."""
        rows, _, height, width = images.shape
        dtype, device = images.dtype, images.device
        down = torch.arange(height, dtype=dtype, device=device) - (height - 1) / 2
        right = torch.arange(width, dtype=dtype, device=device) - (width - 1) / 2
        centered = torch.stack([right.expand(height, width), down.unsqueeze(-1).expand(height, width)], -1)
        angle = math.radians(self.rotate) * (2 * torch.rand(rows, generator=generator, dtype=dtype, device=device) - 1)
        cos, sin = angle.cos(), angle.sin()
        rotation = torch.stack([torch.stack([cos, sin], -1), torch.stack([-sin, cos], -1)], -2)
        return torch.einsum("hwi,nij->nhwj", centered, rotation)

    def _field(self, images: Tensor, generator: Generator) -> Tensor:
        """Smoothed white noise of variance 1, (N, height, width, 2)."""
        rows, _, height, width = images.shape
        reach = math.ceil(3 * self.smoothness)
        dtype, device = images.dtype, images.device
        bell = torch.exp(-(torch.arange(-reach, reach + 1, dtype=dtype, device=device) / self.smoothness).square() / 2)
        bell /= torch.linalg.vector_norm(bell)  # then the sum of independent numbers of variance 1 has variance 1
        noise = torch.randn(
            2 * rows, 1, height + 2 * reach, width + 2 * reach, generator=generator, dtype=dtype, device=device
        )
        smooth = conv2d(conv2d(noise, bell.view(1, 1, -1, 1)), bell.view(1, 1, 1, -1))
        return smooth.view(rows, 2, height, width).permute(0, 2, 3, 1)
