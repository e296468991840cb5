"""The certificate against eigenvalues by autograd, at points whose kind is known."""

import dataclasses
import json
import re

import numpy as np
import pytest
import scipy.optimize
import torch
from setups import NET, healthy, observed, wave

from pishro.diagnosis import Certificate, Observation, certify, continuation
from pishro.diagnosis import certificate as module
from pishro.diagnosis.symmetry import scaling_tangents
from pishro.likelihoods import LIKELIHOODS, Normal
from pishro.nn import Dense, Network
from pishro.objectives import Batch, Objective
from pishro.optim import BFGS, LevenbergMarquardt, Stop
from pishro.report.findings import certificate_sentences
from pishro.report.languages import catalog_of
from pishro.training import MiniBatchPlan, NonNegative, Plan, Wishes, train_members, train_mini_batches
from pishro.training.full_batch import FullBatchPlan, train_full_batch

F64 = torch.float64


def spectrum(observation: Observation, member: int) -> torch.Tensor:
    """Eigenvalues of the objective's Hessian by torch's own second derivatives."""
    trained = observation.trained
    prior = trained.prior.select(torch.tensor([member])) if trained.prior is not None else None
    beta = trained.beta[member : member + 1]
    objective = Objective(observation.network, observation.likelihood, observation.train, prior, beta)

    def f(theta: torch.Tensor) -> torch.Tensor:
        return objective.value(theta.unsqueeze(0))[0]

    hessian = torch.autograd.functional.hessian(f, trained.theta[member])
    return torch.linalg.eigvalsh(hessian)


def teacher(activation: str, rows: int = 60) -> Observation:
    """A network on rows that it computed itself: the cost is zero, and so is the gradient."""
    net = Network.chain(2, Dense(3, activation), Dense(1))
    theta = net.init(4)
    net.layout.views(theta)["dense1.bias"][:] = torch.tensor([0.3, -0.2, 0.1])
    x = wave(0, rows).x
    return observed(net, Normal(), theta, Batch(x, net(theta, x)))


def test_eigenvalues_are_autograds() -> None:
    observation = healthy(0, 2)
    found = certify(observation)
    values = spectrum(observation, found.member)
    assert found.hessian == pytest.approx((float(values[0]), float(values[-1])), rel=1e-6, abs=1e-9 * float(values[-1]))
    assert found.complete and found.promise >= 0
    assert Certificate.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_teacher_is_a_strict_minimum() -> None:
    found = certify(teacher("tanh"))
    assert found.kind == "strict minimum" and found.flat == 0 == found.symmetric
    assert found.copies == pytest.approx(1.681, abs=1e-3)  # 3! 2³ = 48
    assert found.hessian[1] == pytest.approx(found.gauss_newton[1])  # no residual, no second part


def test_relu_has_one_flat_direction_a_unit() -> None:
    observation = teacher("relu")
    found = certify(observation)
    assert found.symmetric == 3 == found.flat
    assert found.kind == "strict minimum"
    assert "3 of them by scaling symmetry" in str(found)
    values = spectrum(observation, 0)
    assert int((values.abs() < 1e-10 * values[-1]).sum()) == 3


def test_moving_along_the_symmetry_changes_nothing() -> None:
    observation = teacher("leaky")
    theta, x = observation.trained.theta[0], observation.train.x
    tangents = scaling_tangents(observation.network, theta)
    change = observation.network.jvp(theta, x, tangents[:, 1])
    assert tangents.shape[1] == 3 and float(change.abs().max()) < 1e-12


def test_zero_weights_are_a_saddle() -> None:
    batch = wave(0, 60)
    theta = torch.zeros(NET.layout.size, dtype=F64)
    NET.layout.views(theta)["dense2.bias"][:] = batch.y.mean()
    observation = observed(NET, Normal(), theta, batch)
    found = certify(observation)
    assert found.kind == "saddle" and found.gain > 0 and len(found.escape) == len(theta)
    assert found.hessian[0] == pytest.approx(float(spectrum(observation, 0)[0]))
    assert [fact.name for fact in found.facts] == ["saddle"]
    # a prior makes every direction curve up once it is strong enough, so that the point becomes a minimum
    assert "lowers the cost by" in str(found)


def moved(observation: Observation, length: float) -> Observation:
    """The same, each member moved by that length."""
    step = torch.randn(NET.layout.size, generator=torch.Generator().manual_seed(7), dtype=F64)
    theta = observation.trained.theta + length * step / step.norm()
    return dataclasses.replace(observation, trained=dataclasses.replace(observation.trained, theta=theta))


