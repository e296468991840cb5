"""Hock and Schittkowski's problems, and a few of CUTEst's, in four and more variables; see `hock_schittkowski`."""

__all__ = ["PROBLEMS"]

import math
from collections.abc import Callable

import torch
from tests.problems.constrained import Constrained
from torch import Tensor

ROOT2, ROOT3 = math.sqrt(2), math.sqrt(3)
COLVILLE_C = torch.tensor(
    [
        [30, -20, -10, 32, -10],
        [-20, 39, -6, -31, 32],
        [-10, -6, 10, -6, -10],
        [32, -31, -6, 39, -20],
        [-10, 32, -10, -20, 30],
    ],
    dtype=torch.float64,
)
COLVILLE_D = torch.tensor([4, 8, 10, 6, 2], dtype=torch.float64)
COLVILLE_E = torch.tensor([-15, -27, -36, -18, -12], dtype=torch.float64)
COLVILLE_A = torch.tensor(
    [
        [-16, 2, 0, 1, 0],
        [0, -2, 0, 0.4, 2],
        [-3.5, 0, 2, 0, 0],
        [0, -2, 0, -4, -1],
        [0, -9, -2, 1, -2.8],
        [2, 0, -4, 0, 0],
        [-1, -1, -1, -1, -1],
        [-1, -2, -3, -2, -1],
        [1, 2, 3, 4, 5],
        [1, 1, 1, 1, 1],
    ],
    dtype=torch.float64,
)
COLVILLE_B = torch.tensor([-40, -2, -0.25, -4, -4, -1, -40, -60, 5, 1], dtype=torch.float64)
HS95_COSTS = torch.tensor([4.3, 31.8, 63.3, 15.8, 68.5, 4.7], dtype=torch.float64)
HS112 = torch.tensor(
    [-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.100, -10.708, -26.662, -22.179], dtype=torch.float64
)
_P = Constrained


def hs73(x: Tensor) -> list[Tensor]:
    a, b, c, d = x
    spread = torch.sqrt(0.28 * a**2 + 0.19 * b**2 + 20.5 * c**2 + 0.62 * d**2)
    protein = 12 * a + 11.9 * b + 41.8 * c + 52.1 * d - 21 - 1.645 * spread
    return [x.sum() - 1, 2.3 * a + 5.6 * b + 11.1 * c + 1.3 * d - 5, protein]


def hs74(x: Tensor) -> list[Tensor]:
    a, b, c, d = x
    first = 1000 * torch.sin(-c - 0.25) + 1000 * torch.sin(-d - 0.25) + 894.8 - a
    second = 1000 * torch.sin(c - 0.25) + 1000 * torch.sin(c - d - 0.25) + 894.8 - b
    third = 1000 * torch.sin(d - 0.25) + 1000 * torch.sin(d - c - 0.25) + 1294.8
    return [first, second, third, d - c + 0.55, c - d + 0.55]


def hs83(x: Tensor) -> list[Tensor]:
    a, b, c, d, e = x
    first = 85.334407 + 0.0056858 * b * e + 0.0006262 * a * d - 0.0022053 * c * e
    second = 80.51249 + 0.0071317 * b * e + 0.0029955 * a * b + 0.0021813 * c**2 - 90
    third = 9.300961 + 0.0047026 * c * e + 0.0012547 * a * c + 0.0019085 * c * d - 20
    return [first, second, third, first - 92, second - 20, third - 5]


def hs86(x: Tensor) -> Tensor:
    return COLVILLE_E @ x + x @ COLVILLE_C @ x + COLVILLE_D @ x**3


def hs117(x: Tensor) -> Tensor:
    y, z = x[:10], x[10:]
    return -COLVILLE_B @ y + z @ COLVILLE_C @ z + 2 * COLVILLE_D @ z**3


def hs117_c(x: Tensor) -> list[Tensor]:
    y, z = x[:10], x[10:]
    return list(2 * COLVILLE_C @ z + 3 * COLVILLE_D * z**2 + COLVILLE_E - COLVILLE_A.T @ y)


def hs93(x: Tensor) -> Tensor:
    a, b, c, d, e, f = x
    first, second = a * d * (a + b + c), b * c * (a + 1.57 * b + d)
    return 0.0204 * first + 0.0187 * second + 0.0607 * first * e**2 + 0.0437 * second * f**2


