"""Linear operators and their factorizations."""

from pishro.operators.dense import CholeskyFactor, DenseOperator
from pishro.operators.gram import add_gram_lower, mirror_lower
from pishro.operators.inverse import DirectionOperator, InverseOperator
from pishro.operators.operator import Factor, Operator, Pencil
from pishro.operators.probed_diagonal import probed_diagonal
from pishro.operators.product import ProductOperator, ProductPencil, conjugate_gradients
from pishro.operators.spectral import ResidualOperator, SpectralOperator
from pishro.operators.times import times
from pishro.operators.wide import WideOperator

__all__ = [
    "CholeskyFactor",
    "DenseOperator",
    "DirectionOperator",
    "Factor",
    "InverseOperator",
    "Operator",
    "Pencil",
    "ProductOperator",
    "ProductPencil",
    "ResidualOperator",
    "SpectralOperator",
    "WideOperator",
    "add_gram_lower",
    "conjugate_gradients",
    "mirror_lower",
    "probed_diagonal",
    "times",
]
