"""The loop of the stochastic rules: gradient in, θ moved, now and then a look.

It knows no network and no data: a *source* gives value and gradient at a point, for whatever mini-batch comes next. In
each step nothing happens beside the source and the rule. Every `interval` steps the loop looks: it averages the values
since the last look (a single mini-batch's value says little), tests the stop rules, keeps a copy to fall back on, and
calls back. θ is (P,) or (K, P); a member that stops keeps the θ of its last look while the others go on. A `Pause` may
stand between any two steps: there everything that the rest of the run depends on can be written down.
"""

__all__ = ["Descent", "Pause", "Progress", "Source", "autograd_source", "descend"]

import dataclasses
import math
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim.stochastic.rule import Rule, RuleState
from pishro.optim.stopping import Reason, Stop

PATH_SIZE = 64
"""Entries of θ up to which the history keeps the points: enough to draw a path, nothing beside the run's memory."""

Source = Callable[[Tensor], tuple[Tensor, Tensor]]
"""θ (…, P) → value (…) and gradient (…, P), on the next mini-batch."""


@dataclasses.dataclass(frozen=True)
class Progress:
    """What a look sees.

    Attributes
    ----------
    step : updates made.
    value : mean of the values since the last look, (K,).
    gradient_norm : largest entry of the last gradient, (K,).
    seconds : wall time since the start.
    x : what would be handed out now, shaped like θ. A callback gets θ itself; the history keeps copies, and only of
        points with at most `PATH_SIZE` entries.
    gradient : the last mini-batch's, shaped like θ; for a callback only, which may read and not keep it.
    """

    step: int
    value: Tensor
    gradient_norm: Tensor
    seconds: float
    x: Tensor | None = dataclasses.field(repr=False)
    gradient: Tensor | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True)
class Descent:
    """Where a descent ended.

    Attributes
    ----------
    x : what the rule hands out, shaped like θ.
    value, gradient_norm : of the last look before each member stopped, (K,).
    reasons : why each member stopped.
    iterations : updates of each member, (K,).
    evaluations : calls of the source.
    seconds : wall time.
    history : the start, and every look.
    theta, state : to continue from; θ is not x where the rule averages.
    """

    x: Tensor
    value: Tensor
    gradient_norm: Tensor
    reasons: tuple[Reason, ...]
    iterations: Tensor
    evaluations: int
    seconds: float
    history: tuple[Progress, ...]
    theta: Tensor
    state: RuleState

    @property
    def reason(self) -> Reason:
        """Why it stopped; of several members, the commonest reason."""
        return Counter(self.reasons).most_common(1)[0][0]


class Pause(Protocol):
    """Between two steps, now and then: a place to write down where a run stands, or to end it by an exception."""

    @property
    def found(self) -> dict[str, Any] | None:
        """What an earlier run handed to `reach`, to go on from there; None to begin."""

    @property
    def at(self) -> float:
        """Clock (`time.perf_counter`) from which on the loop pauses before its next step."""

    def reach(self, packed: dict[str, Any]) -> None:
        """The pause; `packed` holds tensors and plain data that the next step overwrites."""


