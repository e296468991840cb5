"""Devices: how a name is resolved, what "auto" takes, and trainings on a device that only claims to be one."""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.elsewhere import PLACE, Away, Elsewhere, generator_at

import pishro
from pishro import fitting, likelihoods, optim, training
from pishro.errors import SettingError
from pishro.likelihoods import Categorical, Likelihood, Normal, NormalPrior
from pishro.models.augmentation import Augmentation
from pishro.models.corruption import GaussianNoise, Masking, SaltAndPepper
from pishro.nn import RBF, Conv2d, Dense, Dropout, Flatten, LayerNorm, MaxPool2d, Network, Noise, PiecewiseLinear
from pishro.objectives import Batch, Disturbance, MiniBatches, mini_batches
from pishro.training import MiniBatchPlan, Plan, Recipe, TrainedMembers, devices, journal
from pishro.training.devices import Place, Work, choose_place
from pishro.training.few_rows import FewRows
from pishro.training.many_rows import ManyRows

G = torch.Generator().manual_seed(0)
X = torch.randn(80, 3, dtype=torch.float64, generator=G)
Y = torch.sin(X[:, :2])
NET = Network.chain(3, Dense(5, "tanh"), Dense(2))
STOP = optim.Stop(iterations=2)
LARGE = Work(1e12, 1e9, 1e9, torch.float64)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """The name "cuda" means the device that is not there, which has to be entered."""
    for module in (devices, fitting):
        monkeypatch.setattr(module, "check_device", lambda asked: None)
    monkeypatch.setattr(devices, "_cuda", lambda work: Place(PLACE, "elsewhere, as asked"))
    monkeypatch.setattr(mini_batches, "Generator", generator_at)
    return Elsewhere()


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch says that there is a CUDA device with 10 GB free."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Made Up 1")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (10**10, 10**10))


def test_an_unknown_device_names_the_nearest() -> None:
    with pytest.raises(SettingError, match="'cuda'"):
        training.train(NET, Normal(), X, Y, device="cude")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
@pytest.mark.parametrize("method", ["levenberg-marquardt", "lbfgs", "adam"])
def test_cuda_where_there_is_none_says_what_there_is(method: str) -> None:
    with pytest.raises(SettingError, match=r"none here.*there is cpu.*device=\"auto\""):
        training.train(NET, Normal(), X, Y, method=method, device="cuda")


def test_cuda_where_there_is_none_is_refused_by_fit_and_by_estimators() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(SettingError, match="none here"):
        pishro.fit({"x": X[:, 0].tolist(), "y": Y[:, 0].tolist()}, "y", device="cuda")
    with pytest.raises(SettingError, match="none here"):
        pishro.FeedForwardRegressor(device="cuda").fit(X.numpy(), Y[:, 0].numpy())


def test_mps_has_no_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(SettingError, match=r"no float64.*adamw"):
        choose_place("mps", LARGE)
    assert choose_place("mps", dataclasses.replace(LARGE, dtype=torch.float32)).device.type == "mps"


@pytest.mark.usefixtures("one_gpu")
def test_auto_takes_cuda_for_large_steps_only() -> None:
    taken = choose_place("auto", LARGE)
    assert taken.device == torch.device("cuda", 0)
    assert "Made Up 1" in taken.words
    small = choose_place("auto", dataclasses.replace(LARGE, operations=1e8))
    assert small.device.type == "cpu"
    assert "do not fill a GPU" in small.words
    crowded = choose_place("auto", dataclasses.replace(LARGE, memory=9e9))
    assert crowded.device.type == "cpu"
    assert "8 GB" in crowded.words


@pytest.mark.usefixtures("one_gpu")
def test_rows_that_do_not_fit_onto_the_device_are_refused() -> None:
    with pytest.raises(SettingError, match=r"9 GB.*8 GB.*--stream"):
        choose_place("cuda", dataclasses.replace(LARGE, memory=9e9))


