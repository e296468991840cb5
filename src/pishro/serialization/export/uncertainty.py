"""How far the posterior of θ leaves the raw output open: the diagonal of J A⁻¹ Jᵀ, as steps.

The row of the Jacobian of a raw output c is written layer by layer: with δ the derivative of c by a dense layer's sums
it holds x ⊗ δ for the weights and δ for the biases, and the layer before receives Wδ. Then ‖L⁻¹ Jᵀ‖² with A = L Lᵀ is
the variance, one product with a triangle of P²/2 numbers, which is nearly all that such an export holds.
"""

__all__ = ["raw_variance"]

import numpy as np

from pishro.errors import SettingError
from pishro.nn import Dense, MonotoneDense, Network
from pishro.serialization.export import steps as op
from pishro.serialization.export.activations import slope_of
from pishro.serialization.export.layers import Passed, acting_weight, monotone_factor
from pishro.serialization.export.program import Builder, Value
from pishro.training import LaplacePosterior


def raw_variance(
    build: Builder, network: Network, path: list[Passed], posterior: LaplacePosterior, contrast: "op.Array | None"
) -> Value:
    """Variance of each raw output, or of its contrasts Sᵀ raw (C, R), one entry each.

    Raises
    ------
    SettingError
        If the network is not a chain of dense layers behind layers without parameters.
    """
    trained = [passed for passed in path if passed.params]
    for passed in trained:
        if not isinstance(passed.layer, Dense | MonotoneDense) or set(passed.params) != {"weight", "bias"}:
            raise SettingError(
                f"Layer {passed.name!r}: the uncertainty of its parameters cannot be exported; export with "
                "posterior=False, which leaves it out."
            )
    between = path[path.index(trained[0]) :]
    if any(not p.params and p.layer.kind != "dropout" for p in between) or any(
        len(n.sources) > 1 for n in network.nodes
    ):
        raise SettingError(
            "The parameters' uncertainty can be exported for a chain of dense layers only; export with posterior=False."
        )
    factor = _factor(trained, posterior)
    outputs = np.eye(network.outputs) if contrast is None else contrast
    parts = []
    for direction in outputs.T:
        jacobian = _jacobian(build, trained, np.ascontiguousarray(direction))
        scaled = build.dense(jacobian, factor, np.zeros(factor.shape[-1]))
        parts.append(build.total(build.map("square", scaled)))
    return build.join(*parts)


def _factor(trained: list[Passed], posterior: LaplacePosterior) -> op.Array:
    """L⁻¹ᵀ (…, P, P), its rows multiplied where a layer's weights act by their size only."""
    lower: op.Array = posterior.inverse_lower.double().numpy()
    factor = np.ascontiguousarray((lower[0] if len(lower) == 1 else lower).swapaxes(-1, -2))
    start = 0
    for passed in trained:
        size = int(np.prod(passed.params["weight"].shape[-2:]))
        slope = monotone_factor(passed.layer, passed.params)
        if slope.ndim:
            factor[..., start : start + size, :] *= slope.reshape(*slope.shape[:-2], -1, 1)
        start += size + passed.params["bias"].shape[-1]
    return factor


def _jacobian(build: Builder, trained: list[Passed], direction: op.Array) -> Value:
    """The row of the Jacobian of direction · raw, in the order of θ."""
    blocks: list[Value] = []
    delta: Value | None = None
    for place in reversed(range(len(trained))):
        passed = trained[place]
        sums = passed.sums or passed.y
        slope = slope_of(build, passed.layer.activation, sums, passed.y)
        if delta is None:  # behind the last layer stands the direction itself
            ones = slope if slope is not None else build.affine(sums, 0.0, 1.0)
            delta = build.affine(ones, direction)
        elif slope is not None:
            delta = build.combine("multiply", delta, slope)
        outer = build.add(op.Outer(), passed.x, delta, size=passed.x.size * delta.size)
        blocks = [outer, delta, *blocks]
        if place:
            weight = acting_weight(passed.layer, passed.params)
            back = np.ascontiguousarray(weight.swapaxes(-1, -2))
            delta = build.dense(delta, back, np.zeros(back.shape[-1]))
    return build.join(*blocks)
