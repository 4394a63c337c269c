"""Arguments that a call has changed are told from those it has left alone."""

import numpy as np
import pytest

from autograder.exercises.purity import equal

X, Y = np.arange(6.0).reshape(2, 3), np.arange(3.0)


@pytest.mark.parametrize(
    ("after", "same"),
    [
        ((X.copy(), (Y.copy(), 0.5)), True),
        ((X + 1, (Y, 0.5)), False),
        ((X, (Y + 1, 0.5)), False),
        ((X, (Y,)), False),
        ((X, 0.5), False),
        ((X,), False),
        (None, False),
    ],
)
def test_every_part_counts_and_a_lost_part_is_a_change(after, same):
    assert equal((X, (Y, 0.5)), after) is same
