"""Known mistakes in the tests of ``epsilon_ok``, ``running_ok`` and ``gradient_ok``."""

from __future__ import annotations

from autograder.exercise import Slip

_EPS_Y = "y = layer(x, gamma, beta, 0.4)"
_EPS_EXPECTED = "expected = batchnorm(x, gamma, beta, 0.4)"
_EPS_BOTH = f"{_EPS_Y}\n    {_EPS_EXPECTED}"
_RUNNING_RETURN = (
    "return same(new_mean, expected_mean, 1e-3) and same(new_var, expected_var, 1e-3)"
)
_MOMENTUM = "momentum = rng.normal(-2, 1, 3), rng.uniform(7, 9, 3), 0.3"
_DRAWN = "dy, gamma, zero = rng.normal(1, 1, (5, 3)), rng.normal(1.5, 0.5, 3)"
_GRADIENT_RETURN = "return parameters and same(np.sum(dx * direction), slope, 1e-3)"
_SHAPES = "x, direction = rng.normal(2, 1.5, (5, 3)), rng.normal(0, 1, (5, 3))"


def _epsilon(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"epsilon-{name}", "epsilon_ok", before, after, sentence)


def _running(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"running-{name}", "running_ok", before, after, sentence)


def _gradient(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"gradient-{name}", "gradient_ok", before, after, sentence)


def _with_eps(value: str) -> str:
    return _EPS_BOTH.replace("0.4", value)


EPSILON = (
    _epsilon(
        "tiny",
        _EPS_BOTH,
        _with_eps("1e-5"),
        "The epsilon of epsilon_ok is so small beside the variances that it makes no "
        "difference where it is added, nor whether.",
    ),
    _epsilon(
        "one",
        _EPS_BOTH,
        _with_eps("1.0"),
        "The epsilon of epsilon_ok is 1. With a 1, some mistakes do not show: it is "
        "its own square and its own root.",
    ),
    _epsilon(
        "constant",
        "x = rng.normal(2, 0.7, (6, 3))",
        "x = np.full((6, 3), 2.0)",
        "The features of epsilon_ok do not vary at all. Then the deviations are 0, "
        "whatever they are divided by.",
    ),
    _epsilon(
        "statistics",
        "return same(y, expected, 1e-3)",
        "return same(y.mean(axis=0), expected.mean(axis=0), 1e-3)",
        "epsilon_ok looks at the mean of each feature, which is beta with any epsilon.",
    ),
    _epsilon(
        "outside",
        _EPS_EXPECTED,
        "expected = gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + 0.4) + beta",
        "epsilon_ok expects what the suspect does: epsilon added to the standard "
        "deviation.",
    ),
    _epsilon(
        "unit-spread",
        _EPS_EXPECTED,
        "expected = batchnorm(x, gamma, beta, 0.0)",
        "epsilon_ok expects normalized values with variance 1. With an epsilon that "
        "can be seen, a right layer's variance is less.",
    ),
)

