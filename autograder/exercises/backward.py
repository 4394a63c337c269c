"""The exercise ``backward``: batch normalization of a matrix, backward."""

from __future__ import annotations

from autograder.exercise import Criterion, Exercise, Written
from autograder.exercises import backward_probes as probes
from autograder.exercises.backward_slips import SLIPS
from autograder.reference import backward as reference


def _section(title: str) -> str:
    return f"The gradient, section “{title}”"


GRADIENTS = ("dx", "dgamma", "dbeta")
STAGED = ("batchnorm_backward_staged",)
COMPACT = ("batchnorm_backward",)

EXERCISE = Exercise(
    name="backward",
    title="Batch normalization, backward",
    reference=reference,
    returns={
        "grad_x_hat": "d_x_hat",
        "grad_var": "d_var",
        "grad_mean": "d_mean",
        "grad_input": "dx",
        "batchnorm_backward_staged": GRADIENTS,
        "batchnorm_backward": GRADIENTS,
        "batchnorm_eval_backward": GRADIENTS,
        "numerical_gradient": "gradient",
    },
    criteria=(
        Criterion(
            "step_x_hat",
            "Back to the normalized values",
            4,
            ("grad_x_hat",),
            probes.step_x_hat,
            _section("The walk back"),
            "Ask by how much y changes when x_hat changes by a little, entry by entry.",
        ),
        Criterion(
            "step_var",
            "Back to the variance",
            9,
            ("grad_var",),
            probes.step_var,
            _section("The walk back"),
            "Differentiate x_hat of one sample with respect to the variance, multiply "
            "by the gradient that arrives there, then collect over the batch.",
        ),
        Criterion(
            "step_mean",
            "Back to the mean",
            7,
            ("grad_mean",),
            probes.step_mean,
            _section("The walk back"),
            "Differentiate x_hat of one sample with respect to the mean, multiply by "
            "the gradient that arrives there, then collect over the batch.",
        ),
        Criterion(
            "step_input",
            "Back to x, on three ways",
            10,
            ("grad_input",),
            probes.step_input,
            _section("The walk back"),
            "One of the three ways from x to the loss does not have its weight.",
        ),
        Criterion(
            "parameters",
            "The gradients of gamma and beta",
            8,
            STAGED,
            probes.parameters,
            _section("What arrives at γ and β"),
            "Gamma and beta are shared by all samples: each sample adds its part.",
        ),
        Criterion(
            "staged",
            "The steps, put together",
            8,
            STAGED,
            probes.staged,
            _section("The walk back"),
            "dx is neither right nor what your own four steps give when each of them "
            "receives what the one before returned.",
        ),
        Criterion(
            "compact",
            "The whole gradient in one expression",
            12,
            COMPACT,
            probes.compact,
            _section("The compact form"),
            "Compare with your staged version on a batch of three: where do they part?",
        ),
        Criterion(
            "invariants",
            "What must be zero is zero",
            6,
            COMPACT,
            probes.invariants,
            _section("Invariants"),
            "With epsilon 0, adding a constant to a feature or stretching it changes "
            "nothing in the output, so the gradient must not point that way.",
        ),
        Criterion(
            "eval_backward",
            "Evaluation mode has a gradient of its own",
            8,
            ("batchnorm_eval_backward",),
            probes.eval_backward,
            _section("Evaluation mode"),
            "In evaluation mode the statistics are constants: x, gamma and beta each "
            "reach y on one way.",
        ),
        Criterion(
            "numeric",
            "The numerical gradient takes central differences",
            7,
            ("numerical_gradient",),
            probes.numeric,
            _section("Checking a gradient"),
            "Move one entry at a time, by h to either side; the other entries stay "
            "where they are.",
        ),
        Criterion(
            "x_restored",
            "The numerical gradient leaves x as it was",
            3,
            ("numerical_gradient",),
            probes.x_restored,
            _section("Checking a gradient"),
            "x is not what it was before the call.",
        ),
        Criterion(
            "pure",
            "The functions leave their arguments as they were",
            3,
            (
                "grad_x_hat",
                "grad_var",
                "grad_mean",
                "grad_input",
                "batchnorm_backward_staged",
                "batchnorm_eval_backward",
            ),
            probes.pure,
            _section("Common slips"),
            "A function changed an array that it was given.",
        ),
    ),
    slips=SLIPS,
    written=(
        Written(
            "derivation",
            "The derivation, in your own words",
            15,
            rubric=(
                (
                    3,
                    "The ways: all ways from one entry of x to the loss are named, and "
                    "it is said which quantities are shared by the whole batch.",
                ),
                (
                    5,
                    "The variance: the chain rule is written as a sum over the batch; "
                    "the power is differentiated with its factor and its exponent.",
                ),
                (
                    3,
                    "The mean: it is shown, not only said, that the way from the mean "
                    "through the variance adds nothing.",
                ),
                (
                    4,
                    "The input: each of the three terms has its derivative of the "
                    "statistic with respect to one entry of x, and the sum is stated.",
                ),
            ),
        ),
    ),
)
