"""The cross-entropy of gray values: derivatives, least cost, agreement with labels, domain."""

import pytest
import torch
from torch import Generator

from pishro.errors import DataError
from pishro.likelihoods import Intensities, MultiLabel

COST = Intensities()
Y = torch.rand(6, 4, generator=Generator().manual_seed(0), dtype=torch.float64)
RAW = torch.randn(3, 6, 4, generator=Generator().manual_seed(1), dtype=torch.float64)


def test_derivatives_against_autograd() -> None:
    raw = RAW.clone().requires_grad_()
    (expected,) = torch.autograd.grad(COST.nll(raw, Y).sum(), raw, create_graph=True)
    torch.testing.assert_close(COST.gradient(RAW, Y), expected.detach())
    (second,) = torch.autograd.grad(expected.sum(), raw)  # the cost is a sum over outputs, so the Hessian is diagonal
    root = COST.curvature_root(RAW, Y)
    torch.testing.assert_close((root @ root.mT).diagonal(dim1=-2, dim2=-1), second)


def test_a_perfect_reconstruction_costs_nothing() -> None:
    torch.testing.assert_close(COST.nll(Y.logit(), Y), torch.zeros(6, dtype=torch.float64))
    assert (COST.nll(RAW, Y) > 0).all()
    start = COST.start(Y)
    assert (COST.nll(start.expand(6, 4), Y).sum() < COST.nll((start + 0.5).expand(6, 4), Y).sum()).item()


def test_of_ones_and_zeros_it_is_the_cost_of_labels() -> None:
    labels = (Y > 0.5).double()
    torch.testing.assert_close(COST.nll(RAW, labels), MultiLabel().nll(RAW, labels))
    torch.testing.assert_close(COST.mean(RAW), RAW.sigmoid())
    assert COST.outputs(labels) == 4


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan")])
def test_values_outside_are_refused(value) -> None:
    with pytest.raises(DataError, match=r"values in \[0, 1\]"):
        COST.check(torch.tensor([[0.5, value]]))
