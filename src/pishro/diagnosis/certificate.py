"""What kind of point training ended in, by first and second derivatives of the very cost that was minimized.

A strict local minimum has no gradient and only positive curvatures. A trained network may miss that in ways that are no
fault: a symmetry of the network makes directions flat without meaning (`symmetry`), and early stopping ends on purpose
before the gradient vanishes. The certificate counts the former apart and says the latter.

Up to `DENSE` parameters the Hessian is written out and judged on the space orthogonal to the symmetry; beyond,
Lanczos's method finds the ends of its spectrum from products with vectors.
"""

__all__ = ["Certificate", "certify"]

import dataclasses
import math
from typing import Any, final

import torch
from torch import Tensor

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation, spread_rows
from pishro.diagnosis.sentences import PHRASES
from pishro.diagnosis.symmetry import log10_copies, scaling_tangents
from pishro.objectives import DataProducts, Objective, ObjectivePoint
from pishro.optim import KKT, HessianPoint, Kind, Need, Verdict
from pishro.optim.stationary import escape
from pishro.optim.stationary.classify import judge
from pishro.optim.stationary.lanczos import extreme_eigenpairs
from pishro.optim.stationary.local_model import LocalModel
from pishro.optim.stationary.signs import rounding

DENSE, DENSE_WORK = 400, 1_000_000
"""P, and P·N·C, up to which the Hessian is written out: two times P reverse passes over all rows, under two seconds."""

ROWS = 1000
"""Training rows on which products are made where P is large; the ends of the spectrum of a mean need no more."""

NEGLIGIBLE = 1e-2
"""Promised fall of the cost, in nats, that no one can tell from none: likelihoods then differ by 1 %."""

BASIS, RESTARTS = 24, 2


