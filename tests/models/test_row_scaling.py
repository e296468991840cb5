"""Scaling of rows of any shape."""

import torch

from pishro.models import RowScaling


def test_columns_and_channels() -> None:
    x = torch.rand(50, 2, 3, 4, generator=torch.Generator().manual_seed(0)) * 7 + 3
    x[:, 1] = 5.3
    scaling = RowScaling.standard(x, [0, 2, 3])
    scaled = scaling(x)
    torch.testing.assert_close(scaled[:, 0].mean(), torch.tensor(0.0), atol=1e-5, rtol=0)
    torch.testing.assert_close(scaled[:, 0].std(correction=0), torch.tensor(1.0))
    assert scaled[:, 1].abs().max() < 1e-5  # a constant channel is centered, not blown up
    torch.testing.assert_close(scaling.inverse(scaled), x)


def test_a_range() -> None:
    scaling = RowScaling.between(-2.0, 6.0)
    torch.testing.assert_close(scaling(torch.tensor([-2.0, 2.0, 6.0])), torch.tensor([0.0, 0.5, 1.0]))
    torch.testing.assert_close(RowScaling.between(3.0, 3.0)(torch.tensor([3.0])), torch.tensor([0.0]))
