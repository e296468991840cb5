"""The second-order verdict of a result, computed when it is first asked for.

A function of torch is differentiated twice; a problem that brings its own derivatives is trusted for its gradient, and
its Hessian is taken by differences of that.
"""

__all__ = ["judged", "model_at"]

import dataclasses

import torch
from torch import Tensor

from pishro.optim.function import FunctionProblem
from pishro.optim.problem import Problem
from pishro.optim.residual import ResidualProblem
from pishro.optim.result import Results
from pishro.optim.stationary.classify import examine
from pishro.optim.stationary.local_model import AutogradModel, DifferenceModel, LocalModel
from pishro.optim.stationary.verdict import Verdict


def model_at(problem: Problem, x: Tensor) -> LocalModel:
    """Value, gradient and second derivatives of a problem of one member at x (P,).

    Examples
    --------
    >>> model_at(FunctionProblem(lambda x: x[0] ** 2 * x[1]), torch.tensor([1.0, 3.0])).hessian()
    tensor([[6., 2.],
            [2., 0.]])
    """
    if isinstance(problem, FunctionProblem) and problem.gradient is None:
        return AutogradModel(problem.function, x)
    if isinstance(problem, ResidualProblem) and problem.jacobian is None:
        return AutogradModel(lambda z: problem.residual(z).square().sum() / 2, x)
    return DifferenceModel(problem, x)


def judged(problem: Problem, results: Results) -> Results:
    """The results with a judge for their verdicts."""

    def judge(member: int, x: Tensor) -> Verdict:
        return examine(model_at(problem.select(torch.tensor([member])), x))

    return dataclasses.replace(results, judge=judge)
