"""What is known of the function before it is fitted: in which inputs it is monotone, and between which bounds it lies.

Both are built into the network and hold for every θ, at every point. A penalty, or a projection of the weights after
each step, would hold them at the rows or at the end only.
"""

__all__ = ["FREE", "Limits"]

import dataclasses
import math
from collections.abc import Sequence

from pishro.nn import Dense, MonotoneDense
from pishro.nn.activations import Activation, Bounded, Groups, Linear
from pishro.nn.layer import Layer


@dataclasses.dataclass(frozen=True)
class Limits:
    """What the network's function must keep to.

    Attributes
    ----------
    signs : of each input +1 (the prediction rises with it), −1 (falls) or 0; empty where no input is monotone.
    bounds : lowest and highest prediction, in the scaled target's units; one may be infinite.
    locations : how many of the raw outputs, the first ones, these hold for; others, such as a scale, are free.
    """

    signs: tuple[int, ...] = ()
    bounds: tuple[float, float] = (-math.inf, math.inf)
    locations: int = 1

    @property
    def monotone(self) -> bool:
        """Whether some input is."""
        return any(self.signs)

    @property
    def bounded(self) -> bool:
        """Whether there is a bound."""
        return any(map(math.isfinite, self.bounds))

    def layers(self, hidden: Sequence[int], activation: "str | Activation", signs: tuple[int, ...]) -> list[Layer]:
        """The hidden layers; `signs` are those of the first one's inputs.

        Raises
        ------
        SettingError
            If units of that activation cannot keep to them.
        """
        if not self.monotone:
            return [Dense(units, activation) for units in hidden]
        every: list[int | tuple[int, ...]] = [signs, *[1] * (len(hidden) - 1)]
        return [MonotoneDense(units, activation, each) for units, each in zip(hidden, every, strict=True)]

    def output(self, outputs: int) -> Layer:
        """The last layer, of C raw outputs."""
        free = outputs - self.locations
        f: Activation = Linear()
        if self.bounded:
            f = Bounded(*self.bounds)
            f = Groups(((f, self.locations), (Linear(), free))) if free else f
        return MonotoneDense(outputs, f, 1, free) if self.monotone else Dense(outputs, f)


FREE = Limits()
"""Nothing is known."""
