"""Class probabilities: classes that are never chosen, and probabilities that do not keep their word."""

__all__ = ["miscalibration", "never_predicted"]

from collections.abc import Iterator

import numpy as np
import torch

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation
from pishro.diagnosis.statistics import FEWEST_ROWS, LEVEL

FEWEST = 5
"""Held-out rows of a class before its absence among the predictions is worth a word."""

BINS = 10
DRAWS = 2000
ERROR = 0.03
"""Calibration error beyond chance, in probability, that a user might notice."""


def _probabilities(observation: Observation) -> tuple[torch.Tensor, torch.Tensor] | None:
    held = observation.held_out
    if observation.likelihood.targets != "classes" or len(held) < FEWEST_ROWS or held.y.ndim != 1:
        return None
    return observation.predictive.mean().double(), held.y.long()


def never_predicted(observation: Observation) -> Iterator[Fact]:
    """Classes among the held-out rows that are never the most probable one."""
    found = _probabilities(observation)
    if found is None:
        return
    probabilities, actual = found
    count = torch.bincount(actual, minlength=probabilities.shape[1])
    chosen = torch.bincount(probabilities.argmax(1), minlength=probabilities.shape[1])
    missing = ((chosen == 0) & (count >= FEWEST)).nonzero().squeeze(1).tolist()
    if missing:
        names = [f"“{observation.classes[c]}”" if c < len(observation.classes) else str(c) for c in missing]
        shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        values: dict[str, float | int | str] = {
            "classes": f"{'Class' if len(names) == 1 else 'Classes'} {shown} {'is' if len(names) == 1 else 'are'}",
            "count": int(count[missing].sum()),
        }
        yield Fact("never-predicted", values, float(FEWEST), "held-out rows of the class", "warning")


def miscalibration(observation: Observation) -> Iterator[Fact]:
    """Expected calibration error of the predicted class, against its distribution where every probability is true.

    Chance alone makes the error positive; how large, is drawn: right or wrong by the predicted probability itself.
    """
    found = _probabilities(observation)
    if found is None:
        return
    probabilities, actual = found
    top, chosen = (v.numpy() for v in probabilities.max(1))
    right = (chosen == actual.numpy()).astype(np.float64)
    order = np.argsort(top)
    bins = np.array_split(order, min(BINS, max(1, len(order) // 10)))
    random = np.random.default_rng(0)
    draws, observed = np.zeros(DRAWS), 0.0
    for rows in bins:
        share, claimed = len(rows) / len(order), float(top[rows].mean())
        hits = (random.random((DRAWS, len(rows)), dtype=np.float32) < top[rows]).mean(1)
        draws += share * np.abs(hits - claimed)
        observed += share * abs(float(right[rows].mean()) - claimed)
    noise = float(draws.mean())
    if observed > float(np.quantile(draws, 1 - LEVEL)) and observed - noise > ERROR:
        sure = "too sure of itself" if right.mean() < top.mean() else "less sure than it might be"
        values: dict[str, float | int | str] = {"error": observed, "noise": noise, "direction": sure}
        yield Fact("miscalibration", values, noise + ERROR, "its distribution under true probabilities", "warning")
