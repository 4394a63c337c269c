"""Draw over which numbers of a batch of images each normalization takes its mean."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lab.figures import INK, PALETTE, new_figure

IMAGES, CHANNELS, GROUPS = 4, 6, 2
#: For each method: which cells (image, channel) share their statistics with (1, 0).
SHARED = {
    "batch": [(image, 0) for image in range(IMAGES)],
    "layer": [(1, channel) for channel in range(CHANNELS)],
    "group": [(1, channel) for channel in range(CHANNELS // GROUPS)],
    "instance": [(1, 0)],
}


def draw_axes() -> Figure:
    """Draw one grid of images by channels for each method, what shares marked."""
    fig, (ax,) = new_figure(4.6)
    for place, (method, cells) in enumerate(SHARED.items()):
        left, top = (place % 2) * (IMAGES + 2), (place // 2) * (CHANNELS + 2.4)
        _grid(ax, left, top, cells)
        ax.text(left, top - 0.5, method, weight="bold")
        ax.text(left + IMAGES / 2, top + CHANNELS + 0.7, "images", ha="center")
        ax.text(left - 0.5, top + CHANNELS / 2, "channels", rotation=90, va="center")
    ax.set(xlim=(-1.2, 2 * IMAGES + 2.2), ylim=(2 * CHANNELS + 3.6, -1.3))
    ax.axis("off")
    return fig


def _grid(ax: Axes, left: float, top: float, shared: list[tuple[int, int]]) -> None:
    for image in range(IMAGES):
        for channel in range(CHANNELS):
            corner = (left + image, top + channel)
            marked = (image, channel) in shared
            if marked:
                fill = Rectangle(corner, 1, 1, color=PALETTE["blue"], alpha=0.6, lw=0)
                ax.add_patch(fill)
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, ec=INK, lw=0.8))
            if marked:
                middle = (corner[0] + 0.5, corner[1] + 0.5)
                ax.text(*middle, "×", ha="center", va="center")
