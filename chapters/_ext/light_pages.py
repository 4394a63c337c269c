"""Make pages lighter, and independent of fonts in files.

The few icons that the pages show are cut out of the theme's font and written into a
style sheet. Browsers that refuse to load fonts from `file:` addresses still show them,
and every page is lighter by the rest of the font, and by the script of half a megabyte
that the theme ships beside it (templates/layout.html leaves it out).
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable
from pathlib import Path

import pydata_sphinx_theme
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
ICON_FONT = THEME / "vendor/fontawesome/webfonts/fa-solid-900.ttf"
ICON_STYLES = "icons.css"
ICON_NAME = re.compile(r"\bfa-[a-z0-9-]+")
ICON_RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"\\([0-9a-f]+)"')
ICON_FACE = """\
@font-face {{
  font-family: "Font Awesome 6 Free";
  font-style: normal;
  font-weight: 900;
  src: url(data:font/woff;base64,{data}) format("woff");
}}
"""
# Where a font says what it is called: family, identifier, full and technical name.
NAMES = (1, 3, 4, 6)
ICON_SCRIPT = re.compile(r"\s*<script[^>]*fontawesome\.js[^>]*></script>")
# What no page asks for, and the maps of minified files.
DEAD_WEIGHT = (
    "scripts/fontawesome.js*",
    "images/logo_*",
    "*webpack-macros.html",
    "**/*.map",
)


def without_icon_script(head: str) -> str:
    """Return `head` without the script that duplicates the icon fonts."""
    return ICON_SCRIPT.sub("", head)


def code_points(names: set[str], styles: Iterable[str]) -> set[int]:
    """Return the characters of the icons `names`, and those that `styles` use itself.

    Style sheets name an icon's character in a class (`.fa-moon`), in a variable
    (`--pst-icon-...`), or in a rule of their own.
    """
    points: set[int] = set()
    for text in styles:
        for selectors, point in ICON_RULE.findall(text):
            if names & set(ICON_NAME.findall(selectors)):
                points.add(int(point, 16))
        points |= {ord(sign) for sign in text if "\ue000" <= sign <= "\uf8ff"}
        own = ICON_RULE.sub("", text)
        points |= {int(point, 16) for point in re.findall(r'"\\(f[0-9a-f]{3})"', own)}
    return points


def icon_face(points: Iterable[int]) -> str:
    """Return a style rule that holds the icons `points` of the theme's font."""
    font = TTFont(ICON_FONT)
    cutter = subset.Subsetter(subset.Options(hinting=False, layout_features=[]))
    cutter.populate(unicodes=points)
    cutter.subset(font)
    # Its licence keeps the name "Font Awesome" for the whole font.
    for entry in font["name"].names:
        if entry.nameID in NAMES:
            entry.string = "Icons of this course"
    font.flavor = "woff"
    file = io.BytesIO()
    font.save(file)
    return ICON_FACE.format(data=base64.b64encode(file.getvalue()).decode())


def write_icons(site: Path) -> None:
    """Write the style sheet with the icons that the pages of `site` show."""
    names: set[str] = set()
    for page in site.rglob("*.html"):
        names |= set(ICON_NAME.findall(page.read_text(encoding="utf-8")))
    sheets = [sheet.read_text("utf-8") for sheet in (site / "_static").rglob("*.css")]
    face = icon_face(code_points(names, sheets))
    (site / "_static" / ICON_STYLES).write_text(face, encoding="utf-8")


def drop_dead_weight(static: Path) -> None:
    """Remove files that no page asks for."""
    for pattern in DEAD_WEIGHT:
        for file in static.glob(pattern):
            file.unlink()


def join_base_styles(static: Path) -> None:
    """Put the theme's base style sheet where the theme imports it: one file less.

    Tools that read style sheets, axe among them, look for the import in the wrong
    folder and report it missing.
    """
    base = (static / "basic.css").read_text(encoding="utf-8")
    moved = re.sub(r"url\((?!data:|/)", "url(../", base)
    (static / "styles/theme.css").write_text(moved, encoding="utf-8")


def finish(app: Sphinx, error: Exception | None) -> None:
    """Lighten the site once its pages are written."""
    if error is None and app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        write_icons(Path(app.outdir))
        join_base_styles(static)
        drop_dead_weight(static)


def offer_filter(
    app: Sphinx, page: str, template: str, context: dict, *_: object
) -> None:
    """Let the layout template call `without_icon_script`."""
    context["without_icon_script"] = without_icon_script


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.add_css_file(ICON_STYLES)
    app.connect("html-page-context", offer_filter)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
