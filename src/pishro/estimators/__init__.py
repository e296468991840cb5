"""scikit-learn estimators."""

from pishro.estimators.autoencoder import Autoencoder
from pishro.estimators.boltzmann import RestrictedBoltzmannMachine
from pishro.estimators.convolutional import ConvClassifier
from pishro.estimators.deep_belief import DeepBeliefClassifier, DeepBeliefRegressor
from pishro.estimators.feed_forward import FeedForwardClassifier, FeedForwardRegressor
from pishro.estimators.not_fitted import NotFittedError
from pishro.estimators.perceptron import PerceptronClassifier
from pishro.estimators.radial import RBFClassifier, RBFRegressor

__all__ = [
    "Autoencoder",
    "ConvClassifier",
    "DeepBeliefClassifier",
    "DeepBeliefRegressor",
    "FeedForwardClassifier",
    "FeedForwardRegressor",
    "NotFittedError",
    "PerceptronClassifier",
    "RBFClassifier",
    "RBFRegressor",
    "RestrictedBoltzmannMachine",
]
