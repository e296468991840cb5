"""The tapped delay line: the present and the k values before it, side by side.

    x_t  →  (x_t, x_{t−1}, …, x_{t−k})

It gives a network without feedback a memory of k steps: behind it, ŷ_t = f̂(x_t, …, x_{t−k}; θ) is a nonlinear filter
with finite impulse response. A row is a sequence (channels, length), and rows stay independent of each other, so they
may be shuffled and cut into batches. The first k steps, whose past lies before the sequence, give no output.

References
----------
Waibel, Hanazawa, Hinton, Shikano, Lang (1989), Phoneme recognition using time-delay neural networks, IEEE Trans.
Acoustics, Speech and Signal Processing 37.
"""

__all__ = ["TappedDelay"]

import dataclasses
from typing import final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, ShapeError
from pishro.nn.geometry import rows_shape
from pishro.nn.layer import Parameters
from pishro.nn.parameter_free import ParameterFree


@final
@dataclasses.dataclass(frozen=True)
class TappedDelay(ParameterFree):
    """Rows (channels, length) to ((k + 1)·channels, length − k): x_t first, x_{t−k} last.

    Parameters
    ----------
    delays : k, at least 0.

    Examples
    --------
    >>> import torch
    >>> y, _ = TappedDelay(2).forward({}, torch.arange(5.0).reshape(1, 1, 5))
    >>> y[0].int()
    tensor([[2, 3, 4],
            [1, 2, 3],
            [0, 1, 2]], dtype=torch.int32)
    """

    delays: int
    kind = "tapped_delay"

    def __post_init__(self) -> None:
        if self.delays < 0:
            raise SettingError(
                f"A tapped delay line looks back 0 steps or more, received {self.delays}; "
                "the future is not among its inputs."
            )

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """((k + 1)·channels, length − k)."""
        (length,) = rows_shape(shape_in, 1, "A tapped delay line")
        if length <= self.delays:
            raise ShapeError(
                f"a delay of {self.delays} steps needs sequences of at least {self.delays + 1}, received {length}; "
                "take fewer delays or longer windows of the series."
            )
        return (shape_in[0] * (self.delays + 1), length - self.delays)

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, None]:
        """The delayed copies side by side."""
        length = x.shape[-1] - self.delays
        taps = [x[..., self.delays - k : self.delays - k + length] for k in range(self.delays + 1)]
        return torch.cat(taps, -2), None

    def pull(self, saved: None, dy: Tensor) -> Tensor:
        """Each copy's part, moved back by its delay and added up."""
        taps, length = dy.chunk(self.delays + 1, -2), dy.shape[-1]
        dx = dy.new_zeros((*taps[0].shape[:-1], length + self.delays))
        for k, tap in enumerate(taps):
            dx[..., self.delays - k : self.delays - k + length] += tap
        return dx

    def pull_outputs(self, saved: None, dy: Tensor) -> Tensor:
        """The same for each raw output."""
        return self.pull(saved, dy)

    def push(self, saved: None, dx: Tensor) -> Tensor:
        """The delayed copies of dx."""
        return self.forward({}, dx)[0]

    def describe(self) -> str:
        """Number of delays."""
        return f"delays 0 to {self.delays}"
