"""Front matter and synonyms: YAML as editors write it, and every mistake at its line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.articles import Content, is_published, read_content


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "content"


def write(root: Path, relative: str, text: str | bytes = "---\ntitle: Domanda?\n---\nRisposta.\n") -> Path:
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read_one(root: Path, text: str | bytes) -> Content:
    write(root, "it/resi/a.md", text)
    return read_content(root)


@pytest.mark.parametrize(
    ("front_matter", "line", "words"),
    [
        ("title: Come fare: così", 2, "between double quotes"),
        ('title: "Come', 2, "never closed"),
        ("title: Sì\nstatus: publishd", 3, "Did you mean “published”?"),
        ("title: Sì\nphase: dopo", 3, "before, during, after"),
        ("title: Sì\ntype: artcle", 3, "“article”"),
        ("title: Sì\nvisibility: privata", 3, "public, internal"),
        ("title: Sì\nupdated: 31/12/2026", 3, "year-month-day"),
        ("title: Sì\nreview_by: 2026-02-30", 3, "not a date"),
        ("title: Sì\npublish_at: domani", 3, "UTC"),
        ("title: Sì\nboost: 0,5", 3, "with a point"),
        ("title: Sì\nboost: 11", 3, "from 0.1 to 10"),
        ("title: Sì\nboost: .nan", 3, "not a number"),
        ("title: Sì\nboost: nan", 3, "out of range"),
        ("title: Sì\ntitle: No", 3, "written twice"),
        ("title: [a, b]", 2, "not a list"),
        ("title:\n  it: a", 2, "not keys of its own"),
        ("title: Sì\nquestions:\n- a\n- b: c", 5, "plain text"),
        ("title: Sì\ntags: &a [x]", 3, "“&” and “*”"),
        ("title: Sì\ntags: *a", 3, "“&” and “*”"),
        ("title: Sì\ntags: !!python/object/apply:os.system [ls]", 3, "“!” types"),
        ("title: Sì\n? [a]\n: b", 3, "plain word"),
        ("title: Sì\n\tphase: after", 3, "cannot be read"),
        ("- title", 2, "key: value"),
        ("status: draft", 1, "title is missing"),
        ("title: ''", 2, "title is missing"),
        ("title: ~", 2, "title is missing"),
        ("", 1, "title is missing"),
    ],
)
def test_a_wrong_field_is_an_error_at_its_line(root: Path, front_matter: str, line: int, words: str) -> None:
    content = read_one(root, f"---\n{front_matter}\n---\nTesto.\n")
    errors = [p for p in content.problems if p.severity == "error"]
    assert [(p.path, p.line, p.code) for p in errors] == [("it/resi/a.md", line, "front-matter")]
    assert words in errors[0].message
    assert content.broken == {("it", "resi/a")}
    assert content.knowledge.articles == ()


def test_nested_yaml_is_refused_and_costs_nothing(root: Path) -> None:
    for bomb in ("[" * 20_000, "- " * 20_000, "? " * 20_000, "a: {" * 9_000, "a: &a [*a, *a]\nb: [*a, *a]"):
        content = read_one(root, f"---\ntitle: Sì\nx: 1\n{bomb}\n---\nTesto.")
        assert content.broken == {("it", "resi/a")}


def test_text_after_a_hash_is_not_lost_in_silence(root: Path) -> None:
    content = read_one(root, "---\ntitle: Ordine #12 sparito\nstatus: draft # per ora\n---\nTesto.")
    assert [(p.line, p.severity) for p in content.problems] == [(2, "warning")]
    assert "double quotes" in content.problems[0].message


def test_a_scalar_is_text_as_written(root: Path) -> None:
    content = read_one(
        root, "---\ntitle: 2024\nquestions: Sì\nowner: yes\ntags: [007, 'a\\ud800']\n---\nTesto."
    )
    article = content.knowledge.articles[0]
    assert (article.title, article.questions, article.owner) == ("2024", ("Sì",), "yes")
    assert article.tags[0] == "007"


def test_escaped_surrogates_and_controls_do_not_reach_the_article(root: Path) -> None:
    content = read_one(root, '---\ntitle: "a\\u0007b\\tc"\nsummary: "x\\ny"\n---\nTesto.')
    assert content.knowledge.articles[0].title == "ab c"
    assert content.knowledge.articles[0].summary == "x y"


def test_publish_at_keeps_the_zone_it_was_given(root: Path) -> None:
    content = read_one(root, "---\ntitle: Sì\npublish_at: 2026-04-01T09:00:00+02:00\n---\nTesto.")
    assert content.knowledge.articles[0].publish_at == datetime(2026, 4, 1, 7, tzinfo=UTC)


def test_synonyms_are_read_as_written(root: Path) -> None:
    write(root, "it/synonyms.yaml", "bolletta: fattura\nSoldi indietro: [rimborso, riaccredito]\n")
    assert read_content(root).knowledge.synonyms == {
        "it": {"bolletta": ("fattura",), "Soldi indietro": ("rimborso", "riaccredito")}
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: b\nc\n", 2), ("a: b\nc:\n", 2), ("- a\n", 1), ("a:\n  - b: c\n", 2), ("a: [b\n", 1)],
)
def test_malformed_synonyms_are_an_error_at_the_line(root: Path, text: str, line: int) -> None:
    write(root, "it/synonyms.yaml", text)
    problem = read_content(root).problems[0]
    assert (problem.path, problem.severity, problem.code) == ("it/synonyms.yaml", "error", "synonyms")
    assert abs(problem.line - line) <= 1


YAML_BITS = [
    *(
        "---\n",
        "title: x\n",
        "title:",
        "tags: [",
        "]",
        "- a\n",
        '"',
        "'",
        ": ",
        "#",
        "&a ",
        "*a",
        "!!x ",
        "|\n",
        ">\n",
    ),
    *("{", "}", "\t", "? ", "%YAML 1.1\n", "...\n", "<<: ", "\n", "boost: 1e999\n", "updated: 9999-12-31\n"),
    "publish_at: 0001-01-01T00:00+14:00\n",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(YAML_BITS), st.text(max_size=6)), max_size=20).map("".join))
def test_any_file_is_an_article_or_broken_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    root = tmp_path_factory.mktemp("content")
    write(root, "it/resi/a.md", text.encode("utf-8", "replace"))
    content = read_content(root)
    assert bool(content.knowledge.articles) != bool(content.broken)
    lines = text.count("\n") + text.count("\r") + 2
    assert all(1 <= p.line <= lines and p.message for p in content.problems)
    assert bool(content.broken) == any(p.severity == "error" for p in content.problems)
    for article in content.knowledge.articles:
        is_published(article, datetime.now(UTC))
