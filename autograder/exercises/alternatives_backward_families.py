"""Mistakes that can be made in both backward functions of ``alternatives``."""

from __future__ import annotations

from autograder.exercises.alternatives_families import Template

#: In dx = ``inv_std`` * (g - mean - ``z`` * along), whatever the means are taken over;
#: ``open`` and ``close`` stand around ``gamma`` * dy.
DX: tuple[Template, ...] = (
    (
        "mean-path-missing",
        "(g - mean - {z} * along)",
        "(g - {z} * along)",
        "The dx of {function} lacks the path through the mean: the mean depends on x, "
        "too.",
    ),
    (
        "variance-path-missing",
        "(g - mean - {z} * along)",
        "(g - mean)",
        "The dx of {function} lacks the path through the variance: the variance "
        "depends on x, too.",
    ),
    (
        "statistics-constant",
        "(g - mean - {z} * along)",
        "g",
        "{function} takes the mean and the variance for constants. Both depend on x, "
        "and dx has a term for each.",
    ),
    (
        "mean-path-sign",
        "(g - mean - {z} * along)",
        "(g + mean - {z} * along)",
        "In the dx of {function}, the term that comes through the mean has the wrong "
        "sign.",
    ),
    (
        "variance-path-sign",
        "(g - mean - {z} * along)",
        "(g - mean + {z} * along)",
        "In the dx of {function}, the term that comes through the variance has the "
        "wrong sign.",
    ),
    (
        "variance-path-half",
        "(g - mean - {z} * along)",
        "(g - mean - {z} * along / 2)",
        "In the dx of {function}, the term that comes through the variance is half of "
        "what it should be: the derivative of a square brings a factor 2.",
    ),
    (
        "variance-path-without-x-hat",
        "(g - mean - {z} * along)",
        "(g - mean - along)",
        "In the dx of {function}, the term that comes through the variance is the same "
        "for all values that share it; it has to grow with the normalized value.",
    ),
    (
        "mean-path-sum",
        "(g - mean - {z} * along)",
        "(g - mean * g.shape[-1] - {z} * along)",
        "In the dx of {function}, the term that comes through the mean holds a sum "
        "where a mean is needed; the other term is right.",
    ),
    (
        "variance-path-sum",
        "(g - mean - {z} * along)",
        "(g - mean - {z} * along * g.shape[-1])",
        "In the dx of {function}, the term that comes through the variance holds a sum "
        "where a mean is needed; the other term is right.",
    ),
    (
        "inv-std-on-one-term",
        "{inv_std} * (g - mean - {z} * along)",
        "{inv_std} * g - mean - {z} * along",
        "In the dx of {function}, the inverse standard deviation multiplies one of the "
        "three terms only: look at the parentheses.",
    ),
    (
        "factor-on-one-term",
        "{inv_std} * (g - mean - {z} * along)",
        "{inv_std} * g - (mean + {z} * along) * g.shape[-1]",
        "In the dx of {function}, the factor in front multiplies one of the three "
        "terms only: look at the parentheses.",
    ),
    (
        "inv-std-missing",
        "{inv_std} * (g - mean - {z} * along)",
        "(g - mean - {z} * along)",
        "The dx of {function} does not contain the inverse standard deviation.",
    ),
    (
        "inv-std-divides",
        "{inv_std} * (g - mean - {z} * along)",
        "1 / {inv_std} * (g - mean - {z} * along)",
        "In {function}, dx is divided by the inverse standard deviation. The cache "
        "holds the inverse already.",
    ),
    (
        "gamma-missing",
        "g = {open}{gamma} * dy{close}",
        "g = {open}dy{close}",
        "The dx of {function} does not contain gamma.",
    ),
    (
        "returns-dx-only",
        "return dx, dgamma, dbeta",
        "return dx",
        "{function} returns dx alone; dgamma and dbeta are asked for, too.",
    ),
    (
        "returns-swapped",
        "return dx, dgamma, dbeta",
        "return dx, dbeta, dgamma",
        "{function} returns dbeta before dgamma; the order must be dx, dgamma, dbeta.",
    ),
)

#: In dgamma and dbeta; ``over`` are the axes, ``count`` how many values they hold.
PARAMETERS: tuple[Template, ...] = (
    (
        "dgamma-mean",
        "(dy * x_hat).sum(axis={over})",
        "(dy * x_hat).mean(axis={over})",
        "In {function}, dgamma is a mean. Each {noun} adds its own part to the loss: "
        "the parts add up.",
    ),
    (
        "dbeta-mean",
        "dbeta = dy.sum(axis={over})",
        "dbeta = dy.mean(axis={over})",
        "In {function}, dbeta is a mean. Each {noun} adds its own part to the loss: "
        "the parts add up.",
    ),
    (
        "parameters-mean",
        "return dx, dgamma, dbeta",
        "return dx, dgamma / ({count}), dbeta / ({count})",
        "In {function}, dgamma and dbeta are means. Each {noun} adds its own part to "
        "the loss: the parts add up.",
    ),
    (
        "dgamma-without-x-hat",
        "(dy * x_hat).sum(axis={over})",
        "dy.sum(axis={over})",
        "In {function}, dgamma is a sum of dy alone. Gamma multiplies the normalized "
        "value, so that value belongs in.",
    ),
    (
        "dgamma-times-gamma",
        "(dy * x_hat).sum(axis={over})",
        "({gamma} * dy * x_hat).sum(axis={over})",
        "In {function}, dgamma contains gamma itself. The derivative of a product with "
        "respect to one factor is the other factor.",
    ),
    (
        "dbeta-times-gamma",
        "dbeta = dy.sum(axis={over})",
        "dbeta = ({gamma} * dy).sum(axis={over})",
        "In {function}, dbeta contains gamma. Beta is added after the scaling.",
    ),
    (
        "in-place",
        "g = {open}{gamma} * dy{close}",
        "dy *= {gamma}\n    g = {open}dy{close}",
        "{function} changes the array dy, which belongs to the caller: an operator "
        "such as *= works in place.",
    ),
    (
        "in-place-first",
        "dgamma = (dy",
        "dy *= {gamma}\n    gamma = np.ones_like(gamma)\n    dgamma = (dy",
        "{function} multiplies dy by gamma in place before dgamma and dbeta are taken "
        "from it: they come out wrong, and the caller's array is changed.",
    ),
)
