"""Sportello's own help, `docs/kb`: free of problems, true in the names it gives, and found by its golden questions."""

import re
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from app.cli import COMMANDS
from app.settings import Settings
from indexer import publish
from indexer.articles import Content, read_content
from indexer.checks import check_content
from indexer.duplicates import compare_questions
from indexer.golden import SHOWN, Fared, ask_golden
from indexer.goldenfile import read_golden
from indexer.update import update_index
from indexer.vectors import VectorCache
from search.engine import SearchEngine

REPOSITORY: Final = Path(__file__).parents[2]
KB: Final = REPOSITORY / "docs" / "kb"
TEXTS: Final = {str(path.relative_to(KB)): path.read_text("utf-8") for path in sorted(KB.rglob("*.md"))}
# It has no review dates, so no day of the calendar can spoil it.
TODAY: Final = date(2026, 11, 22)


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(KB)


@pytest.fixture(scope="module")
def data(cached_encoder: VectorCache, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the help indexed."""
    folder = tmp_path_factory.mktemp("kb")
    update_index(KB, folder, cached_encoder)
    return folder


@pytest.fixture(scope="module")
def asked(content: Content, data: Path, cached_encoder: VectorCache) -> tuple[Fared, ...]:
    golden = read_golden(KB, content)
    assert golden
    engine = SearchEngine(publish.open_current(data, cached_encoder), cached_encoder)
    return tuple(ask_golden(golden.questions, engine).results)


def test_the_check_finds_nothing(content: Content, data: Path, models: Path) -> None:
    alike = compare_questions(content, data, "", models)
    assert not alike.note
    assert [str(problem) for problem in (*check_content(KB, content, TODAY), *alike.problems)] == []


def test_every_article_is_in_both_languages(content: Content) -> None:
    ids = {
        lang: {a.id for a in content.knowledge.articles if a.lang == lang and a.status == "published"}
        for lang in ("it", "en")
    }
    assert ids["it"] == ids["en"]
    assert len(ids["it"]) >= 25


@pytest.mark.parametrize("name", TEXTS)
def test_it_names_only_what_there_is(name: str) -> None:
    """Settings, commands and metrics, by the code that has them."""
    text = TEXTS[name]
    settings = {option.lower() for option in re.findall(r"\bSPORTELLO_([A-Z_]+)\b", text)}
    assert settings <= set(Settings.model_fields)
    commands = set(re.findall(r"(?:^|`|/bin/)sportello ([a-z]+)", text, re.MULTILINE))
    assert commands <= set(COMMANDS)
    metrics = set(re.findall(r"`(sportello_[a-z_]+)`", text)) - {"sportello_trail"}
    told = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    assert all(f"`{metric}`" in told for metric in metrics)


def test_most_questions_find_their_article_first(asked: tuple[Fared, ...]) -> None:
    ranks = [one.rank for one in asked if one.expect]
    assert len(ranks) >= 30
    assert sum(rank == 1 for rank in ranks) >= 0.9 * len(ranks)
    assert sum(rank is not None and rank <= SHOWN for rank in ranks) >= 0.95 * len(ranks)


def test_hardly_any_question_is_wrongly_refused(asked: tuple[Fared, ...]) -> None:
    assert [one.ask for one in asked if one.expect and one.refused][1:] == []


def test_nothing_is_said_with_confidence_where_there_is_no_answer(asked: tuple[Fared, ...]) -> None:
    answers = [one.answer for one in asked if not one.expect]
    assert len(answers) >= 8
    assert "yes" not in answers
    assert answers.count("no") >= len(answers) / 3
