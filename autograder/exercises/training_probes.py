"""What the judge asks of network, loop and predictions in the exercise ``training``.

What is asked of the layer itself is in training_layer_probes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from autograder.exercises import draw
from autograder.fault import through

Results = dict[str, Any]

#: Images to train on in the one check and in the other, and images to predict. Of both,
#: few sizes of batches leave a last batch of one row, which no layer can normalize.
TRAINING, FEWER, TEST = 600, 360, 300
#: Reached with room to spare by any network that has learned; see the tests.
ENOUGH = 0.8
GUESSING = 0.5


def parameters(impl: Any, rng: np.random.Generator) -> Results:
    """Count the parameters of a network."""
    features, hidden, classes = rng.permutation([5, 8, 11])
    count, norms = impl.network_built(int(features), int(hidden), int(classes))
    return {
        "number of parameters outside of BatchNorm": count,
        "number of BatchNorm layers": norms,
    }


def order(impl: Any, rng: np.random.Generator) -> Results:
    """Send a batch through a network whose weights are known."""
    x, (first, last) = draw.batch(rng), (rng.normal(size=s) for s in ((4, 6), (6, 3)))
    entered, logits = impl.network_forward(x, first, last, draw.parameters(rng, 3)[1])
    return {"what enters your BatchNorm": entered, "the network's output": logits}


def _batches(rng: np.random.Generator) -> np.ndarray:
    """Draw the batches of one epoch, (3, 6, 5)."""
    return np.stack([draw.batch(rng, 6, 5) for _ in range(3)])


def steps(impl: Any, rng: np.random.Generator) -> Results:
    """Look at a network's weight after four epochs of three batches."""
    labels, weight = rng.integers(3, size=(3, 6)), rng.normal(size=(5, 3))
    rate = float(rng.uniform(0.2, 0.4))
    found = impl.train_run(_batches(rng), labels, weight, 4, rate)
    return {"the network's weight after training": found}


def train_mode(impl: Any, rng: np.random.Generator) -> Results:
    """Count the passes in training mode: 4 epochs of 3 batches."""
    return {"passes in training mode": impl.train_passes(_batches(rng), 4)}


def history(impl: Any, rng: np.random.Generator) -> Results:
    """Look at what was measured after each of four epochs."""
    return {"what train returns": impl.train_history(_batches(rng), 4)}


def _predicted(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw rows of which the training mode would classify many otherwise."""
    x, weight = rng.normal(size=(40, 6)), rng.normal(size=(6, 4))
    weight[::3] *= 3
    return x, weight


def predictions(impl: Any, rng: np.random.Generator) -> Results:
    """Predict the classes of many rows, and of one alone."""
    x, weight = _predicted(rng)
    many, one = impl.predict_run(x, weight)[0], impl.predict_run(x[5:6], weight)[0]
    return {"class": many, "class of one row alone": one}


def looks_only(impl: Any, rng: np.random.Generator) -> Results:
    """Ask what a prediction changed or recorded."""
    _, training, recorded = impl.predict_run(*_predicted(rng))
    return {
        "passes in training mode": training,
        "passes that were recorded for gradients": recorded,
    }


def _network(rng: np.random.Generator) -> tuple[Any, ...]:
    """Draw a small classifier's weights and a batch for it."""
    x, labels = rng.normal(size=(9, 4)), rng.integers(3, size=9)
    shapes = (4, 8), (8,), (8, 3), (3,)
    return x, labels, tuple(rng.normal(size=shape) for shape in shapes)


def dead(impl: Any, rng: np.random.Generator) -> Results:
    """Show networks with a dead bias, one of them with small gradients everywhere."""
    usual, looked = impl.dead_flags("before", *_network(rng), 2.0)
    small, _ = impl.dead_flags("before", *_network(rng), 1e-9)
    _, again = impl.dead_flags("never", *_network(rng), 1.0)
    return {
        "means taken off before ReLU": usual,
        "the same, gradients small": small,
        "looked at in training mode": looked,
        "looked at in training mode where no means are taken off": again,
    }


def spared(impl: Any, rng: np.random.Generator) -> Results:
    """Show networks without a dead bias."""
    after, _ = impl.dead_flags("after", *_network(rng), 1.0)
    never, _ = impl.dead_flags("never", *_network(rng), 1.0)
    return {"means taken off after ReLU": after, "no means taken off": never}


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Return scikit-learn's digits, pixels from 0 to 1; only this exercise needs it."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.data / 16, bunch.target


def _split(rng: np.random.Generator, training: int) -> tuple[np.ndarray, ...]:
    """Split some digits anew, with pixels and classes in an order of their own.

    So nobody can look the test images up.
    """
    x, y = _digits()
    rows = rng.permutation(len(x))[: training + TEST]
    x, y = x[rows][:, rng.permutation(x.shape[1])], rng.permutation(10)[y[rows]]
    return x[:training], y[:training], x[training:], y[training:]


def _share_right(predicted: Any, labels: np.ndarray) -> Any:
    return through(lambda classes: np.mean(classes == labels), predicted)


def accuracy(impl: Any, rng: np.random.Generator) -> Results:
    """Train on some digits and predict others."""
    train_x, train_y, test_x, test_y = _split(rng, TRAINING)
    seed = int(rng.integers(2**31))
    predicted = impl.digits_predicted(train_x, train_y, test_x, seed)
    right = _share_right(predicted, test_y)
    return {
        f"at least {GUESSING:.0%} of the test images are right": right > GUESSING,
        f"at least {ENOUGH:.0%} of the test images are right": right > ENOUGH,
    }


def no_leak(impl: Any, rng: np.random.Generator) -> Results:
    """Predict the same images twice, among ordinary others and among strange ones."""
    train_x, train_y, test_x, test_y = _split(rng, FEWER)
    seed, half = int(rng.integers(2**31)), TEST // 2
    strange = np.concatenate([test_x[:half], 200 - 200 * test_x[half:]])
    one = impl.digits_predicted(train_x, train_y, test_x, seed)[:half]
    two = impl.digits_predicted(train_x, train_y, strange, seed)[:half]
    right, same = _share_right(one, test_y[:half]), _share_right(one - two, np.zeros(1))
    return {
        f"at least {GUESSING:.0%} of the test images are right": right > GUESSING,
        "they are predicted alike beside other images": same > 0.98,
    }
