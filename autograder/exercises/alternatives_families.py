"""Mistakes that can be made in several forward functions of ``alternatives``.

A template is a slip's name, the text before, the text after and the sentence, with the
function's own expressions left open.
"""

from __future__ import annotations

from autograder.exercise import Slip

Template = tuple[str, str, str, str]


def made(
    function: str, templates: tuple[Template, ...], **words: str
) -> tuple[Slip, ...]:
    """Return the slips of one function: the templates with its own words in them."""
    return tuple(
        Slip(
            f"{function}-{name}",
            function,
            before.format(**words),
            after.format(**words),
            sentence.format(function=function, **words),
        )
        for name, before, after, sentence in templates
    )


#: Between the statistic and the division; ``divided`` / np.sqrt(``square`` + eps).
ROOT: tuple[Template, ...] = (
    (
        "eps-outside-root",
        "{divided} / np.sqrt({square} + eps)",
        "{divided} / (np.sqrt({square}) + eps)",
        "In {function}, epsilon is added after the root is taken. It belongs under the "
        "root.",
    ),
    (
        "eps-missing",
        "{divided} / np.sqrt({square} + eps)",
        "{divided} / np.sqrt({square})",
        "Epsilon does not reach the result of {function}.",
    ),
    (
        "eps-twice",
        "{divided} / np.sqrt({square} + eps)",
        "{divided} / np.sqrt({square} + eps + eps)",
        "In {function}, epsilon is added twice.",
    ),
    (
        "eps-1e-5",
        "{divided} / np.sqrt({square} + eps)",
        "{divided} / np.sqrt({square} + 1e-5)",
        "{function} ignores its argument eps: the result is the one for a fixed "
        "epsilon of 1e-5.",
    ),
    (
        "root-missing",
        "{divided} / np.sqrt({square} + eps)",
        "{divided} / ({square} + eps)",
        "{function} divides by the mean square itself: the square root is missing.",
    ),
    (
        "root-twice",
        "{divided} / np.sqrt({square} + eps)",
        "{divided} / np.sqrt(np.sqrt({square}) + eps)",
        "In {function}, the root is taken twice: epsilon is added to a root, and of "
        "that the root is taken again.",
    ),
)

#: Between the normalized x and y; ``gamma`` * x_hat + ``beta``.
AFFINE: tuple[Template, ...] = (
    (
        "gamma-ignored",
        "{gamma} * x_hat + {beta}",
        "x_hat + {beta}",
        "Gamma does not reach the result of {function}.",
    ),
    (
        "beta-ignored",
        "{gamma} * x_hat + {beta}",
        "{gamma} * x_hat",
        "Beta does not reach the result of {function}.",
    ),
    (
        "gamma-beta-ignored",
        "{gamma} * x_hat + {beta}",
        "x_hat",
        "Neither gamma nor beta reaches the result of {function}: you return the "
        "normalized x.",
    ),
    (
        "beta-inside",
        "{gamma} * x_hat + {beta}",
        "{gamma} * (x_hat + {beta})",
        "In {function}, beta is added before the scaling, so it is multiplied by gamma "
        "too.",
    ),
    (
        "beta-subtracted",
        "{gamma} * x_hat + {beta}",
        "{gamma} * x_hat - {beta}",
        "In {function}, beta is subtracted; it must be added.",
    ),
    (
        "gamma-beta-swapped",
        "{gamma} * x_hat + {beta}",
        "{beta} * x_hat + {gamma}",
        "In {function}, gamma and beta have changed places: gamma scales and beta "
        "shifts.",
    ),
    (
        "one-gamma-for-all",
        "{gamma} * x_hat + {beta}",
        "gamma[0] * x_hat + beta[0]",
        "{function} uses the first gamma and the first beta for everything. Each "
        "{noun} has its own.",
    ),
)

#: What a forward function returns; ``inv_std`` as it stands in the cache.
CACHE: tuple[Template, ...] = (
    (
        "returns-y-only",
        "return y, (x_hat, gamma, {inv_std})",
        "return y",
        "{function} returns y alone. The cache is the second result.",
    ),
    (
        "cache-std",
        "(x_hat, gamma, {inv_std})",
        "(x_hat, gamma, 1 / {inv_std})",
        "The cache of {function} holds the standard deviation where its inverse is "
        "asked for.",
    ),
    (
        "cache-variance-plus-eps",
        "(x_hat, gamma, {inv_std})",
        "(x_hat, gamma, {inv_std} ** -2)",
        "The cache of {function} holds the variance plus epsilon where the inverse "
        "standard deviation is asked for.",
    ),
    (
        "cache-inv-std-without-eps",
        "(x_hat, gamma, {inv_std})",
        "(x_hat, gamma, ({inv_std} ** -2 - eps) ** -0.5)",
        "The inverse standard deviation in the cache of {function} lacks the epsilon "
        "that y was computed with.",
    ),
    (
        "cache-x",
        "(x_hat, gamma, {inv_std})",
        "(x, gamma, {inv_std})",
        "The cache of {function} holds x where the normalized x_hat is asked for.",
    ),
    (
        "cache-y",
        "(x_hat, gamma, {inv_std})",
        "(y, gamma, {inv_std})",
        "The cache of {function} holds y where x_hat, the value before gamma and beta, "
        "is asked for.",
    ),
    (
        "cache-beta",
        "(x_hat, gamma, {inv_std})",
        "(x_hat, beta, {inv_std})",
        "The cache of {function} holds beta where gamma is asked for.",
    ),
    (
        "cache-order",
        "(x_hat, gamma, {inv_std})",
        "(x_hat, {inv_std}, gamma)",
        "Gamma and inv_std have changed places in the cache of {function}.",
    ),
)
