"""The target as numbers, and back."""

__all__ = ["ClassTarget", "NumericTarget", "NumericTargets", "target_encoder", "target_from_json", "usable_rows"]

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import torch

from pishro.data.cells import Floats, boolean_level, cell_text, mapped, number_of, numbers
from pishro.data.numeric_columns import mean_and_scale
from pishro.data.schema import Label, Schema
from pishro.errors import DataError, unknown_name

MISSING, UNSEEN = -1.0, -2.0

Scaling = Literal["standardize", "scale", "none"]


def _refuse_missing(name: str, present: npt.NDArray[np.bool_]) -> None:
    if not present.all():
        raise DataError(
            f"Every row should have a target {name!r}, but {(~present).sum()} of {len(present)} have none; "
            "drop these rows first."
        )


def _shift_and_scale(values: Floats, weight: Floats | None, scaling: Scaling) -> tuple[float, float]:
    """What is subtracted from a target and what it is divided by, above 0."""
    if scaling == "none":
        return 0.0, 1.0
    mean, scale = mean_and_scale(values, weight)
    return (0.0, abs(mean) or 1.0) if scaling == "scale" else (mean, scale or 1.0)


@dataclasses.dataclass(frozen=True)
class NumericTarget:
    """(y − mean) / scale, as the training part and the cost want it.

    Attributes
    ----------
    name : the column.
    style : how text is read as a number.
    mean, scale : what is subtracted, and divided by; scale is above 0.
    """

    name: str
    style: str
    mean: float
    scale: float
    kind: Literal["numeric"] = "numeric"

    @classmethod
    def fit(cls, series: pl.Series, style: str = "plain", scaling: Scaling = "standardize") -> "NumericTarget":
        """Learn from the training part (N,); missing values are passed over.

        Parameters
        ----------
        series : the column.
        style : how text is read as a number.
        scaling : "standardize" to mean 0 and standard deviation 1 (a constant to 0), "scale" to mean 1 by a division
            alone, which keeps positive numbers positive, or "none".

        Raises
        ------
        DataError : no value is there.
        """
        values, _ = numbers(series, style)
        values = values[np.isfinite(values)]
        if not len(values):
            raise DataError(f"Target {series.name!r} should hold numbers, but all are missing; check the split.")
        return cls(series.name, style, *_shift_and_scale(values, None, scaling))

    def present(self, series: pl.Series) -> npt.NDArray[np.bool_]:
        """Rows (N,) that have a target."""
        return np.isfinite(numbers(series, self.style)[0])

    def transform(self, series: pl.Series) -> torch.Tensor:
        """Scaled target (N, 1), float64.

        Raises
        ------
        DataError : rows without a number.
        """
        values, _ = numbers(series, self.style)
        _refuse_missing(self.name, np.isfinite(values))
        return torch.from_numpy((values - self.mean) / self.scale).unsqueeze(1)

    def inverse(self, scaled: torch.Tensor) -> torch.Tensor:
        """Values in the target's own unit, any shape."""
        return scaled * self.scale + self.mean

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class NumericTargets:
    """Several numbers a row, each scaled by itself.

    Attributes
    ----------
    names : of the C numbers.
    mean, scale : what is subtracted, and divided by, (C); each scale is above 0.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    kind: Literal["numbers"] = "numbers"

    @classmethod
    def fit(
        cls, values: Floats, names: Sequence[str], weight: Floats | None = None, scaling: Scaling = "standardize"
    ) -> "NumericTargets":
        """Learn from values (N, C), NaN where not observed, the rows weighted; `scaling` as for `NumericTarget.fit`.

        Raises
        ------
        DataError : a target without any value.
        """
        pairs = []
        for name, column in zip(names, values.T, strict=True):
            seen = np.isfinite(column)
            if not seen.any():
                raise DataError(f"Target {name!r} should hold numbers, but all are missing; leave it out.")
            pairs.append(_shift_and_scale(column[seen], None if weight is None else weight[seen], scaling))
        return cls(tuple(names), tuple(m for m, _ in pairs), tuple(s for _, s in pairs))

    def scaled(self, values: Floats) -> torch.Tensor:
        """Scaled targets (N, C), float64."""
        return torch.from_numpy((values - np.array(self.mean)) / np.array(self.scale))

    def inverse(self, scaled: torch.Tensor) -> torch.Tensor:
        """Values (…, C) in the targets' own units."""
        return scaled * scaled.new_tensor(self.scale) + scaled.new_tensor(self.mean)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class ClassTarget:
    """Class labels as 0 … C−1 in the order of `classes`, which keep their own type.

    Attributes
    ----------
    name : the column.
    style : how text is read where the labels are numbers.
    classes : the labels (C).
    """

    name: str
    style: str
    classes: tuple[Label, ...]
    kind: Literal["class"] = "class"

    @functools.cached_property
    def _codes(self) -> dict[Any, float]:
        return {self._key(label): float(i) for i, label in enumerate(self.classes)}

    def _key(self, value: Any) -> Any:
        """A cell in the form in which labels are compared; None if missing."""
        if isinstance(self.classes[0], bool):
            return boolean_level(value)
        if isinstance(self.classes[0], str):
            return cell_text(value)
        number = number_of(value, self.style or "plain")
        return None if np.isnan(number) else number

    def _read(self, series: pl.Series) -> Floats:
        def code(value: Any) -> float:
            key = self._key(value)
            return MISSING if key is None else self._codes.get(key, UNSEEN)

        return mapped(series, code)

    def present(self, series: pl.Series) -> npt.NDArray[np.bool_]:
        """Rows (N,) that have a label, known or not."""
        return np.not_equal(self._read(series), MISSING)

    def transform(self, series: pl.Series) -> torch.Tensor:
        """Class index (N,), int64.

        Raises
        ------
        DataError : rows without a label, or with one that is not among `classes`.
        """
        codes = self._read(series)
        unseen = codes == UNSEEN
        if unseen.any():
            row = int(unseen.argmax())
            shown = ", ".join(repr(c) for c in self.classes[:20])
            raise DataError(
                f"Target {self.name!r} should be one of {shown}, but row {row + 1} holds {series[row]!r} and "
                f"{unseen.sum()} rows hold unknown classes; correct or drop them."
            )
        _refuse_missing(self.name, codes != MISSING)
        return torch.from_numpy(codes.astype(np.int64))

    def inverse(self, codes: torch.Tensor) -> pl.Series:
        """Labels (N,) of class indices (N,), in the labels' own type."""
        return pl.Series(self.name, list(self.classes)).gather(codes.reshape(-1).cpu().numpy())

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dataclasses.asdict(self) | {"classes": list(self.classes)}


