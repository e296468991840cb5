"""Costs: likelihoods of a target given the raw output, and priors of the parameters."""

from pishro.likelihoods.bernoulli import Bernoulli
from pishro.likelihoods.binned import Binned
from pishro.likelihoods.catalog import LIKELIHOODS, likelihood, likelihood_from_json
from pishro.likelihoods.categorical import Categorical
from pishro.likelihoods.classes import ClassProbabilities, class_weight
from pishro.likelihoods.contract import Likelihood
from pishro.likelihoods.gamma import Gamma
from pishro.likelihoods.heteroscedastic import HeteroscedasticNormal
from pishro.likelihoods.huber import Huber
from pishro.likelihoods.intensities import Intensities
from pishro.likelihoods.laplace import Laplace
from pishro.likelihoods.log_normal import LogNormal
from pishro.likelihoods.mixture import GaussianMixture
from pishro.likelihoods.multi_label import MultiLabel
from pishro.likelihoods.negative_binomial import NegativeBinomial
from pishro.likelihoods.normal import Normal
from pishro.likelihoods.ordinal import Ordinal
from pishro.likelihoods.poisson import Poisson, log_exposure
from pishro.likelihoods.predictive import Distribution, EqualMixture, Predictive
from pishro.likelihoods.prior import NormalPrior
from pishro.likelihoods.quantile import Quantile
from pishro.likelihoods.student_t import StudentT
from pishro.likelihoods.user_cost import UserCost

__all__ = [
    "LIKELIHOODS",
    "Bernoulli",
    "Binned",
    "Categorical",
    "ClassProbabilities",
    "Distribution",
    "EqualMixture",
    "Gamma",
    "GaussianMixture",
    "HeteroscedasticNormal",
    "Huber",
    "Intensities",
    "Laplace",
    "Likelihood",
    "LogNormal",
    "MultiLabel",
    "NegativeBinomial",
    "Normal",
    "NormalPrior",
    "Ordinal",
    "Poisson",
    "Predictive",
    "Quantile",
    "StudentT",
    "UserCost",
    "class_weight",
    "likelihood",
    "likelihood_from_json",
    "log_exposure",
]
