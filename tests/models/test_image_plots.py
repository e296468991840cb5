"""Pictures of filters, feature maps, reconstructions and codes: what is on them."""

import numpy as np
import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.models import plot_code, plot_feature_maps, plot_filters, plot_reconstructions
from pishro.nn import Conv1d, Conv2d, Dense, Flatten, MaxPool2d, Network

NET = Network.chain((2, 8, 8), Conv2d(5, 3, "tanh"), MaxPool2d(2), Conv2d(3, 2), Flatten(), Dense(2))
THETA = NET.init(seed=0, members=2)


def sheet(axes) -> np.ndarray:
    return np.asarray(axes.images[0].get_array().filled(np.nan))


def test_filters_are_the_weights_of_the_first_member() -> None:
    drawn = sheet(plot_filters(NET, THETA))
    weight = NET.layout.views(THETA)["conv2d1.weight"][0].numpy()
    assert drawn.shape == (2 * 4 - 1, 5 * 4 - 1)  # a row a channel, a gap between tiles
    np.testing.assert_array_equal(drawn[:3, :3], weight[0, 0])
    np.testing.assert_array_equal(drawn[4:, 4:7], weight[1, 1])
    assert "conv2d2: 3 filters" in plot_filters(NET, THETA[0], "conv2d2").get_title()


def test_feature_maps_are_the_outputs_of_the_layer() -> None:
    row = torch.rand(2, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    maps = NET.forward_path(THETA[0], row.unsqueeze(0)).outputs["max_pool2d1"][0]
    drawn = sheet(plot_feature_maps(NET, THETA, row, "max_pool2d1"))
    np.testing.assert_allclose(drawn[:3, :3], maps[0].numpy())
    with pytest.raises(ShapeError, match="channels and a grid"):
        plot_feature_maps(NET, THETA, row, "dense1")


def test_sequences_have_pictures_too() -> None:
    net = Network.chain((1, 12), Conv1d(4, 5, "relu"), Flatten(), Dense(2))
    assert sheet(plot_filters(net, net.init())).shape[0] in (1, 3)
    assert plot_feature_maps(net, net.init(), torch.ones(1, 12)).get_title() == "conv1d1: 4 feature maps"


def test_reconstructions_and_codes() -> None:
    images = np.random.default_rng(0).random((3, 4, 5))
    drawn = sheet(plot_reconstructions(images, images / 2))
    np.testing.assert_allclose(drawn[5:, :5], images[0] / 2)
    assert len(plot_code(images[:, 0], [0, 1, 1]).collections) == 2
    many = plot_code(np.random.default_rng(0).random((50, 2)), np.arange(50.0))
    assert len(many.figure.axes) == 2  # the points and a scale of colors


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(SettingError, match="network with a convolution"):
        plot_filters(Network.chain(2, Dense(1)), torch.zeros(3))
    with pytest.raises(SettingError, match="layer is named"):
        plot_filters(NET, THETA, "conv3")
    with pytest.raises(ShapeError):
        plot_code(np.zeros((3, 1)))
    with pytest.raises(ShapeError):
        plot_reconstructions(np.zeros((3, 4)), np.zeros((3, 4)))
