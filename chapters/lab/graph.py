"""Draw the computational graph of batch normalization, with the ways back from L."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from lab.figures import INK, PALETTE, new_figure

#: Where each node stands, and the steps of the chapter that arrive there.
NODES = {
    "x": (0.0, 0.0, "7"),
    "μ": (1.0, 2.2, "6"),
    "σ²": (1.9, 1.1, "4"),
    "x̂": (3.0, 0.0, "3"),
    "y": (4.1, 0.0, ""),
    "L": (5.0, 0.0, ""),
    "γ": (3.5, 1.5, "2"),
    "β": (4.3, 1.5, "1"),
}
#: The forward arrows, each with the way from x that it belongs to.
ARROWS = [
    ("x", "x̂", "direct"),
    ("x", "σ²", "variance"),
    ("σ²", "x̂", "variance"),
    ("x", "μ", "mean"),
    ("μ", "x̂", "mean"),
    ("μ", "σ²", "zero"),
    ("x̂", "y", ""),
    ("γ", "y", ""),
    ("β", "y", ""),
    ("y", "L", ""),
]
STYLES = {
    "direct": (PALETTE["blue"], "-"),
    "variance": (PALETTE["orange"], "--"),
    "mean": (PALETTE["purple"], "-."),
    "zero": (INK, ":"),
    "": (INK, "-"),
}


def draw_graph() -> Figure:
    """Draw the nodes, the arrows forward, and the number of each step back."""
    fig, (ax,) = new_figure(2.7)
    for start, end, way in ARROWS:
        _arrow(ax, start, end, way)
    for name, (x, y, step) in NODES.items():
        ax.text(x, y, name, ha="center", va="center", fontsize=13)
        if step:
            below = name in ("x", "x̂", "σ²")
            ax.text(
                x,
                y + (-0.42 if below else 0.42),
                f"step {step}",
                ha="center",
                va="center",
                fontsize=8.5,
            )
    ax.text(1.5, -0.2, "direct", ha="center", va="center", fontsize=8.5)
    ax.set(xlim=(-0.4, 5.3), ylim=(-0.75, 2.85))
    ax.axis("off")
    return fig


def _arrow(ax: Axes, start: str, end: str, way: str) -> None:
    color, line = STYLES[way]
    bend = {("μ", "x̂"): "arc3,rad=-0.25", ("x", "μ"): "arc3,rad=-0.15"}
    ax.add_patch(
        FancyArrowPatch(
            NODES[start][:2],
            NODES[end][:2],
            arrowstyle="-|>",
            mutation_scale=11,
            shrinkA=11,
            shrinkB=11,
            color=color,
            linestyle=line,
            lw=1.8 if way in ("direct", "variance", "mean") else 1.1,
            connectionstyle=bend.get((start, end), "arc3"),
        )
    )
