"""Classification and regression by a deep belief network: pre-trained layer by layer without the target."""

__all__ = ["DeepBeliefClassifier", "DeepBeliefRegressor"]

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d
from torch import Tensor

from pishro.errors import DataError, SettingError, unknown_name
from pishro.estimators.boltzmann import batch_rows, tell_halvings
from pishro.estimators.bounded_rows import bounded_rows
from pishro.estimators.images import checked_numbers
from pishro.estimators.inputs import Floats, coded_labels, seed_from, without_torch
from pishro.estimators.not_fitted import NotFittedError
from pishro.likelihoods import Categorical, Likelihood, Normal
from pishro.models import (
    BeliefModel,
    BeliefNetwork,
    BoltzmannPlan,
    GenerativeModel,
    RowScaling,
    UpDownPlan,
    given_widths,
    mini_batch_plan,
    pretrain,
    units_named,
    unrolled_network,
    up_down,
)
from pishro.objectives import Batch
from pishro.optim import Rule
from pishro.training import train_mini_batches

HIDDEN = (200, 200)

STEPS = 6000
"""Steps that "auto" epochs aim at, as for other dense networks."""

FINE_TUNING = ("backward", "up-down")


class _DeepBelief(BaseEstimator):  # type: ignore[misc]
    """What the two estimators share: the rows, pre-training, fine-tuning through the backward path."""

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        visible: str = "auto",
        pretrain_epochs: int = 20,
        pretrain_rate: float = 0.05,
        epochs: "str | int" = "auto",
        method: "str | Rule[Any]" = "auto",
        dropout: float = 0.0,
        validation: float = 0.1,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.visible = visible
        self.pretrain_epochs = pretrain_epochs
        self.pretrain_rate = pretrain_rate
        self.epochs = epochs
        self.method = method
        self.dropout = dropout
        self.validation = validation
        self.random_state = random_state

    def _checked(self, X: Any, y: Any) -> Tensor:
        name = type(self).__name__
        if y is None:
            raise DataError(f"{name} requires y to be passed, but the target y is None; call fit(X, y).")
        x = self._rows(X, reset=True)
        if len(x) < 2:
            raise DataError(f"{name} needs at least 2 rows to learn from, but received 1 sample; bring more data.")
        return x

    def _pretrained(self, x: Tensor, labels: Tensor | None = None) -> tuple[RowScaling, BeliefNetwork, list[str]]:
        """The scaling, the stack of machines, and what was out of the ordinary."""
        kind, scaling = bounded_rows(x, self.visible, ("bernoulli", "gaussian"), "kind of visible unit")
        plan = BoltzmannPlan(
            epochs=self.pretrain_epochs,
            size=batch_rows("auto", len(x)),
            rate=self.pretrain_rate,
            seed=seed_from(self.random_state),
        )
        widths = given_widths("hidden", self.hidden, HIDDEN)
        belief, records = pretrain(scaling(x), widths, plan, units_named(kind), labels)
        notes = [f"Layer {i}: {note}" for i, r in enumerate(records, 1) for note in r.notes]
        tell_halvings(notes)
        return scaling, belief, notes

    def _fine_tuned(self, x: Tensor, y: Tensor, likelihood: Likelihood, target: RowScaling) -> BeliefModel:
        """Pre-train, unroll, and go on through the backward path; the targets are scaled."""
        scaling, belief, notes = self._pretrained(x)
        network, theta = unrolled_network(belief, likelihood.outputs(y), self.dropout, seed_from(self.random_state))
        seed = seed_from(self.random_state)
        plan = mini_batch_plan(len(x), self.method, self.epochs, self.validation, seed, STEPS)
        recipe = f"Pre-trained layer by layer, {self.pretrain_epochs} epochs each. {plan.recipe}"
        plan = dataclasses.replace(plan, members=1, start=theta, recipe=" ".join([recipe, *notes]))
        trained = train_mini_batches(network, likelihood, Batch(scaling(x), y), plan)
        self.n_iter_ = trained.record.iterations
        return BeliefModel(scaling, network, likelihood, trained, target)

    def _rows(self, X: Any, *, reset: bool = False) -> Tensor:
        return torch.from_numpy(checked_numbers(self, X, reset=reset)).flatten(1)

    def _fitted(self) -> Any:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet; call fit(X, y) first.")
        return self.model_


