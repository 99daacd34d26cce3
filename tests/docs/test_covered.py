"""What the code has is in the guides, and what the guides name is in the code."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest
import yaml
from babel.messages.pofile import read_po
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.main import create_app
from app.routes import schemas
from app.settings import Settings
from app.store import EventType
from indexer.articles import ARTICLE_FIELDS, Content, read_text
from indexer.contexts import Contexts
from indexer.goldenfile import read_golden
from search.records import KnowledgeBase
from tests.conftest import REPOSITORY
from tests.docs.pages import DOCUMENTS, blocks, named, prose, text_of

EDITORS = ("docs/editors.md", "docs/editors.it.md")
_ATTRIBUTE = re.compile(r"^\| `([a-z-]+)`", re.MULTILINE)


def _widget() -> str:
    return "".join(path.read_text("utf-8") for path in (REPOSITORY / "widgets/deflection").glob("*.js"))


def _section(name: str, heading: str) -> str:
    """What stands below a heading, to the next one of its level."""
    return text_of(name).split(f"\n## {heading}\n")[1].split("\n## ")[0]


def _dashed(name: str) -> str:
    return re.sub(r"[A-Z]", lambda capital: f"-{capital[0].lower()}", name)


def _public_routes(data: Path) -> set[str]:
    """`METHOD /path` of every route that is not staff's, written as the guide writes it."""
    found = set()
    for route in _routes(create_app(Settings(data=data)).routes):
        if not route.path.startswith("/admin"):
            path = re.sub(r"\{(\w+):path\}", r"{\1}", route.path)
            found |= {f"{method} {path}" for method in route.methods or ()}
    return found


def _routes(some: Iterable[object]) -> list[APIRoute]:
    found = [route for route in some if isinstance(route, APIRoute)]
    for included in some:
        found += _routes(getattr(getattr(included, "original_router", None), "routes", []))
    return found


def test_every_public_address_is_in_the_api_guide_and_no_other(tmp_path: Path) -> None:
    told = set(re.findall(r"`((?:GET|POST) /[^`]*)`", _section("docs/api.md", "Every address")))
    assert told == _public_routes(tmp_path)


def test_every_event_type_is_in_the_api_guide_and_no_other() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \|", _section("docs/api.md", "Tell what happened"), re.MULTILINE)
    assert sorted(told) == sorted(get_args(EventType))


@pytest.mark.parametrize(
    "shape",
    [
        schemas.SearchAnswer,
        schemas.DeflectionQuestion,
        schemas.EventItem,
        schemas.TicketRequest,
        schemas.RepliedCall,
        schemas.SubscriptionRequest,
        schemas.Problem,
    ],
)
def test_every_field_is_in_the_api_guide(shape: type[BaseModel]) -> None:
    guide = text_of("docs/api.md")
    assert {
        name for name in shape.model_fields if f'"{name}"' not in guide and f"`{name}`" not in guide
    } == set()


def test_every_attribute_of_the_tag_is_documented_and_no_other() -> None:
    code = _widget()
    read = {*re.findall(r"dataset\.(\w+)", code), *re.findall(r"\{ (\w+) \} = this\.#tag\.dataset", code)}
    told = re.search(r"@param \{\{ (.*?) \}\} told", code)
    assert told, "fieldsOf no longer says what it is told"
    read |= set(re.findall(r"(\w+)\?:", told[1]))
    assert set(_ATTRIBUTE.findall(_section("docs/integrators.md", "The tag"))) == {
        f"data-{_dashed(name)}" for name in read
    }


def test_every_attribute_of_the_element_is_documented_and_no_other() -> None:
    code = (REPOSITORY / "widgets/deflection/help.js").read_text("utf-8")
    read = set(re.findall(r'(?:get|has)Attribute\("([a-z-]+)"\)', code))
    read |= set(re.findall(r'"([a-z-]+)"', code.split("observedAttributes = ")[1].split(";")[0]))
    assert set(_ATTRIBUTE.findall(_section("docs/integrators.md", "`<sportello-help>`"))) == read


def test_every_custom_property_is_documented_and_no_other() -> None:
    used = set(re.findall(r"var\((--sportello-[a-z-]+)", _widget()))
    told = re.findall(r"^\| `(--[a-z-]+)` \|", _section("docs/integrators.md", "Theming"), re.MULTILINE)
    assert sorted(told) == sorted(used)


@pytest.mark.parametrize("name", ["docs/integrators.md", "widgets/deflection/README.md"])
def test_every_part_is_documented(name: str) -> None:
    code = _widget()
    parts = set(re.findall(r'\bpart: "([a-z]+)"', code)) | set(re.findall(r'button\([^,]+, "([a-z]+)"', code))
    assert len(parts) > 10
    assert {part for part in parts if f"`{part}`" not in text_of(name)} == set()


