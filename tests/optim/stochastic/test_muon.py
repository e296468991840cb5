"""Muon: its iteration against a singular value decomposition, its step against torch's."""

import numpy as np
import pytest
import torch

from pishro.errors import SettingError
from pishro.optim import AdamW, Muon
from pishro.optim.stochastic.muon import CUBIC, LINEAR, QUINTIC, orthogonalized
from pishro.parameters import Layout

LAYOUT = Layout.of([("weight", (6, 4)), ("bias", (4,)), ("other", (4, 7))])


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (3, 5, 8), (1, 5, 5)])
@pytest.mark.parametrize("iterations", [1, 3, 5])
def test_the_iteration_changes_singular_values_only(shape: tuple[int, ...], iterations: int) -> None:
    matrix = random(*shape)
    u, s, v = np.linalg.svd(matrix.numpy(), full_matrices=False)
    s = s / np.sqrt((s**2).sum(-1, keepdims=True))
    for _ in range(iterations):
        s = LINEAR * s + CUBIC * s**3 + QUINTIC * s**5
    expected = (u * s[..., None, :]) @ v
    np.testing.assert_allclose(orthogonalized(matrix, iterations).numpy(), expected, rtol=1e-5, atol=1e-6)


def test_all_directions_become_about_as_long() -> None:
    s = np.linalg.svd(orthogonalized(random(20, 50)).numpy(), compute_uv=False)
    assert s.min() > 0.65 and s.max() < 1.25


def test_a_gradient_of_zero_stays_zero() -> None:
    assert not orthogonalized(torch.zeros(3, 4)).any()


def test_equals_torch_up_to_its_half_precision() -> None:
    theta = random(LAYOUT.size).float()
    weight = torch.nn.Parameter(LAYOUT.views(theta)["weight"].clone())
    peer = torch.optim.Muon([weight], lr=0.1, weight_decay=0.2, adjust_lr_fn="match_rms_adamw")
    rule = Muon(LAYOUT, ("weight",), rate=0.1, decay=0.2)
    state = rule.start(theta)
    for step in range(4):
        gradient = random(LAYOUT.size, seed=step + 1).float()
        weight.grad = LAYOUT.views(gradient)["weight"].clone()
        peer.step()
        rule.update(gradient, state, theta)
    torch.testing.assert_close(LAYOUT.views(theta)["weight"], weight.detach(), rtol=0.02, atol=0.004)


def test_everything_else_moves_by_adamw() -> None:
    theta = random(3, LAYOUT.size)
    other = theta.clone()
    rule, adamw = Muon(LAYOUT, ("weight",), 0.1, 0.2, beta2=0.9), AdamW(0.1, 0.2, beta2=0.9)
    state, beside = rule.start(theta), adamw.start(other)
    for step in range(3):
        gradient = random(3, LAYOUT.size, seed=step)
        state.factor = beside.factor = 0.5
        rule.update(gradient, state, theta)
        adamw.update(gradient, beside, other)
    moved, expected = LAYOUT.views(theta), LAYOUT.views(other)
    assert torch.equal(moved["bias"], expected["bias"]) and torch.equal(moved["other"], expected["other"])
    assert not torch.allclose(moved["weight"], expected["weight"])


def test_members_do_not_disturb_each_other_and_a_state_continues() -> None:
    rule, start = Muon(LAYOUT, ("weight", "other"), 0.1), random(3, LAYOUT.size)
    slopes = [random(3, LAYOUT.size, seed=step + 1) for step in range(6)]
    together, state = start.clone(), rule.start(start)
    for slope in slopes:
        rule.update(slope, state, together)
    for k in range(3):
        alone, own = start[k].clone(), rule.start(start[k])
        for number, slope in enumerate(slopes):
            if number == 3:  # as a checkpoint would
                packed, own = own.pack(), rule.start(alone)
                own.unpack(packed)
            rule.update(slope[k].contiguous(), own, alone)
        torch.testing.assert_close(together[k], alone, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "why"), [("wieght", "weight"), ("bias", "Expected matrices")])
def test_refuses_what_is_no_matrix(name: str, why: str) -> None:
    with pytest.raises(SettingError, match=why):
        Muon(LAYOUT, (name,))
