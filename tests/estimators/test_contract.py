"""scikit-learn's own checks of an estimator, every one of them."""

import os
import subprocess
import sys

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from pishro import (
    Autoencoder,
    ConvClassifier,
    DeepBeliefClassifier,
    DeepBeliefRegressor,
    FeedForwardClassifier,
    FeedForwardRegressor,
    PerceptronClassifier,
    RBFClassifier,
    RBFRegressor,
    RestrictedBoltzmannMachine,
)

# Linear units of a given width: the fits are quick and end at their minimum, where alone weighted rows can equal
# repeated rows to seven digits, as one check asks. With the default settings all checks pass but that one, which
# scikit-learn expects of some twenty estimators of its own to fail: the width is chosen by the number of rows, and tanh
# units are still on their way after 200 steps, so that the rounding of two orders of summation grows.
QUICK = [
    FeedForwardRegressor(hidden=2, activation="linear", members=1),
    FeedForwardClassifier(hidden=2, activation="linear", members=1),
    PerceptronClassifier(max_epochs=20),
    RBFRegressor(units=2, members=1),
    RBFClassifier(units=2, members=1),
    ConvClassifier(channels=(4,), hidden=8, epochs=30),  # flat rows are short sequences
    Autoencoder(hidden=(), code=1, epochs=3),
    RestrictedBoltzmannMachine(units=4, epochs=3),
    DeepBeliefClassifier(hidden=(16,), pretrain_epochs=3),
    DeepBeliefRegressor(hidden=(16,), pretrain_epochs=3),
]


def expected_to_fail(estimator) -> dict[str, str]:
    """On labels drawn at random the evidence prunes all units, and rounding decides how far the last ones have gone.

    It decides whether the check passes, too (on one machine it does with some instruction sets and not with others), so
    that neither can be asked for. Labels that can be learned are asked in test_radial.py, and the start in
    tests/nn/test_rbf_start.py, where weights are exact.
    """
    if isinstance(estimator, RBFClassifier):
        return {"check_sample_weight_equivalence_on_dense_data": "rounding is amplified while units are pruned"}
    return {}


@pytest.mark.filterwarnings("ignore")  # the checks fit random labels, which end in warnings of convergence
@pytest.mark.filterwarnings("error::pytest.PytestWarning")
@parametrize_with_checks(QUICK, expected_failed_checks=expected_to_fail, xfail_strict=False)
def test_scikit_learn_check(estimator, check, request) -> None:
    if "array_api" in request.node.name and "SCIPY_ARRAY_API" not in os.environ:
        return  # runs below, in a process of its own
    check(estimator)


ARRAY_API_CHECKS = """
from sklearn.utils.estimator_checks import estimator_checks_generator
from pishro import FeedForwardClassifier, FeedForwardRegressor, PerceptronClassifier

quick = {"hidden": 2, "members": 1}
count = 0
for made in FeedForwardRegressor(**quick), FeedForwardClassifier(**quick), PerceptronClassifier():
    for estimator, check in estimator_checks_generator(made):
        if "array_api" in str(check):
            check(estimator)
            count += 1
print(count)
"""


def test_array_api_checks_which_need_their_own_process() -> None:
    environment = {**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", ARRAY_API_CHECKS], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == 3
