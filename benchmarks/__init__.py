"""Side by side with peers and with certified answers: `python -m benchmarks.NAME --help`.

Each file measures one thing, prints a table and writes it as JSON under `benchmarks/results/`. None of them is part of
the test suite; peers come with the `bench` extra.
"""
