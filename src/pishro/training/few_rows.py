"""The recipe for few rows: second-order steps with evidence on small networks.

Levenberg-Marquardt costs about 2·N·R·P² + P³ operations an iteration and member (R: rank of the output's curvature). Of
what is left to choose, members are cut first, then iterations, then the width, until the work fits the time.
"""

__all__ = ["FewRows"]

import dataclasses
from collections.abc import Sequence
from typing import Self, final

from torch import Tensor

from pishro.errors import DataError
from pishro.likelihoods import Likelihood
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.optim import LevenbergMarquardt, Method, Stop
from pishro.training.journal import Checkpoints
from pishro.training.limits import FREE, Limits
from pishro.training.recipe import Hidden, Recipe, Size, dense_parameters, given_units, left_open, shape, told
from pishro.training.train import Plan, TrainedMembers, Watch, train_members

OPERATIONS_PER_SECOND = 3e10
"""What two CPU cores sustain in float64 over a whole iteration; measured 3-5·10¹⁰ at P = 200 to 600."""

SECONDS = 60.0
"""Work planned for when no limit is given: what a person waits for without leaving the desk."""

MOST_PARAMETERS = 4000
"""P at which the K × P × P matrices of a few members fill 1 GB."""

ONE_LAYER_BELOW = 500
"""Training rows below which one hidden layer is used: two overfit there (yacht, inner split: RMSE 0.45 against 0.27),
and above which two win at the same parameter count (energy: 0.34 against 0.41)."""

MEMBERS, MORE_MEMBERS = 8, 12
"""Networks, and those of one layer, which are cheap. Inner splits of yacht, 20 of them, 8, 12, 16 and 24 members: RMSE
0.330, 0.314, 0.312 and 0.315, log-likelihood 0.09, 0.12, 0.12 and 0.14, in 1.4, 1.7, 2.0 and 2.7 seconds."""

ITERATIONS, MORE_ITERATIONS = 200, 300
"""At most, and on one layer; a member stops by itself where its evidence stands still. Inner splits, 150 and 200:
energy 0.335 and 0.325, log-likelihood of concrete the same; 140, 200 and 300: yacht 0.511, 0.494 and 0.491."""


