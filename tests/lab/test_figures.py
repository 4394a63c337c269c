"""Figures: one element, readable in both themes, with words beside the picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from lab.claims import state
from lab.controls import ScaleShift
from lab.figures import PALETTE, WITH, as_svg, label, new_figure, show
from lab.matrix import draw_matrix
from matplotlib.figure import Figure

ALT = "A line that rises from the lower left corner to the upper right one."


def drawing() -> Figure:
    fig, (ax,) = new_figure(2.0)
    ax.plot([0, 1], [0, 1], color=WITH)
    ax.fill_between([0, 1], [0, 1], alpha=0.2)
    ax.set(xlabel="here", ylabel="there", title="a title")
    label(ax, 0.5, 0.5, "a label")
    return fig


def test_svg_is_one_element_named_by_its_text() -> None:
    root = ET.fromstring(re.sub(r'xmlns="[^"]*"', "", as_svg(drawing(), ALT), count=1))
    assert root.tag == "svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == ALT


def test_svg_takes_the_width_of_its_column() -> None:
    opening = as_svg(drawing(), ALT).split(">", 1)[0]
    assert "viewBox" in opening
    assert not re.search(r'\b(width|height)="', opening)


def test_text_and_axes_take_the_colour_of_the_page() -> None:
    svg = as_svg(drawing(), ALT)
    for piece in re.findall(r"<text.*?>", svg):
        assert "fill: currentColor" in piece, piece
    colours = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", svg))
    assert colours <= {"#0072b2", "#1f77b4"}  # the line, and matplotlib's default band


def test_text_stays_text() -> None:
    assert ">a title</text>" in as_svg(drawing(), ALT)


def test_ids_of_two_figures_on_one_page_differ() -> None:
    first, second = as_svg(drawing(), ALT), as_svg(drawing(), ALT + " Another one.")
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (first, second)]
    assert ids[0] and not ids[0] & ids[1]
    for own, svg in zip(ids, (first, second), strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= own


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert as_svg(drawing(), ALT) == as_svg(drawing(), ALT)


def test_a_quotation_mark_in_the_text_does_not_break_the_element() -> None:
    ET.fromstring(as_svg(drawing(), ALT + ' "Quoted" & <more>.'))


def test_a_figure_without_a_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="40 characters or more"):
        show(drawing(), "a plot")


def test_readers_of_other_formats_get_a_picture_and_the_text() -> None:
    data, metadata = show(drawing(), ALT)._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"] == ALT


def test_the_palette_is_okabe_and_itos() -> None:
    assert PALETTE["vermilion"] == "#D55E00"
    assert len(set(PALETTE.values())) == len(PALETTE) == 6


def test_the_matrix_shows_every_number_and_each_columns_mean() -> None:
    fig = draw_matrix(np.array([[1.0, 10.0], [3.0, 30.0]]), column=0)
    svg = as_svg(fig, ALT)
    for number in ("1", "3", "10", "30", "2", "20"):
        assert f">{number}</text>" in svg


def test_the_moving_figure_says_what_batch_normalization_gives() -> None:
    figure = ScaleShift(np.array([2.0, 4.0, 5.0, 6.0, 8.0]), 2.0, 1.0, eps=0.0)
    assert np.allclose(figure.output(), [-2, 0, 1, 2, 4])
    assert "mean is 1.00 and their standard deviation 2.00" in figure.sentence()


def test_a_number_inside_its_interval_reaches_the_prose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    glued = {}
    monkeypatch.setattr(
        "lab.claims.glue", lambda name, value, display: glued.update({name: value})
    )
    state("speed", np.float64(2.5), 2, 3, "It is fast.")
    assert glued == {"speed": 2.5}


@pytest.mark.parametrize("value", [1.9, 3.1, float("nan")])
def test_a_number_outside_its_interval_stops_the_build(value: float) -> None:
    with pytest.raises(AssertionError, match=r"It is fast\..*not between 2 and 3"):
        state("speed", value, 2, 3, "It is fast.")
