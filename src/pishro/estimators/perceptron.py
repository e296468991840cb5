"""The perceptron: McCulloch-Pitts units trained by the perceptron rule.

A unit fires, y = 1, where w·x + b ≥ 0. The rule goes through the rows and moves the unit for each row that it gets
wrong, with the target t = ±1:

    w ← w + t x,  b ← b + t

If some hyperplane separates the classes, the rule finds one after at most (R/γ)² moves, where R bounds ‖(x, 1)‖ and γ
is the margin (Novikoff 1962). If none does, it moves forever and may be at a poor place when it is stopped; the
*pocket* keeps the best weights seen (Gallant 1990, with the ratchet: a move's result is judged on all rows).

Whether the classes are separable is therefore known when the rule ends without error. Where it does not, a linear
program decides: min Σ s_n with t_n (w·x_n + b) ≥ 1 − s_n, s ≥ 0, whose optimum is zero exactly where they are.

With C > 2 classes there are C units, each against the rest, and the unit with the greatest sum, in units of its ‖w‖,
decides; "separable" then says of each class whether it is separable from all others together.

References
----------
Rosenblatt, F. (1958). The perceptron. Psychological Review 65.
Novikoff, A. B. J. (1962). On convergence proofs on perceptrons.
Gallant, S. I. (1990). Perceptron-based learning algorithms. IEEE Trans. Neural Networks 1.
"""

__all__ = ["PerceptronClassifier"]

import dataclasses
import warnings
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from scipy.optimize import linprog
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data
from torch import Tensor

from pishro.errors import DataError, SettingError
from pishro.estimators.inputs import without_torch
from pishro.estimators.not_fitted import NotFittedError
from pishro.models import PerceptronModel
from pishro.nn import Dense, Network

MOST_ENTRIES = 2_000_000
"""Entries of the rows up to which the linear program is solved: a few seconds; beyond, separability stays open."""

GAP = 0.5
"""Between the program's possible optima. Its dual is max Σ λ_n with Σ λ_n t_n (x_n, 1) = 0 and 0 ≤ λ ≤ 1: where
another point than λ = 0 is feasible, it can be scaled until its greatest entry is 1, so the optimum is 0 or over 1."""


@dataclasses.dataclass(frozen=True)
class _Unit:
    """One trained unit: weights and bias in one vector (D + 1), its errors, and how it got there."""

    weights: Tensor
    errors: int
    epochs: int


class PerceptronClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classification by McCulloch-Pitts units and the perceptron rule.

    Parameters
    ----------
    max_epochs : most passes through the rows.
    pocket : whether the best weights seen are kept, rather than the last.
    random_state : seed of the order in which the rows are shown.

    Attributes
    ----------
    classes_ : the labels, sorted.
    coef_, intercept_ : weights (units, D) and biases (units,), for the columns as given.
    model_ : the same with the labels, `PerceptronModel`, which a file can hold.
    network_, theta_ : the same as a network of threshold units.
    separable_ : of each unit, True, False, or None where it stayed open.
    separability_ : the same as a sentence.
    n_iter_ : passes through the rows, of the unit that took most.

    Examples
    --------
    >>> model = PerceptronClassifier().fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])     # AND
    >>> model.predict([[1, 1], [0, 1]])
    array([1, 0])
    >>> model.separability_
    'A hyperplane separates the classes, and the perceptron rule found one in ... passes.'
    """

    def __init__(self, max_epochs: int = 200, pocket: bool = True, random_state: int | None = None) -> None:
        self.max_epochs = max_epochs
        self.pocket = pocket
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to rows X (N, D) and labels y (N,); warns where the classes are not separated."""
        if self.max_epochs < 1:
            raise SettingError(f"Expected at least 1 epoch, received {self.max_epochs}.")
        X, y = validate_data(self, without_torch(X), without_torch(y), dtype=np.float64)
        check_classification_targets(y)
        self.classes_, index = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(f"Expected at least 2 classes, received 1 class: {self.classes_.tolist()[0]!r}.")
        # Whether classes are separable does not depend on the columns' scales; how long the rule takes does.
        center, scale = X.mean(0), X.std(0)
        scale[scale == 0] = 1.0
        rows = np.column_stack([(X - center) / scale, np.ones(len(X))])
        targets = _targets(index, self.classes_)
        units = [self._train(torch.from_numpy(rows), torch.from_numpy(t)) for t in targets]
        self.separable_ = [_separable(rows, t, unit) for t, unit in zip(targets, units, strict=True)]
        self.n_iter_ = max(unit.epochs for unit in units)
        self.separability_ = self._sentence(units)
        if any(unit.errors for unit in units):
            warnings.warn(self.separability_, ConvergenceWarning, stacklevel=2)
        weights = np.stack([unit.weights.numpy() for unit in units])
        coef = weights[:, :-1] / scale
        return self._set(coef, weights[:, -1] - coef @ center)

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Go once through the next rows of a stream, from the weights of the last call or of `fit`.

        The columns are taken as they come, so bring them to comparable scales; there is no pocket, because the rows
        that judged the weights are gone, and whether the classes are separable stays open.

        Parameters
        ----------
        X, y : rows (N, D) and labels (N,).
        classes : all labels that may ever come; needed by the first call.
        """
        first = not hasattr(self, "coef_")
        X, y = validate_data(self, without_torch(X), without_torch(y), dtype=np.float64, reset=first)
        if first:
            if classes is None:
                raise SettingError("The first call of partial_fit needs classes: all labels that may ever come.")
            self.classes_ = np.unique(classes)
            units = 1 if len(self.classes_) == 2 else len(self.classes_)
            self._set(np.zeros((units, X.shape[1])), np.zeros(units))
            self.n_iter_ = 0
        if not np.isin(y, self.classes_).all():
            other = np.setdiff1d(y, self.classes_).tolist()
            raise DataError(f"Expected labels among {self.classes_.tolist()}, received {other[:5]}.")
        rows = torch.from_numpy(np.column_stack([X, np.ones(len(X))]))
        weights = torch.from_numpy(np.column_stack([self.coef_, self.intercept_]))
        for unit, target in zip(weights, _targets(np.searchsorted(self.classes_, y), self.classes_), strict=True):
            _go_through(rows * torch.from_numpy(target).unsqueeze(-1), unit)
        self.n_iter_ += 1
        self.separable_ = [None] * len(weights)
        self.separability_ = "Whether a hyperplane separates the classes is open, for the rows came in parts."
        return self._set(weights[:, :-1].numpy().copy(), weights[:, -1].numpy().copy())

    def _set(self, coef: npt.NDArray[np.float64], intercept: npt.NDArray[np.float64]) -> Self:
        self.coef_, self.intercept_ = coef, intercept
        weight, bias = torch.from_numpy(coef), torch.from_numpy(intercept)
        self.model_ = PerceptronModel(weight, bias, tuple(self.classes_.tolist()))
        self.network_ = Network.chain(coef.shape[1], Dense(len(coef), "threshold"))
        self.theta_ = torch.from_numpy(np.concatenate([coef.T.ravel(), intercept]))
        return self

    def _train(self, rows: Tensor, target: Tensor) -> _Unit:
        generator = torch.Generator().manual_seed(self.random_state or 0)
        order = torch.randperm(len(rows), generator=generator)
        signed = rows[order] * target[order].unsqueeze(-1)  # a row is right where signed · w > 0
        weights, sums = torch.zeros(rows.shape[1], dtype=rows.dtype), torch.zeros(len(rows), dtype=rows.dtype)
        best, fewest, epoch, at = weights, len(rows) + 1, 1, 0
        while True:
            wrong = (sums <= 0).nonzero().squeeze(-1)
            if len(wrong) < fewest:
                best, fewest = weights.clone(), len(wrong)
            if len(wrong) == 0:
                sums = signed @ weights  # anew, without the rounding of all the moves
                if (sums > 0).all():
                    return _Unit(weights, 0, epoch)
                continue
            following = wrong[torch.searchsorted(wrong, at) :]
            if len(following) == 0:
                epoch, following = epoch + 1, wrong
            if epoch > self.max_epochs:
                return _Unit(*((best, fewest) if self.pocket else (weights, len(wrong))), self.max_epochs)
            row = signed[int(following[0])]
            weights += row
            sums += signed @ row  # all rows' sums follow the move, so the next wrong row is a look-up
            at = int(following[0]) + 1

    def _sentence(self, units: list[_Unit]) -> str:
        errors = sum(unit.errors for unit in units)
        if not errors:
            what = "separates the classes" if len(units) == 1 else "separates each class from the rest"
            return f"A hyperplane {what}, and the perceptron rule found one in {self.n_iter_} passes."
        if len(units) == 1:
            verdict = {
                False: "No hyperplane separates the classes (linear program)",
                True: "A hyperplane separates the classes (linear program), but the perceptron rule did not find it",
                None: "Whether a hyperplane separates the classes is open, for there are too many rows to decide",
            }[self.separable_[0]]
        else:
            apart = [str(c) for c, s in zip(self.classes_, self.separable_, strict=True) if s is False]
            late = sum(u.errors > 0 and s is True for u, s in zip(units, self.separable_, strict=True))
            verdict = f"No hyperplane separates {', '.join(apart)} from the rest (linear program)" if apart else ""
            verdict = verdict or (f"{late} units were not finished" if late else "Separability stayed open")
        remedy = "use a network with a hidden layer (FeedForwardClassifier)"
        if all(s is not False for s in self.separable_):
            remedy = "raise max_epochs"
        return f"{verdict}; after {self.max_epochs} passes {errors} rows are on the wrong side. To do better, {remedy}."

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """Distance from the hyperplane, (N,) for two classes and (N, classes) for more."""
        distances: npt.NDArray[np.float64] = self._fitted().distances(self._rows(X)).numpy()
        return distances[:, 0] if len(self.classes_) == 2 else distances

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Class labels (N,)."""
        winners = self._fitted().winners(self._rows(X)).numpy()
        labels: npt.NDArray[Any] = self.classes_[winners]
        return labels

    def _rows(self, X: Any) -> Tensor:
        # a tensor cannot share what is read-only or runs backwards
        return torch.from_numpy(validate_data(self, without_torch(X), dtype=np.float64, reset=False).copy())

    def _fitted(self) -> PerceptronModel:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet; call fit(X, y) first.")
        return self.model_


