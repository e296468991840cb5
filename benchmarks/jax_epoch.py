"""Seconds of a mini-batch step in JAX: an epoch of `lax.scan` with optax's Adam, compiled; prints JSON.

Called by step.py as: PYTHON jax_epoch.py CASES ROWS THREADS, CASES being a JSON list of [sizes …, batch].
"""

__all__ = ["main"]

import json
import os
import statistics
import sys
import time


def epoch_seconds(sizes: list[int], batch: int, rows: int) -> float:
    import jax
    import jax.numpy as jnp
    import optax

    keys = jax.random.split(jax.random.PRNGKey(0), len(sizes) + 1)
    pairs = zip(keys, sizes[:-1], sizes[1:], strict=False)
    params = [(jax.random.normal(k, (a, b)) / a**0.5, jnp.zeros(b)) for k, a, b in pairs]
    x = jax.random.normal(keys[-1], (rows, sizes[0]))
    y = jax.random.randint(keys[-2], (rows,), 0, sizes[-1])
    adam = optax.adam(1e-3)

    def cost(params, x, y):
        for w, b in params[:-1]:
            x = jax.nn.relu(x @ w + b)
        w, b = params[-1]
        return optax.softmax_cross_entropy_with_integer_labels(x @ w + b, y).mean()

    def step(state, index):
        params, moments = state
        gradient = jax.grad(cost)(params, x[index], y[index])
        updates, moments = adam.update(gradient, moments)
        return (optax.apply_updates(params, updates), moments), None

    @jax.jit
    def epoch(state, order):
        return jax.lax.scan(step, state, order)[0]

    steps = rows // batch
    order = jax.random.permutation(keys[0], rows)[: steps * batch].reshape(steps, batch)
    state = epoch((params, adam.init(params)), order)
    times = []
    for _ in range(9):
        start = time.perf_counter()
        state = jax.block_until_ready(epoch(state, order))
        times.append((time.perf_counter() - start) / steps)
    return statistics.median(times)


def main() -> None:
    cases, rows, threads = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])  # XLA takes every core that it sees
    print(json.dumps({"-".join(map(str, case)): epoch_seconds(case[:-1], case[-1], rows) for case in cases}))


if __name__ == "__main__":
    main()
