"""Give every figure one look: one palette, text that follows the page's theme.

Figures are shown as inline SVG. Their text and axes take the colour of the page's
text (``currentColor``), so that they are readable in a light and in a dark theme.
The colours are Okabe and Ito's, which colour-blind readers can tell apart.
"""

import hashlib
import io
import re
from html import escape

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: The Okabe-Ito palette without its black and yellow, which vanish in one theme.
PALETTE = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
}
#: With and without batch normalization, everywhere in the course.
WITH, WITHOUT = PALETTE["blue"], PALETTE["vermilion"]

#: A colour that no figure uses; it stands for the colour of the text around.
INK = "#010203"
LOOK = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "svg.fonttype": "none",
}
matplotlib.rcParams.update(LOOK)


def new_figure(
    height: float, rows: int = 1, **keywords: object
) -> tuple[Figure, list[Axes]]:
    """Return a figure 4.4 inches wide and its ``rows`` axes, one below the other.

    The width is that of a phone, so that the text stays readable there; ``keywords``
    go to ``Figure.subplots``.
    """
    fig = Figure(figsize=(4.4, height), layout="constrained")
    return fig, list(fig.subplots(rows, 1, squeeze=False, **keywords)[:, 0])


def label(ax: Axes, x: float, y: float, text: str, **keywords: object) -> None:
    """Write ``text`` at data position (x, y), beside the line that it names.

    It has the colour of all text: the palette's colours are too pale for letters.
    """
    ax.text(x, y, text, fontweight="bold", **keywords)


def as_svg(fig: Figure, alt: str) -> str:
    """Return ``fig`` as one ``<svg>`` element with ``alt`` as its accessible name.

    :raises ValueError: if ``alt`` is too short to stand for a figure.
    """
    if len(alt) < 40:
        raise ValueError(
            f"The text for readers who do not see the figure is {alt!r}. Say what "
            "the figure shows, in a sentence of 40 characters or more."
        )
    name = "f" + hashlib.sha256(alt.encode()).hexdigest()[:8]
    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        fig.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = svg.replace(INK, "currentColor")
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
    # Without width and height the drawing takes the width of the column.
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    head = f'<svg role="img" aria-label="{escape(alt, quote=True)}" class="lab-figure"'
    return svg.replace("<svg", head, 1)


class Shown:
    """Hold one figure for display: SVG for the book, PNG and text for the rest."""

    def __init__(self, fig: Figure, alt: str) -> None:
        self.fig, self.alt = fig, alt
        self.svg = as_svg(fig, alt)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, object], dict[str, object]]:
        data = {
            "text/html": f'<figure class="lab-figure">{self.svg}</figure>',
            "image/png": _png(self.fig),
            "text/plain": self.alt,
        }
        return data, {"image/png": {"alt": self.alt}}


def _png(fig: Figure) -> bytes:
    """Return the figure on white with dark text: for print and old notebooks."""
    raw = io.BytesIO()
    fig.savefig(raw, format="png", dpi=160, facecolor="white")
    return raw.getvalue()


def show(fig: Figure, alt: str) -> Shown:
    """Return ``fig`` for display as the last value of a cell.

    ``alt`` says in words what the figure shows, for readers who do not see it.
    """
    return Shown(fig, alt)
