"""Hock and Schittkowski's problems, and a few of CUTEst's, in three variables; see `hock_schittkowski`."""

__all__ = ["PROBLEMS"]

import math

import torch
from tests.problems.constrained import Constrained
from torch import Tensor

ROOT2 = math.sqrt(2)
_P = Constrained


def hs62(x: Tensor) -> Tensor:
    a, b, c = x
    first = 255 * torch.log((a + b + c + 0.03) / (0.09 * a + b + c + 0.03))
    second = 280 * torch.log((b + c + 0.03) / (0.07 * b + c + 0.03))
    return -32.174 * (first + second + 290 * torch.log((c + 0.03) / (0.13 * c + 0.03)))


def beale_qp(x: Tensor) -> Tensor:
    a, b, c = x
    squares = 2 * a**2 + 2 * b**2 + c**2 + 2 * a * b + 2 * a * c
    return 9 - 8 * a - 6 * b - 4 * c + squares


PROBLEMS = (
    Constrained(
        "HS26",
        (-2.6, 2.0, 2.0),
        lambda x: (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4,
        (0.0,),
        lambda x: [(1 + x[1] ** 2) * x[0] + x[2] ** 4 - 3],
        "=",
    ),
    Constrained(
        "HS27",
        (2.0, 2.0, 2.0),
        lambda x: 0.01 * (x[0] - 1) ** 2 + (x[1] - x[0] ** 2) ** 2,
        (0.04,),
        lambda x: [x[0] + x[2] ** 2 + 1],
        "=",
    ),
    Constrained(
        "HS28",
        (-4.0, 1.0, 1.0),
        lambda x: (x[0] + x[1]) ** 2 + (x[1] + x[2]) ** 2,
        (0.0,),
        lambda x: [x[0] + 2 * x[1] + 3 * x[2] - 1],
        "=",
    ),
    Constrained(
        "HS30",
        (1.0, 1.0, 1.0),
        lambda x: (x**2).sum(),
        (1.0,),
        lambda x: [x[0] ** 2 + x[1] ** 2 - 1],
        ">",
        (1.0, -10.0, -10.0),
        (10.0, 10.0, 10.0),
    ),
    Constrained(
        "HS32",
        (0.1, 0.7, 0.2),
        lambda x: (x[0] + 3 * x[1] + x[2]) ** 2 + 4 * (x[0] - x[1]) ** 2,
        (1.0,),
        lambda x: [1 - x.sum(), 6 * x[1] + 4 * x[2] - x[0] ** 3 - 3],
        "=>",
        (0.0,) * 3,
    ),
    Constrained(
        "HS33",
        (0.0, 0.0, 3.0),
        lambda x: (x[0] - 1) * (x[0] - 2) * (x[0] - 3) + x[2],
        (ROOT2 - 6,),
        lambda x: [x[2] ** 2 - x[0] ** 2 - x[1] ** 2, (x**2).sum() - 4],
        ">>",
        (0.0,) * 3,
        (None, None, 5.0),
    ),
    Constrained(
        "HS34",
        (0.0, 1.05, 2.9),
        lambda x: -x[0],
        (-math.log(math.log(10)),),
        lambda x: [x[1] - torch.exp(x[0]), x[2] - torch.exp(x[1])],
        ">>",
        (0.0,) * 3,
        (100.0, 100.0, 10.0),
    ),
    Constrained("HS35", (0.5,) * 3, beale_qp, (1 / 9,), lambda x: [3 - x[0] - x[1] - 2 * x[2]], ">", (0.0,) * 3),
    Constrained(
        "HS35MOD",
        (0.5,) * 3,
        beale_qp,
        (0.25,),
        lambda x: [3 - x[0] - x[1] - 2 * x[2]],
        ">",
        (0.0, 0.5, 0.0),
        (None, 0.5, None),
    ),
    Constrained(
        "HS36",
        (10.0,) * 3,
        lambda x: -x.prod(),
        (-3300.0,),
        lambda x: [72 - x[0] - 2 * x[1] - 2 * x[2]],
        ">",
        (0.0,) * 3,
        (20.0, 11.0, 42.0),
    ),
    Constrained(
        "HS60",
        (2.0,) * 3,
        lambda x: (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4,
        (0.03256820025,),
        lambda x: [x[0] * (1 + x[1] ** 2) + x[2] ** 4 - 4 - 3 * ROOT2],
        "=",
        (-10.0,) * 3,
        (10.0,) * 3,
    ),
    Constrained(
        "HS61",
        (0.0,) * 3,
        lambda x: 4 * x[0] ** 2 + 2 * x[1] ** 2 + 2 * x[2] ** 2 - 33 * x[0] + 16 * x[1] - 24 * x[2],
        (-143.6461422,),
        lambda x: [3 * x[0] - 2 * x[1] ** 2 - 7, 4 * x[0] - x[2] ** 2 - 11],
        "==",
    ),
    Constrained("HS62", (0.7, 0.2, 0.1), hs62, (-26272.51448,), lambda x: [x.sum() - 1], "=", (0.0,) * 3, (1.0,) * 3),
    Constrained(
        "HS64",
        (1.0,) * 3,
        lambda x: 5 * x[0] + 50000 / x[0] + 20 * x[1] + 72000 / x[1] + 10 * x[2] + 144000 / x[2],
        (6299.842428,),
        lambda x: [4 / x[0] + 32 / x[1] + 120 / x[2] - 1],
        "<",
        (1e-5,) * 3,
    ),
    Constrained(
        "HS66",
        (0.0, 1.05, 2.9),
        lambda x: 0.2 * x[2] - 0.8 * x[0],
        (0.5181632741,),
        lambda x: [x[1] - torch.exp(x[0]), x[2] - torch.exp(x[1])],
        ">>",
        (0.0,) * 3,
        (100.0, 100.0, 10.0),
    ),
    Constrained(
        "BT4",
        (4.0382, -2.947, -0.09115),
        lambda x: x[0] - x[1] + x[1] ** 3,
        (-45.5105507, 3.28903771),
        lambda x: [x @ x - 25, x.sum() - 1],
        "==",
    ),
    Constrained(
        "CB2",
        (2.0, 2.0, 1.0),
        lambda x: x[2],
        (1.952224494,),
        lambda x: [
            x[2] - x[0] ** 2 - x[1] ** 4,
            x[2] - (2 - x[0]) ** 2 - (2 - x[1]) ** 2,
            x[2] - 2 * torch.exp(x[1] - x[0]),
        ],
        ">>>",
    ),
    Constrained(
        "POLAK1",
        (50.0, 0.05, 0.0),
        lambda x: x[2],
        (math.e,),
        lambda x: [
            torch.exp(0.001 * x[0] ** 2 + (x[1] - 1) ** 2) - x[2],
            torch.exp(0.001 * x[0] ** 2 + (x[1] + 1) ** 2) - x[2],
        ],
        "<<",
    ),
)
