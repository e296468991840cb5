"""Rules against torch's optimizers on the same gradients, and what every rule must do: a matrix rules × checks."""

from typing import Any

import pytest
import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim import (
    SGD,
    Accumulated,
    Adadelta,
    AdaGrad,
    Adam,
    AdamW,
    ClippedNorm,
    ClippedValue,
    ExponentialAverage,
    FromTorch,
    Momentum,
    Nadam,
    Nesterov,
    NesterovLookAhead,
    RMSProp,
    Rule,
    Scheduled,
    SoftThreshold,
    StepDecay,
    UniformAverage,
    rule_named,
)
from pishro.optim.stochastic import fused

TORCH = {
    "sgd": (SGD(0.1), torch.optim.SGD, {"lr": 0.1}),
    "momentum": (Momentum(0.1, 0.9), torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "nesterov": (Nesterov(0.1, 0.8), torch.optim.SGD, {"lr": 0.1, "momentum": 0.8, "nesterov": True}),
    "adagrad": (AdaGrad(0.1), torch.optim.Adagrad, {"lr": 0.1}),
    "rmsprop": (RMSProp(0.01), torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9}),
    "adadelta": (Adadelta(0.7), torch.optim.Adadelta, {"lr": 0.7}),
    "adam": (Adam(0.01, beta1=0.8, beta2=0.95, epsilon=1e-3), torch.optim.Adam, None),
    "adamw": (AdamW(0.01, 0.3), torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.3}),
    "nadam": (Nadam(0.01), torch.optim.NAdam, {"lr": 0.01}),
}
ADAM = {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-3}
RULES: dict[str, Rule[Any]] = {name: entry[0] for name, entry in TORCH.items()} | {
    "look-ahead": NesterovLookAhead(0.1, 0.8),
    "scheduled": Scheduled(Momentum(0.1), StepDecay(3, 0.99)),
    "norm": ClippedNorm(Adam(0.01), 0.5),
    "sparse": SoftThreshold(Adam(0.01), 1e-3),
    "value": ClippedValue(Nesterov(0.1), 0.5),
    "ema": ExponentialAverage(RMSProp(0.01), 0.9),
    "swa": UniformAverage(Scheduled(SGD(0.1), StepDecay(2)), begin=2),
    "accumulated": Accumulated(Adam(0.01), 1),
    "torch": FromTorch(torch.optim.Adamax, lr=0.1),
}


def gradients(shape: tuple[int, ...], count: int = 12) -> list[Tensor]:
    generator = torch.Generator().manual_seed(3)
    scale = torch.logspace(-4, 3, shape[-1], dtype=torch.float64)
    return [scale * torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(count)]


def run(rule: Rule[Any], theta: Tensor, slopes: list[Tensor]) -> Tensor:
    theta = theta.clone()
    state = rule.start(theta)
    for slope in slopes:
        rule.update(slope, state, theta)
    return rule.answer(state, theta)


@pytest.mark.parametrize("name", TORCH)
def test_equals_torch_on_the_same_gradients(name: str) -> None:
    rule, peer, settings = TORCH[name]
    start = torch.linspace(-1, 1, 40, dtype=torch.float64)
    parameter = torch.nn.Parameter(start.clone())
    optimizer = peer([parameter], **(ADAM if settings is None else settings))
    for slope in gradients((40,)):
        parameter.grad = slope.clone()
        optimizer.step()
    # torch keeps the product of NAdam's momenta in float32, whatever θ is.
    tolerance = 1e-7 if name == "nadam" else 1e-12
    got = run(rule, start, gradients((40,)))
    torch.testing.assert_close(got, parameter.detach(), rtol=tolerance, atol=tolerance / 10)


