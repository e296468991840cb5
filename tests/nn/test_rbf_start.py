"""Starting points of radial basis functions: known clusters, known centers, an independent regression."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression

from pishro.errors import DataError, SettingError, ShapeError
from pishro.nn import RBF, error_reduction, rbf_start


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_k_means_finds_separate_clusters() -> None:
    middles = torch.tensor([[-5.0, 0.0], [5.0, 0.0], [0.0, 8.0]], dtype=torch.float64)
    x = (middles.unsqueeze(1) + 0.1 * numbers(3, 40, 2)).flatten(0, 1)
    start = rbf_start(RBF(3), x)
    distances = torch.cdist(middles, start["centers"])
    assert distances.min(-1).values.max() < 0.1
    square = torch.cdist(start["centers"], start["centers"]).square()
    torch.testing.assert_close(start["log_width"].exp(), (square.sum(-1) / 2).sqrt())


@pytest.mark.parametrize("outputs", [1, 2])
def test_orthogonal_least_squares_finds_the_centers_that_made_the_data(outputs: int) -> None:
    # the choice is greedy, so the true centers must be apart by some widths, as in the paper's own example
    axis = torch.linspace(-2, 2, 11, dtype=torch.float64)
    x, layer = torch.cartesian_prod(axis, axis), RBF(4)
    true = [24, 30, 90, 96]
    params = {"centers": x[true], "log_width": torch.full((4,), 0.5, dtype=torch.float64).log()}
    phi, _ = layer.forward(params, x)
    y = phi @ (3 + numbers(4, outputs).abs()) + 1.0
    start = rbf_start(layer, x, y, "orthogonal-least-squares", width=0.5)
    assert torch.cdist(x[true], start["centers"]).min(-1).values.max() == 0
    torch.testing.assert_close(start["log_width"], params["log_width"])


def test_error_reduction_adds_up_to_the_explained_part_of_a_regression() -> None:
    columns, y = numbers(50, 12), numbers(50, 2, seed=1)
    chosen, ratios = error_reduction(columns, y, 5)
    picked = columns[:, chosen].numpy()
    fitted = LinearRegression(fit_intercept=False).fit(picked, y.numpy()).predict(picked)
    explained = 1 - np.square(y.numpy() - fitted).sum() / np.square(y.numpy()).sum()
    assert sum(ratios) == pytest.approx(explained, rel=1e-10)
    assert all(0 < r < 1 for r in ratios)


def test_columns_in_the_span_of_the_chosen_ones_are_passed_over() -> None:
    one = numbers(10, 1)
    chosen, _ = error_reduction(torch.cat([one, 2 * one, -one], 1), one, 3)
    assert len(chosen) == 1


def test_equal_rows_still_give_every_unit_a_center_and_a_positive_width() -> None:
    x, y = torch.ones(10, 2, dtype=torch.float64), numbers(10, 1)
    for start in (rbf_start(RBF(3), x), rbf_start(RBF(3), x, y, "orthogonal-least-squares")):
        assert start["centers"].tolist() == [[1.0, 1.0]] * 3
        assert start["log_width"].isfinite().all()


@pytest.mark.parametrize("method", ["kmeans", "orthogonal-least-squares"])
def test_a_weight_of_two_is_the_row_twice(method: str) -> None:
    x, y, weight = numbers(20, 2), numbers(20, 1, seed=1), torch.tensor([1.0, 2.0] * 10, dtype=torch.float64)
    twice = torch.cat([x, x[1::2]]), torch.cat([y, y[1::2]])
    weighted, repeated = rbf_start(RBF(4), x, y, method, weight=weight), rbf_start(RBF(4), *twice, method)
    for name, value in weighted.items():
        torch.testing.assert_close(value, repeated[name], rtol=1e-12, atol=1e-12)


def test_classes_are_targets_too() -> None:
    x = torch.cat([numbers(30, 2) * 0.2 - 2, numbers(30, 2, seed=1) * 0.2 + 2])
    start = rbf_start(RBF(2), x, torch.arange(60) // 30, "orthogonal-least-squares")
    assert start["centers"].isfinite().all()


@pytest.mark.parametrize(("width", "shape"), [("shared", (1,)), ("scalar", (3,)), ("dimension", (3, 2))])
def test_widths_come_in_the_layers_shape_and_type(width: str, shape: tuple[int, ...]) -> None:
    start = rbf_start(RBF(3, width=width), numbers(20, 2).float())
    assert start["log_width"].shape == shape
    assert {value.dtype for value in start.values()} == {torch.float32}


def test_the_seed_decides() -> None:
    x = numbers(100, 2)
    first, again = rbf_start(RBF(9), x, seed=1), rbf_start(RBF(9), x, seed=1)
    assert torch.equal(first["centers"], again["centers"])


def test_wrong_settings_are_refused() -> None:
    x = numbers(5, 2)
    with pytest.raises(SettingError, match="kmeans"):
        rbf_start(RBF(3), x, method="k-means")
    with pytest.raises(SettingError, match="give y"):
        rbf_start(RBF(3), x, method="orthogonal-least-squares")
    with pytest.raises(SettingError, match="positive"):
        rbf_start(RBF(3), x, width=0.0)
    with pytest.raises(ShapeError, match="at least 6"):
        rbf_start(RBF(6), x)
    x[0, 0] = float("nan")
    with pytest.raises(DataError, match="impute"):
        rbf_start(RBF(3), x)


def test_constant_targets_leave_the_choice_open() -> None:
    start = rbf_start(RBF(3), numbers(10, 2), torch.ones(10, 1), "orthogonal-least-squares")
    assert start["centers"].shape == (3, 2)


def test_many_rows_are_drawn_from() -> None:
    x = numbers(2500, 1)
    start = rbf_start(RBF(4), x, torch.sin(3 * x), "orthogonal-least-squares")
    assert torch.isin(start["centers"], x).all()
