"""Judge claims about batch normalization in the chapters, and collect the judgements.

A chapter ends its experiment on a claim with a cell that calls ``claim``. What was
measured is known only once that cell has run; everything else stands in the chapter's
source. The ledger page reads the latter with ``collect`` and leaves the numbers to
MyST-NB, which pastes what the chapters' cells have glued in the same build.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from IPython.display import Markdown
from myst_nb import glue

#: The verdicts, and the kind of box that each is shown in.
VERDICTS = {
    "reproduced": "tip",
    "direction only": "note",
    "not at this scale": "warning",
    "contradicted": "danger",
}
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OPTION = re.compile(r"^:.*\n", re.MULTILINE)


@dataclass(frozen=True)
class Claim:
    """Hold one judged claim, without what was measured; texts may be MyST Markdown.

    ``title`` is the claim in a few words, ``says`` who makes it and in which words,
    ``setting`` what the experiment ran on, ``now`` what the literature says by now,
    ``because`` the reason for the verdict in a sentence.
    """

    key: str
    title: str
    says: str
    setting: str
    now: str
    verdict: str
    because: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]+", self.key):
            raise ValueError(
                f"The key of a claim is {self.key!r}. Use small letters, digits and "
                "hyphens, the chapter's name first: it becomes an address."
            )
        if self.verdict not in VERDICTS:
            raise ValueError(
                f"The verdict on {self.key!r} is {self.verdict!r}. Choose one of: "
                f"{', '.join(VERDICTS)}."
            )

    def box(self, kind: str, measured: str, link: str) -> str:
        """Return the claim as a MyST admonition with the address ``kind-key``."""
        return f"""\
({kind}-{self.key})=
::::{{admonition}} {self.title}: {self.verdict}
:class: {VERDICTS[self.verdict]}

Who says so
: {self.says}

What we measured
: {measured}

Setting
: {self.setting}

The literature since
: {self.now}

Verdict
: **{self.verdict.capitalize()}.** {self.because} {link}
::::
"""


def claim(key: str, *, measured: str, **fields: str) -> Markdown:
    """Return the box with the verdict on a claim, and leave it for the ledger.

    ``measured`` says in a sentence or two of plain text what this run found; its
    numbers must have passed ``claims.state``. ``fields`` are those of ``Claim``,
    as literals, because the ledger page reads them in the chapter's source. The
    cell must say ``markdown_format: myst``, so that citations in it are resolved.

    :raises ValueError: if ``key`` cannot be an address, or the verdict is none of
        ``VERDICTS``.
    """
    record = Claim(key, **fields)
    glue(f"claim-{key}", measured, display=False)
    return Markdown(record.box("claim", measured, f"[In the ledger](#ledger-{key})."))


def chapters(book: Path) -> list[Path]:
    """Return the Markdown pages of ``book``, in the order of its table of contents."""
    toc = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf-8"))
    groups = [part["chapters"] for part in toc.get("parts", [toc])]
    files = [book / f"{entry['file']}.md" for group in groups for entry in group]
    return [file for file in files if file.is_file()]


def collect(page: Path) -> list[Claim]:
    """Return the claims that the cells of ``page`` judge, in their order.

    :raises ValueError: if a field of a claim is not a literal.
    """
    return [_read(call, page) for call in _calls(page.read_text(encoding="utf-8"))]


def _calls(text: str) -> Iterator[ast.Call]:
    """Yield every call of ``claim`` in the code cells of ``text``."""
    for cell in CELL.findall(text):
        if "claim(" in cell:
            for node in ast.walk(ast.parse(OPTION.sub("", cell))):
                if getattr(getattr(node, "func", None), "id", "") == "claim":
                    yield node


def _read(call: ast.Call, page: Path) -> Claim:
    literals = {word.arg: word.value for word in call.keywords}
    del literals["measured"]
    try:
        fields = {name: ast.literal_eval(value) for name, value in literals.items()}
        return Claim(ast.literal_eval(call.args[0]), **fields)
    except ValueError as fault:
        raise ValueError(
            f"The ledger cannot read a claim in {page.name}: {fault} Only `measured` "
            "may be computed; give everything else as a literal."
        ) from fault


def ledger(pages: Sequence[Path]) -> Markdown:
    """Return all claims of ``pages``: a table of the verdicts, then a box for each."""
    table, boxes = ["| Claim | Verdict |", "|---|---|"], []
    for page in pages:
        for one in collect(page):
            table.append(f"| [{one.title}](#ledger-{one.key}) | {one.verdict} |")
            pasted = f"{{glue:text}}`{page.name}::claim-{one.key}:s`"
            link = f"[The experiment](#claim-{one.key})."
            boxes.append(one.box("ledger", pasted, link))
    return Markdown("\n".join([*table, "", *boxes]))