def test_every_event_of_the_form_is_documented_and_no_other() -> None:
    told = re.findall(
        r"^\| `sportello:([a-z_]+)` \|", _section("docs/integrators.md", "Events"), re.MULTILINE
    )
    journal = (REPOSITORY / "widgets/deflection/journal.js").read_text("utf-8")
    recorded = set(re.findall(r'"([a-z_]+)"', journal.split("@typedef {")[1].split("} Type")[0]))
    # A click is one in the search behind the “?”, which belongs to no form.
    assert set(told) == recorded - {"clicked"}


def test_every_list_of_the_trail_is_documented() -> None:
    trail = (REPOSITORY / "widgets/deflection/trail.js").read_text("utf-8")
    lists = re.findall(r'"(\w+)"', trail.split("Record<")[1].split(",")[0])
    told = _section("docs/integrators.md", "What the form sends along")
    assert len(lists) == 5
    assert {name for name in lists if f"`{name}`" not in told} == set()


@pytest.mark.parametrize("name", [named(path) for path in DOCUMENTS])
def test_every_setting_that_is_named_exists(name: str) -> None:
    known = {f"SPORTELLO_{option.upper()}" for option in Settings.model_fields}
    # What tests and measurements read, which is no option of the service.
    known |= {"SPORTELLO_LABELLED_SETS", "SPORTELLO_TEST_MODELS", "SPORTELLO_TEST_POSTGRESQL"}
    assert set(re.findall(r"`(SPORTELLO_[A-Z_]+)`?", text_of(name))) - known == set()


@pytest.mark.parametrize("name", EDITORS)
def test_every_field_of_the_front_matter_is_in_the_editors_guide(name: str) -> None:
    told = re.findall(r"^\| `([a-z_]+)` \|", _section(name, "Front matter"), re.MULTILINE)
    assert sorted(told) == sorted(ARTICLE_FIELDS)


@pytest.mark.parametrize(("name", "lang"), [("docs/editors.md", "en"), ("docs/editors.it.md", "it")])
def test_what_the_editors_guide_quotes_is_what_pages_say(name: str, lang: str) -> None:
    path = REPOSITORY / f"app/locales/{lang}/LC_MESSAGES/sportello.po"
    with path.open("rb") as file:
        said = {str(text) for message in read_po(file) for text in (message.string, message.id) if text}
    quoted = {
        " ".join(text.split())
        for text in re.findall(r"\*\*(.+?)\*\*", re.sub(r"`[^`]*`", "", prose(name)), re.DOTALL)
    }
    # What begins a paragraph, with its full stop, is the guide's own; so is what explains the convention.
    ours = {
        text
        for text in quoted
        if text.endswith(".")
        or text in {"bold", "grassetto", "A file with a mistake", "Un file con un errore"}
    }
    assert len(quoted - ours) > 30
    assert quoted - ours - said == set()


def test_both_editors_guides_say_the_same() -> None:
    english, italian = (text_of(name) for name in EDITORS)
    for mark in ("\n## ", "\n| `", "\n- ", "```", "](", "**"):
        assert english.count(mark) == italian.count(mark), mark


@pytest.mark.parametrize(("name", "lang"), [("docs/editors.md", "en"), ("docs/editors.it.md", "it")])
def test_the_editors_article_is_one(name: str, lang: str) -> None:
    (written,) = blocks(name, "markdown")
    read = read_text(lang, "delivery/pick-up", written.text)
    assert read.article
    assert not read.findings
    assert len(read.article.questions) == 2


@pytest.mark.parametrize("name", [*EDITORS, "docs/operations.md"])
def test_yaml_is_what_sportello_reads(name: str, tmp_path: Path) -> None:
    found = blocks(name, "yaml")
    assert found
    for block in found:
        said = yaml.safe_load(block.text)
        if isinstance(said, list):
            assert not Contexts(block.text).findings
        elif "questions" in said:
            _golden(block.text, tmp_path)
        else:
            assert all(isinstance(ours, list) and ours for ours in said.values())


def _golden(text: str, folder: Path) -> None:
    """Raise for a mistake in golden questions; which articles there are is another matter."""
    asked = [*yaml.safe_load(text)["questions"], *yaml.safe_load(text)["unanswerable"]]
    known = frozenset((one["lang"], one.get("expect", "x/y")) for one in asked)
    (folder / "golden.yaml").write_text(text, "utf-8")
    golden = read_golden(folder, Content(KnowledgeBase(()), (), known))
    assert golden
    assert not golden.problems
    assert len(golden.questions) == len(asked)
