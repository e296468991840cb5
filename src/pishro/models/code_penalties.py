"""What hampers a code beside its width: it is to be sparse, or to change little when the input does.

    sparse, by activity   λ Σ_j KL(ρ ‖ ρ̂_j),   ρ̂_j = mean of h_j over the mini-batch (Ng 2011)
    sparse, by size       λ mean Σ_j |h_j|
    contractive           λ mean ‖∂h/∂x‖²   (squared Frobenius norm; Rifai et al. 2011)

Where the code reads the input directly, h = f(x W + b), the Jacobian is W with its columns times f', and its norm is
Σ_j f'_j² Σ_i W_ij²; behind further layers it is built unit by unit by automatic differentiation, at the price of a
backward path for each unit of the code. Slopes of all three with respect to θ come from autograd.

References
----------
Ng (2011), Sparse autoencoder, lecture notes CS294A, Stanford.
Rifai, Vincent, Muller, Glorot, Bengio (2011), Contractive auto-encoders: explicit invariance during feature
extraction, ICML.
"""

__all__ = ["L1", "CodePenalty", "Contractive", "KullbackLeibler", "code_penalty"]

import abc
import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.errors import SettingError, unknown_name
from pishro.models.autoencoder import BOTTLENECK, encode
from pishro.nn import Dense, Elementwise, Network

SMALLEST_SHARE = 1e-6
"""A mean activity is kept so far from 0 and 1, where the divergence is infinite."""


class CodePenalty(abc.ABC):
    """A price on codes; its settings are the fields of a frozen dataclass.

    Attributes
    ----------
    name : the name used in settings.
    code_activation : activation of the code that suits it.
    """

    name: ClassVar[str]
    code_activation: ClassVar[str] = "sigmoid"

    @abc.abstractmethod
    def __call__(self, network: Network, theta: Tensor, x: Tensor) -> Tensor:
        """The price (K,) for θ (K, P) on a mini-batch x (N, *row)."""

    def check(self, network: Network) -> None:
        """Raise `SettingError` where the network's code does not suit it."""
        del network


@final
@dataclasses.dataclass(frozen=True)
class KullbackLeibler(CodePenalty):
    """Units of the code that are active for a share ρ of the rows.

    Attributes
    ----------
    target : ρ, between 0 and 1.
    strength : λ.
    """

    target: float = 0.05
    strength: float = 1.0
    name = "kl"

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise SettingError(f"Expected a mean activity between 0 and 1, such as 0.05, received {self.target}.")

    def check(self, network: Network) -> None:
        """The code must lie between 0 and 1."""
        layer = _code_layer(network)
        if layer.activation.name != "sigmoid":
            raise SettingError(
                f"The divergence of activities needs a code between 0 and 1, received {layer.activation.name!r}; use "
                'code_activation="sigmoid", or the penalty "l1".'
            )

    def __call__(self, network: Network, theta: Tensor, x: Tensor) -> Tensor:
        """λ Σ_j KL(ρ ‖ ρ̂_j)."""
        active = encode(network, theta, x).mean(-2).clamp(SMALLEST_SHARE, 1 - SMALLEST_SHARE)
        rho = active.new_full((), self.target)
        divergence = rho * (rho / active).log() + (1 - rho) * ((1 - rho) / (1 - active)).log()
        return self.strength * divergence.sum(-1)


@final
@dataclasses.dataclass(frozen=True)
class L1(CodePenalty):
    """Codes of small absolute sum.

    Attributes
    ----------
    strength : λ.
    """

    strength: float = 0.1
    name = "l1"
    code_activation = "relu"

    def __call__(self, network: Network, theta: Tensor, x: Tensor) -> Tensor:
        """λ mean Σ_j |h_j|."""
        return self.strength * encode(network, theta, x).abs().sum(-1).mean(-1)


@final
@dataclasses.dataclass(frozen=True)
class Contractive(CodePenalty):
    """Codes that change little with the input.

    Attributes
    ----------
    strength : λ.
    """

    strength: float = 0.1
    name = "contractive"

    def __call__(self, network: Network, theta: Tensor, x: Tensor) -> Tensor:
        """λ mean ‖∂h/∂x‖²."""
        first = network.plan.stages[0].node
        f = _code_layer(network).activation
        if first.name == BOTTLENECK and isinstance(f, Elementwise):
            return self.strength * _one_layer(network, theta, x, f).mean(-1)
        return self.strength * _any_encoder(network, theta, x).mean(-1)


def _one_layer(network: Network, theta: Tensor, x: Tensor, f: Elementwise) -> Tensor:
    """‖∂h/∂x‖² of each row, (K, N), in closed form."""
    views = network.layout.views(theta)
    weight, bias = views[f"{BOTTLENECK}.weight"], views[f"{BOTTLENECK}.bias"]
    z = x @ weight + bias.unsqueeze(-2)
    slope = f.derivative(f(z) if f.reads == "output" else z)
    return (slope.square() * weight.square().sum(-2, keepdim=True)).sum(-1)


def _any_encoder(network: Network, theta: Tensor, x: Tensor) -> Tensor:
    """The same by automatic differentiation: a backward path for each unit, for rows do not see each other."""
    rows = x.detach().expand(len(theta), *x.shape).clone().requires_grad_()
    code = encode(network, theta, rows)
    total = theta.new_zeros(code.shape[:-1])
    for unit in range(code.shape[-1]):
        (slope,) = torch.autograd.grad(code[..., unit].sum(), rows, create_graph=True)
        total = total + slope.flatten(2).square().sum(-1)
    return total


def _code_layer(network: Network) -> Dense:
    layer = next(node.layer for node in network.nodes if node.name == BOTTLENECK)
    if not isinstance(layer, Dense):
        raise SettingError(f"Expected a dense layer named {BOTTLENECK!r}, received {layer.kind!r}.")
    return layer


_CATALOG: dict[str, type[CodePenalty]] = {kind.name: kind for kind in (KullbackLeibler, L1, Contractive)}


def code_penalty(name: "str | CodePenalty | None") -> CodePenalty | None:
    """The penalty of a name, "kl", "l1" or "contractive", with its default settings; None for none.

    Examples
    --------
    >>> code_penalty("l1")
    L1(strength=0.1)
    """
    if name is None or isinstance(name, CodePenalty):
        return name
    if name not in _CATALOG:
        raise SettingError(unknown_name("penalty of the code", name, _CATALOG))
    return _CATALOG[name]()