def hs93_c(x: Tensor) -> list[Tensor]:
    a, b, c, d, e, f = x
    first, second = a * d * (a + b + c), b * c * (a + 1.57 * b + d)
    return [0.00062 * first * e**2 + 0.00058 * second * f**2 - 1, 0.001 * x.prod() - 2.07]


def hs95(right: tuple[float, ...]) -> Callable[[Tensor], list[Tensor]]:
    def c(x: Tensor) -> list[Tensor]:
        a, b, c, d, e, f = x
        first = 17.1 * a + 38.2 * b + 204.2 * c + 212.3 * d + 623.4 * e + 1495.5 * f - 169 * a * c
        first = first - 3580 * c * e - 3810 * d * e - 18500 * d * f - 24300 * e * f
        second = 17.9 * a + 36.8 * b + 113.9 * c + 169.7 * d + 337.8 * e + 1385.2 * f - 139 * a * c
        second = second - 2450 * d * e - 16600 * d * f - 17200 * e * f
        third = -273 * b - 70 * d - 819 * e + 26000 * d * e
        fourth = 159.9 * a - 311 * b + 587 * d + 391 * e + 2198 * f - 14000 * a * f
        return [row - r for row, r in zip((first, second, third, fourth), right, strict=True)]

    return c


def hs100(x: Tensor) -> Tensor:
    a, b, c, d, e, f, g = x
    first = (a - 10) ** 2 + 5 * (b - 12) ** 2 + c**4 + 3 * (d - 11) ** 2 + 10 * e**6
    return first + 7 * f**2 + g**4 - 4 * f * g - 10 * f - 8 * g


def hs100_c(x: Tensor) -> list[Tensor]:
    a, b, c, d, e, f, g = x
    return [
        127 - 2 * a**2 - 3 * b**4 - c - 4 * d**2 - 5 * e,
        282 - 7 * a - 3 * b - 10 * c**2 - d + e,
        196 - 23 * a - b**2 - 6 * f**2 + 8 * g,
        -4 * a**2 - b**2 + 3 * a * b - 2 * c**2 - 5 * f + 11 * g,
    ]


def hs108(x: Tensor) -> Tensor:
    a, b, c, d, e, f, g, h, i = x
    return -0.5 * (a * d - b * c + c * i - e * i + e * h - f * g)


def hs108_c(x: Tensor) -> list[Tensor]:
    a, b, c, d, e, f, g, h, i = x
    circles = [c**2 + d**2, e**2 + f**2, i**2, a**2 + (b - i) ** 2, (a - e) ** 2 + (b - f) ** 2]
    circles += [(a - g) ** 2 + (b - h) ** 2, (c - e) ** 2 + (d - f) ** 2, (c - g) ** 2 + (d - h) ** 2]
    circles.append(g**2 + (h - i) ** 2)
    return [*(circle - 1 for circle in circles), e * i, c * i, a * d - b * c, e * h - f * g]


def hs112_c(x: Tensor) -> list[Tensor]:
    return [
        x[0] + 2 * x[1] + 2 * x[2] + x[5] + x[9] - 2,
        x[3] + 2 * x[4] + x[5] + x[6] - 1,
        x[2] + x[6] + x[7] + 2 * x[8] + x[9] - 1,
    ]


def hs113(x: Tensor) -> Tensor:
    a, b, c, d, e, f, g, h, i, j = x
    first = a**2 + b**2 + a * b - 14 * a - 16 * b + (c - 10) ** 2 + 4 * (d - 5) ** 2 + (e - 3) ** 2
    return first + 2 * (f - 1) ** 2 + 5 * g**2 + 7 * (h - 11) ** 2 + 2 * (i - 10) ** 2 + (j - 7) ** 2 + 45


def hs113_c(x: Tensor) -> list[Tensor]:
    a, b, c, d, e, f, g, h, i, j = x
    return [
        105 - 4 * a - 5 * b + 3 * g - 9 * h,
        -10 * a + 8 * b + 17 * g - 2 * h,
        8 * a - 2 * b - 5 * i + 2 * j + 12,
        -3 * (a - 2) ** 2 - 4 * (b - 3) ** 2 - 2 * c**2 + 7 * d + 120,
        -5 * a**2 - 8 * b - (c - 6) ** 2 + 2 * d + 40,
        -0.5 * (a - 8) ** 2 - 2 * (b - 4) ** 2 - 3 * e**2 + f + 30,
        -(a**2) - 2 * (b - 2) ** 2 + 2 * a * b - 14 * e + 6 * f,
        3 * a - 6 * b - 12 * (i - 8) ** 2 + 7 * j,
    ]


