"""Which rows are noisy enough for mini-batches; Friedman's function, whose noise is known."""

import dataclasses

import pytest
import torch

import pishro
from pishro.likelihoods import Categorical, Laplace, Normal
from pishro.objectives import Batch
from pishro.training.choice import choose_recipe
from pishro.training.few_rows import FewRows
from pishro.training.many_rows import ManyRows
from pishro.training.noisy_rows import reconsidered


def friedman(rows: int, noise: float, inputs: int = 10) -> Batch:
    """Friedman's function (1991) of the first five inputs, scaled; `noise` is its share of the variance."""
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(rows, max(inputs, 5), generator=generator, dtype=torch.float64)
    f = 10 * torch.sin(torch.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    f = (f - f.mean()) / f.std()
    y = (1 - noise) ** 0.5 * f + noise**0.5 * torch.randn(rows, generator=generator, dtype=torch.float64)
    return Batch((x[:, :inputs] - 0.5) * 12**0.5, ((y - y.mean()) / y.std()).unsqueeze(1))


def chosen(batch: Batch) -> FewRows:
    recipe = choose_recipe(*batch.x.shape, 1)
    assert isinstance(recipe, FewRows)
    return recipe


def test_noise_tells() -> None:
    quiet, noisy = friedman(1200, 0.1), friedman(1200, 0.6)
    assert isinstance(reconsidered(chosen(quiet), Normal(), quiet, 0), FewRows)
    recipe = reconsidered(chosen(noisy), Normal(), noisy, 0)
    assert isinstance(recipe, ManyRows)
    share = int(recipe.sentence.partition("left ")[2].partition("%")[0])
    assert 45 <= share <= 65  # evidence of a pilot takes a little of the noise for function
    assert recipe.plan.recipe == recipe.sentence


@pytest.mark.parametrize("batch", [friedman(600, 0.6), friedman(1200, 0.6, inputs=4)], ids=["few rows", "few inputs"])
def test_not_asked_where_evidence_is_kept_anyhow(batch: Batch) -> None:
    recipe = chosen(batch)
    assert reconsidered(recipe, Normal(), batch, 0) is recipe


def test_not_asked_where_the_cost_has_no_noise_to_read_off() -> None:
    batch = friedman(1200, 0.6)
    recipe = chosen(batch)
    assert reconsidered(recipe, Laplace(), batch, 0) is recipe
    labels = Batch(batch.x, (batch.y[:, 0] > 0).long())
    assert reconsidered(recipe, Categorical(2), labels, 0) is recipe


def test_what_was_wanted_is_kept() -> None:
    batch = friedman(1200, 0.6)
    recipe = dataclasses.replace(chosen(batch), device="cpu")
    found = reconsidered(recipe, Normal(), batch, 0, (3, 20.0))
    assert (found.members, found.device) == (3, "cpu")


def test_a_fit_takes_mini_batches_unless_a_width_or_method_is_named() -> None:
    batch = friedman(1250, 0.6, inputs=5)
    x, y = batch.x.numpy(), batch.y.numpy()[:, 0]
    table = {f"x{j}": x[:, j] for j in range(5)} | {"y": y}
    # the names' values differ in type, which mypy cannot match with the parameters one by one
    kinds = [
        pishro.fit(table, "y", max_seconds=4, members=2, **named).record.method  # type: ignore[arg-type]
        for named in ({}, {"hidden": 4}, {"method": "lm"})
    ]
    assert kinds[0] == "muon"
    assert kinds[1] == kinds[2] != "muon"
