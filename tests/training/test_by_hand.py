"""Training by hand: every method on small networks, the automatic choice, constraints and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.likelihoods import Categorical, Normal, NormalPrior
from pishro.nn import Dense, Network
from pishro.objectives import MiniBatches
from pishro.optim import SGD, Accumulated, Adam, ClippedNorm, Equality, Inequality, Stop
from pishro.optim.catalog import METHODS
from pishro.optim.stochastic.catalog import RULES
from pishro.training import Box, LinearEquality, NonNegative, NormBall, choose_method, train

NET = Network.chain(2, Dense(4, "tanh"), Dense(1))


def rows(count: int = 60) -> tuple[Tensor, Tensor]:
    x = torch.rand(count, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2 - 1
    return x, torch.sin(2 * x[:, :1]) - 0.5 * x[:, 1:]


def cost(theta: Tensor) -> float:
    x, y = rows()
    return float((NET(theta, x) - y).square().mean())


START = cost(NET.init(seed=0, members=1))
OF_PROBLEMS = [name for name in METHODS if name != "newton-root"]  # which finds roots, not minima


@pytest.mark.parametrize("method", [*OF_PROBLEMS, *RULES])
def test_every_method_fits_numbers(method: str) -> None:
    theta, record = train(NET, Normal(), *rows(), method=method, prior=None, stop=Stop(iterations=60))
    assert theta.shape == (1, NET.layout.size)
    assert cost(theta) < 0.9 * START
    assert record.history.cost[-1] < record.history.cost[0]
    assert record.method.replace("-", "") in method.replace("-", "") or method in record.method


@pytest.mark.parametrize("method", ["levenberg-marquardt", "newton", "lbfgs", "hessian-free", "adam", "momentum"])
def test_and_classes(method: str) -> None:
    x, y = rows()
    net = Network.chain(2, Dense(4, "tanh"), Dense(3))
    labels = (y.squeeze(1) > -0.3).long() + (y.squeeze(1) > 0.3).long()
    steps = 2500 if method in ("adam", "momentum") else 80
    theta, _ = train(net, Categorical(3), x, labels, method=method, prior=None, stop=Stop(iterations=steps), members=2)
    right = (net(theta, x).mean(0).argmax(-1) == labels).double().mean()
    assert float(right) > 0.85


def test_the_choice_follows_the_size_and_says_so() -> None:
    assert choose_method("auto", 500, 200)[0].name == "levenberg-marquardt"
    assert choose_method("auto", 500, 100_000)[0].name == "lbfgs"
    assert "too many" in choose_method("auto", 10**6, 200)[1]
    record = train(NET, Normal(), *rows(), stop=Stop(iterations=20))[1]
    assert "few enough for second-order steps" in record.recipe
    assert record.effective
    assert train(NET, Normal(), *rows(), method=SGD(0.1), stop=Stop(iterations=5))[1].recipe == "SGD, as asked."


def test_weight_decay_shrinks_whatever_the_method() -> None:
    heavy = NormalPrior(torch.zeros(NET.layout.size).long(), torch.tensor([[300.0]], dtype=torch.float64))
    for method, steps in (("levenberg-marquardt", 60), ("lbfgs", 60), (Adam(0.01), 900)):
        theta, _ = train(NET, Normal(), *rows(), method=method, prior=heavy, stop=Stop(iterations=steps))
        assert float(theta.abs().max()) < 0.1


def test_a_matrix_that_does_not_fit_is_refused_before_it_is_made() -> None:
    wide = Network.chain(2, Dense(2_000_000, "tanh"), Dense(1))
    for method in ("levenberg-marquardt", "newton", "bfgs"):
        with pytest.raises(SettingError, match="hessian-free"):
            train(wide, Normal(), *rows(5), method=method)


@pytest.mark.parametrize("method", ["levenberg-marquardt", "bfgs", "lbfgs"])
def test_bounds_on_weights_hold_and_bind(method: str) -> None:
    limits = [NonNegative("dense1.weight"), Box("dense2.weight", -0.5, 0.5)]
    theta, record = train(NET, Normal(), *rows(), method=method, prior=None, constraints=limits, members=2)
    views = NET.layout.views(theta)
    assert float(views["dense1.weight"].min()) >= 0
    assert float(views["dense2.weight"].abs().max()) <= 0.5
    assert [s.split(":")[0] for s in record.constraints] == ["dense1.weight ≥ 0", "dense2.weight between -0.5 and 0.5"]
    assert all("largest violation 0," in s for s in record.constraints)
    free = cost(train(NET, Normal(), *rows(), method=method, prior=None)[0])
    assert cost(theta) > free


def test_norms_sums_and_functions_of_theta() -> None:
    sums = LinearEquality("dense2.weight", torch.ones(1, 4, dtype=torch.float64), torch.ones(1, dtype=torch.float64))
    limits = [NormBall("dense1.weight", 0.7), sums]
    theta, record = train(NET, Normal(), *rows(), method="lbfgs", prior=None, constraints=limits)
    views = NET.layout.views(theta[0])
    assert float(views["dense1.weight"].norm(dim=0).max()) <= 0.7 + 1e-9
    assert float(views["dense2.weight"].sum()) == pytest.approx(1, abs=1e-9)
    assert "each unit" in record.constraints[0]
    zero = torch.zeros(1, 2, dtype=torch.float64)
    through = [Equality(lambda t: NET(t, zero).reshape(-1) - 0.25), Inequality(lambda t: t @ t - 4)]
    theta, record = train(NET, Normal(), *rows(), method="bfgs", prior=None, constraints=through)
    assert float(NET(theta, zero)) == pytest.approx(0.25, abs=1e-6)
    assert float(theta.square().sum()) <= 4 + 1e-6
    assert "multiplier" in record.constraints[1]


def test_what_does_not_go_together_is_refused() -> None:
    x, y = rows()
    with pytest.raises(SettingError, match=r"'dense1\.weight'"):
        train(NET, Normal(), x, y, prior=None, constraints=[NonNegative("dense1.weigth")])
    with pytest.raises(SettingError, match="without looking at constraints"):
        train(NET, Normal(), x, y, method=Adam(), constraints=[NonNegative("dense1.weight")])
    with pytest.raises(SettingError, match=r"received 1\.0"):
        train(NET, Normal(), x, y, prior=1.0)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="free minimum"):
        train(NET, Normal(), x, y, prior="evidence", constraints=[NonNegative("dense1.weight")])
    with pytest.raises(SettingError, match="levenberg-marquardt"):
        train(NET, Normal(), x, y, method="bfgs", prior="evidence")
    with pytest.raises(SettingError, match="'adam'"):
        train(NET, Normal(), x, y, method="adan")
    with pytest.raises(SettingError, match="one set at most"):
        twice = [NormBall("dense1.weight", 1.0), NonNegative("dense1.weight")]
        train(NET, Normal(), x, y, prior=None, constraints=twice)
    with pytest.raises(SettingError, match="Expected constraints"):
        train(NET, Normal(), x, y, prior=None, constraints=["positive"])
    with pytest.raises(ShapeError, match="8 columns"):
        one = torch.ones(1, 3)
        train(NET, Normal(), x, y, prior=None, constraints=[LinearEquality("dense1.weight", one, one[0, :1])])


@pytest.mark.parametrize("source", ["numpy", "torch"])
def test_mapped_rows_are_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    x, y = (part.float() for part in rows(1000))
    path = tmp_path / "x"
    path.write_bytes(x.numpy().tobytes())
    mapped = np.memmap(path, np.float32, "r", shape=(1000, 2))
    given = mapped if source == "numpy" else torch.from_file(str(path), size=2000).view(1000, 2)
    place = mapped.ctypes.data if isinstance(given, np.ndarray) else given.data_ptr()
    places = []

    def spy(*arguments: Any) -> MiniBatches:
        found = MiniBatches(*arguments)
        places.append(found.batch.x.data_ptr())
        return found

    monkeypatch.setattr("pishro.training.by_hand.MiniBatches", spy)
    known = {"method": Adam(1e-2), "stop": Stop(iterations=30)}
    theta, _ = train(NET, Normal(), given, y.numpy(), **known)
    assert places == [place]
    assert torch.equal(theta, train(NET, Normal(), x, y, **known)[0])


def test_clipped_and_accumulated_gradients() -> None:
    rule = Accumulated(ClippedNorm(Adam(1e-2), 1.0), every=2)
    theta, record = train(NET, Normal(), *rows(), method=rule, stop=Stop(iterations=200))
    assert cost(theta) < 0.9 * START
    assert record.method == "accumulated clippednorm adam"
