"""Draw formulas without a network, also on a site opened from a USB stick.

MathJax is copied from a Python package instead of loaded from a server. Only pages
with formulas load it.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

MATHJAX_PACKAGE = "sphinx-mathjax-offline"
# What tex-chtml.js may ask for later: fonts, TeX extensions, the menu, speech.
MATHJAX_PARTS = (
    "tex-chtml.js",
    "output",
    "input/tex/extensions",
    "a11y",
    "ui",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
    "sre/mathmaps/nemeth.json",
)
# Some browsers load no font from a `file:` address; formulas drawn as SVG need none.
SVG_FROM_DISK = """\
if (location.protocol === "file:") {
  MathJax.loader = {load: ["output/svg"]};
  MathJax.startup = {output: "svg"};
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}"""


def copy_mathjax(static: Path) -> None:
    """Copy the parts of MathJax that a page can ask for into the site."""
    spec = importlib.util.find_spec(MATHJAX_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ExtensionError(
            f"The package {MATHJAX_PACKAGE}, which brings MathJax, is not installed. "
            "Run `make install`."
        )
    source = Path(spec.submodule_search_locations[0]) / "static/mathjax"
    for part in MATHJAX_PARTS:
        target = static / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source / part, target)


def draw_formulas_from_disk(app: Sphinx, page: str, *_: object) -> None:
    """Add to a page with formulas the choice of how they are drawn."""
    if app.env.get_domain("math").has_equations(page):
        app.builder.add_js_file("", body=SVG_FROM_DISK)


def finish(app: Sphinx, error: Exception | None) -> None:
    """Complete the site once its pages are written."""
    if error is None and app.builder.format == "html":
        copy_mathjax(Path(app.outdir) / "_static")


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.connect("html-page-context", draw_formulas_from_disk, priority=510)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
