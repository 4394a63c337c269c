"""Check a gradient by differences, with steps from far too large to far too small."""

import numpy as np

from lab.steps import Pass, step_9


def scalar_loss(p: Pass, x: np.ndarray) -> float:
    """Return sum(dy * y) at x, computed in the precision of x throughout."""
    kind = x.dtype.type
    centered = x - x.mean(axis=0, dtype=kind)
    var = (centered**2).mean(axis=0, dtype=kind)
    y = p.gamma.astype(kind) * centered / np.sqrt(var + kind(p.eps))
    return (p.dy.astype(kind) * y).sum(dtype=kind)


def difference_errors(
    p: Pass, steps: np.ndarray, kind: type, central: bool
) -> np.ndarray:
    """Return the largest error of the numerical dL/dx, relative to the largest entry.

    One number for each step in ``steps``; ``kind`` is np.float32 or np.float64. The
    exact gradient of the inputs as ``kind`` holds them is computed in float64.
    """
    x = p.x.astype(kind)
    exact = step_9(Pass(x.astype(float), p.gamma, p.beta, p.eps, p.dy))
    errors = []
    for h in steps:
        found = np.empty(x.shape)
        for index in np.ndindex(x.shape):
            found[index] = _slope(p, x, index, kind(h), central)
        errors.append(np.abs(found - exact).max() / np.abs(exact).max())
    return np.array(errors)


def _slope(p: Pass, x: np.ndarray, index: tuple, h: float, central: bool) -> float:
    above, below = x.copy(), x.copy()
    above[index] += h
    if central:
        below[index] -= h
    # The step that was really taken: x + h is rounded too.
    width = float(above[index]) - float(below[index])
    if width == 0:
        return 0.0
    return (float(scalar_loss(p, above)) - float(scalar_loss(p, below))) / width
