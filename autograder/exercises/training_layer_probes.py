"""What the judge asks of the layer in the exercise ``training``, on which inputs.

Batches of one run have different sizes, so that whatever depends on N shows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises import draw

Results = dict[str, Any]

STATE = "weight", "bias", "running_mean", "running_var", "num_batches_tracked"


def start(impl: Any, rng: np.random.Generator) -> Results:
    """Look at a layer that has seen nothing."""
    found = impl.layer_start(int(rng.integers(3, 6)))
    return dict(zip(STATE, found, strict=True))


def kept(impl: Any, rng: np.random.Generator) -> Results:
    """Ask how a layer keeps what it knows, and whether another one keeps its own."""
    features = int(rng.integers(3, 6))
    found = zip(STATE, impl.layer_kept(features), strict=True)
    flags = "is a parameter, a buffer, in state_dict"
    results = {f"layer_kept: {name} ({flags})": flag for name, flag in found}
    alone = impl.layer_beside(features)
    return {**results, "layer_beside: a second layer stays as it was": alone}


def _batches(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    return tuple(draw.batch(rng, n) for n in (7, 5, 9))


def train_output(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the outputs of training mode."""
    parameters, eps = draw.parameters(rng), draw.epsilon(rng)
    return {"y": impl.layer_train(_batches(rng), *parameters, eps)}


def running_mean(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the running mean after each of three batches."""
    mean, _ = impl.layer_remembered(_batches(rng), draw.momentum(rng))
    return {"running_mean after each batch": mean}


def running_var(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the running variance after each of three batches."""
    _, var = impl.layer_remembered(_batches(rng), draw.momentum(rng))
    return {"running_var after each batch": var}


def counted(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the number of batches counted after each of three."""
    counts = impl.layer_counted(_batches(rng))
    return {"num_batches_tracked after each batch": counts}


def eval_output(impl: Any, rng: np.random.Generator) -> Results:
    """Evaluate a batch, and two rows of it alone."""
    x, parameters = draw.batch(rng), draw.parameters(rng)
    others = *parameters, *draw.statistics(rng), draw.epsilon(rng)
    y, two = impl.layer_eval(x, *others), impl.layer_eval(x[2:4], *others)
    return {"y": y, "y of two rows alone": two}


def eval_state(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the state after an evaluation."""
    mean, var = draw.statistics(rng)
    after = impl.layer_rests(draw.batch(rng), mean, var)
    return {
        "running_mean after minus before": after[0] - mean,
        "running_var after minus before": after[1] - var,
        "num_batches_tracked after": after[2],
    }


def modes(impl: Any, rng: np.random.Generator) -> Results:
    """Cross the two modes with the recording of gradients."""
    names = (
        "training mode under no_grad: the same y",
        "training mode under no_grad: the running mean moves as ever",
        "evaluation mode with gradients: the same y",
        "evaluation mode with gradients: the running mean as without",
    )
    return dict(zip(names, impl.layer_modes(draw.batch(rng)), strict=True))


def _backward(impl: Any, rng: np.random.Generator) -> Any:
    x, dy = draw.batch(rng), draw.upstream(rng)
    return impl.layer_backward(x, dy, *draw.parameters(rng), draw.epsilon(rng))


def gradient(impl: Any, rng: np.random.Generator) -> Results:
    """Compare autograd's gradients with the slopes of the layer's own output."""
    dx, dweight, dbias, _ = _backward(impl, rng)
    own = "minus the slope of your own y, to thousandths"
    return {
        f"gradient of x {own}": dx,
        f"gradient of weight {own}": dweight,
        f"gradient of bias {own}": dbias,
    }


def graph(impl: Any, rng: np.random.Generator) -> Results:
    """Ask whether the running statistics hang on to the batches they came from."""
    return {"running_mean.requires_grad": _backward(impl, rng)[3]}
