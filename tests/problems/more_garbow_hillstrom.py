"""Unconstrained test problems: sums of squares of Moré, Garbow and Hillstrom (1981), and a few of CUTEst's own.

f = Σ r², without the half, as the collections print it. `minima` are the values of the known local minima; those of
CUTEst's own and of sizes that the paper does not print were found to ten digits by two of SciPy's methods.

References
----------
Moré, J. J., Garbow, B. S. and Hillstrom, K. E. (1981). Testing unconstrained optimization software. ACM TOMS 7(1).
Gould, N. I. M., Orban, D. and Toint, Ph. L. (2015). CUTEst: a constrained and unconstrained testing environment.
"""

__all__ = ["PROBLEMS", "Known"]

import dataclasses
import math
from collections.abc import Callable

import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]


@dataclasses.dataclass(frozen=True)
class Known:
    """A problem whose answer is known.

    Attributes
    ----------
    name : in CUTEst.
    x0, f0 : the usual start, and f there.
    minima : f at the known local minima.
    residual : r (P,) → (N,); None where f is no sum of squares.
    other : f where there is no residual.
    """

    name: str
    x0: tuple[float, ...]
    f0: float
    minima: tuple[float, ...]
    residual: Function | None = None
    other: Function | None = None

    def __call__(self, x: Tensor) -> Tensor:
        if self.residual is not None:
            return self.residual(x).square().sum()
        return self.other(x)

    @property
    def start(self) -> Tensor:
        return torch.tensor(self.x0, dtype=torch.float64)

    def solved(self, value: float) -> bool:
        """Whether f has come down to a known minimum: to 1e-6 of its size plus 1e-7."""
        return any(value - m <= 1e-6 * abs(m) + 1e-7 for m in self.minima) and value >= min(self.minima) * (1 - 1e-5)


def _numbers(count: int, start: int = 1) -> Tensor:
    return torch.arange(start, start + count, dtype=torch.float64)


def _data(text: str) -> Tensor:
    return torch.tensor([float(word) for word in text.split()], dtype=torch.float64)


def arglinb(x: Tensor) -> Tensor:
    return _numbers(400) * (_numbers(len(x)) * x).sum() - 1


def biggs6(x: Tensor) -> Tensor:
    t = _numbers(13) / 10
    y = torch.exp(-t) - 5 * torch.exp(-10 * t) + 3 * torch.exp(-4 * t)
    return x[2] * torch.exp(-t * x[0]) - x[3] * torch.exp(-t * x[1]) + x[5] * torch.exp(-t * x[4]) - y


def brownal(x: Tensor) -> Tensor:
    return torch.cat([x[:-1] + x.sum() - (len(x) + 1), x.prod().reshape(1) - 1])


def brownbs(x: Tensor) -> Tensor:
    return torch.stack([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2])


def brownden(x: Tensor) -> Tensor:
    t = _numbers(20) / 5
    return (x[0] + t * x[1] - torch.exp(t)) ** 2 + (x[2] + x[3] * torch.sin(t) - torch.cos(t)) ** 2


def broydn3d(x: Tensor) -> Tensor:
    zero = x.new_zeros(1)
    return (3 - 2 * x) * x - torch.cat([zero, x[:-1]]) - 2 * torch.cat([x[1:], zero]) + 1


def broydnbd(x: Tensor) -> Tensor:
    i = torch.arange(len(x))
    near = (i[None, :] >= i[:, None] - 5) & (i[None, :] <= i[:, None] + 1) & (i[None, :] != i[:, None])
    return x * (2 + 5 * x**2) + 1 - near.to(x.dtype) @ (x * (1 + x))


def chebyquad(x: Tensor) -> Tensor:
    y = 2 * x - 1
    rows, before, now = [], torch.ones_like(y), y
    for i in range(1, len(x) + 1):
        rows.append(now.mean() - (0.0 if i % 2 else -1 / (i * i - 1)))
        before, now = now, 2 * y * now - before
    return torch.stack(rows)


def denschna(x: Tensor) -> Tensor:
    return torch.stack([x[0] ** 2, x[0] + x[1], torch.exp(x[1]) - 1])


def denschnd(x: Tensor) -> Tensor:
    a, b, c = x
    return torch.stack([a**2 + b**3 - c**4, 2 * a * b * c, 2 * a * b - 3 * b * c + a * c])


def dixmaana(x: Tensor) -> Tensor:
    m = len(x) // 3
    return 1 + (x**2).sum() + (x[: 2 * m] ** 2 * x[m:] ** 4).sum() / 8 + (x[:m] * x[2 * m :]).sum() / 8


