"""What kind of point training ended in, by first and second derivatives of the very cost that was minimized.

A strict local minimum has no gradient and only positive curvatures. A trained network may miss that in ways that are no
fault: a symmetry of the network makes directions flat without meaning (`symmetry`), early stopping ends on purpose
before the gradient vanishes, and evidence ends when more steps no longer pay. The certificate counts the first apart,
says the second, and for the third makes the steps that are missing (`continuation`): where they lower the cost by less
than anyone can tell, the verdict is that of the point where they end; otherwise it is "not stationary", and what a
longer training would change is known.

Up to `DENSE` parameters the Hessian is written out and judged on the space orthogonal to the symmetry; beyond,
Lanczos's method finds the ends of its spectrum from products with vectors.
"""

__all__ = ["Certificate", "certify"]

import dataclasses
import math
from typing import Any, final

import torch

from pishro.diagnosis.continuation import Continuation, go_on
from pishro.diagnosis.fact import Fact
from pishro.diagnosis.objective_model import ObjectiveModel
from pishro.diagnosis.observation import Observation, spread_rows
from pishro.diagnosis.sentences import PHRASES
from pishro.diagnosis.symmetry import log10_copies
from pishro.objectives import DataProducts, Objective
from pishro.optim import Kind, Verdict
from pishro.optim.stationary import escape
from pishro.optim.stationary.classify import judge
from pishro.optim.stationary.lanczos import extreme_eigenpairs

DENSE, DENSE_WORK = 400, 1_000_000
"""P, and P·N·C, up to which the Hessian is written out: two times P reverse passes over all rows, under two seconds."""

ROWS = 1000
"""Training rows on which products are made where P is large; the ends of the spectrum of a mean need no more."""

NEGLIGIBLE = 1e-2
"""Fall of the cost, in nats, that no one can tell from none: likelihoods then differ by 1 %."""

NOTICEABLE = 0.1
"""Change of the predictions, in units of their noise, that a score may show: it is 0.5 % of their error."""

BASIS, RESTARTS = 24, 2


@final
@dataclasses.dataclass(frozen=True)
class Certificate:
    """What is known of the point reached; plain numbers, so that it is saved with the model.

    Attributes
    ----------
    kind : "strict minimum", "degenerate", "saddle", "strict maximum", "not stationary", "stopped early", or
        "constrained".
    member, members : which member it is about, the one with the largest evidence (or the least cost), of how many.
    rows : training rows over which the derivatives were summed.
    value, gradient_norm, largest : the cost, and Euclidean norm and largest entry of its gradient.
    hessian, gauss_newton : smallest and largest eigenvalue of each.
    flat : eigenvalues of the Hessian that are zero to the accuracy at hand, those of the symmetry included.
    symmetric : flat directions by scaling symmetry.
    copies : log₁₀ of the number of equal points by sign flips and permutations.
    complete : whether all eigenvalues were computed.
    promise : by how much a Newton step would lower the cost, ½ gᵀH⁻¹g over the positive curvatures; where not all
        eigenvalues were computed, by how much a step down the gradient would.
    steps, fall, shift : further steps that were tried, by how much they lowered the cost, and by how much they changed
        the predictions, in units of their noise.
    ahead : the kind of point where they ended; "" where the cost still fell.
    curvature : the most negative one of a saddle.
    gain : by how much one step along the escape direction lowers the cost.
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
    steps: int = 0
    fall: float = 0.0
    shift: float = 0.0
    ahead: str = ""
    curvature: float = 0.0
    gain: float = 0.0
    escape: tuple[float, ...] = ()
    kkt: str = ""
    evidence: bool = False

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What of it belongs among the findings of a diagnosis."""
        if self.kind != "saddle":
            return ()
        return (Fact("saddle", {"curvature": self.curvature}, 0.0, "a negative eigenvalue", "warning"),)

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
            "points": f"10{f'{self.copies:.0f}'.translate(_RAISED)}",
        }

    @property
    def verdict(self) -> str:
        """Which phrase is the verdict."""
        phrases = {
            "strict minimum": "minimum-symmetry" if self.symmetric and self.flat else "minimum",
            "strict maximum": "maximum",
            "stopped early": "stopped",
            "not stationary": _AHEAD[self.ahead] if self.steps else "not-stationary",
        }
        return "certificate." + phrases.get(self.kind, self.kind)

    @property
    def keys(self) -> list[str]:
        """Which phrases make up the certificate, in their order."""
        parts = {
            "point": True,
            "hessian": True,
            "ends": not self.complete,
            "flat": bool(self.symmetric),
            "isolated": self.copies >= 1,
        }
        moving = self.kind == "not stationary"
        behind = {
            "descent": self.hessian[0] < 0 and self.kind in ("not stationary", "stopped early"),
            "near": bool(self.steps) and not moving,
            "moving": bool(self.steps) and moving and not self.ahead,
            "seen": bool(self.ahead) and moving and self.shift >= NOTICEABLE,
            "unseen": bool(self.ahead) and moving and self.shift < NOTICEABLE,
            "evidence": self.evidence and moving,
            "kkt": bool(self.kkt),
        }
        said, after = ([f"certificate.{key}" for key, holds in part.items() if holds] for part in (parts, behind))
        return [*said, self.verdict, *after]

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