def test_what_a_longer_training_would_find() -> None:
    observation = moved(healthy(0, 2), 0.3)
    found = certify(observation)
    trained, index = observation.trained, torch.tensor([found.member])
    assert trained.prior is not None
    objective = Objective(NET, Normal(), observation.train, trained.prior.select(index), trained.beta[index])

    def cost(x: np.ndarray) -> tuple[float, np.ndarray]:
        theta = torch.from_numpy(x).requires_grad_()
        value = objective.value(theta.unsqueeze(0))[0]
        return float(value.detach()), torch.autograd.grad(value, theta)[0].numpy()

    start = trained.theta[found.member].numpy()
    least = scipy.optimize.minimize(cost, start, jac=True, method="BFGS", options={"gtol": 1e-7}).fun
    assert found.kind == "not stationary" and found.ahead == "strict minimum" and found.steps > 0
    assert found.fall == pytest.approx(cost(start)[0] - least, rel=1e-6)
    assert "end in a strict local minimum" in str(found) and "longer" in str(found)


def test_a_point_that_lies_close_enough_has_the_verdict_of_the_minimum() -> None:
    found = certify(moved(healthy(1, 2), 1e-5))
    assert found.kind == "strict minimum" and "no one can tell" in str(found)
    assert 0 < found.fall < module.NEGLIGIBLE and found.steps > 0


def test_a_descent_that_goes_on_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(continuation, "STEPS", 2)
    found = certify(moved(healthy(0, 2), 1.0))
    assert found.kind == "not stationary" and found.ahead == "" and "had not come to rest" in str(found)


def test_the_cost_of_a_free_scale_is_the_one_that_was_minimized() -> None:
    batch = wave(0)
    likelihood = LIKELIHOODS["heteroscedastic-normal"]()
    net = Network.chain(2, Dense(4, "tanh"), Dense(2))
    trained = train_members(net, likelihood, batch, Plan(2))
    found = certify(Observation(net, likelihood, trained, batch))
    theta, beta = trained.minimized(net, likelihood)
    there = Objective(net, likelihood, batch, trained.prior, beta).at(theta)
    assert found.gradient_norm == pytest.approx(
        float(there.gradient[found.member].norm()), rel=1e-6
    )  # that of the widened scale is 124.2


def test_lanczos_finds_the_same_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    observation = healthy(1, 1)
    whole = certify(observation)
    monkeypatch.setattr(module, "DENSE_WORK", 0)
    ends = certify(observation)
    assert not ends.complete and whole.complete
    assert ends.hessian[1] == pytest.approx(whole.hessian[1], rel=1e-3)
    assert ends.gauss_newton[1] == pytest.approx(whole.gauss_newton[1], rel=1e-3)


def test_early_stopping_is_said() -> None:
    batch = wave(0, 300)
    members = train_mini_batches(NET, Normal(), batch, MiniBatchPlan(members=2, epochs=5, size=32))
    found = certify(Observation(NET, Normal(), members, batch))
    assert found.kind == "stopped early" and "on purpose" in str(found)


def test_a_constrained_fit_is_judged_by_the_conditions_of_optimality() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(60, 2, generator=generator, dtype=torch.float64)
    batch = Batch(x, torch.tanh(x[:, :1]) - x[:, 1:])
    net = Network.chain(2, Dense(3, "tanh"), Dense(1))
    plan = FullBatchPlan(BFGS(), members=2, stop=Stop(iterations=500), constraints=[NonNegative("dense1.weight")])
    trained = train_full_batch(net, Normal(), batch, plan)
    found = certify(Observation(net, Normal(), trained, batch))
    assert found.kind == "constrained"
    assert found.steps == 0  # no walk leads out of the region
    text = str(found)
    residuals = re.search(r"stationarity (\S+), feasibility (\S+),", text)
    assert residuals is not None and float(residuals[2]) < 1e-9
    assert float(residuals[1]) < 0.05 * found.largest  # the gradient that is left pushes against the borders
    assert "KKT residuals" not in " ".join(certificate_sentences(found, catalog_of("fa")))


def test_a_named_prior_is_part_of_the_cost_that_is_certified() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(60, 2, generator=generator, dtype=torch.float64)
    batch = Batch(x, torch.tanh(x[:, :1]) + 0.1 * torch.randn(60, 1, generator=generator, dtype=torch.float64))
    net = Network.chain(2, Dense(2, "tanh"), Dense(1))
    prior = Wishes(regularization=0.5).prior(net, torch.float64)
    plan = FullBatchPlan(LevenbergMarquardt(), members=2, stop=Stop(iterations=300), prior=prior)
    found = certify(Observation(net, Normal(), train_full_batch(net, Normal(), batch, plan), batch))
    assert found.kind == "strict minimum"
    assert found.gradient_norm < 1e-5 * found.value
