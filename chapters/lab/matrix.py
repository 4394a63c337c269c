"""Draw a batch as a matrix, to show over which of its numbers a mean is taken."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lab.figures import INK, WITH, new_figure


def draw_matrix(x: np.ndarray, column: int) -> Figure:
    """Draw ``x`` (m, n), one ``column`` marked, with each column's mean and spread."""
    m, n = x.shape
    fig, (ax,) = new_figure(2.7)
    ax.add_patch(Rectangle((column - 0.45, -0.5), 0.9, m, color=WITH, alpha=0.25, lw=0))
    for (i, j), value in np.ndenumerate(x):
        ax.text(j, i, f"{value:g}", ha="center", va="center")
    for offset, name, row in ((0.4, "mean", x.mean(0)), (1.2, "std", x.std(0))):
        ax.text(-1.0, m + offset, name, ha="center", va="center", style="italic")
        for j, value in enumerate(row):
            ax.text(
                j, m + offset, f"{value:g}", ha="center", va="center", weight="bold"
            )
    for i in range(m):
        ax.text(-1.0, i, f"sample {i + 1}", ha="center", va="center")
    for j in range(n):
        ax.text(j, -1.0, f"feature {j + 1}", ha="center", va="center")
    ax.axhline(m - 0.4, color=INK, lw=0.8)
    ax.set(xlim=(-1.5, n - 0.5), ylim=(m + 1.6, -1.4))
    ax.axis("off")
    return fig
