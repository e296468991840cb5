"""What a notebook shows of an estimator."""

import numpy as np

from pishro import FeedForwardRegressor


def test_settings_before_the_fit_and_training_after_it() -> None:
    x = np.linspace(-1, 1, 40).reshape(-1, 1)
    model = FeedForwardRegressor(hidden=2, members=1, max_seconds=2)
    before = model._repr_html_()
    assert "Levenberg-Marquardt" not in before
    after = model.fit(x, x[:, 0] ** 2)._repr_html_()
    assert "Levenberg-Marquardt" in after and "dense1" in after and "on 40 rows" in after
    assert "on 40 rows" in model._repr_mimebundle_()["text/html"]