def test_the_record_says_why_the_cpu() -> None:
    record = training.train(NET, Normal(), X, Y, stop=optim.Stop(iterations=2))[1]
    assert record.device.startswith("cpu: ")
    assert type(record).from_json(record.to_json()) == record


def same(mode: Elsewhere, run: Callable[[str], TrainedMembers]) -> tuple[TrainedMembers, TrainedMembers]:
    """The training on the CPU and elsewhere, which must agree to the last bit, as the numbers lie on the CPU."""
    here = run("cpu")
    with mode:
        away = run("cuda")
    assert not isinstance(away.theta, Away)
    torch.testing.assert_close(away.theta, here.theta, rtol=0, atol=0)
    torch.testing.assert_close(away.beta, here.beta, rtol=0, atol=0)
    assert away.record.device == "elsewhere, as asked"
    return here, away


@pytest.mark.parametrize("name", ["normal", "student-t", "poisson", "quantile", "gaussian-mixture"])
def test_evidence_elsewhere(elsewhere: Elsewhere, name: str) -> None:
    cost = likelihoods.likelihood(name)
    y = torch.floor(2 * Y[:, :1] + 2) if name == "poisson" else Y[:, :1]
    net, plan = Network.chain(3, Dense(3, "tanh"), Dense(cost.outputs(y))), Plan(2, stop=STOP)

    def run(device: str) -> TrainedMembers:
        return training.train_members(net, cost, Batch(X, y), dataclasses.replace(plan, device=device))

    here, away = same(elsewhere, run)
    assert here.posterior is not None
    assert away.posterior is not None
    assert away.prior is not None
    assert not isinstance(away.prior.alpha, Away)
    assert torch.equal(away.posterior.inverse_lower, here.posterior.inverse_lower)


def test_evidence_of_weighted_classes_elsewhere(elsewhere: Elsewhere) -> None:
    batch = Batch(X, (3 * torch.rand(80, generator=G)).long(), torch.rand(80, dtype=torch.float64, generator=G))
    net, plan = Network.chain(3, Dense(3, "tanh"), Dense(3)), Plan(2, stop=STOP)
    same(elsewhere, lambda at: training.train_members(net, Categorical(3), batch, dataclasses.replace(plan, device=at)))


@pytest.mark.parametrize("method", ["bfgs", "lbfgs", "newton", "hessian-free", "conjugate-gradient", "adam", "sgd"])
def test_other_methods_elsewhere(elsewhere: Elsewhere, method: str) -> None:
    prior = NormalPrior(torch.zeros(NET.layout.size).long(), torch.ones(1).double())
    x, y = (X.float(), Y.float()) if method in ("adam", "sgd") else (X, Y)

    def run(device: str) -> tuple[torch.Tensor, training.TrainingRecord]:
        known = {"method": method, "stop": STOP, "prior": prior, "members": 2}
        return training.train(NET, Normal(), x, y, **known, device=device)

    here, _ = run("cpu")
    with elsewhere:
        away, record = run("cuda")
    assert not isinstance(away, Away)
    assert torch.equal(here, away)
    assert record.device == "elsewhere, as asked"


@pytest.mark.parametrize(
    "constraint",
    [
        training.NonNegative("dense1.weight"),
        training.NormBall("dense1.weight", 1.0),
        training.LinearEquality("dense2.bias", torch.ones(1, 2, dtype=torch.float64), torch.ones(1).double()),
        optim.Equality(lambda theta: theta[:2].sum() - 1),
    ],
    ids=lambda c: type(c).__name__,
)
def test_constraints_elsewhere(elsewhere: Elsewhere, constraint: Any) -> None:
    def run(device: str) -> tuple[torch.Tensor, training.TrainingRecord]:
        return training.train(
            NET, Normal(), X[:9], Y[:9], constraints=[constraint], stop=optim.Stop(iterations=1), device=device
        )

    here, told = run("cpu")
    with elsewhere:
        away, record = run("cuda")
    assert torch.equal(here, away)
    assert record.constraints == told.constraints