@final
@dataclasses.dataclass(frozen=True)
class FewRows(Recipe):
    """Levenberg-Marquardt with evidence.

    Attributes
    ----------
    iterations : most iterations of each member.
    method : an assembly with a Gauss-Newton matrix.

    Examples
    --------
    >>> FewRows.choose(700, 8, 1).hidden
    (12, 12)
    """

    iterations: int
    method: Method = dataclasses.field(default_factory=LevenbergMarquardt)

    @classmethod
    def choose(
        cls,
        rows: int,
        inputs: int,
        outputs: int,
        hidden: Hidden = "auto",
        members: "int | str" = "auto",
        seconds: float | None = None,
    ) -> Self:
        """Choose what is left "auto".

        Parameters
        ----------
        rows, inputs, outputs : N training rows, D encoded inputs, C raw outputs.
        hidden, members, seconds : as for `choose_recipe`.

        Raises
        ------
        DataError
            If even the smallest network has too many parameters for this method.
        """
        free_width = left_open(hidden)
        units = _auto_hidden(rows, inputs, outputs) if free_width else given_units(hidden)
        usual, iterations = (MEMBERS, ITERATIONS) if rows >= ONE_LAYER_BELOW else (MORE_MEMBERS, MORE_ITERATIONS)
        count = usual if isinstance(members, str) else members
        budget = OPERATIONS_PER_SECOND * (SECONDS if seconds is None else max(seconds, 1.0))
        cuts: list[str] = []
        while _work(rows, dense_parameters(inputs, units, outputs), outputs) * count * iterations > budget:
            if isinstance(members, str) and count > 3:
                count -= 1
                cuts.append("members")
            elif iterations > 80:
                iterations -= 20
                cuts.append("iterations")
            elif free_width and min(units) > 4:
                units = tuple(u - 1 for u in units)
                cuts.append("width")
            elif isinstance(members, str) and count > 1:
                count -= 1
            elif iterations > 30:
                iterations -= 10
                cuts.append("iterations")
            else:
                break
        while free_width and dense_parameters(inputs, units, outputs) > MOST_PARAMETERS and min(units) > 2:
            units = tuple(u - 1 for u in units)
        size = dense_parameters(inputs, units, outputs)
        if size > MOST_PARAMETERS:
            raise DataError(
                f"A network on {inputs} encoded inputs has {size} parameters; Levenberg-Marquardt takes at most "
                f"{MOST_PARAMETERS}. Drop columns, or merge categories with many levels."
            )
        return cls(units, count, _sentence(rows, size, units, count, iterations, cuts), iterations)

    def sized(self, hidden: "int | Sequence[int]", members: "int | str", size: Size, seconds: float | None) -> Self:
        """The same for other hidden layers."""
        made = self.choose(*size, hidden, members, seconds).by(self.method)
        return dataclasses.replace(made, device=self.device)

    def by(self, method: Method) -> Self:
        """The same by a method that was named."""
        sentence = self.sentence
        if method.name != self.method.name:
            sentence = sentence.replace("Levenberg-Marquardt", f"Method {method.name}, as asked,")
        return dataclasses.replace(self, method=method, sentence=sentence)

    def network(self, x: Tensor, outputs: int, activation: str = "auto", limits: Limits = FREE) -> Network:
        """Dense layers; tanh, whose second derivatives make the curvature smooth, unless named."""
        activation = "tanh" if activation == "auto" else activation
        layers = limits.layers(self.hidden, activation, limits.signs)
        return Network.chain(x.shape[1], *layers, limits.output(outputs))

    def train(
        self,
        network: Network,
        likelihood: Likelihood,
        batch: Batch,
        seed: int,
        seconds: float,
        watch: Watch | None = None,
        start: Tensor | None = None,
        checkpoint: Checkpoints | None = None,
    ) -> TrainedMembers:
        """All members at once, by evidence."""
        stop = Stop(iterations=self.iterations, seconds=seconds)
        plan = Plan(
            *(self.members, seed, stop, self.sentence, self.method),
            start=start,
            trained=start is not None,
            checkpoint=checkpoint,
            device=self.device,
        )
        return train_members(network, likelihood, batch, plan, watch)


def _work(rows: int, size: int, outputs: int) -> float:
    """Operations of one iteration of one member."""
    return 2.0 * rows * max(1, outputs - 1) * size**2 + size**3


def _auto_hidden(rows: int, inputs: int, outputs: int) -> tuple[int, ...]:
    """The widest of a few shapes with at least two numbers in the target for each parameter.

    The evidence of finished networks chooses worse: the Laplace approximation charges a unit more than it costs, also
    where its symmetries (ln 2ᴴH!) are counted. Inner splits of yacht, four of them: 8, 12, 16, 20 and 32 units have the
    median evidence 297, 292, 263, 227 and 205, log-likelihoods of -0.32, 0.00, 0.19, 0.27 and 0.24, and RMSE 0.48,
    0.33, 0.31, 0.37 and 0.50 on rows left out. Concrete, two splits: 8-8 and 12-12 have -343 and -449, and
    log-likelihoods of -2.82 and -2.72. Re-estimation prunes what is too wide by itself; what is too narrow it cannot
    mend.
    """
    shapes: list[tuple[int, ...]] = [(u,) for u in (2, 3, 4, 6, 8, 10, 12, 16)]
    if rows >= ONE_LAYER_BELOW:
        shapes = [(u, u) for u in (4, 6, 8, 10, 12)]
    fitting = [s for s in shapes if 2 * dense_parameters(inputs, s, outputs) <= rows]
    return fitting[-1] if fitting else shapes[0]


def _sentence(rows: int, size: int, units: tuple[int, ...], members: int, iterations: int, cuts: list[str]) -> str:
    text = (
        f"Levenberg-Marquardt with evidence on {told(members)} with {shape(units)} tanh units ({size} parameters): "
        f"{rows} rows are few enough for second-order steps, at most {iterations} of them."
    )
    if cuts:
        text += f" To end in reasonable time, fewer {' and '.join(dict.fromkeys(cuts))} than usual were chosen."
    return text