def certify(observation: Observation) -> Certificate:
    """Certify the best member of a trained network.

    Parameters
    ----------
    observation : the network and the rows that it was trained on.

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
    theta, beta = (t.double() for t in trained.minimized(observation.network, observation.likelihood))
    share = rows / len(train)
    prior = None if trained.prior is None else dataclasses.replace(trained.prior, alpha=trained.prior.alpha / share)
    everyone = Objective(observation.network, observation.likelihood, train, prior, beta)
    if record.evidence:
        member = int(torch.tensor(record.evidence).argmax())
    else:
        with torch.no_grad():
            member = int(everyone.value(theta).argmin())
    model = ObjectiveModel(everyone.select(torch.tensor([member])), theta[member])
    early, kkt = bool(record.history.validation), trained.kkts[member] if trained.kkts else None
    found = _dense(model, early or kkt is not None) if dense else _ends(model)
    kind = "stopped early" if early and found.kind != "strict minimum" else found.kind
    return dataclasses.replace(
        found,
        kind=kind if kkt is None else "constrained",
        member=member,
        members=len(theta),
        rows=len(train),
        copies=log10_copies(observation.network),
        kkt="" if kkt is None else str(kkt),
        evidence=bool(record.evidence),
    )


def _dense(model: ObjectiveModel, early: bool) -> Certificate:
    """From the whole spectrum; further steps are tried unless the training was stopped early on purpose."""
    here = there = model
    spectrum = here.spectrum
    gauss = torch.linalg.eigvalsh(here.gauss_newton())
    slope, up = spectrum.vectors.mT @ here.gradient, spectrum.values > spectrum.zero
    promise = float((slope[up].square() / spectrum.values[up]).sum() / 2)
    falls_away = promise <= NEGLIGIBLE and bool(spectrum.values[0] < -spectrum.zero)
    verdict = judge(here, spectrum.basis) if early or falls_away else None
    further = None
    if verdict is None or (not early and verdict.kind is Kind.NOT_STATIONARY):
        further = go_on(here.objective, here.x)
        there = here.moved(further.theta) if further.steps and not further.falling else here
        if further.falling:  # what second derivatives say on the way down a curved valley means nothing
            verdict = Verdict(Kind.NOT_STATIONARY, spectrum.values, 0, float(here.gradient.abs().amax()))
        else:
            verdict = judge(there, there.spectrum.basis)
    return _certificate(
        here,
        verdict,
        (float(spectrum.values[0]), float(spectrum.values[-1])),
        (float(gauss[0]), float(gauss[-1])),
        symmetric=spectrum.symmetric,
        promise=promise,
        walk=(there, further),
    )


def _ends(model: ObjectiveModel) -> Certificate:
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
    return _certificate(
        model, verdict, (low, high), ends, promise=gradient / (2 * max(high, 1e-300)), walk=(model, None)
    )


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_AHEAD = {
    "": "falling",
    "strict minimum": "ahead-minimum",
    "degenerate": "ahead-degenerate",
    "saddle": "ahead-saddle",
    "strict maximum": "falling",
}
_KINDS = {Kind.INCONCLUSIVE: "degenerate"}


def _certificate(
    here: ObjectiveModel,
    verdict: Verdict,
    hessian: tuple[float, float],
    gauss_newton: tuple[float, float],
    *,
    symmetric: int = 0,
    promise: float = 0.0,
    walk: tuple[ObjectiveModel, Continuation | None],
) -> Certificate:
    """The certificate of the point `here`; the verdict is of where the walk led, which may be no step away."""
    there, further = walk
    gain, curvature, direction = 0.0, 0.0, ()
    steps, fall, shift = (0, 0.0, 0.0) if further is None else (further.steps, further.fall, further.shift)
    kind = found = _KINDS.get(verdict.kind, verdict.kind.value)
    if further is not None and not further.done and kind != "strict minimum":
        kind = found = "not stationary"
    if fall > NEGLIGIBLE or (kind == "degenerate" and further is None and promise > NEGLIGIBLE):
        kind = "not stationary"
    if kind == "saddle" and verdict.escape is not None:
        with torch.no_grad():
            gain = float(there.value - there.cost(escape(there.cost, there.x, verdict)))
        curvature, direction = float(verdict.eigenvalues[0]), tuple(verdict.escape.tolist())
    return Certificate(
        kind=kind,
        member=0,
        members=1,
        rows=len(here.objective.batch),
        value=float(here.value),
        gradient_norm=float(torch.linalg.vector_norm(here.gradient)),
        largest=float(here.gradient.abs().amax()),
        hessian=hessian,
        gauss_newton=gauss_newton,
        flat=verdict.zeros + symmetric,
        symmetric=symmetric,
        complete=verdict.complete,
        promise=promise,
        steps=steps,
        fall=fall,
        shift=shift,
        ahead="" if further is None or found == "not stationary" else found,
        curvature=curvature,
        gain=gain,
        escape=direction,
    )
