"""Draw which numbers share a mean: a column of a matrix, a channel of a stack."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lab.figures import INK, WITH, new_figure


def draw_stack(images: int = 3, channels: int = 4, marked: int = 1) -> Figure:
    """Draw a batch after a fully connected layer and one after a convolution.

    One feature and one channel are marked: the numbers that share one mean.
    """
    fig, (top, bottom) = new_figure(4.6, rows=2, height_ratios=(1, 1.5))
    _draw(top, images, channels, marked, rows=1, columns=1)
    top.set_title("fully connected: N numbers share a mean")
    _name(top, channels, "feature")
    _draw(bottom, images, channels, marked, rows=4, columns=5)
    bottom.set_title("convolution: N · H · W numbers share a mean")
    _name(bottom, channels, "channel")
    return fig


def _draw(
    ax: Axes, images: int, channels: int, marked: int, rows: int, columns: int
) -> None:
    for image in range(images):
        ax.text(-0.12, image + 0.4, f"image {image + 1}", ha="right", va="center")
        for channel in range(channels):
            share = channel == marked
            for i in range(rows):
                for j in range(columns):
                    corner = channel + 0.8 * j / columns, image + 0.8 * i / rows
                    _cell(ax, corner, 0.8 / columns, 0.8 / rows, share)
    ax.set(xlim=(-0.95, channels - 0.15), ylim=(images - 0.15, -0.45))
    ax.axis("off")


def _cell(
    ax: Axes, corner: tuple[float, float], width: float, height: float, share: bool
) -> None:
    color = WITH if share else "none"
    ax.add_patch(
        Rectangle(corner, width, height, fc=color, ec=INK, lw=1.4 if share else 0.5)
    )


def _name(ax: Axes, channels: int, kind: str) -> None:
    for channel in range(channels):
        ax.text(channel + 0.4, -0.2, f"{kind} {channel + 1}", ha="center")