def engval2(x: Tensor) -> Tensor:
    a, b, c = x
    last = 3 * b**2 + a**3 + (5 * c - a + 1) ** 2 - 36
    square = a**2 + b**2
    return torch.stack([square + c**2 - 1, square + (c - 2) ** 2 - 1, a + b + c - 1, a + b - c + 1, last])


def freuroth(x: Tensor) -> Tensor:
    a, b = x[:-1], x[1:]
    return torch.cat([-13 + a + ((5 - b) * b - 2) * b, -29 + a + ((b + 1) * b - 14) * b])


def gaussian(x: Tensor) -> Tensor:
    half = _data("0.0009 0.0044 0.0175 0.0540 0.1295 0.2420 0.3521")
    y = torch.cat([half, _data("0.3989"), half.flip(0)])
    return x[0] * torch.exp(-x[1] * ((8 - _numbers(15)) / 2 - x[2]) ** 2 / 2) - y


def gulf(x: Tensor) -> Tensor:
    t = _numbers(99) / 100
    y = 25 + (-50 * torch.log(t)) ** (2 / 3)
    return torch.exp(-((y - x[1]).abs() ** x[2]) / x[0]) - t


def hairy(x: Tensor) -> Tensor:
    hair = 30 * torch.sin(7 * x[0]) ** 2 * torch.cos(7 * x[1]) ** 2
    return hair + 100 * torch.sqrt(0.01 + (x[0] - x[1]) ** 2) + 100 * torch.sqrt(0.01 + x[0] ** 2)


def inteqnels(x: Tensor) -> Tensor:
    h = 1 / (len(x) - 1)
    t = h * torch.arange(len(x), dtype=x.dtype)
    cubes = (x + t + 1) ** 3
    before = (t * cubes)[1:-1].cumsum(0)
    after = ((1 - t) * cubes)[1:-1]
    after = after.sum() - after.cumsum(0)
    inside = x[1:-1] + h / 2 * ((1 - t[1:-1]) * before + t[1:-1] * after)
    return torch.cat([x[:1], inside, x[-1:]])


def jensmp(x: Tensor) -> Tensor:
    i = _numbers(10)
    return 2 + 2 * i - (torch.exp(i * x[0]) + torch.exp(i * x[1]))


def kowosb(x: Tensor) -> Tensor:
    y = _data("0.1957 0.1947 0.1735 0.1600 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246")
    u = _data("4.0 2.0 1.0 0.5 0.25 0.167 0.125 0.1 0.0833 0.0714 0.0624")  # the last is CUTEst's; the paper has 0.0625
    return x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3]) - y


def meyer3(x: Tensor) -> Tensor:
    y = _data("34780 28610 23650 19630 16370 13720 11540 9744 8261 7030 6005 5147 4427 3820 3307 2872")
    return x[0] * torch.exp(x[1] / (45 + 5 * _numbers(16) + x[2])) - y


def osborneb(x: Tensor) -> Tensor:
    y = _data(
        "1.366 1.191 1.112 1.013 0.991 0.885 0.831 0.847 0.786 0.725 0.746 0.679 0.608 0.655 0.616 0.606 0.602 0.626 "
        "0.651 0.724 0.649 0.649 0.694 0.644 0.624 0.661 0.612 0.558 0.533 0.495 0.500 0.423 0.395 0.375 0.372 0.391 "
        "0.396 0.405 0.428 0.429 0.523 0.562 0.607 0.653 0.672 0.708 0.633 0.668 0.645 0.632 0.591 0.559 0.597 0.625 "
        "0.739 0.710 0.729 0.720 0.636 0.581 0.428 0.292 0.162 0.098 0.054"
    )
    t = _numbers(65, 0) / 10
    peaks = sum(x[k + 1] * torch.exp(-((t - x[k + 8]) ** 2) * x[k + 5]) for k in range(3))
    return y - (x[0] * torch.exp(-t * x[4]) + peaks)


def penalty1(x: Tensor) -> Tensor:
    return torch.cat([math.sqrt(1e-5) * (x - 1), (x**2).sum().reshape(1) - 0.25])


def penalty2(x: Tensor) -> Tensor:
    n, root, e = len(x), math.sqrt(1e-5), torch.exp(x / 10)
    y = torch.exp(_numbers(n) / 10)
    pairs = root * (e[1:] + e[:-1] - y[1:] - y[:-1])
    weighted = ((n - _numbers(n) + 1) * x**2).sum().reshape(1) - 1
    return torch.cat([x[:1] - 0.2, pairs, root * (e[1:] - math.exp(-0.1)), weighted])


def powellbs(x: Tensor) -> Tensor:
    return torch.stack([1e4 * x[0] * x[1] - 1, torch.exp(-x[0]) + torch.exp(-x[1]) - 1.0001])


