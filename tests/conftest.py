"""What every test shares: seeded generators, no window, GPU tests skipped where there is no GPU."""

import os
import random
import signal
from collections.abc import Iterator

os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pytest
import torch

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell that starts tests in the background takes Ctrl-C away
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def same_random_numbers() -> None:
    """Start every test from the same state of the global generators."""
    random.seed(0)
    np.random.seed(0)  # some peers and scikit-learn draw from the global generator
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def same_torch_defaults() -> Iterator[None]:
    """Fail a test that leaves torch's default dtype changed behind."""
    before = torch.get_default_dtype()
    yield
    after = torch.get_default_dtype()
    torch.set_default_dtype(before)
    assert after == before, f"the default dtype was left at {after}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a CUDA device where there is none."""
    if torch.cuda.is_available():
        return
    skip = pytest.mark.skip(reason="needs a CUDA device")
    for item in items:
        if "gpu" in item.keywords:
            item.add_marker(skip)