LAYERS: dict[str, tuple[tuple[int, ...], list[Any]]] = {
    "dense": ((3,), [Dense(4, "relu")]),
    "bins": ((3,), [PiecewiseLinear.of(X, 6), Dense(4, "silu")]),
    "dropout": ((3,), [Dense(4, "tanh"), Dropout(0.2)]),
    "noise": ((3,), [Noise(0.1), Dense(4, "tanh")]),
    "norm": ((3,), [Dense(4, "elu"), LayerNorm()]),
    "radial": ((3,), [RBF(4)]),
    "convolution": ((1, 6, 6), [Conv2d(2, 3, "relu"), MaxPool2d(2), Flatten()]),
}


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("kind", LAYERS)
def test_no_step_waits_for_the_device(elsewhere: Elsewhere, kind: str, members: int) -> None:
    shape, layers = LAYERS[kind]
    net = Network.chain(shape if len(shape) > 1 else shape[0], *layers, Dense(2))
    x = torch.randn(40, *shape, generator=G)
    for cost, y in ((Normal(), x.flatten(1)[:, :2]), (Categorical(2), (x.flatten(1)[:, 0] > 0).long())):
        assert waits(elsewhere, net, cost, Batch(x, y), members) == 0


@pytest.mark.parametrize("name", ["student-t", "poisson", "laplace", "huber", "gamma", "ordinal", "multi-label"])
def test_no_cost_waits_for_the_device(elsewhere: Elsewhere, name: str) -> None:
    x = torch.randn(40, 3, generator=G)
    y = {"ordinal": (x[:, 0] > 0).long(), "multi-label": (x[:, :2] > 0).float()}.get(name, x[:, :1].exp().ceil())
    cost = likelihoods.Ordinal(3) if name == "ordinal" else likelihoods.likelihood(name)
    net = Network.chain(3, Dense(4, "tanh"), Dense(cost.outputs(y)))
    batch = Batch(x, y, torch.rand(40, generator=G))
    assert waits(elsewhere, net, cost, batch, 2) == 0


@pytest.mark.parametrize(
    "disturb",
    [Augmentation(shift=1, rotate=5, elastic=1.0), Masking(0.2), SaltAndPepper(0.2), GaussianNoise(0.1)],
    ids=lambda d: type(d).__name__,
)
def test_what_is_done_to_the_inputs_is_drawn_on_the_device(elsewhere: Elsewhere, disturb: Disturbance) -> None:
    images = torch.randn(4, 1, 6, 6, generator=G)
    with elsewhere:
        moved = disturb(images.to(PLACE), generator_at(PLACE))
        assert elsewhere.waits == 0
        assert moved.device == PLACE
        assert torch.equal(moved.cpu(), disturb(images, torch.Generator()))


@torch.no_grad()
def waits(mode: Elsewhere, net: Network, cost: Likelihood, batch: Batch, members: int) -> int:
    """How often five steps within an epoch wait, after a first one that prepares."""
    rule = optim.Scheduled(optim.ClippedNorm(optim.AdamW(), 1.0), optim.Cosine(10))
    with mode:
        source = MiniBatches(net, cost, batch, 6, torch.Generator().manual_seed(0), device=PLACE)
        theta = net.init(0, members, torch.float32).to(PLACE)
        state, before = rule.start(theta), 0
        for step in range(6):
            gradient = source(theta)[1]
            rule.update(gradient, state, theta)
            before = mode.waits if step == 0 else before
    return mode.waits - before


def test_mini_batches_elsewhere(elsewhere: Elsewhere) -> None:
    batch = Batch(X, Y, torch.rand(80, dtype=torch.float64, generator=G), 0.1 * Y)
    plan = MiniBatchPlan(members=2, epochs=4, size=16)
    same(elsewhere, lambda at: training.train_mini_batches(NET, Normal(), batch, dataclasses.replace(plan, device=at)))


