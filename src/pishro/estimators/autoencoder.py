"""Autoencoders: codes of rows, their reconstruction, and how far a row is from its own."""

__all__ = ["Autoencoder"]

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array
from torch import Tensor

from pishro.errors import DataError, SettingError, ShapeError
from pishro.estimators.autoencoder_facts import autoencoder_facts
from pishro.estimators.bounded_rows import bounded_rows
from pishro.estimators.images import checked_numbers, image_rows
from pishro.estimators.inputs import Floats, seed_from, without_torch
from pishro.estimators.not_fitted import NotFittedError
from pishro.likelihoods import Intensities, Likelihood, Normal
from pishro.models import (
    AutoencoderModel,
    CodePenalty,
    GaussianNoise,
    Masking,
    RowScaling,
    code_penalty,
    conv_autoencoder,
    dense_autoencoder,
    given_widths,
    mini_batch_plan,
)
from pishro.nn import Network
from pishro.objectives import Batch, Disturbance
from pishro.optim import Rule
from pishro.report.facts import ReportFacts
from pishro.report.languages import catalog_of
from pishro.training import train_mini_batches

VALIDATION = 0.1
"""Share of the rows kept from the gradient, whose cost tells when to stop."""

WIDEST = 512
"""Units of the widest layer that "auto" makes."""

