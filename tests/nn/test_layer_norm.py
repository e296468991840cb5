"""Layer normalization against torch's own."""

import pytest
import torch

from pishro.errors import SettingError
from pishro.nn import LayerNorm


@pytest.mark.parametrize("row", [(7,), (2, 5), (2, 3, 4)])
def test_equals_torch(row: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(0)
    x, gain, bias = (torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((6, *row), row, row))
    y, _ = LayerNorm().settle(row).forward({"gain": gain, "bias": bias}, x)
    torch.testing.assert_close(y, torch.nn.functional.layer_norm(x, row, gain, bias), rtol=1e-12, atol=1e-12)


def test_starts_as_plain_normalization() -> None:
    layer = LayerNorm().settle((50,))
    params = {name: torch.empty(shape, dtype=torch.float64) for name, shape in layer.shapes((50,))}
    layer.init(params, torch.Generator())
    y, _ = layer.forward(params, 3 + 5 * torch.randn(4, 50, dtype=torch.float64))
    torch.testing.assert_close(y.mean(-1), torch.zeros(4, dtype=torch.float64), rtol=0, atol=1e-12)
    torch.testing.assert_close(y.var(-1, correction=0), torch.ones(4, dtype=torch.float64), rtol=1e-5, atol=0)


def test_a_constant_row_stays_finite() -> None:
    layer = LayerNorm().settle((5,))
    params = {"gain": torch.ones(5), "bias": torch.zeros(5)}
    y, saved = layer.forward(params, torch.full((2, 5), 7.0))
    grads = {name: torch.empty(5) for name in params}
    dx = layer.backward(params, saved, torch.randn(2, 5), grads)
    assert dx is not None
    assert dx.isfinite().all()
    assert y.tolist() == [[0.0] * 5] * 2


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(SettingError, match="positive epsilon"):
        LayerNorm(0.0)