@pytest.mark.parametrize(("kind", "rows"), [(FewRows, 10**6), (ManyRows, 50)])
def test_a_whole_fit_elsewhere(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, kind: type[Recipe], rows: int
) -> None:
    """Only the training itself is entered: what is before and behind it has no device."""
    train = kind.train

    def short(recipe: Any, *given: Any) -> TrainedMembers:
        with elsewhere:
            found: TrainedMembers = train(dataclasses.replace(recipe, iterations=3), *given)
        return found

    if kind is FewRows:
        monkeypatch.setattr(kind, "train", short)
    else:
        monkeypatch.setattr("pishro.training.many_rows.train_mini_batches", within(elsewhere))
        monkeypatch.setattr("pishro.training.many_rows.EPOCHS", 3)
    monkeypatch.setattr("pishro.training.choice.MANY_ROWS", rows)
    table = {"a": X[:, 0].tolist(), "b": X[:, 1].tolist(), "y": ["no" if v < 0 else "yes" for v in X[:, 2].tolist()]}
    model = pishro.fit(table, "y", hidden=4, members=2, device="cuda")
    assert "Computed on elsewhere, as asked." in str(model.record)
    assert model.predict(table)[0] in ("no", "yes")


def within(mode: Elsewhere) -> Callable[..., TrainedMembers]:
    """The training on mini-batches, entered."""

    def train(*given: Any) -> TrainedMembers:
        with mode:
            return training.train_mini_batches(*given)

    return train


@pytest.mark.parametrize("method", ["levenberg-marquardt", "adamw"])
def test_going_on_elsewhere_from_a_checkpoint(
    elsewhere: Elsewhere, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = training.Checkpoints(tmp_path / "kept", seconds=0.0, resume=True, keep=True)
    monkeypatch.setattr(journal, "SHARE", math.inf)  # written at every safe point
    write, count = journal.write_checkpoint, 0

    def once(*given: Any) -> None:
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt
        write(*given)

    def run(checkpoint: training.Checkpoints | None) -> torch.Tensor:
        x, y = (X.float(), Y.float()) if method == "adamw" else (X, Y)
        known = {"method": method, "stop": optim.Stop(iterations=12), "members": 2, "device": "cuda"}
        with elsewhere:
            return training.train(NET, Normal(), x, y, **known, checkpoint=checkpoint)[0]

    monkeypatch.setattr(journal, "write_checkpoint", once)
    with pytest.raises(KeyboardInterrupt):
        run(kept)
    assert torch.equal(run(kept), run(None))


Recorded = Callable[[], torch.Tensor]


@pytest.mark.parametrize(
    ("rule", "layers", "refused", "recordings"),
    [
        (optim.AdamW(), [], False, 1),
        (optim.AdamW(), [], True, 1),
        (optim.NesterovLookAhead(), [], False, 0),  # it looks at a new tensor in every step
        (optim.AdamW(), [Dropout(0.5)], False, 1),  # begun, and given up as the layer draws
    ],
)
def test_steps_are_recorded_once_where_they_can_be(
    monkeypatch: pytest.MonkeyPatch, rule: optim.Rule[Any], layers: list[Any], refused: bool, recordings: int
) -> None:
    """The graph itself needs CUDA; here it is the work that is done again."""
    count = replays = 0

    def captured(work: Recorded) -> Recorded | None:
        nonlocal count
        count += 1
        if refused:
            return None
        work()

        def replay() -> torch.Tensor:
            nonlocal replays
            replays += 1
            return work()

        return replay

    monkeypatch.setattr(mini_batches, "captured", captured)
    net = Network.chain(3, Dense(5, "tanh"), *layers, Dense(2))

    @torch.no_grad()
    def path(kind: str) -> torch.Tensor:
        source = MiniBatches(net, Normal(), Batch(X, Y), 16, torch.Generator().manual_seed(0))
        source.device = torch.device(kind)  # so much for the question whether to record; the rows stay
        theta = net.init(0, 2)
        state = rule.start(theta)
        for _ in range(4):
            rule.update(source(rule.probe(state, theta))[1], state, theta)
        return theta

    plain = path("cpu")
    assert count == 0
    recorded = path("cuda")
    assert layers or torch.equal(recorded, plain)
    assert count == recordings
    assert replays == (3 if recordings and not refused and not layers else 0)