def autograd_source(f: Callable[[Tensor], Tensor]) -> Source:
    """The source of a function f whose gradient autograd makes.

    Parameters
    ----------
    f : θ (…, P) → (…).

    Examples
    --------
    >>> value, gradient = autograd_source(lambda x: x.square().sum(-1))(torch.tensor([3.0, 4.0]))
    >>> value, gradient
    (tensor(25.), tensor([6., 8.]))
    """

    def source(theta: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            x = theta.detach().requires_grad_()
            value = f(x)
            (gradient,) = torch.autograd.grad(value.sum(), x)
        return value.detach(), gradient

    return source


def descend(
    source: Source,
    theta: Tensor,
    rule: Rule[Any],
    stop: Stop | None = None,
    *,
    state: RuleState | None = None,
    callback: Callable[[Progress], Reason | None] | None = None,
    interval: int = 50,
    pause: Pause | None = None,
) -> Descent:
    """Descend by a stochastic rule.

    Parameters
    ----------
    source : θ (…, P) → value (…), gradient (…, P), on the next mini-batch; `autograd_source` makes one of a function.
    theta : where to start, (P,) or (K, P); not changed.
    rule : such as `Adam()`, or one wrapped in a schedule, a clipping or an average.
    stop : stop rules; `gradient` and `step` are tested at the looks, on one mini-batch's gradient and on the way since
        the last look, `change` and `goal` on the mean value since the last look.
    state : the state of an earlier run, to continue it from its `theta`; it goes on in place.
    callback : called at each look; a reason that it returns ends the run.
    interval : steps between looks; as many more as bring the rule to a movement of θ.
    pause : where the run may be written down and gone on with; Ctrl-C is then raised, as the pause keeps what matters.

    Raises
    ------
    ShapeError
        If θ is neither a vector nor a matrix, or the source's gradient is not shaped like θ.

    Examples
    --------
    >>> f = autograd_source(lambda x: (x - 3).square().sum(-1))
    >>> from pishro.optim.stochastic.momentum import Momentum
    >>> descend(f, torch.zeros(2), Momentum(rate=0.1, mu=0.5), Stop(gradient=1e-4)).x.round(decimals=3)
    tensor([3., 3.])
    """
    if theta.ndim not in (1, 2):
        raise ShapeError(f"Expected theta of shape (P,) or (K, P), received {tuple(theta.shape)}.")
    if interval < 1:
        raise SettingError(f"Expected at least one step between looks, received interval = {interval}.")
    theta = theta.detach().clone()
    interval = math.ceil(interval / rule.pace) * rule.pace
    run = _Run(source, theta, rule, rule.start(theta) if state is None else state, stop or Stop())
    if pause is not None and pause.found is not None:
        run.unpack(pause.found)
    try:
        run.go(interval, callback, pause)
    except KeyboardInterrupt:
        if pause is not None:
            raise
        run.interrupt()
    return run.result()


class _Run:
    """One call of `descend`, and its books; those of single members are kept in Python, so that a look is cheap."""

    def __init__(self, source: Source, theta: Tensor, rule: Rule[Any], state: RuleState, stop: Stop) -> None:
        self.source, self.theta, self.rule, self.state, self.stop = source, theta, rule, state, stop
        self.began = time.perf_counter()
        self.members = 1 if theta.ndim == 1 else len(theta)
        self.reasons = [Reason.RUNNING] * self.members
        self.iterations = [0] * self.members
        self.values, self.norms = [math.nan] * self.members, [math.nan] * self.members
        self.step = 0  # at the last look
        self.unseen: list[Tensor] = []  # values since
        self.kept = theta.clone()
        self.history: list[Progress] = []

    def go(
        self, interval: int, callback: Callable[[Progress], Reason | None] | None, pause: Pause | None = None
    ) -> None:
        source, theta, rule, state, values = self.source, self.theta, self.rule, self.state, self.unseen
        probe, update, clock, deadline = rule.probe, rule.update, time.perf_counter, self.began + self.stop.seconds
        last = self.stop.iterations
        while Reason.RUNNING in self.reasons and self.step < last:
            for _ in range(min(interval - self.step % interval, last - self.step) - len(values)):
                if pause is not None and clock() >= pause.at:
                    pause.reach(self.pack())
                value, gradient = source(probe(state, theta))
                if not self.history:
                    self.begin(value, gradient)
                update(gradient, state, theta)
                values.append(value)
                if clock() > deadline:
                    break
            self.look(gradient, callback)
            if clock() > deadline:
                self.finish(Reason.SECONDS)
        self.finish(Reason.ITERATIONS)

    def begin(self, value: Tensor, gradient: Tensor) -> None:
        if gradient.shape != self.theta.shape or value.numel() != self.members:
            raise ShapeError(
                f"Expected one value for each of {self.members} members and a gradient of theta's shape "
                f"{tuple(self.theta.shape)}, received {tuple(value.shape)} and {tuple(gradient.shape)}."
            )
        self.record(self.progress(value.detach().reshape(-1), gradient, self.theta))

    def look(self, gradient: Tensor, callback: Callable[[Progress], Reason | None] | None) -> None:
        value = torch.stack(self.unseen).detach().reshape(-1, self.members).mean(0)
        self.step += len(self.unseen)
        self.unseen.clear()
        x = self.rule.answer(self.state, self.theta)
        progress = self.progress(value, gradient, x)
        moved, length = (torch.linalg.vector_norm(v, dim=-1).reshape(-1) for v in (x - self.kept, x))
        facts = torch.stack([value, progress.gradient_norm, moved, length]).T.tolist()
        running = [k for k in range(self.members) if self.reasons[k] is Reason.RUNNING]
        for k in running:
            self.judge(k, *facts[k])
        sound = [k for k in running if self.reasons[k] is not Reason.DIVERGED]
        if len(sound) == self.members:
            self.kept.copy_(x)
        elif sound:
            self.kept[sound] = x[sound]
        self.record(progress)
        wish = callback(progress) if callback is not None else None
        if wish is not None:
            self.finish(wish)

    def judge(self, k: int, value: float, norm: float, moved: float, length: float) -> None:
        stop, before = self.stop, self.values[k]
        self.iterations[k] = self.step
        if not (math.isfinite(value) and math.isfinite(length)):
            self.reasons[k] = Reason.DIVERGED
            return
        self.values[k], self.norms[k] = value, norm
        if norm <= stop.gradient:
            self.reasons[k] = Reason.GRADIENT
        elif value <= stop.goal:
            self.reasons[k] = Reason.GOAL
        elif abs(value - before) < stop.change * max(1.0, abs(value)):  # NaN, before the first look, compares false
            self.reasons[k] = Reason.CHANGE
        elif moved < stop.step * (length + stop.step):
            self.reasons[k] = Reason.STEP

    def progress(self, value: Tensor, gradient: Tensor, x: Tensor) -> Progress:
        norm = gradient.reshape(self.members, -1).abs().amax(-1)
        return Progress(self.step, value, norm, time.perf_counter() - self.began, x, gradient)

    def record(self, progress: Progress) -> None:
        x = progress.x
        copy = x.clone() if x is not None and x.numel() <= PATH_SIZE else None
        self.history.append(dataclasses.replace(progress, x=copy, gradient=None))

    def pack(self) -> dict[str, Any]:
        """Where the run stands before a step; the tensors are not copied."""
        points = [look.x for look in self.history if look.x is not None]
        looks = {
            "step": [look.step for look in self.history],
            "seconds": [look.seconds for look in self.history],
            "value": torch.stack([look.value for look in self.history]) if self.history else None,
            "norm": torch.stack([look.gradient_norm for look in self.history]) if self.history else None,
            "x": torch.stack(points) if points else None,
        }
        books = ("step", "values", "norms", "iterations", "theta", "kept")
        return {
            "rule": self.state.pack(),
            "reasons": [reason.name for reason in self.reasons],
            "unseen": torch.stack(self.unseen) if self.unseen else None,
            "seconds": time.perf_counter() - self.began,
            "looks": looks,
            **{name: getattr(self, name) for name in books},
        }

    def unpack(self, packed: dict[str, Any]) -> None:
        """Take over what `pack` gave."""
        self.theta.copy_(packed["theta"])
        self.kept.copy_(packed["kept"])
        self.state.unpack(packed["rule"])
        for name in ("step", "values", "norms", "iterations"):
            setattr(self, name, packed[name])
        self.reasons = [Reason[name] for name in packed["reasons"]]
        self.unseen[:] = [] if packed["unseen"] is None else packed["unseen"].to(self.theta.device).unbind()
        self.began -= packed["seconds"]
        looks = packed["looks"]
        if not looks["step"]:  # written down before the first step
            self.history = []
            return
        there = self.theta.device
        points = [None] * len(looks["step"]) if looks["x"] is None else looks["x"].to(there)
        seen = looks["value"].to(there), looks["norm"].to(there)
        rows = zip(looks["step"], *seen, looks["seconds"], points, strict=True)
        self.history = [Progress(*row) for row in rows]

    def finish(self, reason: Reason) -> None:
        self.reasons = [reason if r is Reason.RUNNING else r for r in self.reasons]

    def interrupt(self) -> None:
        """Keep what has been reached since the last look, where it is sound."""
        self.step += len(self.unseen)
        x = self.rule.answer(self.state, self.theta)
        sound = torch.isfinite(x).all(-1).reshape(-1).tolist()
        for k in range(self.members):
            if self.reasons[k] is Reason.RUNNING:
                self.iterations[k] = self.step
                if sound[k]:
                    self.kept.view(self.members, -1)[k] = x.reshape(self.members, -1)[k]
        self.finish(Reason.INTERRUPTED)

    def result(self) -> Descent:
        like = self.theta
        return Descent(
            self.kept,
            like.new_tensor(self.values),
            like.new_tensor(self.norms),
            tuple(self.reasons),
            torch.tensor(self.iterations),
            self.step,
            time.perf_counter() - self.began,
            tuple(self.history),
            self.theta,
            self.state,
        )
