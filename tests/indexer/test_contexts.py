"""`contexts.yaml`: what is read, and what is said of the rest."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.articles import read_content
from indexer.build import content_digest, shelf_digests
from indexer.checks import check_content
from indexer.contexts import Contexts
from search.encoders import Encoder
from search.records import Context

GOOD = """\
# comment
- name: cart
  match: [/cart*, "*/carrello"]
  articles: [bici/freni, bici/gomme]
- name: stolen
  phase: after
  tags: furto
"""


def test_contexts_are_read_in_their_order() -> None:
    found = Contexts(GOOD)
    assert found.findings == []
    assert found.read == (
        Context("cart", match=("/cart*", "*/carrello"), articles=("bici/freni", "bici/gomme")),
        Context("stolen", phase="after", tags=("furto",)),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "~"])
def test_an_empty_file_says_nothing(text: str) -> None:
    assert (Contexts(text).read, Contexts(text).findings) == ((), [])


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("- name: a\n  tags: [b]\n- name: a\n  tags: [c]\n", 3, "“a” is there twice"),
        ("- tags: [b]\n", 1, "the name is missing"),
        ("- name:\n  tags: [b]\n", 1, "the name is missing"),
        ("- name: [a, b]\n  tags: [b]\n", 1, "the name is missing"),
        ("- name: " + "a" * 101 + "\n  tags: [b]\n", 1, "more than 100 characters"),
        ("- name: a\n", 1, "“a” has nothing to show"),
        ("- name: a\n  match: [/x]\n", 1, "“a” has nothing to show"),
        ("- name: a\n  phase: later\n", 2, "“phase” is one of: before, during, after."),
        ("- name: a\n  tags: [b]\n  match: [cart]\n", 3, "“cart” is no path"),
        (
            "- name: a\n  artcles: [b]\n  tags: [b]\n",
            2,
            "“artcles” is not read here. Did you mean “articles”?",
        ),
        ("- name: a\n  tags: {b: c}\n", 2, "“tags” takes a text or a list"),
        ("- just words\n", 1, "write “- name: ”"),
        ("name: a\n", 1, "write “- name: ”"),
        ("- - name: a\n", 1, "write “- name: ”"),
        ("- name: a\n  tags: [b\n", 3, "cannot be read"),
        ("- name: a\n  tags: [b]\n---\n- name: c\n", 1, "two documents"),
        ("- name: &x a\n  tags: [b]\n", 1, "names are not read here"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(text: str, line: int, said: str) -> None:
    findings = Contexts(text).findings
    assert any(finding.line == line and said in finding.message for finding in findings), findings


def test_a_wrong_context_leaves_the_others() -> None:
    text = "- name: a\n  phase: later\n- name: b\n  phase: during\n"
    assert [context.name for context in Contexts(text).read] == ["b"]


@given(st.text(alphabet="- name:[]{}&*!\"'\n\tab/,", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = Contexts(text)
    assert all(finding.line >= 1 for finding in found.findings)


def test_they_are_part_of_the_content(content: Path, encoder: Encoder) -> None:
    before = read_content(content)
    (content / "contexts.yaml").write_text(GOOD, "utf-8")
    after = read_content(content)
    assert after.problems == before.problems
    assert [context.name for context in after.knowledge.contexts] == ["cart", "stolen"]
    # So a change of them is published.
    one, other = (content_digest(r.knowledge, shelf_digests(r.knowledge, encoder)) for r in (before, after))
    assert one != other


def test_articles_that_are_not_there_are_said(content: Path) -> None:
    (content / "contexts.yaml").write_text(
        "- name: a\n  articles:\n    - bici/freni\n    - bici/frenj\n", "utf-8"
    )
    problems = [
        str(p)
        for p in check_content(content, read_content(content), date(2026, 11, 22))
        if p.severity == "error"
    ]
    assert problems == ["contexts.yaml:4: there is no article bici/frenj. Did you mean “bici/freni”?"]
    # An article that is there and broken is there.
    (content / "it/bici/frenj.md").write_text("no front matter", "utf-8")
    assert not [p for p in read_content(content).problems if p.code == "contexts"]


def test_a_file_that_cannot_be_read_is_said(content: Path) -> None:
    (content / "contexts.yaml").write_bytes(b"\xff\xfe\x00")
    assert [p.path for p in read_content(content).problems] == ["contexts.yaml"]
    (content / "contexts.yaml").unlink()
    (content / "contexts.yml").write_text(GOOD, "utf-8")
    assert "contexts are in contexts.yaml" in str(read_content(content).problems[0])
