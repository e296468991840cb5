"""The record of a training run: what was done, why, and how it went."""

__all__ = ["History", "TrainingRecord", "curve", "versions"]

import dataclasses
import importlib.metadata
import platform
from collections.abc import Iterable
from typing import Any

import torch


@dataclasses.dataclass
class History:
    """Curves of a training run, one entry an iteration, the mean over the members still running.

    Attributes
    ----------
    cost : mean negative log-likelihood per training row, in nats (in standardized units of the target).
    gradient_norm : Euclidean norm of the gradient of the regularized cost.
    damping : Levenberg-Marquardt damping λ.
    effective : effective number of parameters γ (MacKay 1992); between 0 and P.
    running : members still running.
    validation : mean negative log-likelihood per row that was kept from the gradient. A list is empty where the method
        has no such number.
    halfway : the same at the middle of each epoch's way, to be compared with `validation` at its ends: how the cost
        runs along the step.
    layer_gradients : by layer, root mean square of its entries of the gradient.
    layer_updates : by layer, ‖change‖ / ‖parameters‖ of the iteration.
    """

    cost: list[float] = dataclasses.field(default_factory=list)
    gradient_norm: list[float] = dataclasses.field(default_factory=list)
    damping: list[float] = dataclasses.field(default_factory=list)
    effective: list[float] = dataclasses.field(default_factory=list)
    running: list[int] = dataclasses.field(default_factory=list)
    validation: list[float] = dataclasses.field(default_factory=list)
    halfway: list[float] = dataclasses.field(default_factory=list)
    layer_gradients: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    layer_updates: dict[str, list[float]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class TrainingRecord:
    """What a training run did; every entry is plain data, so the record is saved with the model.

    Attributes
    ----------
    recipe : one sentence that says which method was chosen and why.
    method : name of the method, such as "levenberg-marquardt with evidence".
    seed, members, parameters, rows : the run's size (parameters P per member, training rows N).
    iterations : iterations of the longest running member.
    seconds : wall time of the training alone.
    reasons : stop reason of each member, as a sentence.
    effective : effective parameters γ of each member at the end.
    evidence : Laplace approximation of ln p(y) of each member, in nats (MacKay 1992). Of likelihoods fitted to the same
        rows in the same units, the one with the larger evidence is the more probable.
    noise : standard deviation of the noise of each member, in standardized units (regression only).
    history : the curves.
    versions, threads : of pishro, torch and Python, and of torch: as they are when the record is made.
    calibration : what was corrected afterwards, as a sentence; "" for nothing.
    constraints : how each constraint is kept, with its multipliers, as sentences.
    device : where it was computed, and why there; "" for a training that has no choice.
    """

    recipe: str
    method: str
    seed: int
    members: int
    parameters: int
    rows: int
    iterations: int = 0
    seconds: float = 0.0
    reasons: list[str] = dataclasses.field(default_factory=list)
    effective: list[float] = dataclasses.field(default_factory=list)
    evidence: list[float] = dataclasses.field(default_factory=list)
    noise: list[float] = dataclasses.field(default_factory=list)
    history: History = dataclasses.field(default_factory=History)
    versions: dict[str, str] = dataclasses.field(default_factory=lambda: versions())
    threads: int = dataclasses.field(default_factory=torch.get_num_threads)
    calibration: str = ""
    constraints: list[str] = dataclasses.field(default_factory=list)
    device: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of the model file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "TrainingRecord":
        """The record that `to_json` wrote."""
        return cls(**{**data, "history": History(**data["history"])})

    def __str__(self) -> str:
        plural = "network" if self.members == 1 else "networks"
        gamma = sum(self.effective) / max(len(self.effective), 1)
        effective = f", {gamma:.0f} of {self.parameters} parameters effective" if self.effective else ""
        reasons = "; ".join(dict.fromkeys(self.reasons))
        return (
            f"{self.recipe}\n{self.members} {plural} of {self.parameters} parameters on {self.rows} rows: "
            f"{self.iterations} iterations in {self.seconds:.1f} s{effective}.\n{reasons}"
            + (f"\nComputed on {self.device}." if self.device and not self.device.startswith("cpu") else "")
            + (f"\n{self.calibration}" if self.calibration else "")
        )


def versions() -> dict[str, str]:
    """Versions of what a result depends on."""
    return {
        "pishro": importlib.metadata.version("pishro"),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def curve(values: Iterable[float]) -> list[float]:
    """The values of a curve with seven digits, those of float32: curves are most of a small model's file."""
    return [float(f"{value:.7g}") for value in values]
