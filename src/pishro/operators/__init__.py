"""Linear operators and their factorizations."""

from pishro.operators.dense import CholeskyFactor, DenseOperator
from pishro.operators.gram import add_gram_lower, mirror_lower
from pishro.operators.operator import Factor, Operator

__all__ = ["CholeskyFactor", "DenseOperator", "Factor", "Operator", "add_gram_lower", "mirror_lower"]
