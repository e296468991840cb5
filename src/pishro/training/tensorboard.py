"""The events of a training for TensorBoard, where that is installed."""

__all__ = ["TensorBoard"]

import math
import os
from types import TracebackType
from typing import Any, Self, final

from pishro.errors import SettingError
from pishro.training.train import Progress


@final
class TensorBoard:
    """Writes each `Progress` to a folder that TensorBoard reads; trials of a start are left out.

    Parameters
    ----------
    folder : where the event file goes.

    Raises
    ------
    SettingError
        If tensorboard is not installed.

    Examples
    --------
    ::

        with TensorBoard("runs/first") as board:
            model = pishro.fit("table.csv", "y", progress=board)
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - an optional package
        except ImportError as error:
            raise SettingError(
                "Expected the package tensorboard, which is not installed; `pip install tensorboard` brings it."
            ) from error
        self._writer: Any = SummaryWriter(os.fspath(folder))

    def __call__(self, event: Progress) -> None:
        """Write one event."""
        if event.trying:
            return
        for name in ("cost", "gradient_norm", "running", "damping", "effective", "validation"):
            value = float(getattr(event, name))
            if math.isfinite(value):
                self._writer.add_scalar(name, value, event.iteration)

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
