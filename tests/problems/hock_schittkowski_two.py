"""Hock and Schittkowski's problems, and a few of CUTEst's, in two variables; see `hock_schittkowski`."""

__all__ = ["PROBLEMS"]

import math

import torch
from tests.problems.constrained import Constrained
from torch import Tensor

ROOT3, ROOT7 = math.sqrt(3), math.sqrt(7)
_P = Constrained


def rosenbrock(x: Tensor) -> Tensor:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def hs59(x: Tensor) -> Tensor:
    a, b = x
    rest = 28.106 / (b + 1) + 2.8673 * torch.exp(0.0005 * a * b) - 75.196
    first = 3.8112 * a - 0.12694 * a**2 + 0.0020567 * a**3 - 1.0345e-5 * a**4 + 6.8306 * b - 0.25645 * b**2
    second = 0.0034604 * b**3 - 1.3514e-5 * b**4 - 0.030234 * a * b + 1.28134e-3 * b * a**2 - 3.5256e-5 * b * a**3
    third = 2.266e-7 * a**4 * b + 5.2375e-6 * a**2 * b**2 + 6.3e-8 * a**3 * b**2 - 7e-10 * a**3 * b**3
    return rest + first + second + third - 3.405e-4 * a * b**2 + 1.6638e-6 * a * b**3


PROBLEMS = (
    Constrained("HS1", (-2.0, 1.0), rosenbrock, (0.0,), lower=(None, -1.5)),
    Constrained("HS3MOD", (10.0, 1.0), lambda x: x[1] + (x[1] - x[0]) ** 2, (0.0,), lower=(None, 0.0)),
    Constrained(
        "HS5",
        (0.0, 0.0),
        lambda x: torch.sin(x.sum()) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1,
        (-ROOT3 / 2 - math.pi / 3,),
        lower=(-1.5, -3.0),
        upper=(4.0, 3.0),
    ),
    Constrained(
        "HS7",
        (2.0, 2.0),
        lambda x: torch.log(1 + x[0] ** 2) - x[1],
        (-ROOT3,),
        lambda x: [(1 + x[0] ** 2) ** 2 + x[1] ** 2 - 4],
        "=",
    ),
    Constrained(
        "HS9",
        (0.0, 0.0),
        lambda x: torch.sin(math.pi * x[0] / 12) * torch.cos(math.pi * x[1] / 16),
        (-0.5,),
        lambda x: [4 * x[0] - 3 * x[1]],
        "=",
    ),
    Constrained(
        "HS10",
        (-10.0, 10.0),
        lambda x: x[0] - x[1],
        (-1.0,),
        lambda x: [-3 * x[0] ** 2 + 2 * x[0] * x[1] - x[1] ** 2 + 1],
        ">",
    ),
    Constrained(
        "HS11",
        (4.9, 0.1),
        lambda x: (x[0] - 5) ** 2 + x[1] ** 2 - 25,
        (-8.498464223,),
        lambda x: [x[1] - x[0] ** 2],
        ">",
    ),
    Constrained(
        "HS13",
        (-2.0, -2.0),
        lambda x: (x[0] - 2) ** 2 + x[1] ** 2,
        (1.0,),
        lambda x: [(1 - x[0]) ** 3 - x[1]],
        ">",
        lower=(0.0, 0.0),
    ),
    Constrained(
        "HS14",
        (2.0, 2.0),
        lambda x: (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
        (9 - 2.875 * ROOT7,),
        lambda x: [x[0] - 2 * x[1] + 1, -(x[0] ** 2) / 4 - x[1] ** 2 + 1],
        "=>",
    ),
    Constrained(
        "HS16",
        (-2.0, 1.0),
        rosenbrock,
        (0.25, 23.1446609),
        lambda x: [x[0] + x[1] ** 2, x[0] ** 2 + x[1]],
        ">>",
        (-0.5, None),
        (0.5, 1.0),
    ),
    Constrained(
        "HS17",
        (-2.0, 1.0),
        rosenbrock,
        (1.0,),
        lambda x: [x[1] ** 2 - x[0], x[0] ** 2 - x[1]],
        ">>",
        (-0.5, None),
        (0.5, 1.0),
    ),
    Constrained(
        "HS18",
        (2.0, 2.0),
        lambda x: 0.01 * x[0] ** 2 + x[1] ** 2,
        (5.0,),
        lambda x: [x[0] * x[1] - 25, x[0] ** 2 + x[1] ** 2 - 25],
        ">>",
        (2.0, 0.0),
        (50.0, 50.0),
    ),
    Constrained(
        "HS19",
        (20.1, 5.84),
        lambda x: (x[0] - 10) ** 3 + (x[1] - 20) ** 3,
        (-6961.81381,),
        lambda x: [(x[0] - 5) ** 2 + (x[1] - 5) ** 2 - 100, 82.81 - (x[0] - 6) ** 2 - (x[1] - 5) ** 2],
        ">>",
        (13.0, 0.0),
        (100.0, 100.0),
    ),
    Constrained(
        "HS20",
        (-2.0, 1.0),
        rosenbrock,
        (81.5 - 25 * ROOT3, 40.19873),
        lambda x: [x[0] + x[1] ** 2, x[0] ** 2 + x[1], x[0] ** 2 + x[1] ** 2 - 1],
        ">>>",
        (-0.5, None),
        (0.5, None),
    ),
    Constrained(
        "HS21",
        (-1.0, -1.0),
        lambda x: 0.01 * x[0] ** 2 + x[1] ** 2 - 100,
        (-99.96,),
        lambda x: [10 * x[0] - x[1] - 10],
        ">",
        (2.0, -50.0),
        (50.0, 50.0),
    ),
    Constrained(
        "HS22",
        (2.0, 2.0),
        lambda x: (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
        (1.0,),
        lambda x: [2 - x[0] - x[1], x[1] - x[0] ** 2],
        ">>",
    ),
    Constrained(
        "HS24",
        (1.0, 0.5),
        lambda x: ((x[0] - 3) ** 2 - 9) * x[1] ** 3 / (27 * ROOT3),
        (-1.0,),
        lambda x: [x[0] / ROOT3 - x[1], x[0] + ROOT3 * x[1], 6 - x[0] - ROOT3 * x[1]],
        ">>>",
        (0.0, 0.0),
    ),
    Constrained(
        "HS59",
        (90.0, 10.0),
        hs59,
        (-7.804226324, -6.7495053),
        lambda x: [x[0] * x[1] - 700, x[1] - x[0] ** 2 / 125, (x[1] - 50) ** 2 - 5 * (x[0] - 55)],
        ">>>",
        (0.0, 0.0),
        (75.0, 65.0),
    ),
    Constrained("MARATOS", (1.1, 0.1), lambda x: -x[0] + 1e-6 * (x @ x - 1), (-1.0,), lambda x: [x @ x - 1], "="),
)
