"""On a CUDA device, where there is one: the same results as on the CPU, and steps that are one launch."""

import dataclasses

import pytest
import torch
from torch import Tensor

import pishro
from pishro import optim, training
from pishro.likelihoods import Categorical, Likelihood, Normal
from pishro.nn import Dense, Dropout, Network
from pishro.objectives import Batch, MiniBatches, Objective, mini_batches
from pishro.training import MiniBatchPlan, Plan

pytestmark = pytest.mark.gpu

CUDA = torch.device("cuda", 0)
G = torch.Generator().manual_seed(0)
X = torch.randn(3000, 4, dtype=torch.float64, generator=G)
Y = torch.sin(X[:, :1]) * X[:, 1:2]
NET = Network.chain(4, Dense(8, "tanh"), Dense(8, "tanh"), Dense(1))


def test_sums_of_the_data_equal_those_of_the_cpu() -> None:
    theta, objective = NET.init(0, members=3), Objective(NET, Normal(), Batch(X, Y))
    here, there = objective.data_term(theta), objective.to(CUDA).data_term(theta.to(CUDA))
    for name in ("cost", "gradient", "curvature"):
        torch.testing.assert_close(getattr(there, name).cpu(), getattr(here, name), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("likelihood", "y"), [(Normal(), Y), (Categorical(2), (Y[:, 0] > 0).long())])
def test_levenberg_marquardt_equals_that_of_the_cpu(likelihood: Likelihood, y: Tensor) -> None:
    """A few iterations: rounding grows from one to the next."""
    net = Network.chain(4, Dense(8, "tanh"), Dense(likelihood.outputs(y)))
    plan = Plan(2, stop=optim.Stop(iterations=6))
    here, there = (
        training.train_members(net, likelihood, Batch(X, y), dataclasses.replace(plan, device=device))
        for device in ("cpu", "cuda")
    )
    assert there.theta.device.type == "cpu"
    assert there.record.device.startswith("cuda (")
    torch.testing.assert_close(there.theta, here.theta, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(there.beta, here.beta, rtol=1e-6, atol=0)


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_recorded_steps_are_those_launched_one_by_one(
    monkeypatch: pytest.MonkeyPatch, members: int, weighted: bool
) -> None:
    weight = torch.rand(3000, generator=G) if weighted else None
    batch = Batch(X.float(), Y.float(), weight)

    def path() -> tuple[Tensor, bool]:
        source = MiniBatches(NET, Normal(), batch, 64, torch.Generator().manual_seed(1), device=CUDA)
        theta, rule = NET.init(0, members, torch.float32).to(CUDA), optim.AdamW()
        state, values = rule.start(theta), []
        for _ in range(60):  # more than an epoch
            value, gradient = source(theta)
            rule.update(gradient, state, theta)
            values.append(value)
        return torch.cat([torch.stack(values).flatten(), theta.flatten()]).cpu(), source._work != source._both_paths

    recorded, one_launch = path()
    monkeypatch.setattr(mini_batches, "SMALL", 0.0)
    plain, by_one = path()
    assert one_launch
    assert not by_one
    torch.testing.assert_close(recorded, plain, rtol=1e-4, atol=1e-5)


def test_a_layer_that_draws_is_not_recorded() -> None:
    net = Network.chain(4, Dense(8, "tanh"), Dropout(0.5), Dense(1))
    batch = Batch(X[:64].float(), Y[:64].float())
    source = MiniBatches(net, Normal(), batch, 64, torch.Generator().manual_seed(1), device=CUDA)
    theta = net.init(0, 1, torch.float32).to(CUDA)
    values = torch.cat([source(theta)[0] for _ in range(8)])
    assert len(values.unique()) == 8  # the same rows and θ, another mask each time


def test_mini_batches_learn_as_well_as_on_the_cpu() -> None:
    plan = MiniBatchPlan(members=2, epochs=20, size=64)
    here, there = (
        training.train_mini_batches(NET, Normal(), Batch(X, Y), dataclasses.replace(plan, device=device))
        for device in ("cpu", "cuda")
    )
    best = [min(t.record.history.validation) for t in (here, there)]
    assert best[1] < 1.1 * best[0]
    assert there.theta.device.type == "cpu"


def test_the_same_seed_gives_the_same_result_twice() -> None:
    plan = MiniBatchPlan(members=2, epochs=3, size=64, device="cuda")
    net = Network.chain(4, Dense(8, "tanh"), Dropout(0.2), Dense(1))
    first, second = (training.train_mini_batches(net, Normal(), Batch(X, Y), plan).theta for _ in range(2))
    torch.testing.assert_close(first, second, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rows", [400, 3000])
def test_a_whole_fit(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pishro.training.choice.MANY_ROWS", 1000)
    table = {"a": X[:rows, 0].tolist(), "b": X[:rows, 1].tolist(), "y": Y[:rows, 0].tolist()}
    model = pishro.fit(table, "y", members=2, device="cuda")
    assert model.score["R²"].value > 0.9
    assert "Computed on cuda (" in str(model.record)
    assert model.predict(table).shape == (rows,)


def test_steps_do_not_wait_for_the_device() -> None:
    batch = Batch(X.float(), Y.float())
    source = MiniBatches(NET, Normal(), batch, 64, torch.Generator().manual_seed(1), device=CUDA)
    theta, rule = NET.init(0, 2, torch.float32).to(CUDA), optim.Scheduled(optim.AdamW(), optim.Cosine(100))
    state = rule.start(theta)
    for _ in range(3):
        rule.update(source(theta)[1], state, theta)
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(10):
            rule.update(source(theta)[1], state, theta)
    finally:
        torch.cuda.set_sync_debug_mode("default")
