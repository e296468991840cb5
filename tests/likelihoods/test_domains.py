"""What each likelihood refuses and in which words, cases computed by hand, and the perfect prediction."""

import math

import pytest
import torch

from likelihoods.cases import CASES, LN2PI, NAN, Case
from pishro.errors import DataError, SettingError, ShapeError
from pishro.likelihoods import (
    LIKELIHOODS,
    Bernoulli,
    Binned,
    Categorical,
    Gamma,
    GaussianMixture,
    HeteroscedasticNormal,
    Huber,
    Laplace,
    Likelihood,
    LogNormal,
    MultiLabel,
    NegativeBinomial,
    Normal,
    Ordinal,
    Poisson,
    Quantile,
    StudentT,
    UserCost,
    class_weight,
    likelihood,
    likelihood_from_json,
    log_exposure,
)


def column(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None]


REFUSED = [
    (Normal(), column(1, NAN), "received NaN; drop those rows"),
    (Normal(), column(1, math.inf), "finite"),
    (Normal(), torch.tensor([[1.0, NAN], [2.0, NAN]]), "only NaN in column 1"),
    (Poisson(), column(3, -2), "received the negative -2"),
    (Poisson(), column(3, 0.5), "received 0.5; for a rate, use the counts with their exposure"),
    (NegativeBinomial(), column(3, -1), "negative"),
    (Gamma(), column(3, 0), "positive target values, received 0"),
    (LogNormal(), column(3, -4), "positive target values, received -4"),
    (Bernoulli(), torch.tensor([0, 2]), "0 and 1"),
    (Bernoulli(), torch.tensor([[0], [1]]), "MultiLabel"),
    (MultiLabel(), column(0, 2), "received 2"),
    (Categorical(3), torch.tensor([0, 3]), "0 to 2.*not seen"),
    (Ordinal(3), torch.tensor([-1, 1]), "0 to 2"),
    (Categorical(3), torch.tensor([0.5, 1.0]), "0 to 2"),
    (GaussianMixture(2, "full"), torch.tensor([[1.0, NAN], [2.0, 3.0]]), "diagonal"),
    (UserCost(lambda raw, y: (raw - y).log().sum(-1)), column(1, 2), "finite cost"),
]


@pytest.mark.parametrize(("likelihood", "y", "words"), REFUSED, ids=lambda v: getattr(v, "name", ""))
def test_targets_outside_the_domain(likelihood: Likelihood, y: torch.Tensor, words: str) -> None:
    with pytest.raises(DataError, match=words):
        likelihood.check(y)


WRONG = [
    (lambda: Categorical(1), "at least 2"),
    (lambda: Ordinal(1), "at least 2"),
    (lambda: Laplace(scale=-1.0), "positive scale"),
    (lambda: Huber(delta=0.0), "positive delta"),
    (lambda: StudentT(degrees=0.0), "positive degrees"),
    (lambda: Gamma(shape=-2.0), "positive shape"),
    (lambda: Quantile((0.5, 0.1)), "increasing levels"),
    (lambda: Quantile((0.0, 0.5)), "between 0 and 1"),
    (lambda: GaussianMixture(0), "at least one"),
    (lambda: GaussianMixture(2, "ful"), "Did you mean 'full'"),
    (lambda: Binned((0.0, 1.0)), "at least 3"),
    (lambda: likelihood("norma"), "Did you mean 'normal'"),
    (lambda: likelihood("categorical"), r"needs its classes; build it as likelihoods.Categorical\(classes=…\)"),
    (lambda: likelihood_from_json({"name": "huber", "delt": 2.0}), "Did you mean 'delta'"),
    (lambda: UserCost(lambda raw, y: raw).to_json(), "no code"),
    (lambda: class_weight(torch.tensor([0, 1]), 2, "equal"), "balanced"),
]