@final
@dataclasses.dataclass(frozen=True)
class Certificate:
    """What is known of the point reached; plain numbers, so that it is saved with the model.

    Attributes
    ----------
    kind : "strict minimum", "degenerate", "saddle", "strict maximum", "not stationary", or "stopped early".
    member, members : which member it is about, the one with the largest evidence (or the least cost), of how many.
    rows : training rows over which the derivatives were summed.
    value, gradient_norm, largest : the cost, and Euclidean norm and largest entry of its gradient.
    hessian, gauss_newton : smallest and largest eigenvalue of each.
    flat : eigenvalues of the Hessian that are zero to the accuracy at hand, those of the symmetry included.
    symmetric : flat directions by scaling symmetry.
    copies : log₁₀ of the number of equal points by sign flips and permutations.
    complete : whether all eigenvalues were computed.
    promise : by how much a Newton step would lower the cost, ½ gᵀH⁻¹g over the positive curvatures.
    gain : by how much one step along the escape direction lowers it.
    escape : that direction (P,); empty where there is none.
    kkt : the first-order conditions of a constrained fit in a sentence; "" where nothing was constrained.
    evidence : whether the cost's precisions were re-estimated on the way.
    """

    kind: str
    member: int
    members: int
    rows: int
    value: float
    gradient_norm: float
    largest: float
    hessian: tuple[float, float]
    gauss_newton: tuple[float, float]
    flat: int = 0
    symmetric: int = 0
    copies: float = 0.0
    complete: bool = True
    promise: float = 0.0
    gain: float = 0.0
    escape: tuple[float, ...] = ()
    kkt: str = ""
    evidence: bool = False

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What of it belongs among the findings of a diagnosis."""
        if self.kind != "saddle":
            return ()
        return (Fact("saddle", {"curvature": self.hessian[0]}, 0.0, "a negative eigenvalue", "warning"),)

    @property
    def sentences(self) -> list[str]:
        """The certificate in words, in English; `PHRASES[key]` is the template of each sentence."""
        return [PHRASES[key].format(**self.values) for key in self.keys]

    @property
    def values(self) -> dict[str, Any]:
        """The numbers and names in the sentences."""
        return dataclasses.asdict(self) | {
            "gradient": self.gradient_norm,
            "member": self.member + 1,
            "low": self.hessian[0],
            "high": self.hessian[1],
            "gauss_low": self.gauss_newton[0],
            "gauss_high": self.gauss_newton[1],
            "curvature": self.hessian[0],
        }

    @property
    def keys(self) -> list[str]:
        """Which phrases make up the certificate, in their order."""
        keys = ["point", "hessian"] + ([] if self.complete else ["ends"])
        keys += ["flat"] if self.symmetric else []
        keys += ["isolated"] if self.copies >= 1 else []
        verdict = {
            "strict minimum": "minimum-symmetry" if self.symmetric and self.flat else "minimum",
            "strict maximum": "maximum",
            "stopped early": "stopped",
        }
        keys.append(verdict.get(self.kind, self.kind.replace(" ", "-")))
        if self.kind in ("not stationary", "stopped early") and self.hessian[0] < 0:
            keys.append("descent")
        keys += ["evidence"] if self.evidence and self.kind == "not stationary" else []
        keys += ["kkt"] if self.kkt else []
        return [f"certificate.{key}" for key in keys]

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of the model file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Certificate":
        """The certificate that `to_json` wrote."""
        pairs = {name: tuple(data[name]) for name in ("hessian", "gauss_newton", "escape")}
        return cls(**{**data, **pairs})

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    __repr__ = __str__


def certify(observation: Observation, kkt: KKT | None = None) -> Certificate:
    """Certify the best member of a trained network.

    Parameters
    ----------
    observation : the network and the rows that it was trained on.
    kkt : first-order certificate of a constrained fit, which is quoted.

    Examples
    --------
    >>> from pishro.likelihoods import Normal
    >>> from pishro.nn import Dense, Network
    >>> from pishro.objectives import Batch
    >>> from pishro.training import Plan, train_members
    >>> x = torch.linspace(-1, 1, 60, dtype=torch.float64).reshape(-1, 1)
    >>> net, batch = Network.chain(1, Dense(2, "tanh"), Dense(1)), Batch(x, torch.sin(2 * x))
    >>> found = certify(Observation(net, Normal(), train_members(net, Normal(), batch, Plan(2)), batch))
    >>> found.members, found.complete, found.hessian[1] > 0
    (2, True, True)
    """
    trained, record = observation.trained, observation.trained.record
    size, rows = observation.network.layout.size, len(observation.train)
    dense = size <= DENSE and size * rows * observation.network.outputs <= DENSE_WORK
    train = spread_rows(observation.train, rows if size <= DENSE else ROWS, torch.float64)
    theta = trained.theta.double()
    share = rows / len(train)
    prior = None if trained.prior is None else dataclasses.replace(trained.prior, alpha=trained.prior.alpha / share)
    everyone = Objective(observation.network, observation.likelihood, train, prior, trained.beta.double())
    if record.evidence:
        member = int(torch.tensor(record.evidence).argmax())
    else:
        with torch.no_grad():
            member = int(everyone.value(theta).argmin())
    model = _ObjectiveModel(everyone.select(torch.tensor([member])), theta[member])
    found = _dense(model) if dense else _ends(model)
    early = bool(record.history.validation)
    return dataclasses.replace(
        found,
        kind="stopped early" if early and found.kind != "strict minimum" else found.kind,
        member=member,
        members=len(theta),
        rows=len(train),
        copies=log10_copies(observation.network),
        kkt="" if kkt is None else str(kkt),
        evidence=bool(record.evidence),
    )


class _ObjectiveModel(LocalModel):
    """One member's objective at θ (P,), its second derivatives by automatic differentiation of the forward path."""

    def __init__(self, objective: Objective, x: Tensor) -> None:
        self.objective, self.x = objective, x.detach().clone()
        self.accuracy = torch.finfo(x.dtype).eps
        point = objective.at(self.x.unsqueeze(0), Need.HESSIAN_PRODUCT)
        if not isinstance(point, HessianPoint):
            raise TypeError(f"Expected a point with a Hessian, received {type(point).__name__}.")
        self._hessian = point.hessian
        self.value, self.gradient = point.value[0], point.gradient[0]

    def product(self, v: Tensor) -> Tensor:
        """H v for a vector (P,)."""
        product: Tensor = (self._hessian @ v.unsqueeze(0))[0]
        return product

    def moved(self, x: Tensor) -> "_ObjectiveModel":
        """The same objective at another point."""
        return _ObjectiveModel(self.objective, x)

    def cost(self, x: Tensor) -> Tensor:
        """Cost at x (P,)."""
        return self.objective.value(x.unsqueeze(0))[0]