class DeepBeliefClassifier(ClassifierMixin, _DeepBelief):  # type: ignore[misc]
    """Sigmoid layers that are pre-trained as Boltzmann machines, then fine-tuned to tell classes apart.

    Parameters
    ----------
    hidden : units of each layer, from the rows up; "auto" is two layers of 200.
    visible : kind of the rows' units: "bernoulli" for values between 0 and 1, to which others are scaled with a
        warning; "gaussian" for numbers, whose columns are standardized; "auto" by the values.
    pretrain_epochs, pretrain_rate : of each layer's machine.
    epochs : most walks over the rows in fine-tuning; "auto" by their number.
    method : of the backward path, a stochastic rule by name or with settings of its own; "auto" is AdamW.
    dropout : share of each hidden layer's units left out in fine-tuning.
    validation : share of the rows kept from the gradient, whose cost tells when to stop and which weights to keep.
    random_state : seed of everything that is drawn.
    fine_tuning : "backward" for the error's gradient; "up-down" for label units on the top machine and wake-sleep,
        whose model also makes rows of a class: `sample`.

    Attributes
    ----------
    classes_ : the labels, sorted.
    model_ : `BeliefModel`, or `GenerativeModel` after "up-down".
    n_iter_ : epochs of fine-tuning.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> model = DeepBeliefClassifier((50,), pretrain_epochs=3, epochs=40, random_state=0).fit(X / 16, y)
    >>> model.score(X / 16, y) > 0.9
    True
    """

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        visible: str = "auto",
        pretrain_epochs: int = 20,
        pretrain_rate: float = 0.05,
        epochs: "str | int" = "auto",
        method: "str | Rule[Any]" = "auto",
        dropout: float = 0.0,
        validation: float = 0.1,
        random_state: Any = None,
        fine_tuning: str = "backward",
    ) -> None:
        super().__init__(
            hidden, visible, pretrain_epochs, pretrain_rate, epochs, method, dropout, validation, random_state
        )
        self.fine_tuning = fine_tuning

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to rows X (N, D), or images (N, H, W), and labels y (N,) of any type.

        Raises
        ------
        DataError
            If rows hold NaN or infinity or differ in size, or there is one class only.
        """
        if self.fine_tuning not in FINE_TUNING:
            raise SettingError(unknown_name("fine-tuning", self.fine_tuning, FINE_TUNING))
        x = self._checked(X, y)
        self.classes_, target = coded_labels(x, y)
        classes = tuple(self.classes_.tolist())
        if self.fine_tuning == "up-down":
            self.model_: BeliefModel | GenerativeModel = self._generative(x, target, classes)
            return self
        as_is = RowScaling(torch.zeros(()), torch.ones(()))
        model = self._fine_tuned(x, target, Categorical(len(classes)), as_is)
        self.model_ = dataclasses.replace(model, classes=classes)
        return self

    def _generative(self, x: Tensor, labels: Tensor, classes: tuple[Any, ...]) -> GenerativeModel:
        scaling, belief, notes = self._pretrained(x, labels)
        plan = UpDownPlan(size=batch_rows("auto", len(x)), seed=seed_from(self.random_state))
        if not isinstance(self.epochs, str):
            plan = dataclasses.replace(plan, epochs=self.epochs)
        self.n_iter_ = plan.epochs
        notes = [f"Pre-trained layer by layer, then {plan.epochs} epochs up and down.", *notes]
        return GenerativeModel(scaling, up_down(belief, scaling(x), labels, plan), classes, tuple(notes))

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities (N, classes), in the order of `classes_`."""
        model = self._fitted()
        probabilities: Floats = model.mean(self._rows(X)).numpy()
        return probabilities

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Most probable labels (N,)."""
        winners = self.predict_proba(X).argmax(-1)
        labels: npt.NDArray[Any] = self.classes_[winners]
        return labels

    def sample(self, count: int = 1, label: Any = None, steps: int = 1000) -> Floats:
        """Rows (count, D) that the network makes, as means, in the shape of the fit's; after "up-down" only.

        Parameters
        ----------
        count : rows.
        label : one of `classes_`; None for whichever the network makes.
        steps : Gibbs steps of the top machine.
        """
        model = self._fitted()
        if not isinstance(model, GenerativeModel):
            raise SettingError('Rows are made by the generative model only; fit with fine_tuning="up-down".')
        if label is not None and label not in model.classes:
            raise SettingError(unknown_name("class", label, model.classes))
        if count < 1 or steps < 1:
            raise SettingError(f"Expected at least 1 row and 1 step, received {count} and {steps}.")
        number = None if label is None else model.classes.index(label)
        made: Floats = model.sample(count, number, steps, seed_from(self.random_state)).double().numpy()
        return made.reshape(-1, *self._row_given)


class DeepBeliefRegressor(RegressorMixin, _DeepBelief):  # type: ignore[misc]
    """Sigmoid layers that are pre-trained as Boltzmann machines, then fine-tuned to a number.

    Parameters
    ----------
    hidden, visible, pretrain_epochs, pretrain_rate, epochs, method, dropout, validation, random_state : as for
        `DeepBeliefClassifier`.

    Attributes
    ----------
    model_ : `BeliefModel`.
    n_iter_ : epochs of fine-tuning.

    Examples
    --------
    >>> X = np.random.default_rng(0).uniform(size=(300, 2))
    >>> model = DeepBeliefRegressor((20,), pretrain_epochs=2, random_state=0).fit(X, X[:, 0] - X[:, 1])
    >>> model.score(X, X[:, 0] - X[:, 1]) > 0.9
    True
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to rows X (N, D), or images (N, H, W), and numbers y (N,).

        Raises
        ------
        DataError
            If rows hold NaN or infinity, or differ in size.
        """
        x = self._checked(X, y)
        numbers = check_array(without_torch(y), ensure_2d=False, dtype=np.float64, input_name="y")
        numbers = column_or_1d(numbers, warn=True)
        check_consistent_length(x, numbers)
        column = torch.from_numpy(numbers).unsqueeze(1)
        target = RowScaling.standard(column, [0])
        self.model_ = self._fine_tuned(x, target(column).float(), Normal(), target)
        return self

    def predict(self, X: Any) -> Floats:
        """The target (N,)."""
        model = self._fitted()
        mean: Floats = model.mean(self._rows(X)).squeeze(1).numpy()
        return mean
