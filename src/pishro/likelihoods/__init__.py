"""Costs: likelihoods of a target given the raw output, and priors of the parameters."""

from pishro.likelihoods.bernoulli import Bernoulli
from pishro.likelihoods.catalog import likelihood_from_json
from pishro.likelihoods.categorical import Categorical
from pishro.likelihoods.classes import ClassProbabilities
from pishro.likelihoods.likelihood import Likelihood, Predictive
from pishro.likelihoods.normal import Normal, NormalMixture
from pishro.likelihoods.prior import NormalPrior

__all__ = [
    "Bernoulli",
    "Categorical",
    "ClassProbabilities",
    "Likelihood",
    "Normal",
    "NormalMixture",
    "NormalPrior",
    "Predictive",
    "likelihood_from_json",
]