def rosen_suzuki(x: Tensor) -> Tensor:
    a, b, c, d = x[:4]
    return a**2 + b**2 + 2 * c**2 + d**2 - 5 * a - 5 * b - 21 * c + 7 * d


def rosen_suzuki_c(x: Tensor) -> list[Tensor]:
    a, b, c, d = x[:4]
    return [
        8 - a**2 - b**2 - c**2 - d**2 - a + b - c + d,
        10 - a**2 - 2 * b**2 - c**2 - 2 * d**2 + a + d,
        5 - 2 * a**2 - b**2 - c**2 - 2 * a + b + d,
    ]


PROBLEMS = (
    Constrained(
        "HS39",
        (2.0,) * 4,
        lambda x: -x[0],
        (-1.0,),
        lambda x: [x[1] - x[0] ** 3 - x[2] ** 2, x[0] ** 2 - x[1] - x[3] ** 2],
        "==",
    ),
    Constrained("HS43", (0.0,) * 4, rosen_suzuki, (-44.0,), rosen_suzuki_c, ">>>"),
    Constrained(
        "HS45", (2.0,) * 5, lambda x: 2 - x.prod() / 120, (1.0,), None, "", (0.0,) * 5, (1.0, 2.0, 3.0, 4.0, 5.0)
    ),
    Constrained(
        "HS47",
        (2.0, ROOT2, -1.0, 2 - ROOT2, 0.5),
        lambda x: (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 3 + (x[2] - x[3]) ** 4 + (x[3] - x[4]) ** 4,
        (0.0, -0.0267141),
        lambda x: [x[0] + x[1] ** 2 + x[2] ** 3 - 3, x[1] - x[2] ** 2 + x[3] - 1, x[0] * x[4] - 1],
        "===",
    ),
    Constrained(
        "HS55",
        (1.0, 2.0, 0.0, 0.0, 0.0, 2.0),
        lambda x: x[0] + 2 * x[1] + 4 * x[4] + torch.exp(x[0] * x[3]),
        (19 / 3, 20 / 3),
        lambda x: [
            x[0] + 2 * x[1] + 5 * x[4] - 6,
            x[:3].sum() - 3,
            x[3:].sum() - 2,
            x[0] + x[3] - 1,
            x[1] + x[4] - 2,
            x[2] + x[5] - 2,
        ],
        "======",
        (0.0,) * 6,
        (1.0, None, None, 1.0, None, None),
    ),
    Constrained(
        "HS56",
        (1.0, 1.0, 1.0, 0.50973968, 0.50973968, 0.50973968, 0.98511078),
        lambda x: -x[:3].prod(),
        (-3.456,),
        lambda x: [*(x[:3] - 4.2 * torch.sin(x[3:6]) ** 2), x[0] + 2 * x[1] + 2 * x[2] - 7.2 * torch.sin(x[6]) ** 2],
        "====",
    ),
    Constrained(
        "HS73",
        (1.0,) * 4,
        lambda x: 24.55 * x[0] + 26.75 * x[1] + 39 * x[2] + 40.5 * x[3],
        (29.89437816,),
        hs73,
        "=>>",
        (0.0,) * 4,
    ),
    Constrained(
        "HS74",
        (0.0,) * 4,
        lambda x: 3 * x[0] + 1e-6 * x[0] ** 3 + 2 * x[1] + 2e-6 / 3 * x[1] ** 3,
        (5126.49811,),
        hs74,
        "===>>",
        (0.0, 0.0, -0.55, -0.55),
        (1200.0, 1200.0, 0.55, 0.55),
    ),
    Constrained(
        "HS76",
        (0.5,) * 4,
        lambda x: (
            x[0] ** 2
            + x[1] ** 2 / 2
            + x[2] ** 2
            + x[3] ** 2 / 2
            - x[0] * x[2]
            + x[2] * x[3]
            - x[0]
            - 3 * x[1]
            + x[2]
            - x[3]
        ),
        (-4.681818181,),
        lambda x: [x[0] + 2 * x[1] + x[2] + x[3] - 5, 3 * x[0] + x[1] + 2 * x[2] - x[3] - 4, x[1] + 4 * x[2] - 1.5],
        "<<>",
        (0.0,) * 4,
    ),
    Constrained(
        "HS77",
        (2.0,) * 5,
        lambda x: (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[2] - 1) ** 2 + (x[3] - 1) ** 4 + (x[4] - 1) ** 6,
        (0.24150513,),
        lambda x: [x[0] ** 2 * x[3] + torch.sin(x[3] - x[4]) - 2 * ROOT2, x[1] + x[2] ** 4 * x[3] ** 2 - 8 - ROOT2],
        "==",
    ),
    Constrained(
        "HS79",
        (2.0,) * 5,
        lambda x: (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 2 + (x[2] - x[3]) ** 4 + (x[3] - x[4]) ** 4,
        (0.0787768209,),
        lambda x: [
            x[0] + x[1] ** 2 + x[2] ** 3 - 2 - 3 * ROOT2,
            x[1] - x[2] ** 2 + x[3] + 2 - 2 * ROOT2,
            x[0] * x[4] - 2,
        ],
        "===",
    ),
    Constrained(
        "HS83",
        (78.0, 33.0, 27.0, 27.0, 27.0),
        lambda x: 5.3578547 * x[2] ** 2 + 0.8356891 * x[0] * x[4] + 37.293239 * x[0] - 40792.141,
        (-30665.53867,),
        hs83,
        ">>><<<",
        (78.0, 33.0, 27.0, 27.0, 27.0),
        (102.0, 45.0, 45.0, 45.0, 45.0),
    ),
    Constrained(
        "HS86",
        (0.0, 0.0, 0.0, 0.0, 1.0),
        hs86,
        (-32.34867897,),
        lambda x: list(COLVILLE_A @ x - COLVILLE_B),
        ">" * 10,
        (0.0,) * 5,
    ),
    Constrained("HS93", (5.54, 4.4, 12.02, 11.82, 0.702, 0.852), hs93, (135.075961,), hs93_c, "<>", (0.0,) * 6),
    *(
        Constrained(
            f"HS{number}",
            (0.0,) * 6,
            lambda x: HS95_COSTS @ x,
            known,
            hs95(right),
            ">>>>",
            (0.0,) * 6,
            (0.31, 0.046, 0.068, 0.042, 0.028, 0.0134),
        )
        for number, known, right in (
            (95, (0.01561953,), (4.97, -1.88, -29.08, -78.02)),
            (96, (0.01561953,), (4.97, -1.88, -69.08, -118.02)),
            (98, (3.1358091, 4.0712463), (32.97, 25.12, -124.08, -173.02)),
        )
    ),
    Constrained("HS100", (1.0, 2.0, 0.0, 4.0, 0.0, 1.0, 1.0), hs100, (680.6300573,), hs100_c, ">>>>"),
    Constrained(
        "HS100LNP",
        (1.0, 2.0, 0.0, 4.0, 0.0, 1.0, 1.0),
        hs100,
        (680.6300573,),
        lambda x: [hs100_c(x)[0], hs100_c(x)[3]],
        "==",
    ),
    Constrained("HS108", (1.0,) * 9, hs108, (-ROOT3 / 2,), hs108_c, "<" * 10 + ">>>", (None,) * 8 + (0.0,)),
    Constrained(
        "HS112",
        (0.1,) * 10,
        lambda x: (x * (HS112 + torch.log(x / x.sum()))).sum(),
        (-47.76109,),
        hs112_c,
        "===",
        (1e-6,) * 10,
    ),
    Constrained("HS113", (2.0, 3.0, 5.0, 5.0, 1.0, 2.0, 7.0, 3.0, 6.0, 10.0), hs113, (24.3062091,), hs113_c, ">" * 8),
    Constrained("HS117", (0.001,) * 6 + (60.0,) + (0.001,) * 8, hs117, (32.34867897,), hs117_c, ">" * 5, (0.0,) * 15),
    Constrained(
        "ROSENMMX",
        (0.0,) * 5,
        lambda x: x[4],
        (-44.0,),
        lambda x: [rosen_suzuki(x) - x[4], *(rosen_suzuki(x) - 10 * c - x[4] for c in rosen_suzuki_c(x))],
        "<<<<",
    ),
)