def powellsg(x: Tensor) -> Tensor:
    a, b, c, d = x.reshape(-1, 4).T
    return torch.cat([a + 10 * b, math.sqrt(5) * (c - d), (b - 2 * c) ** 2, math.sqrt(10) * (a - d) ** 2])


def sineval(x: Tensor) -> Tensor:
    return torch.stack([(x[1] - torch.sin(x[0])) / 1e-2, x[0] / 2])


def vardim(x: Tensor) -> Tensor:
    weighted = (_numbers(len(x)) * (x - 1)).sum().reshape(1)
    return torch.cat([x - 1, weighted, weighted**2])


def watson(x: Tensor) -> Tensor:
    j, t = _numbers(len(x), 0), (_numbers(29) / 29)[:, None]
    first = ((j * t ** (j - 1).clamp_min(0)) * x).sum(-1)
    rows = first - ((t**j) * x).sum(-1) ** 2 - 1
    return torch.cat([rows, x[:1], (x[1] - x[0] ** 2 - 1).reshape(1)])


_TENTHS = tuple(1 - i / 10 for i in range(1, 11))
_BLOCK = (3.0, -1.0, 0.0, 1.0)
_INTEGRAL = tuple(i / 11 * (i / 11 - 1) for i in range(12))
_OSBORNE = (1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5)

PROBLEMS = (
    Known("ARGLINB", (1.0,) * 10, 64766713400.0, (99.6254681648,), arglinb),
    Known("BIGGS6", (1.0, 2.0, 1.0, 1.0, 1.0, 1.0), 0.7790700756559702, (0.0, 5.65564993e-3), biggs6),
    Known("BROWNAL", (0.5,) * 10, 273.2480478286743, (0.0, 1.0), brownal),
    Known("BROWNBS", (1.0, 1.0), 999998000003.0, (0.0,), brownbs),
    Known("BROWNDEN", (25.0, 5.0, -5.0, -1.0), 7926693.33699, (85822.2016,), brownden),
    Known("BROYDN3D", (-1.0,) * 5, 16.0, (0.0,), broydn3d),
    Known("BROYDNBD", (-1.0,) * 10, 360.0, (0.0,), broydnbd),
    Known("CHEBYQAD", tuple(i / 11 for i in range(1, 11)), 0.033763265462879936, (6.50395e-3, 4.7727138e-3), chebyquad),
    Known("DENSCHNA", (1.0, 1.0), 7.952492442012559, (0.0,), denschna),
    Known("DENSCHND", (10.0, 10.0, 10.0), 83210000.0, (0.0,), denschnd),
    Known("DIXMAANA1", (2.0,) * 15, 143.5, (1.0,), None, dixmaana),
    Known("ENGVAL2", (1.0, 2.0, 0.0), 629.0, (0.0,), engval2),
    Known("FREUROTH", (0.5, -2.0, 0.0, 0.0), 2596.5, (284.044709,), freuroth),
    Known("GAUSSIAN", (0.4, 1.0, 0.0), 3.888106991166684e-06, (1.12793277e-8,), gaussian),
    Known("GULF", (5.0, 2.5, 0.15), 12.110705825569488, (0.0, 0.0380000), gulf),
    Known("HAIRY", (-5.0, -7.0), 700.8468104237188, (20.0,), None, hairy),
    Known("INTEQNELS", _INTEGRAL, 0.06341684157945265, (0.0,), inteqnels),
    Known("JENSMP", (0.3, 0.4), 4171.306161960492, (124.362182356,), jensmp),
    Known("KOWOSB", (0.25, 0.39, 0.415, 0.39), 0.005313615358191823, (3.07505604e-4, 1.02734e-3), kowosb),
    Known("MEYER3", (0.02, 4000.0, 250.0), 1693607808.71, (87.9458551710,), meyer3),
    Known("OSBORNEB", _OSBORNE, 2.0934195142120644, (4.01377363e-2, 1.78981359), osborneb),
    Known("PENALTY1", tuple(range(1, 11)), 148032.56535, (7.08765147e-5,), penalty1),
    Known("PENALTY2", (0.5,) * 10, 162.65277656596712, (2.93660537e-4,), penalty2),
    Known("POWELLBS", (0.0, 1.0), 1.1352617173483783, (0.0,), powellbs),
    Known("POWELLSG", _BLOCK * 3, 645.0, (0.0,), powellsg),
    Known("SINEVAL", (4.712389, -1.0), 5.55165252183025, (0.0,), sineval),
    Known("VARDIM", _TENTHS, 2198551.1625, (0.0,), vardim),
    Known("WATSON", (0.0,) * 12, 30.0, (4.72238e-10,), watson),
)
