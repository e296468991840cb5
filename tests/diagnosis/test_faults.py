"""A set-up built to have one fault is diagnosed with that fault; a healthy one with none."""

import dataclasses
import json

import pytest
import torch
from setups import NET, healthy, observed, trained, wave, with_test

from pishro.diagnosis import Diagnosis, Observation, diagnose
from pishro.diagnosis.gradient_flow import stalled_layers
from pishro.diagnosis.sentences import PHRASES
from pishro.likelihoods import Categorical, Normal
from pishro.nn import Dense, Network
from pishro.objectives import Batch
from pishro.operators import DenseOperator
from pishro.optim import Stop
from pishro.training import History, LaplacePosterior, MiniBatchPlan, train, train_mini_batches

F64 = torch.float64


@pytest.fixture(scope="module")
def good() -> Observation:
    return healthy(0)


def faults(observation: Observation) -> list[str]:
    diagnosis = diagnose(observation)
    assert str(diagnosis)
    return [fact.name for fact in diagnosis.faults]


@pytest.mark.parametrize("seed", range(5))
def test_healthy_runs_raise_no_alarm(seed: int) -> None:
    assert faults(healthy(seed)) == []


def test_saturated_units(good: Observation) -> None:
    theta = good.trained.theta.clone()
    NET.layout.views(theta)["dense1.weight"].mul_(1000)
    assert "saturated" in faults(observed(NET, Normal(), theta, good.train))


def test_dead_units(good: Observation) -> None:
    net = Network.chain(2, Dense(6, "relu"), Dense(1))
    theta = net.init(0)
    net.layout.views(theta)["dense1.bias"][:2] = -10
    found = diagnose(observed(net, Normal(), theta, good.train))
    assert found["dead"].values == {"share": 2 / 6, "layer": "dense1"}


@pytest.mark.parametrize(("factor", "name"), [(0.02, "vanishing"), (50.0, "exploding")])
def test_gradients_on_the_way_back(good: Observation, factor: float, name: str) -> None:
    layers = [Dense(4, "linear", {"name": "uniform", "bound": factor}) for _ in range(6)]
    net = Network.chain(2, *layers, Dense(1))
    found = faults(observed(net, Normal(), net.init(0), good.train))
    assert name in found


def test_stalled_layer(good: Observation) -> None:
    history = History(layer_updates={"dense1": [1e-9] * 10, "dense2": [1e-2] * 10})
    members = trained(NET, good.trained.theta, good.train, history=history)
    assert "stalled" in faults(dataclasses.replace(good, trained=members))


def test_many_stalled_layers_are_one_sentence(good: Observation) -> None:
    updates = {f"dense{i}": [1e-9 * i] * 10 for i in range(1, 8)} | {"dense8": [1e-2] * 10}
    members = trained(NET, good.trained.theta, good.train, history=History(layer_updates=updates))
    (found,) = stalled_layers(dataclasses.replace(good, trained=members))
    assert found.sentence.startswith("dense1, dense2, dense3, dense4, … hardly learned")
    assert found.values["ratio"] == pytest.approx(7e-9)


def test_redundant_and_too_many_parameters() -> None:
    batch = wave(0, 12)
    net = Network.chain(2, Dense(10, "tanh"), Dense(1))
    assert {"redundant", "few-rows"} <= set(faults(observed(net, Normal(), net.init(0), batch)))


def test_over_fitting() -> None:
    batch, net = wave(0, 60, noise=0.5), Network.chain(2, Dense(15, "tanh"), Dense(1))
    theta, _ = train(net, Normal(), batch.x, batch.y, prior=None, stop=Stop(iterations=60))
    assert "over-fitting" in faults(observed(net, Normal(), theta, batch, wave(1, 200, noise=0.5)))


def test_over_fitting_of_classes() -> None:
    g = torch.Generator().manual_seed(0)
    x, y = torch.randn(300, 2, generator=g, dtype=F64), torch.randint(3, (300,), generator=g)
    batch, net = Batch(x[:100], y[:100]), Network.chain(2, Dense(12, "tanh"), Dense(3))
    theta, _ = train(net, Categorical(3), batch.x, batch.y, prior=None, stop=Stop(iterations=40))
    found = faults(observed(net, Categorical(3), theta, batch, Batch(x[100:], y[100:])))
    assert {"over-fitting-classes", "miscalibration"} <= set(found)


