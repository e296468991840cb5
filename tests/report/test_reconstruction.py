"""The report of an autoencoder: what it says of rows that came back, in both languages."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from test_html import checked

import pishro
from pishro.errors import DataError
from pishro.estimators import Autoencoder
from pishro.report.html import render_report
from pishro.report.persian import PERSIAN

IMAGES = load_digits().images / 16
TRAIN, HELD = IMAGES[:600], IMAGES[600:800]


@pytest.fixture(scope="module")
def of_images() -> Autoencoder:
    return Autoencoder(code=3, epochs=1, random_state=0).fit(TRAIN)


@pytest.fixture(scope="module")
def of_columns() -> Autoencoder:
    return Autoencoder(hidden=8, code=2, epochs=20, random_state=0).fit(_table(0))


def _table(seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed).normal(size=(200, 2))
    return np.column_stack([draw, 3 * draw[:, 0] + 5, draw.sum(1), np.full(200, 2.0)])


def test_the_page_of_images_is_whole(of_images: Autoencoder) -> None:
    page = checked(of_images.facts(HELD, TRAIN, "digits"))
    assert {"reconstructions", "diagnosis"} <= set(page.ids)
    assert not {"inputs", "predictions"} & set(page.ids)
    assert page.tags.count("image") == 2
    assert "gives images of 8 × 8 back through a code of 3 numbers" in page.text


def test_scores_are_those_of_the_rows(of_images: Autoencoder) -> None:
    scores = of_images.facts(HELD, TRAIN).scores
    error = ((of_images.reconstruct(HELD) - HELD) ** 2).sum((1, 2)).mean()
    assert scores["squared error"].value == pytest.approx(error, rel=1e-5)
    flat, held = TRAIN.reshape(600, 64), HELD.reshape(200, 64)
    pca = PCA(3, svd_solver="full").fit(flat)
    expected = ((pca.inverse_transform(pca.transform(held)) - held) ** 2).sum(1).mean()
    baselines = {name: metrics[0].value for name, metrics in scores.baselines}
    assert baselines["principal"] == pytest.approx(expected, rel=1e-3)
    assert baselines["mean"] == pytest.approx(((held - flat.mean(0)) ** 2).sum(1).mean(), rel=1e-5)


def test_the_worst_rows_are_shown(of_images: Autoencoder) -> None:
    found = of_images.facts(HELD, TRAIN).reconstruction
    assert found is not None
    shown = ((found.worst[0] - found.worst[1]) ** 2).sum((1, 2, 3))
    np.testing.assert_allclose(shown, np.sort(found.errors)[::-1][:10], rtol=1e-9)


def test_columns_of_a_table_by_their_share(of_columns: Autoencoder) -> None:
    facts = of_columns.facts(_table(1), _table(0))
    page = checked(facts)
    assert "gives rows of 5 input columns back through a code of 2 numbers" in page.text
    assert facts.reconstruction is not None
    assert sorted(facts.reconstruction.explained) == [0, 1, 2, 3], "a constant column has no share"
    rows, back = _table(1), of_columns.reconstruct(_table(1))
    expected = 1 - ((rows - back) ** 2).mean(0)[:4] / rows.var(0)[:4]
    found = [facts.reconstruction.explained[j] for j in range(4)]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_persian(of_images: Autoencoder, tmp_path: Path) -> None:
    page = render_report(of_images.facts(HELD, TRAIN), PERSIAN)
    body = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>|<[^>]*>|[\u2066-\u2068][^\u2069]*\u2069", " ", page)
    assert "تصویرهای ۸ × ۸ را از راه رمزی با ۳ عدد" in body
    assert "stopped early" not in body
    of_images.report(tmp_path / "code.html", HELD, TRAIN, language="fa")
    assert 'dir="rtl"' in (tmp_path / "code.html").read_text(encoding="utf-8")


def test_what_cannot_be_scored_is_refused(of_images: Autoencoder, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="at least 2 rows"):
        of_images.report(tmp_path / "r.html", HELD[:1], TRAIN)
    with pytest.raises(pishro.errors.SettingError):
        of_images.report(tmp_path / "r.html", HELD, TRAIN, language="xx")
    assert not (tmp_path / "r.html").exists()
