"""Let the glossary be a Markdown definition list, as Jupyter Book 2 wants it.

Sphinx reads a term and an indented line below it; mystmd reads a term and a line that
starts with a colon. Here Sphinx reads the latter, too.
"""

from __future__ import annotations

import re

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.domains.std import Glossary

COLON = re.compile(r"^: ")


def indented(content: StringList) -> StringList:
    """Return `content` with the colon before each definition as an indentation."""
    lines = [COLON.sub("  ", line) for line in content]
    return StringList(lines, items=list(content.items))


class GlossaryOfLists(Glossary):
    """Sphinx's glossary, read from a definition list."""

    def run(self) -> list[nodes.Node]:
        """Read the terms and what they mean."""
        self.content = indented(self.content)
        return super().run()


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.add_directive_to_domain("std", "glossary", GlossaryOfLists, override=True)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