def test_copies_across_the_split(good: Observation) -> None:
    test = wave(7, 80)
    x, y = test.x.clone(), test.y.clone()
    x[:20], y[:20] = good.train.x[:20], good.train.y[:20]
    found = diagnose(with_test(good, Batch(x, y)))
    assert found["duplicates"].values["count"] == 20


def test_equal_rows_of_few_levels_are_chance() -> None:
    g = torch.Generator().manual_seed(0)
    x = torch.randint(2, (300, 2), generator=g).to(F64)
    y = torch.randint(2, (300, 1), generator=g).to(F64)
    found = faults(observed(NET, Normal(), NET.init(0), Batch(x[:200], y[:200]), Batch(x[200:], y[200:])))
    assert "duplicates" not in found


def test_equal_rows_of_columns_that_go_together_are_chance() -> None:
    g = torch.Generator().manual_seed(0)
    kind = torch.randint(40, (900, 1), generator=g)
    follows = [(kind * factor) % 7 for factor in (1, 3, 5, 11)]  # none tells more than the kind
    seen = torch.randint(3, (900, 2), generator=g)
    x, y = torch.cat([kind, *follows, seen], 1).to(F64), torch.randint(2, (900, 1), generator=g).to(F64)
    net = Network.chain(7, Dense(1))
    found = faults(observed(net, Normal(), net.init(0), Batch(x[:700], y[:700]), Batch(x[700:], y[700:])))
    assert "duplicates" not in found


def test_extrapolation(good: Observation) -> None:
    test = wave(7, 80)
    x = test.x.clone()
    x[:15, 1] += 3
    found = diagnose(with_test(good, Batch(x, test.y)))
    assert found["extrapolation"].values["where"] == ", most often in x2"


def test_leak(good: Observation) -> None:
    assert "leak" in faults(dataclasses.replace(good, leaks=("'x' equals the target 'y'.",)))


def test_members_that_disagree(good: Observation) -> None:
    theta = NET.init(3, members=4) * 3
    members = trained(NET, theta, good.train, beta=100.0)
    assert "disagreement" in faults(dataclasses.replace(good, trained=members))


def test_members_that_vote_for_different_classes() -> None:
    g = torch.Generator().manual_seed(0)
    rows = Batch(torch.randn(80, 2, generator=g, dtype=F64), torch.randint(3, (80,), generator=g))
    net = Network.chain(2, Dense(4, "tanh"), Dense(3))
    theta = net.init(3, members=4) * 3
    assert "disagreement-classes" in faults(observed(net, Categorical(3), theta, rows, rows))


def test_parameters_that_the_rows_cannot_tell_apart(good: Observation) -> None:
    x = torch.cat([good.train.x, good.train.x[:, :1] + 1e-8 * good.train.x[:, 1:]], 1)
    net = Network.chain(3, Dense(1))
    theta = net.init(0, members=1)
    J = net.jacobian(theta, x)[0, :, 0]
    posterior = LaplacePosterior.of(DenseOperator((J.mT @ J + 1e-14 * torch.eye(4, dtype=F64)).unsqueeze(0)))
    members = dataclasses.replace(trained(net, theta, Batch(x, good.train.y)), posterior=posterior)
    found = diagnose(Observation(net, Normal(), members, Batch(x, good.train.y)))
    assert found["ill-conditioned"].values["condition"] > 1e13


def disturbed(good: Observation, rows: int, change: "object") -> list[str]:
    """Held-out rows whose noise was replaced; the network predicts what is left."""
    test = wave(50, rows, noise=0.0)
    g = torch.Generator().manual_seed(1)
    noise = torch.randn(rows, generator=g, dtype=F64)
    return faults(with_test(good, Batch(test.x, test.y + 0.1 * change(test.x, noise).unsqueeze(1))))  # type: ignore[operator]