@pytest.mark.parametrize("name", RULES)
def test_members_do_not_disturb_each_other(name: str) -> None:
    slopes = gradients((3, 10))
    start = torch.ones(3, 10, dtype=torch.float64)
    together = run(RULES[name], start, slopes)
    for k in range(3):
        alone = run(RULES[name], start[k], [s[k] for s in slopes])
        torch.testing.assert_close(together[k], alone, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", RULES)
def test_leaves_the_gradient_and_moves_theta_in_place(name: str) -> None:
    rule, theta = RULES[name], torch.ones(10, dtype=torch.float32)
    slope = torch.linspace(-3, 4, 10)
    before, place = slope.clone(), theta.data_ptr()
    state = rule.start(theta)
    rule.update(slope, state, theta)
    assert torch.equal(slope, before)
    assert theta.data_ptr() == place and not torch.equal(theta, torch.ones(10))
    assert state.step == 1


@pytest.mark.parametrize("name", RULES)
def test_a_packed_state_continues_exactly(name: str) -> None:
    rule, slopes = RULES[name], gradients((6,))
    whole = run(rule, torch.ones(6, dtype=torch.float64), slopes)
    theta = torch.ones(6, dtype=torch.float64)
    state = rule.start(theta)
    for slope in slopes[:5]:
        rule.update(slope, state, theta)
    packed = {n: v.clone() if isinstance(v, Tensor) else v for n, v in state.pack().items()}
    theta = theta.clone()
    state = rule.start(theta)
    state.unpack(packed)
    for slope in slopes[5:]:
        rule.update(slope, state, theta)
    assert torch.equal(rule.answer(state, theta), whole)


@pytest.mark.parametrize("name", RULES)
def test_finds_the_minimum_of_a_quadratic(name: str) -> None:
    scale = torch.tensor([1.0, 3.0], dtype=torch.float64)
    rule, theta = RULES[name], torch.tensor([0.5, -0.3], dtype=torch.float64)
    state = rule.start(theta)
    first = (scale * theta.square()).sum()
    for _ in range(400):
        rule.update(scale * rule.probe(state, theta), state, theta)
    assert (scale * rule.answer(state, theta).square()).sum() < 0.5 * first


def test_the_two_forms_of_nesterov_are_one() -> None:
    def slope(x: Tensor) -> Tensor:
        return 4 * x**3 + torch.tensor([1.0, 10.0], dtype=torch.float64) * x

    shifted, ahead = Nesterov(0.01, 0.9), NesterovLookAhead(0.01, 0.9)
    phi = torch.tensor([1.0, -0.7], dtype=torch.float64)
    theta = phi.clone()
    one, two = shifted.start(phi), ahead.start(theta)
    for _ in range(50):
        old = one.velocity.clone()
        before = phi.clone()
        shifted.update(slope(phi), one, phi)
        torch.testing.assert_close(phi, before - 0.9 * old + 1.9 * one.velocity, rtol=0, atol=1e-14)
        ahead.update(slope(ahead.probe(two, theta)), two, theta)
        torch.testing.assert_close(phi, ahead.probe(two, theta), rtol=0, atol=1e-13)


def test_adadelta_uses_the_earlier_steps_only() -> None:
    rule, theta = Adadelta(gamma=0.5, epsilon=0.01), torch.zeros(1, dtype=torch.float64)
    state = rule.start(theta)
    s = u = expected = 0.0
    for g in (1.0, -2.0, 0.5):
        s = 0.5 * s + 0.5 * g * g
        step = ((u + 0.01) / (s + 0.01)) ** 0.5 * g
        u = 0.5 * u + 0.5 * step * step
        expected -= step
        rule.update(torch.tensor([g], dtype=torch.float64), state, theta)
    assert theta.item() == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("rule", [Adam(0.01), AdamW(0.01, 0.1)])
def test_adam_without_the_one_pass_kernel_is_the_same(
    rule: Rule[Any], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    slopes = [s.to(dtype) for s in gradients((40,))]
    quick = run(rule, torch.ones(40, dtype=dtype), slopes)
    monkeypatch.setattr("pishro.optim.stochastic.adam.has_fused_adam", lambda device, dtype: False)
    slow = run(rule, torch.ones(40, dtype=dtype), slopes)
    tolerance = 20 * torch.finfo(dtype).eps
    torch.testing.assert_close(quick, slow, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("lie", ["raises", "does nothing", "is gone"])
def test_a_one_pass_kernel_that_lies_is_not_used(lie: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def kernel(*arguments: object, **settings: object) -> None:
        if lie == "raises":
            raise TypeError

    monkeypatch.setattr(torch, "_fused_adamw_", kernel)
    if lie == "is gone":
        monkeypatch.delattr(torch, "_fused_adamw_")
    fused.has_fused_adam.cache_clear()
    try:
        assert not fused.has_fused_adam(torch.device("cpu"), torch.float64)
        test_equals_torch_on_the_same_gradients("adamw")
    finally:
        fused.has_fused_adam.cache_clear()


def test_rules_have_names() -> None:
    assert rule_named("rmsprop") == RMSProp()
    with pytest.raises(SettingError, match="'adam'"):
        rule_named("adm")


def test_adam_takes_a_gradient_that_is_not_contiguous() -> None:
    wide = torch.randn(20, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    one = run(Adam(), torch.ones(20, dtype=torch.float64), [wide[:, 0]])
    two = run(Adam(), torch.ones(20, dtype=torch.float64), [wide[:, 0].contiguous()])
    torch.testing.assert_close(one, two, rtol=1e-14, atol=0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(-1.0),
        lambda: Momentum(0.1, 1.0),
        lambda: Nesterov(0.1, -0.1),
        lambda: Adam(beta2=1.0),
        lambda: Adam(rate=float("nan")),
        lambda: AdamW(decay=-1.0),
        lambda: Adadelta(epsilon=0.0),
        lambda: ClippedNorm(SGD(), 0.0),
        lambda: ExponentialAverage(SGD(), 1.0),
        lambda: Accumulated(SGD(), 0),
        lambda: FromTorch(torch.optim.LBFGS),
        lambda: FromTorch(torch.optim.Adam, lr=-1.0).start(torch.zeros(2)),
        lambda: FromTorch(torch.optim.Adam, rate=1.0).start(torch.zeros(2)),
    ],
)
def test_refuses_settings_that_cannot_work(make: Any) -> None:
    with pytest.raises(SettingError):
        make()


def test_a_torch_rule_refuses_another_theta() -> None:
    rule = FromTorch(torch.optim.Adam)
    state = rule.start(torch.zeros(3))
    with pytest.raises(SettingError, match="another one"):
        rule.update(torch.ones(3), state, torch.zeros(3))


def test_defaults_are_those_of_the_sources() -> None:
    assert (RMSProp().rate, RMSProp().gamma) == (0.001, 0.9)
    assert (Adam().rate, Adam().beta1, Adam().beta2, Adam().epsilon) == (0.001, 0.9, 0.999, 1e-8)
