"""Two processes on the loopback fit what one process fits."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tests.training import two_processes as job

from pishro.errors import CheckpointError
from pishro.objectives import Objective
from pishro.optim import BFGS, Newton
from pishro.training import Processes

SECONDS = 120
SCRIPT = Path(job.__file__)
ROOT = SCRIPT.parents[2]


def start(*arguments: str) -> list[subprocess.Popen[str]]:
    """Two processes as `torchrun` starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    around = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), *arguments],
            env={**os.environ, **around, "PYTHONPATH": path, "RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, torch.Tensor]]]:
    folder = tmp_path_factory.mktemp("two")
    for process in start("work", str(folder)):
        said = process.communicate(timeout=SECONDS)[1]
        assert process.returncode == 0, said
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


def test_both_processes_hold_the_same(found):
    for name, kept in found[0].items():
        for key, value in kept.items():
            assert torch.equal(value, found[1][name][key]), (name, key)


def test_sums_equal_those_of_one_process(found):
    objective, theta = Objective(job.NETWORK, job.Normal(), job.rows()), job.NETWORK.init(0, members=2)
    data, term = objective.data_term(theta), found[0]["term"]
    torch.testing.assert_close(term["curvature"], data.curvature, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(term["gradient"], data.gradient, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(term["cost"], data.cost, rtol=1e-12, atol=0)
    torch.testing.assert_close(term["value"], objective.value(theta), rtol=1e-12, atol=0)


def test_levenberg_marquardt_equals_that_of_one_process(found):
    alone = job.evidence()
    torch.testing.assert_close(found[0]["evidence"]["theta"], alone["theta"], rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(found[0]["evidence"]["beta"], alone["beta"], rtol=1e-6, atol=0)


def test_mini_batches_of_two_processes_learn_as_well(found):
    best = found[0]["mini-batches"]["validation"].min()
    assert best < 1.5 * job.mini_batches()["validation"].min()


def test_unequal_shares_in_files_learn_as_well(found, tmp_path):
    best = found[0]["streamed"]["validation"].min()
    assert best < 1.5 * job.streamed(tmp_path, 0, 1)["validation"].min()


def test_a_process_that_dies_ends_the_run_of_the_other_which_can_go_on(tmp_path):
    processes = start("die", str(tmp_path))
    said = processes[0].communicate(timeout=SECONDS)[1]
    processes[1].communicate(timeout=SECONDS)
    assert [p.returncode for p in processes] == [2, -9]
    assert "Expected 2 processes to train together, but another one ended" in said
    with pytest.raises(CheckpointError, match="another training"):  # one process has no use for two's
        job.kept(tmp_path)
    for process in start("go on", str(tmp_path)):
        said = process.communicate(timeout=SECONDS)[1]
        assert process.returncode == 0, said
    for rank in range(2):
        kept = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert kept["first"] > 1
        assert torch.equal(kept["continued"], kept["whole"])


def test_no_hessian_over_several_processes():
    objective = Objective(job.NETWORK, job.Normal(), job.rows(), shared=Processes().add)
    assert BFGS().needs in objective.offers
    assert Newton().needs not in objective.offers
