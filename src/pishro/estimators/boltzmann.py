"""The restricted Boltzmann machine: features of rows, their density, and rows that the machine makes itself."""

__all__ = ["RestrictedBoltzmannMachine", "batch_rows", "tell_halvings"]

import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_array
from torch import Tensor

from pishro.errors import DataError, SettingError, ShapeError
from pishro.estimators.bounded_rows import bounded_rows
from pishro.estimators.images import checked_numbers
from pishro.estimators.inputs import Floats, seed_from, without_torch
from pishro.estimators.not_fitted import NotFittedError
from pishro.models import (
    BoltzmannModel,
    BoltzmannPlan,
    Negative,
    negative_named,
    starting_machine,
    train_machine,
    units_named,
)


class RestrictedBoltzmannMachine(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Hidden units that explain rows by what often comes together in them.

    Machines of 65,536 weights and more learn with products in bfloat16 where the processor has instructions for them;
    features, densities and samples are of single precision or better.

    Parameters
    ----------
    units : hidden units.
    visible : "bernoulli" for values between 0 and 1, to which others are scaled with a warning; "gaussian" for numbers,
        whose columns are standardized; "auto" is Bernoulli where all values lie between 0 and 1.
    hidden : "bernoulli", "relu" (noisy rectified), "softmax" (one of all) or "gaussian".
    method : where the machine's own rows come from in training: "cd" (contrastive divergence, for features), "pcd"
        (persistent chains, for densities), "tempering" (parallel tempering), or a `Negative` with its own settings.
    steps : Gibbs steps of an update.
    epochs : walks over the rows.
    rate : of the updates; it falls to zero in the second half of the epochs, and is halved where the training diverges.
    batch_size : rows of an update; "auto" is a hundredth of all, but between 10 and 100.
    decay : of the weights.
    target : how often a hidden unit is to be on; None for as it likes.
    image_shape : (H, W) of flat rows, for pictures.
    random_state : seed of everything that is drawn.

    Attributes
    ----------
    model_ : the trained machine with its scaling and record, `BoltzmannModel`.
    n_iter_ : epochs walked.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X = load_digits().data / 16
    >>> machine = RestrictedBoltzmannMachine(32, epochs=5, random_state=0).fit(X)
    >>> machine.transform(X).shape, machine.sample(3).shape
    ((1797, 32), (3, 64))
    """

    def __init__(
        self,
        units: int = 100,
        visible: str = "auto",
        hidden: str = "bernoulli",
        method: "str | Negative" = "cd",
        steps: int = 1,
        epochs: int = 20,
        rate: float = 0.05,
        batch_size: "str | int" = "auto",
        decay: float = 2e-4,
        target: float | None = None,
        image_shape: "Sequence[int] | None" = None,
        random_state: Any = None,
    ) -> None:
        self.units = units
        self.visible = visible
        self.hidden = hidden
        self.method = method
        self.steps = steps
        self.epochs = epochs
        self.rate = rate
        self.batch_size = batch_size
        self.decay = decay
        self.target = target
        self.image_shape = image_shape
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit to rows X (N, D), or to images (N, H, W); y is not read.

        Raises
        ------
        DataError
            If rows hold NaN or infinity, differ in size, or there is one row only.
        """
        del y
        x = self._rows(X, reset=True)
        if len(x) < 2:
            raise DataError(
                f"{type(self).__name__} needs at least 2 rows to learn from, but received 1 sample; bring more data."
            )
        kind, scaling = bounded_rows(x, self.visible, ("bernoulli", "gaussian"), "kind of visible unit")
        rows, seed = scaling(x), seed_from(self.random_state)
        start = starting_machine(rows, units_named(kind), units_named(self.hidden), self.units, seed)
        machine, record = train_machine(start, rows, self._plan(self.epochs, seed, len(rows)))
        tell_halvings(record.notes)
        self._keep(BoltzmannModel(scaling, machine, rows.mean(0), record))
        return self

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Walk over rows X (N, D) once more, from where the machine is; the first call also decides the scaling."""
        if not hasattr(self, "model_"):
            epochs, self.epochs = self.epochs, 1
            try:
                return self.fit(X, y)
            finally:
                self.epochs = epochs
        rows = self.model_.scaled(self._rows(X))
        plan = self._plan(1, seed_from(self.random_state) + self.n_iter_, len(rows))
        machine, record = train_machine(self.model_.machine, rows, plan)
        tell_halvings(record.notes)
        before = self.model_.record
        record.epochs += before.epochs
        record.seconds += before.seconds
        record.error, record.notes = before.error + record.error, before.notes + record.notes
        self._keep(BoltzmannModel(self.model_.scaling, machine, self.model_.means, record))
        return self

    def _keep(self, model: BoltzmannModel) -> None:
        self.model_ = model
        self.n_iter_ = model.record.epochs
        self._n_features_out = self.units
        self._log_partition: float | None = None

    def _plan(self, epochs: int, seed: int, rows: int) -> BoltzmannPlan:
        return BoltzmannPlan(
            epochs=epochs,
            size=batch_rows(self.batch_size, rows),
            rate=self.rate,
            fall=0.5 if epochs > 1 else 0.0,
            negative=negative_named(self.method, self.steps),
            decay=self.decay,
            target=self.target,
            seed=seed,
        )

    def transform(self, X: Any) -> Floats:
        """Means (N, units) of the hidden units given rows X."""
        return _numbers(self._fitted().encode(self._rows(X)))

    def inverse_transform(self, X: Any) -> Floats:
        """Means of the rows given hidden units X (N, units), in the shape of the fit's rows."""
        model = self._fitted()
        hidden = check_array(without_torch(X), dtype=np.float64)
        if hidden.shape[1] != self._n_features_out:
            raise ShapeError(f"Expected {self._n_features_out} hidden units, received {hidden.shape[1]} columns.")
        return self._as_given(model.decode(torch.from_numpy(hidden)))

    def reconstruct(self, X: Any) -> Floats:
        """What the means of the hidden units give back for rows X."""
        return self._as_given(self._fitted().reconstruct(self._rows(X)))

    def free_energy(self, X: Any) -> Floats:
        """F of rows X, (N,): −ln p up to ln Z, which is the same for all rows. Lower is more probable."""
        return _numbers(self._fitted().free_energy(self._rows(X)))

    def score_samples(self, X: Any) -> Floats:
        """Logarithm of the density of rows X up to one constant, (N,): −F. `score` knows the constant."""
        return -self.free_energy(X)

    def pseudo_likelihood(self, X: Any) -> Floats:
        """Σᵢ ln p(xᵢ | the other columns) of rows X, (N,); Bernoulli visible units only, values are rounded."""
        return _numbers(self._fitted().pseudo_likelihood(self._rows(X)))

    def score(self, X: Any, y: Any = None) -> float:
        """Mean ln p of rows X in nats, scaled as the machine reads them; ln Z is exact for few units, else by AIS."""
        del y
        model = self._fitted()
        if self._log_partition is None:
            self._log_partition = model.log_partition(seed=seed_from(self.random_state)).value
        return float(self.score_samples(X).mean()) - self._log_partition

    def sample(self, count: int = 1, steps: int = 1000) -> Floats:
        """Rows that the machine makes, (count, D) in the shape of the fit's; the last step as means."""
        model = self._fitted()
        if count < 1 or steps < 1:
            raise SettingError(f"Expected at least 1 row and 1 step, received {count} and {steps}.")
        return self._as_given(model.sample(count, steps, seed_from(self.random_state)))

    def plot_samples(self, count: int = 50, steps: int = 1000, axes: Any = None) -> Any:
        """Rows that the machine makes, see `sample`, as images."""
        from pishro.models import plot_images  # noqa: PLC0415 - matplotlib is slow to import

        shape = self._image_shape(self._fitted().machine.weight.shape[0])
        images = self.sample(count, steps).reshape(-1, *shape)
        return plot_images(images, f"{count} samples after {steps} steps", axes)

    def plot_filters(self, count: int = 50, axes: Any = None) -> Any:
        """The receptive fields of the first hidden units: their weights in the shape of an image."""
        from pishro.models import plot_images  # noqa: PLC0415 - matplotlib is slow to import

        weight = self._fitted().machine.weight.t()[:count]
        fields = weight.reshape(-1, *self._image_shape(weight.shape[1]))
        return plot_images(fields, f"receptive fields of {len(fields)} hidden units", axes, signed=True)

    def _image_shape(self, places: int) -> tuple[int, ...]:
        shape = tuple(self.image_shape or self._row_given)
        if len(shape) != 2 or shape[0] * shape[1] != places:
            raise ShapeError(f"Expected image_shape=(H, W) with {places} places, received {shape}.")
        return shape

    def _rows(self, X: Any, *, reset: bool = False) -> Tensor:
        return torch.from_numpy(checked_numbers(self, X, reset=reset)).flatten(1)

    def _as_given(self, rows: Tensor) -> Floats:
        return _numbers(rows).reshape(-1, *self._row_given)

    def _fitted(self) -> BoltzmannModel:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet; call fit(X) first.")
        return self.model_


def batch_rows(given: "str | int", rows: int) -> int:
    """Rows of an update: as given, or "auto" by the number of all rows.

    Raises
    ------
    SettingError
        If another word was given.

    Examples
    --------
    >>> batch_rows("auto", 1797), batch_rows("auto", 60_000), batch_rows(7, 60_000)
    (17, 100, 7)
    """
    if given == "auto":
        return min(100, max(10, rows // 100))
    if isinstance(given, str):
        raise SettingError(f'Expected batch_size="auto" or a number of at least 1, received {given!r}.')
    return given


def tell_halvings(notes: Sequence[str]) -> None:
    """Warn of a training that diverged: the last note has the rate that was low enough."""
    if notes:
        warnings.warn(
            f"{notes[-1]} A lower rate from the first epoch on may do better.", ConvergenceWarning, stacklevel=3
        )


def _numbers(values: Tensor) -> Floats:
    numbers: Floats = values.double().numpy()
    return numbers