RUNNING = (
    _running(
        "large-batch",
        "x = rng.normal(3, 2, (4, 3))",
        "x = rng.normal(3, 2, (20000, 3))",
        "The batch of running_ok is so large that dividing by N or by N - 1 is the "
        "same to the digits that you compare.",
    ),
    _running(
        "half",
        "0.3\n    new_mean, new_var = layer(mean, var, x, momentum)\n"
        "    expected_mean = 0.7 * mean + 0.3 * x.mean(axis=0)\n"
        "    expected_var = 0.7 * var + 0.3 *",
        "0.5\n    new_mean, new_var = layer(mean, var, x, momentum)\n"
        "    expected_mean = 0.5 * mean + 0.5 * x.mean(axis=0)\n"
        "    expected_var = 0.5 * var + 0.5 *",
        "The momentum of running_ok is one half. Then the old value and the new one "
        "weigh the same, and it cannot be seen which of them is which.",
    ),
    _running(
        "default-momentum",
        "0.3\n    new_mean, new_var = layer(mean, var, x, momentum)\n"
        "    expected_mean = 0.7 * mean + 0.3 * x.mean(axis=0)\n"
        "    expected_var = 0.7 * var + 0.3 *",
        "0.1\n    new_mean, new_var = layer(mean, var, x, momentum)\n"
        "    expected_mean = 0.9 * mean + 0.1 * x.mean(axis=0)\n"
        "    expected_var = 0.9 * var + 0.1 *",
        "The momentum of running_ok is 0.1, which everybody uses. A layer that does "
        "not listen to its argument cannot be told from one that does.",
    ),
    _running(
        "limit",
        "new_mean, new_var = layer(mean, var, x, momentum)\n"
        "    expected_mean = 0.7 * mean + 0.3 * x.mean(axis=0)\n"
        "    expected_var = 0.7 * var + 0.3 * x.var(axis=0, ddof=1)",
        "new_mean, new_var = mean, var\n    for _ in range(100):\n"
        "        new_mean, new_var = layer(new_mean, new_var, x, momentum)\n"
        "    expected_mean = x.mean(axis=0)\n"
        "    expected_var = x.var(axis=0, ddof=1)",
        "running_ok looks at where the average ends after many steps. How long a step "
        "is, is forgotten by then.",
    ),
    _running(
        "from-the-batch",
        _MOMENTUM,
        "momentum = x.mean(axis=0), x.var(axis=0, ddof=1), 0.3",
        "The running statistics of running_ok are those of the batch before the step. "
        "A step from there to there has no length.",
    ),
    _running(
        "mean-only",
        _RUNNING_RETURN,
        "return same(new_mean, expected_mean, 1e-3)",
        "running_ok looks at the running mean and not at the running variance.",
    ),
    _running(
        "loose",
        _RUNNING_RETURN,
        "return same(new_mean, expected_mean, 1.5) and same(new_var, expected_var, "
        "1.5)",
        "running_ok allows for so much that the mistakes it is after fit in: compare "
        "more digits, or show a batch on which they are larger.",
    ),
    _running(
        "biased",
        "x.var(axis=0, ddof=1)",
        "x.var(axis=0)",
        "running_ok expects the variance that divides by N in the running variance. "
        "The contract says N - 1.",
    ),
    _running(
        "old-weighs",
        "expected_mean = 0.7 * mean + 0.3 * x.mean(axis=0)\n"
        "    expected_var = 0.7 * var + 0.3 * x.var(axis=0, ddof=1)",
        "expected_mean = 0.3 * mean + 0.7 * x.mean(axis=0)\n"
        "    expected_var = 0.3 * var + 0.7 * x.var(axis=0, ddof=1)",
        "running_ok expects that momentum weighs the old value. The contract says that "
        "it weighs the new one.",
    ),
)

GRADIENT = (
    _gradient(
        "parameters-only",
        _GRADIENT_RETURN,
        "return parameters",
        "gradient_ok looks at dgamma and dbeta, and not at dx.",
    ),
    _gradient(
        "input-only",
        _GRADIENT_RETURN,
        "return same(np.sum(dx * direction), slope, 1e-3)",
        "gradient_ok looks at dx, and not at dgamma and dbeta.",
    ),
    _gradient(
        "ones",
        _DRAWN,
        _DRAWN.replace("rng.normal(1, 1, (5, 3))", "np.ones((5, 3))"),
        "dy is 1 everywhere in gradient_ok. Then the loss is a sum of normalized "
        "values, which is 0 for any x, and much of the gradient vanishes.",
    ),
    _gradient(
        "square",
        f"{_SHAPES}\n    {_DRAWN}",
        f"{_SHAPES}\n    {_DRAWN}".replace("(5, 3)", "(3, 3)"),
        "The batch of gradient_ok has as many samples as features. An N that should be "
        "a D, or the other way round, does not show.",
    ),
    _gradient(
        "gamma-one",
        _DRAWN,
        _DRAWN.replace("rng.normal(1.5, 0.5, 3)", "np.ones(3)"),
        "gamma is 1 in gradient_ok. A dx without gamma cannot be told from one with "
        "it.",
    ),
    _gradient(
        "eps-zero",
        f"{_GRADIENT_RETURN}",
        "dx, dgamma, dbeta = layer(dy, x, gamma, 1e-6)\n"
        "    above = batchnorm(x + 1e-4 * direction, gamma, zero, 1e-6)\n"
        "    below = batchnorm(x - 1e-4 * direction, gamma, zero, 1e-6)\n"
        "    slope = np.sum(dy * (above - below)) / 2e-4\n"
        "    x_hat = batchnorm(x, np.ones(3), zero, 1e-6)\n"
        "    parameters = same(dgamma, (dy * x_hat).sum(axis=0), 1e-3)\n"
        "    parameters = parameters and same(dbeta, dy.sum(axis=0), 1e-3)\n"
        "    return parameters and same(np.sum(dx * direction), slope, 1e-3)",
        "The epsilon of gradient_ok is so small beside the variances that it cannot be "
        "seen whether dx has it.",
    ),
    _gradient(
        "sums-to-zero",
        _GRADIENT_RETURN,
        "return parameters and same(dx.sum(axis=0), zero, 1e-3)",
        "gradient_ok asks of dx only that it sums to 0 over the batch. That is so "
        "without the way through the variance, too.",
    ),
    _gradient(
        "minus",
        "slope = np.sum(dy * (above - below)) / 2e-4",
        "slope = np.sum(dy * (below - above)) / 2e-4",
        "gradient_ok expects a dx of the opposite sign.",
    ),
)

SLIPS = (*EPSILON, *RUNNING, *GRADIENT)
