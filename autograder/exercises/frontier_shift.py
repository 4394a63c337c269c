"""The probes of ``adapt_network``: a small network, and a domain that has moved.

The network is random but for its last layer, which is fitted to the rows at home. In
the new domain every number is multiplied by a factor and gets an offset. New statistics
undo that exactly, but for epsilon, because the first layer is linear.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from autograder.exercises import draw
from autograder.exercises.frontier_probes import D, Results, parts
from autograder.fault import find_fault
from autograder.reference import frontier as reference

Network = tuple[Any, ...]

CLASSES, INPUTS = 5, 6
WIDTHS = (INPUTS, 32, 24)
EACH = 20
#: In the new domain the rows come sorted, in batches of these shares.
ENDS = (0.1, 0.62)
#: The share of right answers that shows that the network is at home again.
ENOUGH = 0.95
SMALL = 1e-8
#: The length of the centres of the classes, which are at right angles.
APART = 8


def network(rng: np.random.Generator) -> tuple[Any, Any]:
    """Return uneven batches and two layers with running statistics of their own."""
    layers: list[tuple[Any, ...]] = []
    for width in (5, D):
        weight = rng.standard_normal((INPUTS if not layers else 5, width))
        gamma, beta = draw.parameters(rng, width)
        layers.append((weight, gamma, beta, *draw.statistics(rng, width)))
    return parts(rng, INPUTS), tuple(layers)


def adapt_layers(impl: Any, rng: np.random.Generator) -> Results:
    """Ask for the new statistics of both layers."""
    given = (*network(rng), draw.epsilon(rng), reference.adapt_statistics)
    (mean, var), (next_mean, next_var) = impl.adapt_network(*given)
    return {
        "layer 1: mean": mean,
        "layer 1: var": var,
        "layer 2: mean": next_mean,
        "layer 2: var": next_var,
    }


def adapt_recovers(impl: Any, rng: np.random.Generator) -> Results:
    """Classify rows of the new domain with the student's statistics."""
    centres = APART * np.linalg.qr(rng.standard_normal((INPUTS, CLASSES)))[0].T
    labels = np.repeat(np.arange(CLASSES), EACH)
    home = centres[labels] + 0.5 * rng.standard_normal((len(labels), INPUTS))
    layers = _random_layers(rng, home)
    head = _fitted(layers, home, labels)
    moved = rng.uniform(0.03, 0.06) * home + rng.uniform(4, 6)
    cuts = [int(end * len(moved)) for end in ENDS]
    batches = tuple(np.split(moved, cuts))
    found = impl.adapt_network(batches, layers, SMALL, reference.adapt_statistics)
    share: Any = find_fault(found)
    if share is None:
        right = (_hidden(layers, found, moved) @ head).argmax(axis=1) == labels
        share = min(float(right.mean()), ENOUGH)
    return {f"share of the moved rows that are right ({ENOUGH} is enough)": share}


def _random_layers(rng: np.random.Generator, home: np.ndarray) -> Network:
    """Return two random layers whose running statistics are those of the rows."""
    blank = tuple(
        (
            rng.standard_normal((before, after)) / np.sqrt(before),
            rng.uniform(0.8, 1.2, after),
            rng.uniform(-0.3, 0.3, after),
            np.zeros(after),
            np.ones(after),
        )
        for before, after in pairwise(WIDTHS)
    )
    found = reference.adapt_network([home], blank, SMALL, reference.adapt_statistics)
    return tuple((*layer[:3], *own) for layer, own in zip(blank, found, strict=True))


def _hidden(layers: Network, statistics: Any, rows: np.ndarray) -> np.ndarray:
    """Return what the last layer gets, in evaluation mode, with a column of ones."""
    for (weight, gamma, beta, _, _), (mean, var) in zip(
        layers, statistics, strict=True
    ):
        normal = (rows @ weight - mean) / np.sqrt(var + SMALL)
        rows = np.maximum(gamma * normal + beta, 0)
    return np.column_stack([rows, np.ones(len(rows))])


def _fitted(layers: Network, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the weights of a last layer that tells the classes apart."""
    own = [layer[3:] for layer in layers]
    targets = np.eye(CLASSES)[labels]
    weights: np.ndarray = np.linalg.lstsq(_hidden(layers, own, rows), targets)[0]
    return weights
