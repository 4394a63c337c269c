"""Serve scikit-learn's handwritten digits: real data that needs no download."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits

TEST_SIZE = 500
SPLIT_SEED = 0


@dataclass(frozen=True)
class Digits:
    """Hold 1,297 training and 500 test images of 8 x 8 pixels, one image a row."""

    train_x: np.ndarray  # (1297, 64)
    train_y: np.ndarray  # (1297,)
    test_x: np.ndarray  # (500, 64)
    test_y: np.ndarray  # (500,)


def digits(standardized: bool = False) -> Digits:
    """Load the digits with one fixed split, pixels between 0 and 1.

    With ``standardized``, every pixel is also shifted and scaled once, by the mean
    and standard deviation that it has over the training images: preprocessing. A
    pixel that is the same in every training image keeps the scale 1.
    """
    bunch = load_digits()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(bunch.target))
    x, y = bunch.data[order] / 16.0, bunch.target[order]
    train_x, test_x = x[TEST_SIZE:], x[:TEST_SIZE]
    if standardized:
        centre, spread = train_x.mean(axis=0), train_x.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        train_x, test_x = (train_x - centre) / spread, (test_x - centre) / spread
    return Digits(train_x, y[TEST_SIZE:], test_x, y[:TEST_SIZE])


def batches(
    x: np.ndarray, y: np.ndarray, size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield shuffled batches of exactly ``size`` rows, epoch after epoch, without end.

    The rows left over at the end of an epoch are dropped, so that every batch has
    the same size and none is small.

    :raises ValueError: if ``size`` is not between 1 and the number of rows.
    """
    if not 1 <= size <= len(x):
        raise ValueError(
            f"A batch of {size} rows was asked for, but there are {len(x)} rows. "
            f"Choose a size from 1 to {len(x)}."
        )
    while True:
        order = rng.permutation(len(x))
        for start in range(0, len(x) - size + 1, size):
            rows = order[start : start + size]
            yield x[rows], y[rows]
