"""What is known of a target that has not been seen: its distribution, and the questions one may ask it.

A likelihood turns raw outputs (…, N, C) into distributions of the target at N rows; the members and the uncertainty of
the parameters turn into a mixture of them. Both answer the same questions. Each tensor that a `Distribution` holds has
the leading axes (…, N), so that rows and members can be picked from any of them alike.
"""

__all__ = ["Distribution", "EqualMixture", "Predictive", "invert_cdf"]

import abc
import dataclasses
import math
from collections.abc import Callable
from typing import Any, ClassVar, Self, final

import torch
from torch import Generator, Tensor

HALVINGS = 70
"""Halvings of a bracket: 2⁻⁷⁰ of it lies below float64's resolution."""


class Predictive(abc.ABC):
    """Distribution of the target at N rows, all uncertainty taken together."""

    @abc.abstractmethod
    def mean(self) -> Tensor:
        """Expected target (…, N, T), or class probabilities (…, N, classes)."""

    @abc.abstractmethod
    def log_density(self, y: Tensor) -> Tensor:
        """Ln p(y) of each row, (…, N), summed over the targets; a target that is NaN is left out."""

    @abc.abstractmethod
    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draws (count, …, N, T), or class indices (count, …, N)."""

    @abc.abstractmethod
    def score(self, y: Tensor) -> Tensor:
        """A proper score of each row (…, N), smaller is better: it is least, on average, for the true distribution."""


class Distribution(Predictive):
    """Distribution of T numbers at each row.

    Attributes
    ----------
    discrete : whether the target takes whole numbers only.
    """

    discrete: ClassVar[bool] = False

    @abc.abstractmethod
    def variance(self) -> Tensor:
        """Variance (…, N, T); infinite where there is none."""

    @abc.abstractmethod
    def cdf(self, y: Tensor) -> Tensor:
        """P(target ≤ y) of each target, (…, N, T)."""

    def log_density_each(self, y: Tensor) -> Tensor:
        """Ln of the density, or of the probability, of each target, (…, N, T), where targets are independent."""
        raise NotImplementedError(f"The targets of {type(self).__name__} depend on each other; use `log_density`.")

    def log_density(self, y: Tensor) -> Tensor:
        """Ln p(y) of each row, (…, N)."""
        return self.log_density_each(y).nansum(-1)

    def quantile(self, level: "float | Tensor") -> Tensor:
        """The least value that the target does not exceed with probability `level`, (…, N, T).

        Parameters
        ----------
        level : between 0 and 1; a tensor is matched with (…, N, T).
        """
        mean, width = self.mean(), self.variance().sqrt().clamp_min(1e-6)
        return invert_cdf(self.cdf, level, mean - width, mean + width, self.discrete)

    def median(self) -> Tensor:
        """The value in the middle, (…, N, T)."""
        return self.quantile(0.5)

    def interval(self, level: float = 0.95) -> tuple[Tensor, Tensor]:
        """Central interval that holds the target with probability `level`: lower and upper ends (…, N, T).

        The interval of a count holds it with at least that probability.
        """
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draws (count, …, N, T): the quantile at uniform levels."""
        mean = self.mean()
        level = torch.rand((count, *mean.shape), generator=generator, dtype=mean.dtype)
        return self.quantile(level.clamp(1e-12, 1 - 1e-12))

    def crps(self, y: Tensor, draws: int = 1000, generator: Generator | None = None) -> Tensor:
        """Continuous ranked probability score of each target, (…, N, T), in the target's unit; smaller is better.

        ∫ (F(t) − 1[t ≥ y])² dt = E|Y − y| − ½ E|Y − Y′|: the absolute error, generalized to distributions. In closed
        form where one exists. Otherwise from `draws` samples, with a standard error of about 1/√draws of itself.

        Parameters
        ----------
        y : (N, T).
        draws, generator : for distributions without closed form; the generator is seeded with 0 if not given.

        References
        ----------
        Gneiting, T. and Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and estimation.
        J. Am. Stat. Assoc. 102, 359-378.
        """
        closed = self._closed_crps(y)
        if closed is not None:
            return closed
        sample = self.sample(draws, generator or Generator().manual_seed(0)).sort(0).values
        order = torch.arange(1, draws + 1, dtype=sample.dtype).reshape(-1, *[1] * (sample.ndim - 1))
        spread = ((2 * order - draws - 1) * sample).sum(0) / (draws * (draws - 1))  # ½ E|Y − Y′|, unbiased
        return (sample - y).abs().mean(0) - spread

    def _closed_crps(self, y: Tensor) -> Tensor | None:
        return None

    def _closed_mixture_crps(self, y: Tensor) -> Tensor | None:
        """CRPS of the equal mixture over the first axis, (N, T), where it has a closed form."""
        single = self._closed_crps(y) if len(self.mean()) == 1 else None
        return None if single is None else single[0]

    def score(self, y: Tensor) -> Tensor:
        """CRPS of each row, (…, N), summed over its targets."""
        return self.crps(y).nansum(-1)

    def take(self, *index: Tensor) -> Self:
        """The distributions at an index over the leading axes, such as (members, rows)."""
        return self._map(lambda tensor: tensor[index])

    def flatten(self) -> Self:
        """The first two axes joined into one."""
        return self._map(lambda tensor: tensor.flatten(0, 1))

    def _map(self, change: Callable[[Tensor], Tensor]) -> Self:
        fields: dict[str, Any] = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]
        moved = {name: change(value) for name, value in fields.items() if isinstance(value, Tensor)}
        return dataclasses.replace(self, **moved)  # type: ignore[type-var]


