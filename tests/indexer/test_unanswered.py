"""What no article answers: read, checked, and refused by what is served."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from indexer import publish
from indexer.articles import read_content
from indexer.checks import check_content
from indexer.update import IndexReport, update_index
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from search.nearness import nearest
from search.records import Verdict

ASKED = "vendete seggiolini da bici per bambini?"
ALIKE = "si vendono da voi i seggiolini per portare in bici un bambino"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def index(content: Path, data: Path, cached_encoder: VectorCache) -> Callable[[], IndexReport]:
    return lambda: update_index(content, data, cached_encoder)


@pytest.fixture
def served(data: Path, cached_encoder: VectorCache) -> Callable[[], SearchEngine]:
    return lambda: SearchEngine(publish.open_current(data, cached_encoder), cached_encoder)


def listed(content: Path, text: str, name: str = "unanswered.yaml") -> None:
    (content / "it" / name).write_text(text, "utf-8")


def said(content: Path) -> list[str]:
    found = check_content(content, read_content(content), date(2026, 6, 1))
    return [str(problem) for problem in found if "nanswered" in problem.path]


def test_questions_are_read_by_subject(content: Path) -> None:
    listed(
        content, f"# le nostre\nseggiolini:\n  - {ASKED}\n  - 'i  seggiolini: quali?'\ntreni: orario treni\n"
    )
    read = read_content(content)
    assert read.knowledge.unanswered == {"it": (ASKED, "i seggiolini: quali?", "orario treni")}
    assert said(content) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- vendete caschi?\n", 1, "write one “key: value” a line"),
        ("caschi:\n", 1, "“caschi” has no questions"),
        ("caschi:\n  - quali: rossi\n", 2, "is a plain text"),
        ("caschi: [uno\n", 1, "cannot be read"),
        ("caschi:\n  - uno\n  - uno\n", 3, "“uno” is written twice (the first is at line 2)"),
        ("gomme:\n  - A che pressione gonfio le gomme!\n", 2, "is answered by it/bici/gomme.md: take it out"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(content: Path, text: str, line: int, words: str) -> None:
    listed(content, text)
    (problem,) = said(content)
    place, _, message = problem.partition(": ")
    assert place.startswith("it/unanswered.yaml:")
    assert abs(int(place.rpartition(":")[2]) - line) <= 1
    assert words in message


def test_another_name_is_said_not_to_be_read(content: Path) -> None:
    listed(content, f"seggiolini: {ASKED}\n", "Unanswered.yml")
    assert read_content(content).knowledge.unanswered == {}
    assert "is not read: unanswered are in it/unanswered.yaml" in said(content)[0]


def test_what_is_listed_is_refused_however_it_is_asked(
    content: Path, index: Callable[[], IndexReport], served: Callable[[], SearchEngine]
) -> None:
    def verdict(question: str) -> Verdict:
        return served().search(question, "it").verdict

    index()
    before = {question: verdict(question) for question in (ASKED, ALIKE)}
    answered = verdict("come si regolano i freni della bici?")
    assert {v.answer for v in before.values()} & {"maybe", "yes"}  # or there is nothing to refuse
    listed(content, f"seggiolini:\n  - {ASKED}\n")
    assert index().changed
    for question, was in before.items():
        now = verdict(question)
        assert now.answer == "no"
        assert now.confidence < was.confidence
        assert "list" in now.reason or now.missing
    assert verdict("come si regolano i freni della bici?") == answered
    listed(content, "treni: orario dei treni per Bologna\n")
    index()
    assert {q: verdict(q).confidence for q in before} == {q: v.confidence for q, v in before.items()}


def test_many_at_once_are_seen_as_one_is(
    content: Path,
    index: Callable[[], IndexReport],
    served: Callable[[], SearchEngine],
    cached_encoder: VectorCache,
) -> None:
    vectors = cached_encoder.encode([ASKED, ALIKE, "come regolo i freni?"], "query")

    def near() -> list[float]:
        return [float(found) for found in nearest(served().snapshot.shelves["it"], vectors)]

    index()
    before = near()
    listed(content, f"seggiolini:\n  - {ASKED}\n")
    index()
    after = near()
    assert after[0] < before[0] - 0.2
    assert after[1] < before[1]
    assert after[2] == before[2]


def test_an_edit_of_the_list_costs_the_list(
    content: Path, data: Path, index: Callable[[], IndexReport]
) -> None:
    listed(content, f"seggiolini:\n  - {ASKED}\n")
    index()
    before = publish.current_folder(data)
    listed(content, f"seggiolini:\n  - {ASKED}\n  - {ALIKE}\n")
    assert index().encoded == 1
    after = publish.current_folder(data)
    same = [path.relative_to(before) for path in before.glob("it/*.npy")]
    assert same
    assert all((before / path).stat().st_ino == (after / path).stat().st_ino for path in same)
    assert len(np.load(after / "unanswered.npy")) == 2
