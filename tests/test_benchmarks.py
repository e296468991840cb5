"""Benchmarks that need a machine of their own: that they say so elsewhere, and that their way can be walked."""

import pytest
import torch
from benchmarks import gpu, large_lm


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
def test_without_a_device_it_says_so_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu.main([]) == 0
    assert capsys.readouterr().out == "There is no CUDA device here, so there is nothing to measure.\n"


def test_the_way_of_a_device_in_small(capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu.main(["--device", "cpu", "--small", "--no-compile"]) == 0
    told = capsys.readouterr().out
    for line in ("Levenberg-Marquardt, 2000 × 51", "Adam step, 784-256-256-10", "8 members 8-10-1, 2 iterations"):
        assert f"| {line}" in told


def test_the_way_of_a_large_jacobian_in_small(capsys: pytest.CaptureFixture[str]) -> None:
    large_lm.main(["--small"])
    told = capsys.readouterr().out
    assert told.count("| 2000 |") == 3
    assert "2 threads: an iteration costs" in told