Target = NumericTarget | NumericTargets | ClassTarget


def target_encoder(
    frame: pl.DataFrame, schema: Schema, scaling: Scaling = "standardize"
) -> NumericTarget | ClassTarget:
    """The encoder of a schema's target, fitted to the training rows (N, ·); `scaling` as for `NumericTarget.fit`.

    Raises
    ------
    DataError : the target is not in the frame, or has no number.
    """
    if schema.task == "classification":
        return ClassTarget(schema.target, schema.target_style, schema.classes)
    if schema.target not in frame.columns:
        raise DataError(unknown_name("column", schema.target, frame.columns))
    return NumericTarget.fit(frame[schema.target], schema.target_style or "plain", scaling)


def target_from_json(data: dict[str, Any]) -> Target:
    """The target encoder that `to_json` wrote."""
    if data["kind"] == "numeric":
        return NumericTarget(**data)
    if data["kind"] == "numbers":
        return NumericTargets(**data | {name: tuple(data[name]) for name in ("names", "mean", "scale")})
    return ClassTarget(**data | {"classes": tuple(data["classes"])})


def usable_rows(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The rows of `frame` that have a target: those that `infer_schema` counted.

    Raises
    ------
    DataError : the target is not in the frame.
    """
    if schema.target not in frame.columns:
        raise DataError(unknown_name("column", schema.target, frame.columns))
    return frame.filter(pl.Series(target_encoder(frame, schema).present(frame[schema.target])))
