"""Training and test rows."""

import pytest
import torch

from pishro.data import holdout
from pishro.errors import DataError, SettingError


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("n", "fraction", "size"), [(10, 0.2, 2), (2, 0.9, 1), (2, 0.01, 1), (1000, 0.25, 250)])
def test_sizes(n, fraction, size):
    train, test = holdout(n, fraction, generator())
    assert len(test) == size
    assert torch.equal(torch.cat([train, test]).sort().values, torch.arange(n))
    assert train.dtype == torch.int64


def test_seed_decides():
    assert torch.equal(holdout(50, 0.3, generator(1))[1], holdout(50, 0.3, generator(1))[1])
    assert not torch.equal(holdout(50, 0.3, generator(1))[1], holdout(50, 0.3, generator(2))[1])


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5, 0.9])
def test_stratified(fraction):
    labels = ["a"] * 90 + ["b"] * 7 + ["c"] * 2 + ["d"]
    train, test = holdout(100, fraction, generator(), labels=labels)
    kept = [labels[i] for i in train]
    assert set(kept) == {"a", "b", "c", "d"}
    assert abs(len(test) - 100 * fraction) <= 3
    assert (
        abs([labels[i] for i in test].count("a") - 90 * fraction) <= 2
    )  # The rows that single-row classes cannot give


def test_groups_stay_together():
    groups = torch.arange(100) // 7
    train, test = holdout(100, 0.2, generator(), groups=groups)
    assert not set(groups[train].tolist()) & set(groups[test].tolist())
    assert 10 <= len(test) <= 30


def test_refusals():
    for fraction in (0.0, 1.0, float("nan")):
        with pytest.raises(SettingError, match="between 0 and 1"):
            holdout(10, fraction, generator())
    with pytest.raises(DataError, match="2 rows"):
        holdout(1, 0.5, generator())
    with pytest.raises(DataError, match="2 groups"):
        holdout(4, 0.5, generator(), groups=["a"] * 4)
    with pytest.raises(DataError, match="3 came"):
        holdout(4, 0.5, generator(), labels=[1, 2, 3])
    with pytest.raises(SettingError, match="both"):
        holdout(2, 0.5, generator(), labels=[1, 2], groups=[1, 2])
