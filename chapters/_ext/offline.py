"""Keep formulas and search working without a network, also from a USB stick.

MathJax is copied from a Python package instead of loaded from a server. Only pages
with formulas load it.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

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
}"""
# No browser lets a page read other files, from which the summaries would be cut.
TITLES_FROM_DISK = """\
if (location.protocol === "file:") {
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


def shows_formulas(app: Sphinx, page: str) -> bool:
    """Tell whether `page` itself has formulas, not only pages listed below it."""
    return bool(app.env.get_domain("math").data["has_equations"].get(page))


def is_mathjax(script: object) -> bool:
    """Tell whether `script`, as Sphinx keeps it, is MathJax or its settings."""
    body = getattr(script, "attributes", {}).get("body") or ""
    return "mathjax/" in str(script) or body.startswith("window.MathJax")


def choose_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Leave MathJax out of pages without formulas; prepare the others for `file:`."""
    if page == "search":
        app.builder.add_js_file("", body=TITLES_FROM_DISK)
    if shows_formulas(app, page):
        app.builder.add_js_file("", body=SVG_FROM_DISK)
    else:
        scripts = context["script_files"]
        context["script_files"] = [one for one in scripts if not is_mathjax(one)]


def finish(app: Sphinx, error: Exception | None) -> None:
    """Complete the site once its pages are written."""
    if error is None and app.builder.format == "html":
        copy_mathjax(Path(app.outdir) / "_static")


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.connect("html-page-context", choose_scripts, priority=510)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
