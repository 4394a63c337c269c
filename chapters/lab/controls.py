"""Make the one figure of the chapter that the reader can move.

The figure is drawn here, once, for readers without JavaScript and for print. In the
browser, ``_static/scale-shift.js`` puts sliders and a live drawing in its place.
"""

import json
from html import escape

import numpy as np

from lab.figures import PALETTE, as_svg, label, new_figure


class ScaleShift:
    """Show one feature of a batch before and after gamma * x_hat + beta."""

    def __init__(
        self, values: np.ndarray, gamma: float, beta: float, eps: float
    ) -> None:
        self.values = np.asarray(values, dtype=float)
        self.gamma, self.beta, self.eps = gamma, beta, eps

    def output(self) -> np.ndarray:
        """Return the feature's outputs in training mode, (m,)."""
        centred = self.values - self.values.mean()
        return self.gamma * centred / np.sqrt(self.values.var() + self.eps) + self.beta

    def sentence(self) -> str:
        """Say in words what the sliders' present values do."""
        out = self.output()
        return (
            f"With gamma = {self.gamma:.1f}, beta = {self.beta:.1f} and epsilon = "
            f"{self.eps:g} the outputs are {', '.join(f'{y:.2f}' for y in out)}. "
            f"Their mean is {out.mean():.2f} and their standard deviation "
            f"{out.std():.2f}."
        )

    def _fallback(self) -> str:
        fig, (ax,) = new_figure(1.7)
        for height, row, color in (
            (1, self.values, PALETTE["vermilion"]),
            (0, self.output(), PALETTE["blue"]),
        ):
            ax.plot(row, np.full(len(row), height), "o", color=color, alpha=0.7)
        label(ax, -4, 1.18, "inputs x")
        label(ax, -4, 0.18, "outputs y")
        ax.set(xlim=(-4.2, 4.2), ylim=(-0.3, 1.6), yticks=[])
        ax.spines["left"].set_visible(False)
        return as_svg(
            fig, "Dots on two lines, inputs above outputs. " + self.sentence()
        )

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        start = {
            "values": self.values.tolist(),
            "gamma": self.gamma,
            "beta": self.beta,
            "eps": self.eps,
        }
        page = (
            f'<figure class="lab-figure lab-controls" '
            f'data-scale-shift="{escape(json.dumps(start))}">{self._fallback()}'
            f"<figcaption>{escape(self.sentence())}</figcaption></figure>"
            '<script src="../_static/scale-shift.js" defer></script>'
        )
        return {"text/html": page, "text/plain": self.sentence()}
