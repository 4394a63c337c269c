"""Put around each page what works there: buttons, description, footer.

The theme draws launch and download buttons for every executed page, also where their
target does not exist. Here a page gets a button only if it leads somewhere: released
notebooks open in the browser, if NumPy is all they need, and in Colab, and can be
downloaded; every page can be printed.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from docutils import nodes
from notices import NOTICE
from sphinx.application import Sphinx

from tools import browser_lab

COLAB = "https://colab.research.google.com/github"
LICENSES = (
    ("text: CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("code: BSD 3-Clause", "https://opensource.org/license/bsd-3-clause"),
)
DESCRIPTION_LENGTH = 160


def first_paragraph(doctree: nodes.document) -> str:
    """Return the page's first paragraph as plain text, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) <= DESCRIPTION_LENGTH:
            return text
        return text[: DESCRIPTION_LENGTH - 1].rsplit(" ", 1)[0] + "…"
    return ""


def description(context: dict[str, Any], doctree: nodes.document | None) -> str:
    """Return the description tag of a page that does not bring its own."""
    if 'name="description"' in context["metatags"]:
        return ""
    text = first_paragraph(doctree) if doctree else ""
    text = text or f"{context.get('title') or 'Search'}: {context['docstitle']}"
    return f'<meta name="description" content="{html.escape(text)}" />\n'


def as_list_items(body: str) -> str:
    """Return `body` with its references as items of their list.

    docutils gives them the deprecated role `doc-biblioentry`, which no list may
    contain (WCAG 1.3.1, 4.1.2).
    """
    return body.replace('role="doc-biblioentry"', 'role="listitem"')


def notebook_buttons(app: Sphinx, context: dict[str, Any]) -> list[dict[str, str]]:
    """Return the buttons of a page that is a notebook in the repository."""
    theme = app.config.html_theme_options
    owner_and_name = theme["repository_url"].split("github.com/", 1)[1].strip("/")
    path = context["pagename"] + ".ipynb"
    branch = theme["repository_branch"]
    return [
        *browser_button(app, context),
        {
            "type": "link",
            "url": f"{COLAB}/{owner_and_name}/blob/{branch}/{path}",
            "text": "Open in Colab",
            "tooltip": "Open this notebook in Google Colab",
            "icon": "fa-solid fa-rocket",
            "label": "colab-button",
        },
        {
            "type": "link",
            "url": context["pathto"](f"_sources/{context['sourcename']}", 1),
            "text": "Download",
            "tooltip": "Download this notebook",
            "icon": "fa-solid fa-download",
            "label": "download-button",
        },
    ]


def browser_button(app: Sphinx, context: dict[str, Any]) -> list[dict[str, str]]:
    """Return the button that opens a notebook in the browser, if it can run there."""
    file = Path(app.env.doc2path(context["pagename"]))
    if file not in browser_lab.notebooks(Path(app.srcdir)):
        return []
    lab = context["pathto"](f"{browser_lab.FOLDER}/notebooks/index.html", 1)
    return [
        {
            "type": "link",
            "url": f"{lab}?path={file.name}",
            "text": "Open in the browser",
            "tooltip": "Do this exercise here: Python starts in the browser",
            "icon": "fa-solid fa-globe",
            "label": "browser-button",
        }
    ]


def print_button() -> dict[str, str]:
    """Return the button that prints the page, or saves it as PDF."""
    return {
        "type": "javascript",
        "javascript": "window.print()",
        "tooltip": "Print, or save as PDF",
        "icon": "fa-solid fa-print",
        "label": "print-button",
    }


def footer(repository: str, notice: str) -> str:
    """Return the footer: how the course may be used, and where to report a fault."""
    links = [
        *LICENSES,
        ("work of others", notice),
        ("source", repository),
        ("report a problem", f"{repository}/issues"),
    ]
    return " · ".join(f'<a href="{url}">{text}</a>' for text, url in links)


def furnish(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Complete the context that the theme renders the page from."""
    context["metatags"] = context.get("metatags", "")
    context["metatags"] += description(context, doctree)
    context["body"] = as_list_items(context.get("body", ""))
    context["theme_extra_footer"] = footer(
        app.config.html_theme_options["repository_url"], context["pathto"](NOTICE, 1)
    )
    buttons = context["header_buttons"]
    notebook = Path(app.env.doc2path(pagename)).suffix == ".ipynb"
    # The solutions' pages are made by the build; the repository does not have them.
    if notebook and not pagename.startswith("chapters/solutions/"):
        buttons += notebook_buttons(app, context)
    if doctree:
        buttons.append(print_button())


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx, to run after the theme."""
    app.connect("html-page-context", furnish, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