@pytest.mark.parametrize(("build", "words"), WRONG)
def test_settings_that_cannot_work(build: object, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        build()  # type: ignore[operator]


def test_shapes_that_cannot_work() -> None:
    with pytest.raises(ShapeError, match=r"one target is \(N, 1\)"):
        Normal().check(torch.zeros(3))
    with pytest.raises(ShapeError, match="single target"):
        Binned((0.0, 1.0, 2.0)).check(torch.zeros(3, 2))
    with pytest.raises(ShapeError, match="sum over the last axis"):
        UserCost(lambda raw, y: (raw - y).square()).check(torch.zeros(3, 2))
    with pytest.raises(ShapeError, match="2 weights"):
        class_weight(torch.tensor([0, 1]), 2, [1.0])
    with pytest.raises(DataError, match="positive, finite exposures"):
        log_exposure(torch.tensor([1.0, 0.0]), 1)


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_every_name_builds_or_says_what_is_missing(name: str) -> None:
    try:
        assert likelihood(name).name == name
    except SettingError as error:
        assert "needs its" in str(error)
    assert likelihood(Normal()).name == "normal"


# Computed by hand: raw, y and −ln p, or the cost where it is known up to a constant.
BY_HAND = [
    (Normal(), [1.0, 2.0], [[3.0, 2.0]], 2.0),
    (HeteroscedasticNormal(), [1.0, math.log(2)], [[5.0]], 2 + math.log(2) + LN2PI / 2),
    (Laplace(), [1.0, math.log(2)], [[5.0]], 2 + math.log(4)),
    (StudentT(degrees=1.0), [0.0, 0.0], [[1.0]], math.log(2 * math.pi)),
    (Huber(delta=1.0, scale=1.0), [0.0], [[3.0]], 2.5 + math.log(2.5066 * 0.68269 + 2 * math.exp(-0.5))),
    (LogNormal(), [0.0, 0.0], [[math.e]], 0.5 + 1 + LN2PI / 2),
    (Gamma(shape=2.0), [0.0], [[1.0]], 2 - math.log(4)),
    (Poisson(), [0.0], [[3.0]], 1 + math.log(6)),
    (NegativeBinomial(), [0.0, 0.0], [[2.0]], 3 * math.log(2)),
    (Quantile((0.25, 0.75)), [0.0, 0.0], [[2.0]], 0.5 + 0.75),
    (GaussianMixture(1), [7.0, 1.0, 0.0], [[2.0]], 0.5 + LN2PI / 2),
    (Binned((0.0, 1.0, 3.0)), [0.0, 0.0], [[5.0]], math.log(4) + 2),
    (Bernoulli(), [0.0], [1], math.log(2)),
    (MultiLabel(), [0.0, 0.0], [[1.0, 0.0]], math.log(4)),
    (Categorical(4), [0.0] * 4, [2], math.log(4)),
    (Ordinal(3), [0.0, 0.0], [1], -math.log(1 / (1 + math.exp(-1)) - 0.5)),
]


@pytest.mark.parametrize(("likelihood", "raw", "y", "nll"), BY_HAND, ids=lambda v: getattr(v, "name", ""))
def test_by_hand(likelihood: Likelihood, raw: list[float], y: list[object], nll: float) -> None:
    got = likelihood.nll(torch.tensor([raw], dtype=torch.float64), torch.tensor(y))
    assert got.item() == pytest.approx(nll, rel=1e-5)


LOCATED = [c for c in CASES if hasattr(c.likelihood, "perfect")]


@pytest.mark.parametrize("case", LOCATED, ids=str)
def test_perfect_prediction(case: Case) -> None:
    raw = case.likelihood.perfect(case.raw, case.y)
    torch.testing.assert_close(case.likelihood.deviance(raw, case.y), torch.zeros(raw.shape[:-1]).double())
    targets = case.y.shape[1]
    if not isinstance(case.likelihood, Quantile):
        gradient = case.likelihood.gradient(raw, case.y)[..., :targets]
        torch.testing.assert_close(gradient, torch.zeros_like(gradient), rtol=0, atol=1e-8)
    assert (case.likelihood.deviance(case.raw, case.y) >= 0).all()


def test_deviances_by_hand() -> None:
    raw, y = torch.tensor([[math.log(2)]]).double(), column(3)
    assert Poisson().deviance(raw, y).item() == pytest.approx(2 * (3 * math.log(1.5) - 1))
    assert Poisson().deviance(raw, column(0)).item() == pytest.approx(4)
    assert Gamma(shape=1.0).deviance(raw, y).item() == pytest.approx(2 * (-math.log(1.5) + 0.5))
    assert Normal().deviance(raw, y).item() == pytest.approx((3 - math.log(2)) ** 2)
    assert Bernoulli().deviance(raw, torch.tensor([1])).item() == pytest.approx(2 * math.log(1.5))


def test_domain_ends() -> None:
    zero = column(0)
    assert torch.isfinite(Poisson().nll(torch.tensor([[-50.0]]).double(), zero)).all()
    assert Poisson().nll(torch.tensor([[-1e3]]).double(), zero).item() == pytest.approx(0, abs=1e-12)
    assert LogNormal().distribution(torch.zeros(1, 2)).cdf(zero.float()).item() == 0
    assert Gamma().distribution(torch.zeros(1, 2)).cdf(-zero - 1).item() == 0
    assert Gamma().distribution(torch.zeros(1, 2)).log_density_each(zero - 1).item() == -math.inf
    assert Poisson().distribution(torch.zeros(1, 1)).log_density_each(column(0.5)).item() == -math.inf
    assert NegativeBinomial().distribution(torch.zeros(1, 2)).cdf(column(-1)).item() == 0


def test_class_weights() -> None:
    y = torch.tensor([0, 0, 0, 1])
    balanced = class_weight(y, 2)
    assert balanced[:3].sum() == balanced[3:].sum() == 2
    assert class_weight(y, 2, [1.0, 5.0]).tolist() == [1, 1, 1, 5]


def test_the_curvature_of_an_own_cost_needs_no_gradients_switched_on() -> None:
    cost, raw, y = UserCost(lambda raw, y: torch.cosh(raw - y).log().sum(-1)), column(0.3, -1.0), column(1.0, 2.0)
    expected = 1 - torch.tanh(raw - y).square()
    with torch.no_grad():
        root = cost.curvature_root(raw, y)
    torch.testing.assert_close((root @ root.mT).squeeze(-1), expected)
