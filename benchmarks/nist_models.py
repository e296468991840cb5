"""The models of NIST's non-linear regressions as plain functions (array package, parameters, predictors) → response."""

__all__ = ["MODELS"]

import math
from collections.abc import Callable
from typing import Any


def gauss(xp: Any, b: Any, x: Any) -> Any:
    peaks = b[2] * xp.exp(-(((x - b[3]) / b[4]) ** 2)) + b[5] * xp.exp(-(((x - b[6]) / b[7]) ** 2))
    return b[0] * xp.exp(-b[1] * x) + peaks


def lanczos(xp: Any, b: Any, x: Any) -> Any:
    return b[0] * xp.exp(-b[1] * x) + b[2] * xp.exp(-b[3] * x) + b[4] * xp.exp(-b[5] * x)


def chwirut(xp: Any, b: Any, x: Any) -> Any:
    return xp.exp(-b[0] * x) / (b[1] + b[2] * x)


def enso(xp: Any, b: Any, x: Any) -> Any:
    def wave(cosine: Any, sine: Any, period: Any) -> Any:
        return cosine * xp.cos(2 * math.pi * x / period) + sine * xp.sin(2 * math.pi * x / period)

    return b[0] + wave(b[1], b[2], 12.0) + wave(b[4], b[5], b[3]) + wave(b[7], b[8], b[6])


def hahn(xp: Any, b: Any, x: Any) -> Any:
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


MODELS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "Bennett5": lambda xp, b, x: b[0] * (b[1] + x) ** (-1 / b[2]),
    "Chwirut1": chwirut,
    "Chwirut2": chwirut,
    "DanWood": lambda xp, b, x: b[0] * x ** b[1],
    "ENSO": enso,
    "Gauss1": gauss,
    "Gauss2": gauss,
    "Gauss3": gauss,
    "Hahn1": hahn,
    "Kirby2": lambda xp, b, x: (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2),
    "Lanczos1": lanczos,
    "Lanczos2": lanczos,
    "Lanczos3": lanczos,
    "MGH09": lambda xp, b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH17": lambda xp, b, x: b[0] + b[1] * xp.exp(-x * b[3]) + b[2] * xp.exp(-x * b[4]),
    "Misra1a": lambda xp, b, x: b[0] * (1 - xp.exp(-b[1] * x)),
    "Misra1b": lambda xp, b, x: b[0] * (1 - (1 + b[1] * x / 2) ** (-2)),
    "Misra1c": lambda xp, b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** (-0.5)),
    "Misra1d": lambda xp, b, x: b[0] * b[1] * x / (1 + b[1] * x),
    "Nelson": lambda xp, b, x: b[0] - b[1] * x[0] * xp.exp(-b[2] * x[1]),
}