@final
@dataclasses.dataclass(frozen=True)
class EqualMixture(Distribution):
    """Equal mixture over M components: members, and points of the posterior of their parameters.

    Its variance is noise + parameter uncertainty + spread between members (law of total variance).

    Attributes
    ----------
    components : distributions with leading axes (M, N).
    shift, factor : the target is shift + factor · what the components describe, factor positive: from standardized
        units back to its own; tensors (T,) where each target has units of its own.

    Examples
    --------
    >>> from pishro.likelihoods import Normal
    >>> raw = torch.tensor([[[0.0]], [[2.0]]])             # two members, one row, one target
    >>> mixture = Normal().predictive(raw, torch.zeros(2, 1, 1), torch.ones(2))
    >>> mixture.mean(), mixture.variance()
    (tensor([[1.]]), tensor([[2.]]))
    """

    components: Distribution
    shift: "float | Tensor" = 0.0
    factor: "float | Tensor" = 1.0

    @property
    def discrete(self) -> bool:  # type: ignore[override]
        """Whether the target takes whole numbers only."""
        return self.components.discrete and bool((torch.as_tensor(self.factor) == 1).all())

    def mean(self) -> Tensor:
        """Expected target (N, T)."""
        return self.shift + self.factor * self.components.mean().mean(0)

    def variance(self) -> Tensor:
        """Variance (N, T)."""
        total = self.components.variance().mean(0) + self.components.mean().var(0, correction=0)
        return self.factor**2 * total

    def cdf(self, y: Tensor) -> Tensor:
        """P(target ≤ y), (N, T)."""
        return self.components.cdf(self._standardized(y)).mean(0)

    def quantile(self, level: "float | Tensor") -> Tensor:
        """The least value that the target does not exceed with probability `level`, (N, T)."""
        # each component's own quantile: the mixture's lies between them
        level = torch.as_tensor(level, dtype=self.components.mean().dtype)
        own = self.components.quantile(level.unsqueeze(-3) if level.ndim > 1 else level)
        low, high = own.amin(-3), own.amax(-3)
        found = invert_cdf(self._standardized_cdf, level, low, high, self.components.discrete)
        return self.shift + self.factor * found

    def _standardized_cdf(self, y: Tensor) -> Tensor:
        return self.components.cdf(y.unsqueeze(-3)).mean(-3)

    def log_density_each(self, y: Tensor) -> Tensor:
        """Ln of the density of each target by itself, (N, T)."""
        each = self.components.log_density_each(self._standardized(y))
        return torch.logsumexp(each, 0) - math.log(len(each)) - self._log_factor(each)

    def log_density(self, y: Tensor) -> Tensor:
        """Ln of the density at y (N, T): (N,), targets independent within a component."""
        each = self.components.log_density(self._standardized(y))
        units = (~torch.isnan(y) * self._log_factor(each)).sum(-1)
        return torch.logsumexp(each, 0) - math.log(len(each)) - units

    def _log_factor(self, like: Tensor) -> Tensor:
        return torch.as_tensor(self.factor, dtype=like.dtype).log()

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Draws (count, N, T)."""
        members, rows = self.components.mean().shape[:2]
        pick = torch.randint(members, (count, rows), generator=generator)
        chosen = self.components.take(pick, torch.arange(rows).expand(count, rows))
        return self.shift + self.factor * chosen.sample(1, generator).squeeze(0)

    def affine(self, shift: "float | Tensor", factor: "float | Tensor") -> "EqualMixture":
        """The distribution of shift + factor · target, factor positive: back from standardized units."""
        return EqualMixture(self.components, shift + factor * self.shift, factor * self.factor)

    def _closed_crps(self, y: Tensor) -> Tensor | None:
        closed = self.components._closed_mixture_crps(self._standardized(y))
        return None if closed is None else self.factor * closed

    def _standardized(self, y: Tensor) -> Tensor:
        return (y - self.shift) / self.factor


def invert_cdf(
    cdf: Callable[[Tensor], Tensor], level: "float | Tensor", low: Tensor, high: Tensor, discrete: bool
) -> Tensor:
    """The least value at which an increasing `cdf` reaches `level`, by bisection.

    Parameters
    ----------
    cdf : function of a tensor of the shape of the result.
    level : between 0 and 1.
    low, high : a first bracket, widened until it holds the value.
    discrete : whether the value is a whole number.
    """
    level = torch.as_tensor(level, dtype=low.dtype)
    low, high = (torch.broadcast_tensors(b, level)[0].clone() for b in (low, high))
    scale = (high - low).clamp_min(1e-9) + 1e-9 * (low.abs() + high.abs())
    if discrete:
        low, high, scale = low.floor() - 1, high.ceil(), scale.ceil()
    low, high = _widen(lambda x: cdf(x) >= level, low, -scale), _widen(lambda x: cdf(x) < level, high, scale)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = cdf(middle) < level
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        if discrete and bool((high - low < 0.25).all()):
            break
    return high.floor() if discrete else (low + high) / 2


def _widen(beyond: Callable[[Tensor], Tensor], end: Tensor, step: Tensor) -> Tensor:
    """Move the end of a bracket outward, twice as far each time, where the value lies beyond it."""
    for _ in range(60):
        outside = beyond(end)
        if not outside.any():
            break
        end, step = torch.where(outside, end + step, end), torch.where(outside, 2 * step, step)
    return end
