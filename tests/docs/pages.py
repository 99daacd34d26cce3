"""The project's documents as their readers meet them: prose, fenced blocks, headings with their anchors."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY

# docs/kb is content of its own, which `sportello check` reads.
DOCUMENTS = sorted(
    path
    for path in (
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "docs").rglob("*.md"),
        *REPOSITORY.glob("widgets/*/*.md"),
    )
    if "kb" not in path.relative_to(REPOSITORY).parts
)

_FENCE = re.compile(r"^( *)(`{3,}|~{3,})([\w+-]*) *\n(.*?)^\1\2 *$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *#* *$", re.MULTILINE)
_COMMENT = re.compile(r"<!-- ((?:(?!-->).)*) -->\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `note` is the HTML comment right above it, which readers do not see."""

    document: str
    language: str
    text: str
    note: str


def named(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def text_of(name: str) -> str:
    return (REPOSITORY / name).read_text("utf-8")


def blocks(name: str, language: str = "") -> list[Block]:
    """The fenced blocks of a document, of one language if it is named; their indentation is taken away."""
    text, found = text_of(name), []
    for match in _FENCE.finditer(text):
        comment = _COMMENT.search(text[: match.start()])
        inside = re.sub(rf"^{match[1]}", "", match[4], flags=re.MULTILINE)
        found.append(Block(name, match[3], inside, comment[1] if comment else ""))
    return [block for block in found if language in {"", block.language}]


def prose(name: str) -> str:
    """A document without its fenced blocks."""
    return _FENCE.sub("", text_of(name))


def anchors(name: str) -> set[str]:
    """The anchors that GitHub gives a document's headings."""
    taken: dict[str, int] = {}
    found = set()
    for heading in _HEADING.findall(prose(name)):
        bare = re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")
        found.add(f"{anchor}-{taken[anchor]}" if anchor in taken else anchor)
        taken[anchor] = taken.get(anchor, 0) + 1
    return found