STEPS = 6000
"""Steps that "auto" epochs aim at with dense layers, which cost a fraction of a millisecond each."""


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A network that gives rows back through a code; trained on mini-batches, stopped early.

    Undercomplete where the code is narrower than the rows, denoising by `noise`, sparse or contractive by `penalty`,
    convolutional where X holds images.

    Parameters
    ----------
    hidden : units of the layers between input and code, in reverse between code and output; channels of the blocks for
        images. "auto" is two layers, one as wide as the input and one between it and the code; of blocks, as many as
        can halve the images.
    code : units of the code.
    activation : of the layers between; the output is linear before the cost's link.
    code_activation : of the code; "auto" is linear, unless the penalty needs another.
    noise : on the training inputs: a `GaussianNoise`, `Masking` or `SaltAndPepper`, or a number, which is the standard
        deviation of Gaussian noise for the Normal cost and the share of masked entries for Bernoulli's; None for none.
    penalty : of the code: "kl", "l1" or "contractive", or a `CodePenalty` with settings of its own; None for none.
    tied : whether the decoder reads the encoder's weights, transposed; dense layers only.
    image_shape : of flat rows that are images, (H, W) or (H, W, C).
    likelihood : "normal" for numbers, whose columns are standardized; "bernoulli" for values between 0 and 1, to which
        others are scaled with a warning; "auto" is Bernoulli where all values lie between 0 and 1.
    method : a stochastic rule by name, or as an object with settings of its own; "auto" is AdamW.
    epochs : most walks over the rows; "auto" by their number.
    random_state : seed of everything that is drawn.

    Attributes
    ----------
    model_ : the fitted network with its scaling, `AutoencoderModel`.
    n_iter_ : epochs walked.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> images = load_digits().images / 16
    >>> model = Autoencoder(code=10, epochs=2, random_state=0).fit(images)
    >>> model.transform(images).shape, model.reconstruct(images).shape
    ((1797, 10), (1797, 8, 8))
    """

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        code: int = 2,
        activation: str = "tanh",
        code_activation: str = "auto",
        noise: "float | Disturbance | None" = None,
        penalty: "str | CodePenalty | None" = None,
        tied: bool = False,
        image_shape: "Sequence[int] | None" = None,
        likelihood: str = "auto",
        method: "str | Rule[Any]" = "auto",
        epochs: "str | int" = "auto",
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.code = code
        self.activation = activation
        self.code_activation = code_activation
        self.noise = noise
        self.penalty = penalty
        self.tied = tied
        self.image_shape = image_shape
        self.likelihood = likelihood
        self.method = method
        self.epochs = epochs
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit to rows X (N, D), images (N, H, W) or (N, H, W, C), or flat rows with `image_shape`; y is not read.

        Raises
        ------
        DataError
            If rows hold NaN or infinity, images differ in size, or there is one row only.
        """
        del y
        x = self._rows(X, reset=True)
        if len(x) < 2:
            raise DataError("Autoencoder needs at least 2 rows to learn from, but received 1 sample; bring more data.")
        penalty = code_penalty(self.penalty)
        network = self._network(tuple(x.shape[1:]), penalty)
        if penalty is not None:
            penalty.check(network)
        likelihood, scaling = self._cost(x)
        scaled = scaling(x)
        steps = STEPS if x.ndim == 2 else STEPS // 4
        plan = mini_batch_plan(len(x), self.method, self.epochs, VALIDATION, seed_from(self.random_state), steps)
        plan = dataclasses.replace(plan, members=1, disturb=self._disturbance(likelihood), penalty=penalty)
        trained = train_mini_batches(network, likelihood, Batch(scaled, scaled.flatten(1)), plan)
        self.model_ = AutoencoderModel(scaling, network, likelihood, trained)
        self.n_iter_ = trained.record.iterations
        self._n_features_out = self.code
        return self

    def _network(self, row: tuple[int, ...], penalty: CodePenalty | None) -> Network:
        if self.code < 1:
            raise SettingError(f"Expected a code of at least 1 unit, received {self.code}.")
        suited = "linear" if penalty is None else penalty.code_activation
        code_activation = suited if self.code_activation == "auto" else self.code_activation
        if len(row) == 1:
            wide = min(row[0], WIDEST)
            units = given_widths("hidden", self.hidden, (wide, round((wide * self.code) ** 0.5)))
            return dense_autoencoder(row[0], units, self.code, self.activation, code_activation, self.tied)
        if self.tied:
            raise SettingError("Weights are tied in dense layers only; pass images as flat rows, or leave tied=False.")
        return conv_autoencoder(row, self.hidden, self.code, self.activation, code_activation)

    def _cost(self, x: Tensor) -> tuple[Likelihood, RowScaling]:
        kind, scaling = bounded_rows(x, self.likelihood, ("bernoulli", "normal"), "cost of an autoencoder")
        return Intensities() if kind == "bernoulli" else Normal(), scaling

    def _disturbance(self, likelihood: Likelihood) -> Disturbance | None:
        if self.noise is None or callable(self.noise):
            return self.noise
        return GaussianNoise(self.noise) if likelihood.dispersion else Masking(self.noise)

    def transform(self, X: Any) -> Floats:
        """The codes (N, code) of rows X."""
        model = self._fitted()
        return model.encode(self._rows(X)).double().numpy()

    def inverse_transform(self, X: Any) -> Floats:
        """Rows in the shape of the fit's, for codes X (N, code)."""
        model = self._fitted()
        codes = check_array(without_torch(X), dtype=np.float64)
        if codes.shape[1] != self._n_features_out:
            raise ShapeError(f"Expected codes of {self._n_features_out} units, received {codes.shape[1]} columns.")
        return self._as_given(model.decode(torch.from_numpy(codes)))

    def reconstruct(self, X: Any) -> Floats:
        """What the network gives back for rows X, in their shape and units."""
        model = self._fitted()
        return self._as_given(model.reconstruct(self._rows(X)))

    def anomaly_score(self, X: Any) -> Floats:
        """How badly each row X is given back, (N,): its cost −ln p, larger for rows unlike those of the training."""
        model = self._fitted()
        return model.cost(self._rows(X)).numpy()

    def score(self, X: Any, y: Any = None) -> float:
        """Mean log-likelihood of rows X under their reconstruction, up to a constant; larger is better."""
        del y
        return -float(self.anomaly_score(X).mean())

    def report(self, path: str | os.PathLike[str], X: Any, X_train: Any, *, language: str = "en") -> None:
        """Write the report: one self-contained HTML file.

        Parameters
        ----------
        path : where it goes; an existing file is replaced when the new one is whole.
        X : rows that the fit never saw; scores and pictures are of them.
        X_train : the rows of the fit, from which the baselines learn (mean row, principal components).
        language : "en" for English, "fa" for Persian.
        """
        from pishro.report.html import write_report  # noqa: PLC0415 - matplotlib is slow to import

        catalog = catalog_of(language)
        write_report(self.facts(X, X_train, Path(path).stem), path, catalog)

    def facts(self, X: Any, X_train: Any, name: str = "autoencoder") -> ReportFacts:
        """What the report says, see `report`."""
        model, held = self._fitted(), self._rows(X)
        if len(held) < 2:
            raise DataError(f"Expected at least 2 rows to score, received {len(held)}; bring rows left out of the fit.")
        given = getattr(self, "feature_names_in_", [f"x{j}" for j in range(held.shape[1])])
        columns = [str(column) for column in given] if held.ndim == 2 else []
        return autoencoder_facts(model, held, self._rows(X_train), columns, name)

    def _rows(self, X: Any, *, reset: bool = False) -> Tensor:
        values = checked_numbers(self, X, reset=reset)
        if values.ndim == 2 and self.image_shape is None:
            return torch.from_numpy(values)
        return image_rows(values, "images", self.image_shape)

    def _as_given(self, rows: Tensor) -> Floats:
        given: tuple[int, ...] = self._row_given
        last = rows.movedim(1, -1) if rows.ndim == 4 else rows
        values: npt.NDArray[np.float64] = last.double().reshape(len(rows), *given).numpy()
        return values

    def _fitted(self) -> AutoencoderModel:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet; call fit(X) first.")
        return self.model_
