"""What the documents say exists, and what exists is in the documents."""

import re
from pathlib import Path

import pytest

from app.cli import COMMANDS
from app.settings import Settings

REPOSITORY = Path(__file__).parent.parent


@pytest.mark.parametrize("option", Settings.model_fields)
def test_every_option_is_documented(option: str) -> None:
    assert f"`SPORTELLO_{option.upper()}`" in (REPOSITORY / "docs/operations.md").read_text("utf-8")


def test_every_metric_is_documented() -> None:
    code = (REPOSITORY / "app/metrics.py").read_text("utf-8")
    told = (REPOSITORY / "docs/operations.md").read_text("utf-8")
    names = set(re.findall(r'"(sportello_[a-z_]+)"', code))
    assert len(names) >= 10
    assert {name for name in names if not re.search(rf"`{name}(_total)?`", told)} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"sportello {name}" in (REPOSITORY / "README.md").read_text("utf-8")


def test_every_room_is_on_the_map() -> None:
    architecture = (REPOSITORY / "docs/architecture.md").read_text("utf-8")
    for room in ("search", "indexer"):
        for path in (REPOSITORY / room).glob("*.py"):
            if path.stem != "__init__":
                assert f"`{path.stem}`" in architecture, f"{room}/{path.name} is not in docs/architecture.md"


def test_every_decision_is_listed() -> None:
    listed = (REPOSITORY / "docs/decisions/README.md").read_text("utf-8")
    for path in (REPOSITORY / "docs/decisions").glob("*.md"):
        assert path.stem == "README" or f"({path.name})" in listed
