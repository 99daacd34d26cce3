"""Labelled sets: what is read from their three files, and what is said of each mistake."""

import json
import os
from pathlib import Path

import pytest

from indexer.labelled import LabelledSetError, paragraphs, read_corpus, read_labelled_set
from search.evaluation import Query

CORPUS: list[dict[str, object]] = [
    {"id": "182", "title": "Come leggo?", "text": "Alza il coperchio.\n\nLeggi i numeri neri.", "lang": "it"},
    {
        "id": "CALL_CENTER",
        "title": "Orari",
        "text": "Dalle 8 <alle> 20",
        "lang": "it",
        "tags": ["orari"],
        "questions": ["siete aperti?"],
    },
]
QUERIES = [
    {"id": "q1", "text": "contatore come si legge", "lang": "it", "kind": "in"},
    {"id": "q2", "text": "ciao", "lang": "it"},
]


def lines(*rows: object) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text(lines(*CORPUS), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text(lines(*QUERIES), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("q1\t182\t2\nq1\tCALL_CENTER\t0\n", encoding="utf-8")
    return tmp_path


def test_reads_articles_queries_and_grades(folder: Path) -> None:
    found = read_labelled_set(folder)
    first, second = found.articles
    assert (first.id, first.lang, first.category) == ("182", "it", "faq")
    assert first.sections[0].paragraphs == ("Alza il coperchio.", "Leggi i numeri neri.")
    assert second.html == "<p>Dalle 8 &lt;alle&gt; 20</p>"
    assert (second.tags, second.questions) == (("orari",), ("siete aperti?",))
    assert first.source_hash != second.source_hash
    assert found.queries[0] == Query("q1", "contatore come si legge", "it")
    assert found.relevant == {"q1": {"182": 2}}  # grade 0 is no answer, and q2 has none


def test_windows_files_with_a_mark_blank_lines_and_a_header_are_read(folder: Path) -> None:
    for name in ("corpus.jsonl", "queries.jsonl"):
        text = (folder / name).read_text("utf-8").replace("\n", "\r\n") + "\r\n"
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\t182\t1\n", encoding="utf-8")
    assert read_labelled_set(folder).relevant == {"q1": {"182": 1}}


def test_a_whole_number_is_an_id(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text(lines({"id": 182, "title": "t", "text": "", "lang": "it"}), encoding="utf-8")
    (article,) = read_corpus(path)
    assert (article.id, article.html, article.sections) == ("182", "", ())


def test_text_without_a_blank_line_is_cut_at_every_line() -> None:
    assert paragraphs("Lunedì 9–18\nSabato 9–13\n") == ("Lunedì 9–18", "Sabato 9–13")
    assert paragraphs("una riga\nche continua\n\naltro") == ("una riga che continua", "altro")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("corpus.jsonl", '{"id": "1"', "corpus.jsonl:1: this line is not JSON"),
        ("corpus.jsonl", "[" * 100_000, "corpus.jsonl:1: this line is not"),
        ("corpus.jsonl", "", "corpus.jsonl:1: there is no article"),
        ("corpus.jsonl", "[]\n", "corpus.jsonl:1: this line is not a JSON object"),
        ("corpus.jsonl", lines({**CORPUS[0], "id": "a\tb"}), "corpus.jsonl:1: “id”"),
        ("corpus.jsonl", lines({**CORPUS[0], "id": True}), "corpus.jsonl:1: “id”"),
        ("corpus.jsonl", lines({**CORPUS[0], "title": " "}), "corpus.jsonl:1: “title” is empty"),
        ("corpus.jsonl", lines({**CORPUS[0], "text": None}), "corpus.jsonl:1: “text” is missing"),
        ("corpus.jsonl", lines({**CORPUS[0], "lang": "../etc"}), "corpus.jsonl:1: “lang”"),
        ("corpus.jsonl", lines({**CORPUS[0], "tags": "a"}), "corpus.jsonl:1: “tags”"),
        ("corpus.jsonl", lines(CORPUS[0], CORPUS[0]), "corpus.jsonl:2: the id “182” is already at"),
        ("queries.jsonl", lines({"id": "q1", "text": "x"}), "queries.jsonl:1: “lang”"),
        ("qrels.tsv", "q1 182 1\n", "qrels.tsv:1: this row is not"),
        ("qrels.tsv", "q1\t182\tgood\n", "qrels.tsv:1: this row is not"),
        ("qrels.tsv", "\nq9\t182\t1\n", "qrels.tsv:2: there is no query “q9”"),
        ("qrels.tsv", "q1\t9\t1\n", "qrels.tsv:1: there is no article “9”"),
        ("qrels.tsv", "q1\t182\t1\nq1\t182\t2\n", "qrels.tsv:2: “q1” and “182” have two grades"),
    ],
)
def test_a_mistake_is_said_with_its_place(folder: Path, name: str, text: str, said: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(LabelledSetError) as error:
        read_labelled_set(folder)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_text_that_is_not_utf8(folder: Path) -> None:
    (folder / "corpus.jsonl").write_bytes('{"id": "perché"}'.encode("cp1252"))
    with pytest.raises(LabelledSetError, match=r"corpus\.jsonl:1: this line is not JSON in UTF-8"):
        read_labelled_set(folder)
    (folder / "corpus.jsonl").unlink()
    with pytest.raises(LabelledSetError, match=r"corpus\.jsonl:1: this file cannot be read"):
        read_labelled_set(folder)


def test_real_sets_are_read_whole() -> None:
    root = os.environ.get("SPORTELLO_LABELLED_SETS")
    if not root:
        pytest.skip("SPORTELLO_LABELLED_SETS does not name a folder of labelled sets")
    folders = [path.parent for path in sorted(Path(root).glob("*/corpus.jsonl"))]
    assert folders
    for folder in folders:
        found = read_labelled_set(folder)
        assert len({article.id for article in found.articles}) == len(found.articles)
        assert all(grades for grades in found.relevant.values())
