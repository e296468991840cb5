"""Units of a Boltzmann machine: what states a unit has, and how likely each is for what its neighbors send it.

A unit receives the sum z of its bias and of the states of its neighbors, weighed, and takes the state s with

    p(s | z) ∝ exp(s z − A₀(s)),   ln Σ_s exp(s z − A₀(s)) = L(z),   ⟨s⟩ = L'(z)

so that L, the log-partition, is all that the energy of the whole machine needs to know of it, whatever the unit:

    Bernoulli     s ∈ {0, 1}         A₀ = 0               L = ln(1 + eᶻ)
    Gaussian      s ∈ ℝ, variance 1  A₀ = ½s²             L = ½z² + ½ ln 2π
    softmax       one of a group     A₀ = 0               L = ln Σ_group eᶻ
    noisy ReLU    s ≥ 0              infinitely many Bernoulli copies with biases −½, −1½, …: L = Σᵢ ln(1 + e^(z−i+½))

The sum of the copies' means is close to ln(1 + eᶻ), and their total is drawn as max(0, z + n) with n of variance σ(z),
an approximation by Nair and Hinton that is close where z is above 2 and too small below.

References
----------
Welling, Rosen-Zvi, Hinton (2005), Exponential family harmoniums with an application to information retrieval, NIPS 17.
Nair, Hinton (2010), Rectified linear units improve restricted Boltzmann machines, ICML.
"""

__all__ = ["BernoulliUnits", "GaussianUnits", "JoinedUnits", "NoisyReLUUnits", "SoftmaxUnits", "Units", "units_named"]

import abc
import dataclasses
import math
from typing import Any, final

import torch
from torch import Generator, Tensor
from torch.nn.functional import one_hot, softplus

from pishro.errors import DataError, SettingError, unknown_name


class Units(abc.ABC):
    """The units of one side of a machine; z and s are (…, units) throughout."""

    name: str

    @property
    def bounded(self) -> bool:
        """Whether the states lie between bounds; those of a few units can then be counted."""
        return True

    @abc.abstractmethod
    def mean(self, z: Tensor) -> Tensor:
        """⟨s⟩ = L'(z)."""

    @abc.abstractmethod
    def sample(self, z: Tensor, mean: Tensor, generator: Generator) -> Tensor:
        """Draw s; `mean` is that of z, which has been worked out already."""

    @abc.abstractmethod
    def log_partition(self, z: Tensor) -> Tensor:
        """L(z), summed over the units: (…)."""

    def base(self, s: Tensor) -> Tensor:
        """A₀(s), summed over the units: (…)."""
        return s.new_zeros(s.shape[:-1])

    @abc.abstractmethod
    def bias_for(self, mean: Tensor) -> Tensor:
        """The bias with which units that receive nothing else have these means, kept finite."""

    def states(self, count: int) -> Tensor:
        """All states of so many units, (states, count), in float64.

        Raises
        ------
        SettingError
            If there are infinitely many.
        """
        raise SettingError(f"{self.name} units have infinitely many states; sum over the machine's other side.")

    def check(self, s: Tensor) -> None:
        """Refuse rows (N, units) that are no states, nor means of states."""
        del s

    def to_json(self) -> dict[str, Any]:
        """Plain data for a file."""
        return {"name": self.name}