def _targets(index: npt.NDArray[np.int64], classes: npt.NDArray[Any]) -> list[npt.NDArray[np.float64]]:
    """±1 for each row (N,) of class indices, one array a unit."""
    positive = [1] if len(classes) == 2 else range(len(classes))
    return [np.where(index == c, 1.0, -1.0) for c in positive]


def _go_through(signed: Tensor, weights: Tensor) -> None:
    """One pass of the rule over t·(x, 1) (N, D + 1), moving the weights (D + 1) in place."""
    sums, at = signed @ weights, 0
    while len(wrong := (sums[at:] <= 0).nonzero()):
        at += int(wrong[0])
        row = signed[at]
        weights += row
        at += 1
        sums[at:] += signed[at:] @ row


def _separable(rows: npt.NDArray[np.float64], target: npt.NDArray[np.float64], unit: _Unit) -> bool | None:
    if unit.errors == 0:
        return True
    if rows.size > MOST_ENTRIES:
        return None
    # variables: w and b, free, then a slack for each row
    count, width = rows.shape
    signed = sparse.hstack([sparse.csr_array(-rows * target[:, None]), -sparse.eye_array(count)])
    cost = np.concatenate([np.zeros(width), np.ones(count)])
    bounds = [(None, None)] * width + [(0, None)] * count
    found = linprog(cost, A_ub=signed.tocsr(), b_ub=-np.ones(count), bounds=bounds, method="highs")
    return None if found.fun is None else bool(found.fun < GAP)
