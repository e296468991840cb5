"""Small machines against the sum over all their states: free energy, ln Z, gradients, chains."""

import itertools

import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.models.boltzmann import (
    BernoulliUnits,
    Bridge,
    ContrastiveDivergence,
    GaussianUnits,
    JoinedUnits,
    Machine,
    ParallelTempering,
    PersistentChains,
    SoftmaxUnits,
    Units,
    annealed_log_partition,
    exact_log_partition,
)

LABELED = JoinedUnits((BernoulliUnits(), SoftmaxUnits()), (3, 2))
SIDES: list[tuple[Units, Units]] = [
    (BernoulliUnits(), BernoulliUnits()),
    (LABELED, BernoulliUnits()),
    (BernoulliUnits(), SoftmaxUnits()),
]


def machine(visible: Units, hidden: Units, columns: int = 5, units: int = 4, size: float = 1.0) -> Machine:
    generator = torch.Generator().manual_seed(3)
    weight, b, c = (
        size * torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((columns, units), (columns,), (units,))
    )
    return Machine(visible, hidden, weight, b, c)


def energies(m: Machine) -> tuple[torch.Tensor, torch.Tensor]:
    """All states of the visible side, and E(v, h) by the definition, one pair at a time."""
    v, h = m.visible.states(len(m.visible_bias)), m.hidden.states(len(m.hidden_bias))
    table = [[-(a @ m.weight @ b) - a @ m.visible_bias - b @ m.hidden_bias for b in h] for a in v]
    return v, torch.tensor(table)


@pytest.mark.parametrize("sides", SIDES, ids=lambda s: f"{s[0].name}-{s[1].name}")
def test_against_all_states(sides: tuple[Units, Units]) -> None:
    m = machine(*sides)
    v, energy = energies(m)
    h = m.hidden.states(4)
    for i, j in itertools.product(range(0, len(v), 5), range(len(h))):
        torch.testing.assert_close(m.energy(v[i], h[j]), energy[i, j])
    torch.testing.assert_close(m.free_energy(v), -(-energy).logsumexp(1))
    torch.testing.assert_close(m.hidden_mean(v), (-energy).softmax(1) @ h)
    torch.testing.assert_close(m.visible_mean(h), (-energy).softmax(0).T @ v)
    assert exact_log_partition(m) == pytest.approx(float((-energy).logsumexp((0, 1))))


def test_log_partition_of_gaussian_rows() -> None:
    m = machine(GaussianUnits(), BernoulliUnits(), 1, 3)
    v = torch.linspace(-15, 15, 20_001, dtype=torch.float64).unsqueeze(1)
    integral = torch.trapezoid((-m.free_energy(v)).exp(), v.squeeze(1)).log()
    assert exact_log_partition(m) == pytest.approx(float(integral))


def test_pseudo_likelihood_by_its_definition() -> None:
    m = machine(BernoulliUnits(), BernoulliUnits())
    v = m.visible.states(5)
    expected = torch.zeros(len(v), dtype=torch.float64)
    for i in range(5):
        other = v.clone()
        other[:, i] = 1 - other[:, i]
        expected += torch.log(1 / (1 + torch.exp(m.free_energy(v) - m.free_energy(other))))
    torch.testing.assert_close(m.pseudo_likelihood(v), expected)
    with pytest.raises(SettingError, match="gaussian"):
        machine(GaussianUnits(), BernoulliUnits()).pseudo_likelihood(v)


@pytest.mark.parametrize("negative", [PersistentChains(10), ParallelTempering(5, 10), ContrastiveDivergence(10)])
def test_long_negative_phases_have_the_correlations_of_the_machine(negative) -> None:
    """What a long chain gives is what autograd makes of the exact ln Z: d ln Z / dW = ⟨vh⟩_model."""
    m = machine(BernoulliUnits(), BernoulliUnits(), size=0.7)
    weight = m.weight.clone().requires_grad_()
    v, h = m.visible.states(5), m.hidden.states(4)
    log_z = (v @ weight @ h.T + (v @ m.visible_bias).unsqueeze(1) + h @ m.hidden_bias).logsumexp((0, 1))
    (expected,) = torch.autograd.grad(log_z, weight)
    generator = torch.Generator().manual_seed(0)
    walk = negative.start(Bridge(m, torch.zeros(5, dtype=torch.float64)), 4000, generator)
    start = torch.zeros(4000, 4, dtype=torch.float64)
    for _ in range(4):
        rows = walk(start)
        # the hidden states of the chains themselves, so that contrastive divergence goes on as well
        hidden = m.hidden_mean(rows)
        start = m.sample_hidden(rows, generator)
    if isinstance(negative, ContrastiveDivergence):
        # its rows are means given h, which know nothing of v: of them only the means can be compared
        model = (v @ weight @ h.T + (v @ m.visible_bias).unsqueeze(1) + h @ m.hidden_bias).detach()
        share = model.flatten().softmax(0).reshape(model.shape)
        torch.testing.assert_close(rows.mean(0), share.sum(1) @ v, atol=0.02, rtol=0)
    else:
        torch.testing.assert_close(rows.T @ hidden / len(rows), expected, atol=0.03, rtol=0)


@pytest.mark.parametrize("visible", [BernoulliUnits(), GaussianUnits(), LABELED], ids=lambda u: u.name)
def test_annealing_finds_the_exact_normalizer(visible: Units) -> None:
    m = machine(visible, BernoulliUnits(), 5, 10, size=0.5)
    means = torch.full((5,), 0.4, dtype=torch.float64)
    found = annealed_log_partition(m, means, steps=400, chains=200)
    assert abs(found.value - exact_log_partition(m)) < 0.1
    assert found.low < found.value < found.high
    assert "between" in str(found)


def test_too_large_or_of_other_shapes() -> None:
    with pytest.raises(SettingError, match="at most 22"):
        exact_log_partition(machine(BernoulliUnits(), BernoulliUnits(), 30, 30))
    with pytest.raises(ShapeError, match="weights"):
        Machine(BernoulliUnits(), BernoulliUnits(), torch.zeros(3, 2), torch.zeros(2), torch.zeros(3))
