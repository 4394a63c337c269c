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


def _run(impl: Any, rng: np.random.Generator) -> Any:
    """Train a layer on three batches of different sizes."""
    batches = tuple(draw.batch(rng, n) for n in (7, 5, 9))
    weight, bias = draw.parameters(rng)
    eps, momentum = draw.epsilon(rng), draw.momentum(rng)
    return impl.layer_train(batches, weight, bias, eps, momentum)


def train_output(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the outputs of training mode."""
    return {"y": _run(impl, rng)[0]}


def running_mean(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the running mean after each of three batches."""
    return {"running_mean after each batch": _run(impl, rng)[1]}


def running_var(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the running variance after each of three batches."""
    return {"running_var after each batch": _run(impl, rng)[2]}


def counted(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the number of batches counted after each of three."""
    return {"num_batches_tracked after each batch": _run(impl, rng)[3]}


def _evaluated(rng: np.random.Generator) -> tuple[Any, ...]:
    parameters, statistics = draw.parameters(rng), draw.statistics(rng)
    return draw.batch(rng), *parameters, *statistics, draw.epsilon(rng)


def eval_output(impl: Any, rng: np.random.Generator) -> Results:
    """Evaluate a batch, and two rows of it alone."""
    x, *others = _evaluated(rng)
    y, two = impl.layer_eval(x, *others)[0], impl.layer_eval(x[2:4], *others)[0]
    return {"y": y, "y of two rows alone": two}


def eval_state(impl: Any, rng: np.random.Generator) -> Results:
    """Look at the state after an evaluation."""
    x, weight, bias, mean, var, eps = _evaluated(rng)
    found = impl.layer_eval(x, weight, bias, mean, var, eps)[1:]
    return {
        "running_mean after minus before": found[0] - mean,
        "running_var after minus before": found[1] - var,
        "num_batches_tracked": found[2],
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
