"""A training as one watches it in a terminal: how far it is, how long it may still take, and what it has reached."""

__all__ = ["LiveView"]

import math
import time
from types import TracebackType
from typing import Self, final

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from pishro.training.train import Progress


@final
class LiveView:
    """A line that moves while networks train; nothing is shown where the output is no terminal.

    Parameters
    ----------
    console : where it is shown; None for the standard output.

    Examples
    --------
    >>> view = LiveView()
    >>> with view:
    ...     view(Progress(3, 200, 0.5, 1e-3, running=8))

    With a model: ``with LiveView() as view: model = pishro.fit("table.csv", "y", progress=view)``.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self._live = Live(console=self.console, refresh_per_second=8, transient=True)
        self._began: tuple[float, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, event: Progress) -> None:
        """Show one event."""
        if not self.console.is_terminal:
            return
        if not self._live.is_started:
            self._live.start()
        grid = Table.grid(padding=(0, 2))
        done = 0 if event.trying else event.iteration
        bar = ProgressBar(total=event.iterations, completed=done, width=24)
        grid.add_row(bar, *[fact for fact in self._facts(event) if fact])
        self._live.update(grid)

    def _facts(self, event: Progress) -> tuple[str, ...]:
        return (
            f"trying, {event.iteration}" if event.trying else f"{event.iteration}/{event.iterations}",
            self._remaining(event),
            f"cost {event.cost:.4g}",
            f"|∇| {event.gradient_norm:.1e}",
            "" if math.isnan(event.damping) else f"λ {event.damping:.1e}",
            "" if math.isnan(event.effective) else f"γ {event.effective:.0f}",
            "" if math.isnan(event.validation) else f"validation {event.validation:.4g}",
            f"{event.running} running",
        )

    def _remaining(self, event: Progress) -> str:
        """The most time it may still take: training often ends before its last iteration."""
        now = time.monotonic()
        if event.trying or self._began is None or event.iteration <= self._began[1]:
            self._began = None if event.trying else (now, event.iteration)
            return ""
        began, first = self._began
        left = (now - began) / (event.iteration - first) * (event.iterations - event.iteration)
        return f"≤ {left:.0f} s" if left < 100 else f"≤ {left / 60:.0f} min"
