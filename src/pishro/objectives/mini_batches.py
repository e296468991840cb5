"""The cost on one mini-batch after another: what a stochastic rule descends on.

An epoch walks all rows once, in an order drawn anew; the rows that do not fill a last batch wait for a later epoch. The
rows themselves stay where they are: each batch is gathered into the same buffer. Rows in a file come window by window.

On a GPU nothing in a step waits for the device. The order of an epoch is drawn on the CPU, so that a seed means the
same everywhere, and goes over whole; what layers draw is drawn there. The two paths of a small network, some tens of
short launches, are recorded once and launched as one.
"""

__all__ = ["Disturbance", "MiniBatches", "Penalty", "joint_cost", "mean_cost"]

from collections.abc import Callable, Iterator
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.likelihoods import Likelihood
from pishro.nn import BoundNetwork, Network
from pishro.objectives.batch import Batch
from pishro.objectives.captured import captured
from pishro.objectives.stored_rows import StoredRows

ROWS_AT_ONCE = 2048
"""Rows times members evaluated in one go by `mean_cost`: enough to keep two cores busy, few enough for the cache.
Milliseconds for 1024, 2048, 4096 and 8192: 6 members of 256-128 units on 861 rows 6.0, 9.4, 9.4 and 9.8, on 1652 rows
15, 14, 14 and 22; one network of 192-192-192 on 10,000 rows 23, 23, 36 and 31, of 20-20 on 100,000 rows 81, 70, 68 and
91."""

Disturbance = Callable[[Tensor, Generator], Tensor]
"""Rows (N, *row) as the training sees them, drawn anew for each mini-batch: augmented images, inputs with noise."""

Binding = Callable[[Tensor, Tensor], BoundNetwork]
"""(what is descended on, its gradient) → both paths there: a network's `bind`, or another way to write θ."""

Penalty = Callable[[Network, Tensor, Tensor], Tensor]
"""(network, θ (K, P), rows x (N, *row)) → what is added to the mean cost of a mini-batch (K,); autograd must know its
slope with respect to θ."""

SMALL = 1e9
"""Operations of a step up to which its launches are recorded: beyond, they take longer to compute than to launch."""


