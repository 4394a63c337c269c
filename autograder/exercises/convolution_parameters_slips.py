"""Slips of ``batchnorm2d_backward`` in the gradients of gamma and beta."""

from __future__ import annotations

from autograder.exercise import Slip

_DGAMMA = "(dy * x_hat).sum(axis=(0, 2, 3))"
_DBETA = "dy.sum(axis=(0, 2, 3))"
_SUMS = """dgamma = (dy * x_hat).sum(axis=(0, 2, 3))  # (C,)
    dbeta = dy.sum(axis=(0, 2, 3))  # (C,)"""


def _sums(axes: str) -> str:
    return f"dgamma = (dy * x_hat).sum(axis={axes})\n    dbeta = dy.sum(axis={axes})"


def _back(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(name, "batchnorm2d_backward", before, after, sentence)


PARAMETERS = (
    _back(
        "parameters-mean",
        _SUMS,
        "dgamma = (dy * x_hat).mean(axis=(0, 2, 3))\n    dbeta = dy.mean(axis=(0, 2, 3))",
        "dgamma and dbeta are means; they must be sums. Each of the values has its share in the loss already.",
    ),
    _back(
        "parameters-mean-over-pixels",
        _SUMS,
        "dgamma = (dy * x_hat).mean(axis=(2, 3)).sum(axis=0)\n    dbeta = dy.mean(axis=(2, 3)).sum(axis=0)",
        "dgamma and dbeta are averaged over the pixels of each image. They must be summed over the pixels too.",
    ),
    _back(
        "parameters-mean-over-images",
        _SUMS,
        "dgamma = (dy * x_hat).sum(axis=(2, 3)).mean(axis=0)\n    dbeta = dy.sum(axis=(2, 3)).mean(axis=0)",
        "dgamma and dbeta are averaged over the images. They must be summed over the images too.",
    ),
    _back(
        "parameters-summed-over-n-only",
        _SUMS,
        _sums("0"),
        "dgamma and dbeta are summed over the batch only, so they still have a value for each pixel. A channel "
        "has one gamma and one beta.",
    ),
    _back(
        "parameters-summed-over-pixels-only",
        _SUMS,
        _sums("(2, 3)"),
        "dgamma and dbeta are summed over the pixels only, so they still have a value for each image. The "
        "images share gamma and beta.",
    ),
    _back(
        "parameters-keepdims",
        "return dx, dgamma, dbeta",
        "return dx, dgamma[None, :, None, None], dbeta[None, :, None, None]",
        "dgamma and dbeta keep the axes that were summed over (keepdims=True). Their shape is that of gamma.",
    ),
    _back(
        "parameters-order",
        "return dx, dgamma, dbeta",
        "return dx, dbeta, dgamma",
        "dbeta and dgamma have changed places; the order must be dx, dgamma, dbeta.",
    ),
    _back(
        "dgamma-of-g",
        _DGAMMA,
        "(dy * gamma[:, None, None] * x_hat).sum(axis=(0, 2, 3))",
        "dgamma contains gamma itself. y is linear in gamma, so its derivative does not.",
    ),
    _back(
        "dgamma-without-x-hat",
        _DGAMMA,
        "dy.sum(axis=(0, 2, 3))",
        "dgamma is the sum of dy. Gamma was multiplied by something on the way forward, and that is missing.",
    ),
    _back(
        "dgamma-of-centered",
        _DGAMMA,
        "(dy * x_hat / inv_std[:, None, None]).sum(axis=(0, 2, 3))",
        "dgamma uses x minus its mean; gamma was multiplied by the normalized x_hat.",
    ),
    _back(
        "dbeta-of-g",
        _DBETA,
        "(dy * gamma[:, None, None]).sum(axis=(0, 2, 3))",
        "dbeta contains gamma. Beta is added after the scaling.",
    ),
    _back(
        "backward-in-place",
        "g = dy * gamma[:, None, None]",
        "dy *= gamma[:, None, None]\n    g = dy",
        "batchnorm2d_backward changes the caller's dy: an operator such as *= works in place.",
    ),
    _back(
        "backward-in-place-too-early",
        _SUMS,
        f"dy *= gamma[:, None, None]\n    {_SUMS}\n    dy = dy / gamma[:, None, None]",
        "batchnorm2d_backward scales the caller's dy in place, before it is used for dgamma and dbeta.",
    ),
    _back(
        "backward-dx-only",
        "return dx, dgamma, dbeta",
        "return dx",
        "Only dx is returned; dgamma and dbeta are the second and third result.",
    ),
)