def _dense(model: _ObjectiveModel) -> Certificate:
    """From the whole spectrum."""
    objective, size = model.objective, len(model.x)
    hessian = model.hessian()
    values, U = torch.linalg.eigh((hessian + hessian.mT) / 2)
    zero = rounding(hessian, values, model.accuracy)
    tangents = scaling_tangents(objective.network, model.x)
    # a prior, or a gradient that is left, bends the symmetry's directions: only those that are flat count
    bent = torch.linalg.vector_norm(hessian @ tangents, dim=0)
    tangents = tangents[:, bent <= max(zero, 1e-7 * float(values.abs().amax()))]
    Q, _ = torch.linalg.qr(torch.cat([tangents, torch.eye(size, dtype=hessian.dtype)], 1))
    verdict = judge(model, Q[:, tangents.shape[1] : size])
    with torch.no_grad():
        gauss = torch.linalg.eigvalsh(_gauss_newton(objective, model.x))
    up = values > zero
    slope = U.mT @ model.gradient
    return _certificate(
        model,
        verdict,
        (float(values[0]), float(values[-1])),
        (float(gauss[0]), float(gauss[-1])),
        flat=verdict.zeros + tangents.shape[1],
        symmetric=tangents.shape[1],
        promise=float((slope[up].square() / values[up]).sum() / 2),
    )


def _gauss_newton(objective: Objective, theta: Tensor) -> Tensor:
    point = objective.at(theta.unsqueeze(0), Need.GAUSS_NEWTON)
    if not isinstance(point, ObjectivePoint):
        raise TypeError(f"Expected the point of an objective, received {type(point).__name__}.")
    return point.precision.matrix[0]


def _ends(model: _ObjectiveModel) -> Certificate:
    """From the ends of the spectrum."""
    objective = model.objective
    start = torch.randn(len(model.x), generator=torch.Generator().manual_seed(0), dtype=model.x.dtype)
    ritz = extreme_eigenpairs(model.product, start, basis=BASIS, restarts=RESTARTS)
    data = DataProducts(objective.network, objective.likelihood, objective.batch, model.x.unsqueeze(0))
    beta = 1.0 if objective.beta is None else float(objective.beta[0])
    alpha = torch.zeros_like(model.x) if objective.prior is None else objective.prior.precision[0]
    gauss = extreme_eigenpairs(
        lambda v: beta * data.product(v.unsqueeze(0))[0] + alpha * v, start, basis=BASIS, restarts=RESTARTS
    )
    low, high = float(ritz.values[0]), float(ritz.values[-1])
    sure = -low > float(ritz.residuals[0])
    largest = float(model.gradient.abs().amax())
    still = float(torch.linalg.vector_norm(model.gradient)) <= math.sqrt(model.accuracy) * max(high, 1.0)
    kind = Kind.NOT_STATIONARY if not still else Kind.SADDLE if sure else Kind.INCONCLUSIVE
    down = ritz.vectors[0] if sure else None
    if down is not None and float(down @ model.gradient) > 0:
        down = -down
    verdict = Verdict(kind, ritz.values, 0, largest, down, complete=False)
    ends = max(0.0, float(gauss.values[0])), float(gauss.values[-1])
    gradient = float(model.gradient.square().sum())
    return _certificate(model, verdict, (low, high), ends, promise=gradient / (2 * max(high, 1e-300)))


_KINDS = {Kind.INCONCLUSIVE: "degenerate"}


def _certificate(
    model: _ObjectiveModel,
    verdict: Verdict,
    hessian: tuple[float, float],
    gauss_newton: tuple[float, float],
    *,
    flat: int = 0,
    symmetric: int = 0,
    promise: float = 0.0,
) -> Certificate:
    gain, direction = 0.0, ()
    if verdict.kind is Kind.SADDLE and verdict.escape is not None:
        with torch.no_grad():
            gain = float(model.value - model.cost(escape(model.cost, model.x, verdict)))
        direction = tuple(verdict.escape.tolist())
    kind = _KINDS.get(verdict.kind, verdict.kind.value)
    if kind == "degenerate" and promise > NEGLIGIBLE:
        kind = "not stationary"
    return Certificate(
        kind=kind,
        member=0,
        members=1,
        rows=len(model.objective.batch),
        value=float(model.value),
        gradient_norm=float(torch.linalg.vector_norm(model.gradient)),
        largest=float(model.gradient.abs().amax()),
        hessian=hessian,
        gauss_newton=gauss_newton,
        flat=flat,
        symmetric=symmetric,
        complete=verdict.complete,
        promise=promise,
        gain=gain,
        escape=direction,
    )