@final
@dataclasses.dataclass(frozen=True)
class BernoulliUnits(Units):
    """0 or 1; a row's values between are read as probabilities.

    Examples
    --------
    >>> BernoulliUnits().mean(torch.tensor([0.0]))
    tensor([0.5000])
    """

    name = "bernoulli"

    def mean(self, z: Tensor) -> Tensor:
        """σ(z)."""
        return z.sigmoid()

    def sample(self, z: Tensor, mean: Tensor, generator: Generator) -> Tensor:
        """1 with probability σ(z)."""
        if mean.dtype == torch.bfloat16:  # whose numbers between 0 and 1 are too coarse for small probabilities
            return _short_numbers(mean.shape, generator).lt_(mean.float().mul_(2**16)).to(mean.dtype)
        return torch.rand(mean.shape, generator=generator, dtype=mean.dtype).lt_(mean)

    def log_partition(self, z: Tensor) -> Tensor:
        """Σ ln(1 + eᶻ)."""
        total: Tensor = softplus(z).sum(-1)
        return total

    def bias_for(self, mean: Tensor) -> Tensor:
        """Log odds, of means between 0.01 and 0.99: a pixel that is never on may still be on in another image."""
        return mean.clamp(0.01, 0.99).logit()

    def states(self, count: int) -> Tensor:
        """2^count rows of zeros and ones."""
        return (torch.arange(2**count).unsqueeze(-1) >> torch.arange(count) & 1).double()

    def check(self, s: Tensor) -> None:
        """Every value must lie in [0, 1]."""
        low, high = map(float, s.aminmax())
        if not (low >= 0 and high <= 1):
            raise DataError(
                f"Expected values in [0, 1] for Bernoulli units, received values from {low:g} to {high:g}; scale them, "
                "or take Gaussian units."
            )


@final
@dataclasses.dataclass(frozen=True)
class GaussianUnits(Units):
    """Any number, of variance 1 given its neighbors; columns are to be standardized."""

    name = "gaussian"

    @property
    def bounded(self) -> bool:
        """No."""
        return False

    def mean(self, z: Tensor) -> Tensor:
        """The sum itself."""
        return z

    def sample(self, z: Tensor, mean: Tensor, generator: Generator) -> Tensor:
        """Normal around z."""
        return torch.randn(z.shape, generator=generator, dtype=z.dtype).add_(z)

    def log_partition(self, z: Tensor) -> Tensor:
        """Σ ½z² + ½ ln 2π."""
        return z.square().sum(-1) / 2 + z.shape[-1] * math.log(2 * math.pi) / 2

    def base(self, s: Tensor) -> Tensor:
        """Σ ½s²."""
        return s.square().sum(-1) / 2

    def bias_for(self, mean: Tensor) -> Tensor:
        """The mean."""
        return mean


@final
@dataclasses.dataclass(frozen=True)
class SoftmaxUnits(Units):
    """One unit of all is 1, the others are 0: labels, in one-hot code."""

    name = "softmax"

    def mean(self, z: Tensor) -> Tensor:
        """Probabilities."""
        return z.softmax(-1)

    def sample(self, z: Tensor, mean: Tensor, generator: Generator) -> Tensor:
        """One-hot rows."""
        # the largest of z + Gumbel noise is drawn with the softmax's probability
        dtype = torch.float32 if z.dtype == torch.bfloat16 else z.dtype  # whose numbers would be too coarse
        noise = torch.rand(z.shape, generator=generator, dtype=dtype).clamp_min_(1e-30).log_().neg_().log_()
        return one_hot((z - noise).argmax(-1), z.shape[-1]).to(z.dtype)

    def log_partition(self, z: Tensor) -> Tensor:
        """Return ln Σ eᶻ."""
        return z.logsumexp(-1)

    def bias_for(self, mean: Tensor) -> Tensor:
        """Logarithms, of means of at least 1e-4."""
        return mean.clamp_min(1e-4).log()

    def states(self, count: int) -> Tensor:
        """The rows of the identity."""
        return torch.eye(count, dtype=torch.float64)

    def check(self, s: Tensor) -> None:
        """Every row must be a distribution."""
        if bool((s < 0).any()) or not torch.allclose(s.sum(-1), s.new_ones(())):
            raise DataError("Expected rows of probabilities that sum to 1 for softmax units; code labels as one-hot.")