def test_plain_noise_is_no_finding(good: Observation) -> None:
    assert disturbed(good, 400, lambda x, e: e) == []


def test_skew_residuals(good: Observation) -> None:
    assert "non-normal" in disturbed(good, 400, lambda x, e: e.abs() ** 1.5 - 0.86)


def test_residuals_that_spread(good: Observation) -> None:
    assert "spread" in disturbed(good, 400, lambda x, e: e * (1.05 + x[:, 0]))


def test_residuals_that_follow_an_input(good: Observation) -> None:
    assert "trend" in disturbed(good, 400, lambda x, e: e + 3 * (x[:, 1].square() - 0.33))


def test_residuals_that_follow_each_other(good: Observation) -> None:
    def drifting(x: torch.Tensor, e: torch.Tensor) -> torch.Tensor:
        out = [e[0]]
        for one in e[1:]:
            out.append(0.9 * out[-1] + 0.436 * one)
        return torch.stack(out)

    assert "autocorrelation" in disturbed(good, 400, drifting)


def test_outliers_and_coverage(good: Observation) -> None:
    def far(x: torch.Tensor, e: torch.Tensor) -> torch.Tensor:
        e = e.clone()
        e[:3] = 9
        return e

    assert disturbed(good, 400, far) == ["outliers"]
    assert "coverage" in disturbed(good, 400, lambda x, e: 2 * e)


def test_influential_row() -> None:
    batch = wave(0, 60)
    x, y = batch.x.clone(), batch.y.clone()
    x[0], y[0] = torch.tensor([6.0, -6.0], dtype=F64), 8.0
    from pishro.training import Plan, train_members

    batch = Batch(x, y)
    net = Network.chain(2, Dense(1))
    found = diagnose(Observation(net, Normal(), train_members(net, Normal(), batch, Plan(1)), batch))
    assert found["influential"].values["row"] == 0


def test_class_that_is_never_predicted() -> None:
    g = torch.Generator().manual_seed(0)
    x = torch.randn(200, 2, generator=g, dtype=F64)
    y = (x[:, 0] > 0).long()
    y[:20] = 2
    net = Network.chain(2, Dense(3))
    theta = net.init(0)
    net.layout.views(theta)["dense1.bias"][:] = torch.tensor([0.0, 0.0, -9.0])
    observation = observed(net, Categorical(3), theta, Batch(x, y), Batch(x, y))
    found = diagnose(dataclasses.replace(observation, classes=("a", "b", "rare")))
    assert "“rare” is never predicted" in found["never-predicted"].sentence


def run_of(rate: float, net: Network = NET, epochs: int = 24) -> list[str]:
    batch = wave(0, 400)
    plan = MiniBatchPlan(members=2, epochs=epochs, size=32, rate=rate, patience=epochs)
    return faults(Observation(net, Normal(), train_mini_batches(net, Normal(), batch, plan), batch, wave(1, 100)))


def test_rates() -> None:
    assert run_of(1e-2) == []
    assert "rate-too-high" in run_of(3.0)
    assert "rate-too-low" in run_of(1e-5)


def test_curves_by_themselves(good: Observation) -> None:
    def named(**curves: list[float]) -> list[str]:
        members = trained(NET, good.trained.theta, good.train, history=History(**curves))
        return faults(dataclasses.replace(good, trained=members, test=None))

    falling = [2 * 0.8**i for i in range(40)]
    assert named(cost=falling) == []
    assert named(cost=[c + 0.5 * (i % 2) for i, c in enumerate(falling)]) == ["oscillation"]
    assert named(cost=[2.0] + [1.0] * 20 + [0.9 * 0.7**i for i in range(20)]) == ["plateau"]
    assert named(cost=[2.0, 1.0, float("nan")]) == ["diverged"]


def test_round_trip_and_sentences(good: Observation) -> None:
    found = diagnose(good)
    assert Diagnosis.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert "effective" in found and found["effective"].threshold is None
    remedied = {key.removesuffix(".remedy") for key in PHRASES if key.endswith(".remedy")}
    assert remedied <= set(PHRASES)
