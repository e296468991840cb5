"""Deep belief networks: greedy pre-training, up-down fine-tuning, and networks unrolled from them."""

from pishro.models.belief.model import BeliefModel, GenerativeModel
from pishro.models.belief.network import BeliefNetwork
from pishro.models.belief.pretrain import pretrain
from pishro.models.belief.unroll import unrolled_autoencoder, unrolled_network
from pishro.models.belief.up_down import UpDownPlan, up_down

__all__ = [
    "BeliefModel",
    "BeliefNetwork",
    "GenerativeModel",
    "UpDownPlan",
    "pretrain",
    "unrolled_autoencoder",
    "unrolled_network",
    "up_down",
]
