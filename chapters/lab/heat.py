"""Draw a small matrix with its numbers, shaded by size and coloured by sign."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lab.figures import PALETTE, new_figure


def draw_heat(matrix: np.ndarray, names: Sequence[str]) -> Figure:
    """Draw a square ``matrix``; ``names`` stand at its rows and columns.

    Positive entries are blue, negative ones vermilion; the shade is pale, so that the
    numbers can be read in a light and in a dark theme.
    """
    fig, (ax,) = new_figure(3.6)
    top = np.abs(matrix).max()
    for (row, column), value in np.ndenumerate(matrix):
        color = PALETTE["blue"] if value > 0 else PALETTE["vermilion"]
        ax.add_patch(
            Rectangle(
                (column - 0.48, row - 0.48),
                0.96,
                0.96,
                color=color,
                alpha=0.45 * abs(value) / top,
                lw=0,
            )
        )
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=9)
    places = range(len(matrix))
    ax.set(xlim=(-0.5, len(matrix) - 0.5), ylim=(len(matrix) - 0.5, -0.5))
    ax.set_xticks(places, names)
    ax.set_yticks(places, names)
    ax.set(xlabel="input at x̂", ylabel="output at x̂", aspect="equal")
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return fig
