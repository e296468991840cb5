"""Classification of images and sequences by a convolutional network."""

__all__ = ["ConvClassifier"]

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Self

import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from torch import Tensor

from pishro.errors import DataError, SettingError, unknown_name
from pishro.estimators.images import checked_numbers, image_rows
from pishro.estimators.inputs import Floats, coded_labels, seed_from
from pishro.estimators.not_fitted import NotFittedError
from pishro.likelihoods import Categorical
from pishro.models import Augmentation, ConvModel, RowScaling, convolutional_network, mini_batch_plan
from pishro.objectives import Batch
from pishro.optim import Rule
from pishro.training import train_mini_batches


class ConvClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Convolutions and poolings, then a dense layer; trained on mini-batches, stopped early.

    Parameters
    ----------
    channels : output channels of each block of a convolution and a pooling; "auto" by the size of the images.
    hidden : units of the dense layer, or of several; "auto" is 128.
    dropout : share of units left out in training before and behind the dense layer.
    kind : "images", "sequences", or "auto": flat rows without `image_shape` are sequences of one channel, all else
        images.
    image_shape : of flat rows, (H, W) or (H, W, C); (L,) or (L, C) for sequences.
    augment : how training images are moved at random, an `Augmentation` or a dict of its settings such as
        {"shift": 2, "rotate": 10}; None for not at all.
    method : a stochastic rule by name, such as "adam" or "nesterov", or as an object with settings of its own; "auto"
        is AdamW. Its rate rises at the beginning and falls to zero along half a cosine.
    epochs : most walks over the rows; "auto" by their number.
    members : networks from different starts, trained together; their probabilities are averaged.
    validation : share of the rows kept from the gradient, whose cost tells when to stop and which weights to keep.
    max_seconds : most wall time of the training.
    random_state : seed of everything that is drawn.

    Attributes
    ----------
    classes_ : the labels, sorted.
    model_ : the fitted network with its scaling, `ConvModel`.
    n_iter_ : epochs walked.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> digits = load_digits()
    >>> model = ConvClassifier(channels=(8,), epochs=3, random_state=0).fit(digits.images, digits.target)
    >>> model.score(digits.images, digits.target) > 0.9
    True
    """

    def __init__(
        self,
        channels: "str | int | Sequence[int]" = "auto",
        hidden: "str | int | Sequence[int]" = "auto",
        dropout: float = 0.25,
        kind: str = "auto",
        image_shape: "Sequence[int] | None" = None,
        augment: "Augmentation | dict[str, float] | None" = None,
        method: "str | Rule[Any]" = "auto",
        epochs: "str | int" = "auto",
        members: int = 1,
        validation: float = 0.1,
        max_seconds: float | None = None,
        random_state: Any = None,
    ) -> None:
        self.channels = channels
        self.hidden = hidden
        self.dropout = dropout
        self.kind = kind
        self.image_shape = image_shape
        self.augment = augment
        self.method = method
        self.epochs = epochs
        self.members = members
        self.validation = validation
        self.max_seconds = max_seconds
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the networks.

        Parameters
        ----------
        X : images (N, H, W) or (N, H, W, C), sequences (N, L) or (N, L, C), or flat rows with `image_shape`.
        y : labels (N,) of any type.

        Raises
        ------
        DataError
            If images differ in size or hold NaN, or there is one class only.
        """
        if y is None:
            raise DataError("ConvClassifier requires y to be passed, but the target y is None; call fit(X, y).")
        if self.members < 1:
            raise SettingError(f"Expected at least 1 member, received {self.members}.")
        x = self._rows(X, reset=True)
        self.classes_, codes = coded_labels(x, y)
        network = convolutional_network(
            tuple(x.shape[1:]), len(self.classes_), self.channels, self.hidden, self.dropout
        )
        plan = mini_batch_plan(len(x), self.method, self.epochs, self.validation, seed_from(self.random_state))
        plan = dataclasses.replace(
            plan,
            members=self.members,
            disturb=self._augmentation(),
            seconds=math.inf if self.max_seconds is None else self.max_seconds,
        )
        scaling = RowScaling.standard(x, [axis for axis in range(x.ndim) if axis != 1])
        likelihood = Categorical(len(self.classes_))
        batch = Batch(scaling(x), codes)
        trained = train_mini_batches(network, likelihood, batch, plan)
        self.model_ = ConvModel(scaling, network, likelihood, trained, tuple(self.classes_.tolist()))
        self.n_iter_ = trained.record.iterations
        return self

    def _augmentation(self) -> Augmentation | None:
        if self.augment is None or isinstance(self.augment, Augmentation):
            return self.augment
        known = [field.name for field in dataclasses.fields(Augmentation)]
        for name in self.augment:
            if name not in known:
                raise SettingError(unknown_name("setting of augmentation", name, known))
        return Augmentation(**self.augment)

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities (N, classes), in the order of `classes_`."""
        model = self._fitted()
        return model.probabilities(self._rows(X)).numpy()

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Most probable labels (N,)."""
        winners = self.predict_proba(X).argmax(-1)
        labels: npt.NDArray[Any] = self.classes_[winners]
        return labels

    def _rows(self, X: Any, *, reset: bool = False) -> Tensor:
        return image_rows(checked_numbers(self, X, reset=reset), self.kind, self.image_shape)

    def _fitted(self) -> ConvModel:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet; call fit(X, y) first.")
        return self.model_
