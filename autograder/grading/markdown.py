"""Turn a notebook's Markdown into HTML that loads nothing and runs nothing.

Students write these cells, and an instructor opens the page.
"""

from __future__ import annotations

import html
import re
from functools import cache, lru_cache
from typing import Any
from xml.etree.ElementTree import tostring

import mistune
from latex2mathml.converter import convert_to_element

_MATH = re.compile(
    r"\$\$(?P<display>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$\n]+?)(?<!\\)\$(?!\d)",
    re.DOTALL,
)
#: Longer texts are shown as they are, longer formulas as code: some that nobody means
#: take a time that grows with the square of their length, or faster.
LONGEST = 20_000
LONGEST_FORMULA = 2_000
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_REFERENCE = re.compile("&amp;(#x?[0-9A-Fa-f]+;)")
_HELD = re.compile("\ue000(\\d+)\ue001")


@lru_cache(maxsize=512)
def to_html(source: str, trusted: bool = False) -> str:
    """Return HTML with formulas as MathML and images as links.

    Raw HTML in the source is shown as text, unless the source is trusted.
    """
    if len(source) > LONGEST:
        return f'<pre tabindex="0">{html.escape(source)}</pre>'
    formulas: list[str] = []
    parts = _CODE.split(source.replace("\ue000", "").replace("\ue001", ""))
    # Formulas are held out of Markdown's reach, which would take their _ and * for its
    # own.
    parts[::2] = [_MATH.sub(lambda m: _hold(m, formulas), part) for part in parts[::2]]
    page = str(_markdown(trusted)("".join(parts)))
    # What scrolls must be reachable by keyboard.
    page = page.replace("<pre>", '<pre tabindex="0">')
    return _HELD.sub(lambda m: formulas[int(m[1])], page)


def _hold(match: re.Match[str], formulas: list[str]) -> str:
    display = match["display"] is not None
    formulas.append(mathml(match["display"] if display else match["inline"], display))
    return f"\ue000{len(formulas) - 1}\ue001"


def mathml(formula: str, display: bool = False) -> str:
    """Return a formula in LaTeX as MathML, or as text where it is not understood."""
    plain = f"<code>{html.escape(formula)}</code>"
    if len(formula) > LONGEST_FORMULA:
        return plain
    try:
        element = convert_to_element(formula, display="block" if display else "inline")
    except Exception:
        return plain
    for part in element.iter():
        part.attrib.pop("href", None)  # of \href: to anything
    # The converter writes signs as character references, and would have all of its
    # output unescaped for their sake: with it, what a student put into \\text.
    return _REFERENCE.sub(r"&\1", tostring(element, encoding="unicode"))


class _Renderer(mistune.HTMLRenderer):
    def image(self, text: str, url: str, title: str | None = None) -> str:
        # An image from elsewhere would tell its server who reads the page.
        return self.link(text or "image", url, title)


@cache
def _markdown(trusted: bool) -> Any:
    renderer = _Renderer(escape=not trusted, allow_harmful_protocols=False)
    return mistune.create_markdown(
        renderer=renderer, plugins=["table", "strikethrough"]
    )