@final
class MiniBatches:
    """θ (K, P) → mean cost (K,) and its gradient (K, P), on the next mini-batch; all members see the same rows.

    Parameters
    ----------
    network, likelihood : what is fitted, and the cost.
    batch : all rows, in memory or in a file.
    size : rows of a mini-batch; no more than there are rows.
    generator : source of the order, of what layers such as dropout draw, and of the disturbance.
    disturb : what is done to the inputs of each mini-batch; None for nothing. The targets stay.
    penalty : added to the cost; None for nothing.
    device : where the steps are computed, and all rows in memory lie; None for where they are.
    """

    def __init__(
        self,
        network: Network,
        likelihood: Likelihood,
        batch: Batch | StoredRows,
        size: int,
        generator: Generator,
        disturb: Disturbance | None = None,
        penalty: Penalty | None = None,
        device: torch.device | None = None,
    ) -> None:
        if size < 1:
            raise SettingError(f"A mini-batch needs at least one row, received size = {size}.")
        self.network, self.likelihood, self.generator = network, likelihood, generator
        self.size, self.rows = min(size, len(batch)), len(batch)
        self._stored = batch if isinstance(batch, StoredRows) else None
        there = batch.x.device if isinstance(batch, Batch) else torch.device("cpu")
        self.device = there if device is None else device
        seed = generator.initial_seed()
        self._drawing = generator if self.device.type == "cpu" else Generator(self.device).manual_seed(seed)
        self._walk, self._passed = generator.get_state(), 0
        self._windows: Iterator[Batch] = iter(()) if self._stored is None else self._stored.windows(generator)
        self.batch = batch.to(self.device) if isinstance(batch, Batch) else self._window()
        batch = self.batch
        self.disturb, self.penalty = disturb, penalty
        self._binding: Binding = network.bind
        self._x = batch.x.new_empty(self.size, *batch.x.shape[1:])
        self._y = batch.y.new_empty(self.size, *batch.y.shape[1:])
        self._weight = None if batch.weight is None else batch.weight.new_empty(self.size)
        self._offset = None if batch.offset is None else batch.offset.new_empty(self.size, *batch.offset.shape[1:])
        self._drawn = generator.get_state()
        self._order = torch.empty(0, dtype=torch.long)
        self._next = 0
        self._theta = self._gradient = torch.empty(0)
        self._alone = False
        self._bound: BoundNetwork | None = None
        self._work: Callable[[Tensor], Tensor] = self._both_paths

    def walk_by(self, binding: Binding, penalty: Penalty | None) -> None:
        """Descend on members written in another way, as one vector (1, Q).

        The cost is then that of each member, (1, K), and the gradient that of their sum.
        """
        self._binding, self.penalty = binding, penalty

    @property
    def steps(self) -> int:
        """Mini-batches of an epoch."""
        return self.rows // self.size

    def __call__(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cost and gradient; the gradient's tensor is written anew by the next call."""
        if self._theta is not theta:
            self._bind(theta)
        x = self._gather(self._draw())
        if self.disturb is not None:
            x = self.disturb(x, self._drawing)
        value = self._work(x)
        if self._alone:
            value = value.unsqueeze(0)
        return value if self.penalty is None else value + self._add_penalty(self.penalty, theta, x), self._gradient

    def _gather(self, rows: Tensor) -> Tensor:
        batch = self.batch
        x = torch.index_select(batch.x, 0, rows, out=self._x)
        torch.index_select(batch.y, 0, rows, out=self._y)
        if batch.weight is not None:
            torch.index_select(batch.weight, 0, rows, out=self._weight)
        if batch.offset is not None:
            torch.index_select(batch.offset, 0, rows, out=self._offset)
        return x

    def _both_paths(self, x: Tensor) -> Tensor:
        """The cost on the rows that were gathered; the gradient goes into its tensor."""
        return self._walked(x, self._drawing)

    def _walked(self, x: Tensor, generator: Generator | None) -> Tensor:
        if self._bound is None:
            raise TypeError("A network is bound to θ before it is walked.")
        raw = self._bound.forward(x, training=True, generator=generator)
        if self._offset is not None:
            raw = raw + self._offset
        if self._weight is None:
            value, d_raw = self.likelihood.mean_and_gradient(raw, self._y)
        else:
            value, d_raw = self._weighted(raw, self._y, self._weight)
        self._bound.backward(d_raw)
        return value

    def _weighted(self, raw: Tensor, y: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        nll, d_raw = self.likelihood.value_and_gradient(raw, y)
        weight = weight / self.size
        return (nll * weight).sum(-1), d_raw * weight.unsqueeze(-1)

    def _first(self, x: Tensor) -> Tensor:
        """A step at a new θ, which is recorded only if it comes again: a rule may look at another tensor every time."""
        self._work = self._record
        return self._both_paths(x)

    def _record(self, x: Tensor) -> Tensor:
        """The second step, after which the next are one launch, if they can be."""
        self._work = self._both_paths
        try:
            replay = captured(lambda: self._walked(x, None))
        except SettingError:  # a layer draws, and would draw the same from a record
            replay = None
        if replay is not None:
            self._work = lambda _: replay()
        return self._work(x)

    def _add_penalty(self, penalty: Penalty, theta: Tensor, x: Tensor) -> Tensor:
        with torch.enable_grad():
            leaf = theta.detach().requires_grad_()
            value = penalty(self.network, leaf, x)
            (slope,) = torch.autograd.grad(value.sum(), leaf)
        self._gradient += slope
        return value.detach()

    def _bind(self, theta: Tensor) -> None:
        self._theta, self._gradient = theta, torch.empty_like(theta)
        self._alone = len(theta) == 1  # plain products are faster than products of a batch of one
        self._bound = self._binding(*((theta[0], self._gradient[0]) if self._alone else (theta, self._gradient)))
        small = self.disturb is None and 6.0 * self.size * theta.numel() <= SMALL
        self._work = self._first if small and self.device.type == "cuda" else self._both_paths

    def _draw(self) -> Tensor:
        if self._next + self.size > len(self._order):
            self._turn()
            self._shuffle()
        rows = self._order[self._next : self._next + self.size]
        self._next += self.size
        return rows

    def _turn(self) -> None:
        """The next window of rows in a file; where the last one has been walked, a new epoch begins."""
        while self._stored is not None and len(self._order):
            window = next(self._windows, None)
            if window is None:
                self._begin_walk(self._stored)
                continue
            self._passed += 1
            if len(window) >= self.size:
                self.batch = window.to(self.device)
                return

    def _begin_walk(self, stored: StoredRows) -> None:
        self._walk, self._passed = self.generator.get_state(), 0
        self._windows = stored.windows(self.generator)

    def _window(self) -> Batch:
        self._passed += 1
        return next(self._windows).to(self.device)

    def _shuffle(self) -> None:
        self._drawn, self._next = self.generator.get_state(), 0
        self._order = torch.randperm(len(self.batch), generator=self.generator).to(self.batch.x.device)

    def pack(self) -> dict[str, Any]:
        """Which mini-batch is next, and what is drawn for it; orders are not kept but drawn again."""
        states = {"walk": self._walk, "drawn": self._drawn, "now": self.generator.get_state()}
        states |= {} if self._drawing is self.generator else {"drawing": self._drawing.get_state()}
        return {**states, "passed": self._passed, "next": self._next, "begun": len(self._order) > 0}

    def unpack(self, packed: dict[str, Any]) -> None:
        """Take over what `pack` gave, for the same rows."""
        if self._stored is not None:
            self.generator.set_state(packed["walk"])
            self._begin_walk(self._stored)
            for _ in range(packed["passed"]):
                self.batch = self._window()
        if packed["begun"]:
            self.generator.set_state(packed["drawn"])
            self._shuffle()
        self._next = packed["next"]
        self.generator.set_state(packed["now"])
        if self._drawing is not self.generator and "drawing" in packed:
            self._drawing.set_state(packed["drawing"])


def mean_cost(network: Network, likelihood: Likelihood, theta: Tensor, batch: Batch) -> Tensor:
    """Mean nll of the rows for each member, (K,), with dropout and the like switched off."""
    return _cost(network, likelihood, theta, batch, together=False)


def joint_cost(network: Network, likelihood: Likelihood, theta: Tensor, batch: Batch) -> Tensor:
    """Mean nll of the rows for the mean of the members' raw outputs, (1,), with dropout and the like switched off."""
    return _cost(network, likelihood, theta, batch, together=True)


def _cost(network: Network, likelihood: Likelihood, theta: Tensor, batch: Batch, together: bool) -> Tensor:
    total = theta.new_zeros(1 if together else len(theta))
    rows = max(1, ROWS_AT_ONCE // len(theta))
    for start in range(0, len(batch), rows):
        part = batch.rows(start, start + rows)
        raw = network(theta, part.x)
        nll = likelihood.nll(part.shifted(raw.mean(0, keepdim=True) if together else raw), part.y)
        total += (nll if part.weight is None else nll * part.weight).sum(-1)
    return total / batch.total
