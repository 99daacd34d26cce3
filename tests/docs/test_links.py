"""Every link of the documents leads to a file that is there, and every anchor to a heading."""

import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.docs.pages import DOCUMENTS, anchors, named, prose

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NAMES = [named(path) for path in DOCUMENTS]


def _within(name: str) -> list[tuple[str, str]]:
    """Each link of a document that is no address elsewhere, as the file it leads to and its anchor."""
    found = []
    for target in _LINK.findall(re.sub(r"`[^`\n]*`", "", prose(name))):
        file, _, anchor = target.partition("#")
        if "://" not in target:
            path = (REPOSITORY / name).parent / file if file else REPOSITORY / name
            found.append((str(Path(path).resolve()), anchor))
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_links_and_anchors_resolve(name: str) -> None:
    for target, anchor in _within(name):
        path = Path(target)
        assert path.exists(), f"{name} links to {target}"
        assert path.is_relative_to(REPOSITORY), f"{name} links out of the repository, to {target}"
        if anchor:
            assert anchor in anchors(named(path)), f"{name} links to #{anchor} of {path.name}"


def test_there_are_links_with_anchors() -> None:
    assert sum(1 for name in _NAMES for _, anchor in _within(name) if anchor) > 10


def test_every_document_can_be_reached_from_the_readme() -> None:
    found, waiting = set(), ["README.md"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [
                named(Path(target))
                for target, _ in _within(name)
                if target.endswith(".md") and Path(target).exists()
            ]
    assert set(_NAMES) - found == set()
