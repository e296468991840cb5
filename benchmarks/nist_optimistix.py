"""optimistix's Levenberg-Marquardt on NIST's sets: problems as JSON on stdin, fits as JSON on stdout.

It runs in an environment of its own, since JAX is no dependency of this project.
"""

__all__ = ["main"]

import json
import sys
import time

import jax
import jax.numpy as jnp
import optimistix

from benchmarks.nist_models import MODELS

jax.config.update("jax_enable_x64", True)


def main() -> None:
    solver = optimistix.LevenbergMarquardt(rtol=1e-13, atol=1e-13)
    fits = []
    for problem in json.load(sys.stdin):
        x, y, model = jnp.array(problem["x"]), jnp.array(problem["y"]), MODELS[problem["name"]]

        @jax.jit
        def fit(start, model=model, x=x, y=y):
            def residual(parameters, _):
                return model(jnp, parameters, x) - y

            solution = optimistix.least_squares(residual, solver, start, max_steps=5000, throw=False)
            return solution.value, solution.stats["num_steps"]

        for which, start in enumerate(problem["starts"], 1):
            b = jnp.array(start)
            jax.block_until_ready(fit(b))  # the compilation is not counted
            began = time.perf_counter()
            value, steps = jax.block_until_ready(fit(b))
            fits.append(
                {
                    "name": problem["name"],
                    "start": which,
                    "x": value.tolist(),
                    "steps": int(steps),
                    "ms": 1e3 * (time.perf_counter() - began),
                }
            )
    print(json.dumps(fits))


if __name__ == "__main__":
    main()
