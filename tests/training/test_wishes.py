"""What is asked of a training: which recipe it leads to, and that the recipe keeps to it."""

import math

import pytest
import torch
from torch import Tensor

from pishro.errors import CheckpointWarning, SettingError
from pishro.likelihoods import Bernoulli, Normal
from pishro.nn import Dense, Network
from pishro.objectives import Batch, mean_cost
from pishro.optim import BFGS, LBFGS, Adam, GaussNewton, Stop
from pishro.training import Checkpoints, NonNegative, Wishes, choose_recipe, train
from pishro.training.by_method import ByMethod
from pishro.training.few_rows import FewRows
from pishro.training.full_batch import FullBatchPlan, train_full_batch
from pishro.training.many_rows import ManyRows

NET = Network.chain(3, Dense(30, "tanh"), Dense(1))
HELD_IN = (NonNegative("dense1.weight"),)


def rows(seed: int, count: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 3, generator=generator, dtype=torch.float64)
    return x, x[:, :1] + torch.randn(count, 1, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize(
    ("wishes", "few", "many"),
    [
        (Wishes(), FewRows, ManyRows),
        (Wishes("levenberg-marquardt"), FewRows, FewRows),
        (Wishes(GaussNewton()), FewRows, FewRows),
        (Wishes(regularization="evidence"), FewRows, FewRows),
        (Wishes("adam"), ManyRows, ManyRows),
        (Wishes(Adam(1e-3), early_stopping=False), ManyRows, ManyRows),
        (Wishes("bfgs"), ByMethod, ByMethod),
        (Wishes(early_stopping=True), ByMethod, ManyRows),
        (Wishes(regularization=2.0), ByMethod, ManyRows),
        (Wishes(regularization=None, early_stopping=False), ByMethod, ManyRows),
        (Wishes(constraints=HELD_IN), ByMethod, ByMethod),
    ],
)
def test_each_wish_leads_to_a_recipe(wishes: Wishes, few: type, many: type) -> None:
    assert type(choose_recipe(500, 8, 1, wishes=wishes)) is few
    assert type(choose_recipe(9000, 8, 1, wishes=wishes)) is many


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"method": "bfgs", "regularization": "evidence"}, "levenberg-marquardt"),
        ({"method": "adam", "regularization": "evidence"}, "levenberg-marquardt"),
        ({"method": "adam", "constraints": HELD_IN}, "lbfgs"),
        ({"regularization": "evidence", "constraints": HELD_IN}, "free minimum"),
        ({"regularization": "evidence", "early_stopping": True}, "stops by itself"),
        ({"early_stopping": True, "constraints": HELD_IN}, "leave one"),
        ({"regularization": math.inf}, "α ≥ 0"),
        ({"regularization": True}, "α ≥ 0"),
        ({"early_stopping": "yes"}, "early_stopping"),
        ({"method": "bgfs"}, "Did you mean 'bfgs'"),
    ],
)
def test_what_does_not_go_together_is_refused(wishes: dict[str, object], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        choose_recipe(500, 8, 1, wishes=Wishes(**wishes))  # type: ignore[arg-type]


def test_a_sentence_says_what_was_asked() -> None:
    given = Batch(*rows(1, 40))
    said = [
        choose_recipe(500, 8, 1, wishes=w).sentence for w in (Wishes("bfgs", 2.0), Wishes("adam", validation=given))
    ]
    assert "bfgs" in said[0] and "precision 2" in said[0] and "stopped" not in said[0]
    assert "by Adam on" in said[1] and "40 rows given" in said[1] and "too many" not in said[1]


def test_a_method_that_stops_early_hands_out_the_best_point() -> None:
    learned, held = Batch(*rows(0, 60)), Batch(*rows(1, 400))
    plan = FullBatchPlan(BFGS(), members=2, stop=Stop(iterations=400))
    far = train_full_batch(NET, Normal(), learned, plan)
    stopped = train_full_batch(
        NET, Normal(), learned, FullBatchPlan(BFGS(), members=2, stop=Stop(iterations=400), validation=held)
    )
    assert stopped.record.iterations < far.record.iterations
    assert "validation" in stopped.record.reasons[0]
    cost = mean_cost(NET, Normal(), stopped.theta, held)
    assert bool((cost < mean_cost(NET, Normal(), far.theta, held)).all())
    assert float(cost.mean()) <= min(stopped.record.history.validation) + 1e-12
    # the noise is that of the mean of the members on the rows kept, by hand, unless the rows learned from have more
    error = (NET(stopped.theta, held.x).mean(0) - held.y).square().mean()
    spread = NET(stopped.theta, held.x).var(0, correction=0).mean()
    own = (NET(stopped.theta, learned.x) - learned.y).square().mean((1, 2))
    torch.testing.assert_close(1 / stopped.beta, (error - spread).maximum(own))


def test_training_by_hand_stops_early_by_any_method() -> None:
    theta, record = train(NET, Normal(), *rows(0, 60), method="scaled-conjugate-gradient", validation=rows(1, 400))
    assert theta.shape == (1, NET.layout.size)
    assert "validation" in record.reasons[0]
    with pytest.raises(SettingError, match="stops by itself"):
        train(NET, Normal(), *rows(0, 60), prior="evidence", validation=rows(1, 400))


def test_a_named_strength_is_ridge_regression_on_one_layer() -> None:
    net, (x, y) = Network.chain(3, Dense(1)), rows(0, 50)
    recipe = choose_recipe(50, 3, 1, wishes=Wishes("lbfgs", 3.0))
    trained = recipe.train(net, Normal(), Batch(x, y), seed=0, seconds=60.0)
    a = torch.cat([x, torch.ones(50, 1, dtype=torch.float64)], 1)
    exact = torch.linalg.solve(a.T @ a + 3 * torch.eye(4, dtype=torch.float64), a.T @ y).squeeze(1)
    views = net.layout.views(trained.theta[0])
    found = torch.cat([views["dense1.weight"].flatten(), views["dense1.bias"].flatten()])
    torch.testing.assert_close(found, exact, rtol=1e-6, atol=1e-8)


def test_a_mini_batch_rule_keeps_to_a_named_strength() -> None:
    net, (x, y) = Network.chain(3, Dense(1)), rows(0, 400)
    wishes = Wishes("adam", 400.0, early_stopping=False)
    few = FewRows.choose(400, 3, 1, members=1)
    recipe = ManyRows.choose(400, 3, 1, members=1).under(wishes, Adam(3e-2), few)
    trained = recipe.train(net, Normal(), Batch(x, y), seed=0, seconds=60.0)
    a = torch.cat([x, torch.ones(400, 1, dtype=torch.float64)], 1)[
        torch.randperm(400, generator=torch.Generator().manual_seed(0))[60:]
    ]
    b = y[torch.randperm(400, generator=torch.Generator().manual_seed(0))[60:]]
    exact = torch.linalg.solve(a.T @ a / 340 + torch.eye(4, dtype=torch.float64), a.T @ b / 340).squeeze(1)
    views = net.layout.views(trained.theta[0])
    found = torch.cat([views["dense1.weight"].flatten(), views["dense1.bias"].flatten()]).double()
    torch.testing.assert_close(found, exact, rtol=0.05, atol=0.02)


def test_constraints_borrow_their_weight_decay_from_evidence() -> None:
    x, y = rows(0, 120)
    recipe = choose_recipe(120, 3, 1, members=2, wishes=Wishes(constraints=HELD_IN))
    network = recipe.network(x, 1)
    trained = recipe.train(network, Normal(), Batch(x, y), seed=0, seconds=60.0)
    assert bool((network.layout.views(trained.theta)["dense1.weight"] >= 0).all())
    assert trained.prior is not None and "largest violation 0" in trained.record.constraints[0]
    loose = ByMethod.of(recipe.base, LBFGS(), Wishes(regularization=None, constraints=HELD_IN))  # type: ignore[attr-defined]
    free = loose.train(network, Normal(), Batch(x, y), seed=0, seconds=60.0)
    test = Batch(*rows(5, 400))
    assert float(mean_cost(network, Normal(), trained.theta, test).mean()) < float(
        mean_cost(network, Normal(), free.theta, test).mean()
    )


def test_the_rows_given_are_the_ones_to_stop_by() -> None:
    x, y = rows(0, 200)
    held = Batch(*rows(1, 100))
    for method in ("adam", "bfgs"):
        recipe = choose_recipe(200, 3, 1, members=1, wishes=Wishes(method, validation=held))
        network = recipe.network(x, 1)
        trained = recipe.train(network, Normal(), Batch(x, y), seed=0, seconds=60.0)
        assert float(mean_cost(network, Normal(), trained.theta.double(), held)) == pytest.approx(
            min(trained.record.history.validation), rel=1e-5
        )


def test_a_checkpoint_is_refused_with_a_warning(tmp_path: object) -> None:
    x, y = rows(0, 60)
    plan = FullBatchPlan(BFGS(), stop=Stop(iterations=3), checkpoint=Checkpoints(f"{tmp_path}/a.checkpoint"))
    with pytest.warns(CheckpointWarning, match="begins anew"):
        train_full_batch(NET, Normal(), Batch(x, y), plan)


def test_classes_have_no_noise_to_measure() -> None:
    x, y = rows(0, 60)
    trained = train_full_batch(
        NET, Bernoulli(), Batch(x, (y[:, 0] > 0).long()), FullBatchPlan(LBFGS(), stop=Stop(iterations=20))
    )
    assert trained.beta.tolist() == [1.0]
    assert trained.record.noise == []


def test_class_labels_go_to_mini_batches_where_there_are_enough() -> None:
    few, some, many = (choose_recipe(rows, 8, 2, labels=True) for rows in (90, 500, 9000))
    assert [type(r) for r in (few, some, many)] == [FewRows, ManyRows, ManyRows]
    assert "class labels" in some.sentence and "too many" in many.sentence
    asked = choose_recipe(500, 8, 2, wishes=Wishes(regularization="evidence"), labels=True)
    assert type(asked) is FewRows
    assert type(choose_recipe(500, 8, 2, hidden=5, labels=True)) is FewRows


def test_what_is_asked_is_told_in_persian_too() -> None:
    from pishro.report.languages import catalog_of

    catalog = catalog_of("fa")
    wishes = [Wishes("bfgs"), Wishes("adam"), Wishes("bfgs", 2.0), Wishes("lbfgs", None), Wishes(constraints=HELD_IN)]
    for sentence in [choose_recipe(500, 8, 1, wishes=w).sentence for w in wishes] + [
        choose_recipe(500, 8, 2, labels=True).sentence
    ]:
        told = catalog.retold(sentence)
        assert "rows" not in told and "asked" not in told, sentence
