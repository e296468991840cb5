"""Radial basis functions against distances taken one by one, and against what a user does with them."""

import pytest
import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.likelihoods import Normal
from pishro.nn import RBF, Dense, Network, radial_kernel
from pishro.optim import Stop
from pishro.training import train

KERNELS = {
    "gaussian": lambda r: torch.exp(-(r**2) / 2),
    "multiquadric": lambda r: torch.sqrt(1 + r**2),
    "inverse_multiquadric": lambda r: 1 / torch.sqrt(1 + r**2),
    "thin_plate": lambda r: torch.where(r > 0, r**2 * torch.log(r.clamp(min=1e-300)), 0.0),
}


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def one_by_one(kernel: str, x: Tensor, centers: Tensor, widths: Tensor) -> Tensor:
    """φ from ‖(x − c)/s‖ of each row and center; widths (units, D)."""
    return KERNELS[kernel](((x.unsqueeze(-2) - centers) / widths).norm(dim=-1))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("width", ["shared", "scalar", "dimension"])
def test_both_paths_equal_distances_taken_one_by_one(kernel: str, width: str) -> None:
    layer = RBF(4, kernel, width)
    params = {name: numbers(*shape, seed=i) for i, (name, shape) in enumerate(layer.shapes((3,)))}
    x, dy = numbers(6, 3, seed=5), numbers(6, 4, seed=6)
    y, saved = layer.forward(params, x)
    leaves = {name: value.clone().requires_grad_() for name, value in params.items()}
    spread = leaves["log_width"] if width == "dimension" else leaves["log_width"].unsqueeze(-1)
    start = x.clone().requires_grad_()
    expected = one_by_one(kernel, start, leaves["centers"], spread.exp().expand(4, 3))
    torch.testing.assert_close(y, expected, rtol=1e-11, atol=1e-11)
    wanted = torch.autograd.grad((expected * dy).sum(), [*leaves.values(), start])
    grads = {name: torch.empty_like(value) for name, value in params.items()}
    dx = layer.backward(params, saved, dy, grads)
    for got, want in zip([*grads.values(), dx], wanted, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_row_on_a_center_has_a_finite_gradient(kernel: str) -> None:
    layer, centers = RBF(3, kernel), numbers(3, 2)
    params = {"centers": centers, "log_width": torch.zeros(3, dtype=torch.float64)}
    y, saved = layer.forward(params, centers)
    torch.testing.assert_close(y.diagonal(), radial_kernel(kernel)(torch.zeros(3, dtype=torch.float64)))
    grads = {name: torch.empty_like(value) for name, value in params.items()}
    dx = layer.backward(params, saved, torch.eye(3, dtype=torch.float64), grads)
    assert dx is not None
    torch.testing.assert_close(dx, torch.zeros_like(dx), rtol=0, atol=1e-12)
    assert all(grad.isfinite().all() for grad in grads.values())


def test_inputs_far_from_zero_lose_no_digits() -> None:
    layer, x, centers = RBF(4), numbers(20, 3), numbers(4, 3, seed=1)
    log_width = torch.full((4,), -1.0, dtype=torch.float64)
    near, _ = layer.forward({"centers": centers, "log_width": log_width}, x)
    far, _ = layer.forward({"centers": centers + 2**20, "log_width": log_width}, x + 2**20)
    torch.testing.assert_close(far, near, rtol=1e-7, atol=1e-9)  # 2**20 + x itself keeps 10 digits of x


def test_one_diverged_member_leaves_the_others_alone() -> None:
    net = Network.chain(2, RBF(3), Dense(1))
    theta = net.init(members=3)
    theta[1] = float("nan")
    raw = net(theta, numbers(5, 2))
    assert raw[1].isnan().all()
    assert raw[[0, 2]].isfinite().all()


def test_joint_training_finds_a_known_function() -> None:
    net = Network.chain(2, RBF(2), Dense(1))
    truth = net.init(seed=3)
    views = net.layout.views(truth)
    views["rbf1.centers"].copy_(torch.tensor([[-1.0, 0.0], [1.0, 0.5]]))
    views["rbf1.log_width"].copy_(torch.tensor([0.7, 1.2]).log())
    views["dense1.weight"].copy_(torch.tensor([[2.0], [-1.0]]))
    x = 2 * torch.rand(100, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2 - 2
    theta, _ = train(net, Normal(), x, net(truth, x), prior=None, members=6, stop=Stop(iterations=100))
    error = (net(theta, x) - net(truth, x)).square().mean((1, 2))
    best = net.layout.views(theta[error.argmin()])
    assert float(error.min()) < 1e-16
    order = best["rbf1.centers"][:, 0].argsort()
    torch.testing.assert_close(best["rbf1.centers"][order], views["rbf1.centers"], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(best["rbf1.log_width"][order], views["rbf1.log_width"], rtol=1e-5, atol=1e-5)


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(SettingError, match="at least 1 unit"):
        RBF(0)
    with pytest.raises(SettingError, match="multiquadric"):
        RBF(3, "multiquadrik")
    with pytest.raises(SettingError, match="dimension"):
        RBF(3, width="dimensions")
    with pytest.raises(ShapeError, match="flatten"):
        RBF(3).shape_out((2, 2))


def test_descriptions() -> None:
    assert RBF(5, "thin_plate").describe() == "5 thin plate, a width each"
    assert RBF(5, width="shared").describe() == "5 gaussian, one width"
