"""The digits: one split for everybody, batches of one size."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from lab.data import batches, digits


def test_the_split_is_1297_and_500_and_loses_no_image() -> None:
    data = digits()
    assert data.train_x.shape == (1297, 64)
    assert data.test_x.shape == (500, 64)
    every = np.vstack([data.train_x, data.test_x]) * 16
    assert every.sum() == 561718  # the sum over scikit-learn's own array
    assert every.min() == 0 and every.max() == 16


def test_the_split_is_the_same_at_every_call() -> None:
    assert np.array_equal(digits().test_x, digits().test_x)


def test_standardized_pixels_have_mean_0_and_variance_1_or_are_blank() -> None:
    raw, data = digits(), digits(standardized=True)
    blank = raw.train_x.std(axis=0) == 0
    assert blank.any()
    assert np.allclose(data.train_x.mean(axis=0), 0)
    assert np.allclose(data.train_x.std(axis=0)[~blank], 1)
    assert np.all(data.train_x[:, blank] == 0)


def test_test_images_are_standardized_with_the_training_statistics() -> None:
    raw, data = digits(), digits(standardized=True)
    pixel = 20
    centre, spread = raw.train_x[:, pixel].mean(), raw.train_x[:, pixel].std()
    assert np.allclose(data.test_x[:, pixel] * spread + centre, raw.test_x[:, pixel])


def test_an_epoch_of_batches_shows_no_row_twice_and_leaves_the_rest_out() -> None:
    x = np.arange(10.0)[:, None]
    stream = batches(x, np.arange(10), 4, np.random.default_rng(0))
    seen = [batch for batch, _ in itertools.islice(stream, 2)]
    assert [len(batch) for batch in seen] == [4, 4]
    assert len(np.unique(np.vstack(seen))) == 8


def test_batches_keep_each_row_with_its_label() -> None:
    x = np.arange(10.0)[:, None]
    rows, labels = next(batches(x, np.arange(10), 5, np.random.default_rng(1)))
    assert np.array_equal(rows[:, 0], labels)


@pytest.mark.parametrize("size", [0, 11])
def test_an_impossible_batch_size_is_named(size: int) -> None:
    with pytest.raises(ValueError, match=f"batch of {size} rows.*from 1 to 10"):
        next(batches(np.zeros((10, 1)), np.zeros(10), size, np.random.default_rng(0)))
