"""Dense operators and Gram products against NumPy's own linear algebra."""

import numpy as np
import pytest
import torch

from pishro.operators import DenseOperator, add_gram_lower, mirror_lower


@pytest.mark.parametrize("size", [1, 7, 120, 230])
def test_gram_equals_the_product(size: int) -> None:
    a = torch.randn(2, size, 31, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    total = torch.zeros(2, size, size, dtype=torch.float64)
    add_gram_lower(total, a[..., :20])
    add_gram_lower(total, a[..., 20:])
    mirror_lower(total)
    torch.testing.assert_close(total, a @ a.mT, rtol=1e-12, atol=1e-12)


def test_factor_against_numpy() -> None:
    g = torch.Generator().manual_seed(0)
    root = torch.randn(3, 5, 5, generator=g, dtype=torch.float64)
    shift, b = torch.rand(3, 5, generator=g, dtype=torch.float64), torch.randn(3, 5, generator=g, dtype=torch.float64)
    operator = DenseOperator(root @ root.mT)
    shifted = (root @ root.mT + torch.diag_embed(shift)).numpy()
    factor = operator.factor(shift)
    assert factor.definite.all()
    np.testing.assert_allclose(factor.solve(b).numpy(), np.linalg.solve(shifted, b.numpy()[..., None])[..., 0])
    np.testing.assert_allclose(factor.logdet().numpy(), np.linalg.slogdet(shifted)[1])
    np.testing.assert_allclose(
        factor.inverse_diagonal().numpy(), np.diagonal(np.linalg.inv(shifted), axis1=-2, axis2=-1)
    )
    np.testing.assert_allclose((operator @ b).numpy(), ((root @ root.mT).numpy() @ b.numpy()[..., None])[..., 0])


def test_indefinite_matrix_is_said() -> None:
    operator = DenseOperator(torch.diag_embed(torch.tensor([[1.0, -1.0], [1.0, 1.0]], dtype=torch.float64)))
    assert operator.factor(torch.zeros(2, 2, dtype=torch.float64)).definite.tolist() == [False, True]


def test_update_and_select() -> None:
    operator = DenseOperator(torch.zeros(3, 2, 2))
    operator.update(torch.tensor([1]), DenseOperator(torch.ones(1, 2, 2)))
    assert operator.matrix.sum((-1, -2)).tolist() == [0.0, 4.0, 0.0]
    assert operator.select(torch.tensor([1, 2])).matrix.shape == (2, 2, 2)
    with pytest.raises(TypeError, match="dense"):
        operator.update(torch.tensor([0]), None)
