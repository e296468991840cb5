"""The networks that every check of test_layer_checklist.py walks; a layer joins by a line in `CASES`.

A case is a chain on rows of some shape, whose raw output is (C,): a layer for images ends in `Flatten(), Dense(2)`.
A layer with an activation joins once for each of them, by `with_activations`.
"""

import dataclasses
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

from pishro.nn import (
    RBF,
    Activation,
    AveragePool1d,
    AveragePool2d,
    Conv1d,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerNorm,
    MaxPool1d,
    MaxPool2d,
    MonotoneDense,
    Network,
    Noise,
    PiecewiseLinear,
    Reshape,
    TappedDelay,
    Transposed,
    Upsample,
    activation,
)
from pishro.nn.activations import ACTIVATIONS, ELU, LeakyReLU, Threshold

N = 5


@dataclasses.dataclass(frozen=True)
class Case:
    """A network, and whether autograd knows its derivative (not that of a threshold's straight-through option)."""

    name: str
    network: Network
    autograd: bool = True

    def theta(self, members: int | None, dtype: torch.dtype = torch.float64) -> Tensor:
        """A starting point moved a little, so that no parameter sits at zero."""
        generator = torch.Generator().manual_seed(7)
        theta = self.network.init(seed=1, members=members)
        return (theta + 0.1 * torch.randn(theta.shape, generator=generator, dtype=theta.dtype)).to(dtype)

    def rows(self, members: int | None = None, dtype: torch.dtype = torch.float64) -> Tensor:
        """N rows; with `members` each member has rows of its own."""
        shape = (N, *self.network.shape_in) if members is None else (members, N, *self.network.shape_in)
        generator = torch.Generator().manual_seed(3)
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def chain(name: str, shape_in: int | tuple[int, ...], *layers: Layer) -> Case:
    """A case of the layers one behind the other."""
    return Case(name, Network.chain(shape_in, *layers))


def every_activation() -> dict[str, Activation]:
    """Each activation once, some with settings, and two groups beside each other; for a layer of 4 units."""
    made = {name: kind() for name, kind in ACTIVATIONS.items() if name != "threshold"}
    made |= {"leaky 0.3": LeakyReLU(0.3), "elu 0.7": ELU(0.7)}
    made |= {"groups": activation({"parametric": 1, "softmax": 2, "tanh": 1})}
    return made


def tied() -> Case:
    """Two layers and their transposes, which read the same weights."""
    layers = {
        "first": Dense(4, "tanh"),
        "middle": Dense(2),
        "back": Transposed("middle", 4, "tanh"),
        "out": Transposed("first", 3),
    }
    return Case("transposed", Network.graph({"x": 3}, layers))


def with_activations(
    name: str, shape_in: int | tuple[int, ...], build: Callable[[Activation], tuple[Layer, ...]]
) -> Iterator[Case]:
    """A case for each activation of a layer of 4 units, and one for the threshold's straight-through option."""
    for label, f in every_activation().items():
        yield chain(f"{name} {label}", shape_in, *build(f))
    straight = Network.chain(shape_in, *build(Threshold(straight_through=True)))
    yield Case(f"{name} straight-through", straight, autograd=False)


def alone_and_inside(name: str, shape_in: tuple[int, ...], layer: Layer) -> Iterator[Case]:
    """The layer on the rows themselves, which members share, and behind another one, with members of its own."""
    yield chain(name, shape_in, layer, Flatten(), Dense(2, "tanh"))
    yield chain(f"{name} inside", shape_in, LayerNorm(), layer, Flatten(), Dense(2, "tanh"))


LAYERS_BY_NAME: dict[str, tuple[tuple[int, ...], Layer]] = {
    "conv1d": ((2, 7), Conv1d(3, 3, "tanh", padding=1)),
    "conv1d stride": ((3, 7), Conv1d(2, 2, "relu", stride=2)),
    "conv2d": ((2, 4, 5), Conv2d(3, (3, 2), "tanh", padding=(1, 0))),
    "conv2d stride": ((1, 5, 6), Conv2d(2, 3, "leaky", stride=(1, 2))),
    "max_pool1d": ((2, 5), MaxPool1d(2)),
    "max_pool2d": ((2, 4, 5), MaxPool2d(2)),
    "max_pool2d overlapping": ((2, 4, 5), MaxPool2d(3, stride=1)),
    "average_pool1d": ((2, 7), AveragePool1d(3, stride=2)),
    "average_pool2d": ((2, 4, 3), AveragePool2d((2, 1))),
    "flatten": ((2, 3, 2), Flatten()),
    "reshape": ((2, 3, 2), Reshape((3, 4))),
    "upsample": ((2, 3, 2), Upsample(2)),
    "upsample sequences": ((2, 3), Upsample(3)),
    "layer_norm": ((2, 3), LayerNorm()),
    "dropout": ((2, 3), Dropout(0.5)),
    "noise": ((2, 3), Noise(0.5)),
    "monotone-dense": ((3,), MonotoneDense(4, {"tanh": 3, "softmax": 1}, (1, 0, -1), free=1)),
    "monotone-dense shared sign": ((3,), MonotoneDense(4, "softplus", -1)),
    "piecewise-linear": ((3,), PiecewiseLinear([[-1.0, 0.0, 0.5, 2.0], [], [-2.0, 0.1, 1.0]])),
    "piecewise-linear straight": ((3,), PiecewiseLinear([[-1.0, 0.0, 0.5, 2.0], [], [-2.0, 0.1, 1.0]], 0.3)),
    "tapped_delay": ((2, 5), TappedDelay(2)),
    "rbf multiquadric": ((3,), RBF(4, "multiquadric")),
    "rbf inverse multiquadric": ((3,), RBF(4, "inverse_multiquadric")),
    "rbf thin plate": ((3,), RBF(4, "thin_plate")),
    "rbf normalized": ((3,), RBF(4, width="dimension", normalize=True)),
    **{f"rbf width {width}": ((3,), RBF(4, width=width)) for width in ("scalar", "dimension", "shared")},
}

CASES: list[Case] = [
    *with_activations("dense", 3, lambda f: (Dense(4, f), Dense(3, "tanh"), Dense(2))),
    *with_activations("conv2d", (2, 3, 3), lambda f: (Conv2d(4, 2, f), Flatten(), Dense(2))),
    *with_activations("conv1d", (2, 4), lambda f: (Conv1d(4, 2, f), Flatten(), Dense(2))),
    tied(),
    *[case for name, (shape, layer) in LAYERS_BY_NAME.items() for case in alone_and_inside(name, shape, layer)],
]


Test = Callable[..., None]


def every_case(test: Test) -> Test:
    """Run the test for each case and for {no members, 3 members}."""
    return _walk(test, CASES)


def every_differentiable_case(test: Test) -> Test:
    """The same without what autograd does not know."""
    return _walk(test, [case for case in CASES if case.autograd])


def one_case_of_each_kind(test: Test) -> Test:
    """Run the test once for each kind of layer, not for each activation."""
    kinds = {"-".join(node.layer.kind for node in case.network.nodes): case for case in CASES if case.autograd}
    return pytest.mark.parametrize("case", kinds.values(), ids=kinds)(test)


def _walk(test: Test, cases: list[Case]) -> Test:
    test = pytest.mark.parametrize("members", [None, 3], ids=["one", "members"])(test)
    return pytest.mark.parametrize("case", cases, ids=[c.name for c in cases])(test)
