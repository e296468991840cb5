"""The held-out score: numbers with their uncertainty, and the baselines beside them."""

__all__ = ["Evaluation", "Metric", "Scores"]

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Metric:
    """One number about held-out rows and the interval it is known to.

    Attributes
    ----------
    name : "RMSE", "R²", "accuracy", …
    value, low, high : the number and its 95 % bootstrap interval over the held-out rows.
    better : "lower", "higher", or "0.95" for a coverage.
    unit : unit of the value ("" where it has none).
    """

    name: str
    value: float
    low: float
    high: float
    better: str = "lower"
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"


@dataclasses.dataclass(frozen=True)
class Scores:
    """Held-out scores of a model and of its baselines.

    Attributes
    ----------
    task : "regression" or "classification".
    rows : number of held-out rows.
    metrics : the model's numbers; the first is the headline.
    baselines : name of each baseline ("mean", "majority", "linear", "logistic") and its numbers.
    """

    task: str
    rows: int
    metrics: tuple[Metric, ...]
    baselines: tuple[tuple[str, tuple[Metric, ...]], ...] = ()

    def __getitem__(self, name: str) -> Metric:
        return next(m for m in self.metrics if m.name == name)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of the model file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Scores":
        """The scores that `to_json` wrote."""
        return cls(
            data["task"],
            data["rows"],
            tuple(Metric(**m) for m in data["metrics"]),
            tuple((name, tuple(Metric(**m) for m in metrics)) for name, metrics in data["baselines"]),
        )

    def __str__(self) -> str:
        lines = [f"On {self.rows} held-out rows: " + ", ".join(str(m) for m in self.metrics)]
        lines += [f"{name}: " + ", ".join(str(m) for m in metrics) for name, metrics in self.baselines]
        return "\n".join(lines)


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """The held-out rows themselves, for the figures of the report.

    Attributes
    ----------
    actual : target values (floats), or class indices for a classification.
    predicted : predictions in the same form.
    lower, upper : 95 % predictive interval (regression; empty for a classification).
    probabilities : one row of class probabilities each (classification; empty for a regression).
    classes : class labels in the order of `probabilities`.
    members : RMSE, or accuracy, of each member by itself (K).
    """

    actual: list[float]
    predicted: list[float]
    lower: list[float] = dataclasses.field(default_factory=list)
    upper: list[float] = dataclasses.field(default_factory=list)
    probabilities: list[list[float]] = dataclasses.field(default_factory=list)
    classes: list[str] = dataclasses.field(default_factory=list)
    members: list[float] = dataclasses.field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of the model file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Evaluation":
        """The evaluation that `to_json` wrote."""
        return cls(**data)