@final
@dataclasses.dataclass(frozen=True)
class NoisyReLUUnits(Units):
    """Noisy rectified units, the sum of infinitely many Bernoulli copies; hidden only."""

    name = "relu"

    @property
    def bounded(self) -> bool:
        """No."""
        return False

    def mean(self, z: Tensor) -> Tensor:
        """ln(1 + eᶻ), which the sum of the copies' means nearly is."""
        return softplus(z)

    def sample(self, z: Tensor, mean: Tensor, generator: Generator) -> Tensor:
        """Return max(0, z + n), n of variance σ(z)."""
        noise = torch.randn(z.shape, generator=generator, dtype=z.dtype)
        return torch.addcmul(z, noise, z.sigmoid().sqrt_()).clamp_min_(0)

    def log_partition(self, z: Tensor) -> Tensor:
        """Σ over units and copies; a copy far above z adds e^(z−i+½), of which the rest is a geometric series."""
        copies = max(0, math.ceil(float(z.detach().max()))) + 8
        total = z.new_zeros(z.shape)
        for i in range(1, copies + 1):
            total += softplus(z - i + 0.5)
        rest = (z - copies - 0.5).exp() / (1 - math.exp(-1))
        summed: Tensor = (total + rest).sum(-1)
        return summed

    def bias_for(self, mean: Tensor) -> Tensor:
        """The inverse of the mean."""
        return mean.clamp_min(1e-4).expm1().log()


@final
@dataclasses.dataclass(frozen=True)
class JoinedUnits(Units):
    """Units of different kinds beside each other: those of a layer, and those of the labels.

    Attributes
    ----------
    parts : kinds.
    widths : units of each.
    """

    parts: tuple[Units, ...]
    widths: tuple[int, ...]
    name = "joined"

    @property
    def bounded(self) -> bool:
        """Where those of all parts are."""
        return all(part.bounded for part in self.parts)

    def mean(self, z: Tensor) -> Tensor:
        """Of each part."""
        return torch.cat([part.mean(a) for part, a in self._split(z)], -1)

    def sample(self, z: Tensor, mean: Tensor, generator: Generator) -> Tensor:
        """Of each part."""
        means = mean.split(self.widths, -1)
        drawn = [part.sample(a, m, generator) for (part, a), m in zip(self._split(z), means, strict=True)]
        return torch.cat(drawn, -1)

    def log_partition(self, z: Tensor) -> Tensor:
        """The parts' sum."""
        return torch.stack([part.log_partition(a) for part, a in self._split(z)]).sum(0)

    def base(self, s: Tensor) -> Tensor:
        """The parts' sum."""
        return torch.stack([part.base(a) for part, a in self._split(s)]).sum(0)

    def bias_for(self, mean: Tensor) -> Tensor:
        """Of each part."""
        return torch.cat([part.bias_for(a) for part, a in self._split(mean)], -1)

    def states(self, count: int) -> Tensor:
        """Every state of each part with every state of the others."""
        rows = torch.zeros(1, 0, dtype=torch.float64)
        for part, width in zip(self.parts, self.widths, strict=True):
            more = part.states(width)
            rows = torch.cat([rows.repeat_interleave(len(more), 0), more.repeat(len(rows), 1)], -1)
        return rows

    def check(self, s: Tensor) -> None:
        """Each part checks its own columns."""
        for part, columns in self._split(s):
            part.check(columns)

    def to_json(self) -> dict[str, Any]:
        """With the parts."""
        return {"name": self.name, "parts": [p.to_json() for p in self.parts], "widths": list(self.widths)}

    def _split(self, z: Tensor) -> list[tuple[Units, Tensor]]:
        return list(zip(self.parts, z.split(self.widths, -1), strict=True))


def _short_numbers(shape: torch.Size, generator: Generator) -> Tensor:
    """Uniform numbers ½, 1½, … below 2¹⁶, in float32; four of them come of one number of 64 bits."""
    count = shape.numel()
    long = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(2**63), None, generator=generator)
    return long.view(torch.int16)[:count].view(shape).float().add_(2**15 + 0.5)


KINDS: dict[str, type[Units]] = {
    kind.name: kind for kind in (BernoulliUnits, GaussianUnits, NoisyReLUUnits, SoftmaxUnits)
}


def units_named(name: "str | dict[str, Any]") -> Units:
    """Units by name, or as `to_json` wrote them.

    Raises
    ------
    SettingError
        If there are none of that name.

    Examples
    --------
    >>> units_named("relu")
    NoisyReLUUnits()
    """
    if isinstance(name, dict):
        if name["name"] == JoinedUnits.name:
            return JoinedUnits(tuple(map(units_named, name["parts"])), tuple(name["widths"]))
        name = name["name"]
    if name not in KINDS:
        raise SettingError(unknown_name("kind of unit", name, KINDS))
    return KINDS[name]()
