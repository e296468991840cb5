"""Linear operators and their factorizations."""

from pishro.operators.dense import CholeskyFactor, DenseOperator
from pishro.operators.operator import Factor, Operator

__all__ = ["CholeskyFactor", "DenseOperator", "Factor", "Operator"]
