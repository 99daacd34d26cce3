"""`golden.yaml` changed by the desk: what is not meant to change stays byte for byte, whatever the file is like."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.articles import Content
from indexer.editing import EditError
from indexer.goldenediting import AskedTwiceError, change, edited
from indexer.goldenfile import Question, read_golden
from search.records import KnowledgeBase

FILE = """\
# the questions we care for
questions:
  # Italian
  - ask: "pago al postino?"   # as Giulia said it
    lang: it
    expect: pagamenti/metodi
    why: 'colloquiale: "al postino"'

  # English
  - {ask: how do I pay, lang: en, expect: pagamenti/metodi, why: plain}
  - ask: >
      a long
      question
    lang: it
    expect: ordini/nuovo
    why: |
      folded
unanswerable:
- ask: "vendete scarpe?"
  lang: it
  why: "non le vendiamo"
# the end
"""
NEW = Question("nuova: domanda?", "it", "ordini/nuovo", "no")


def read(tmp_path: Path, text: str) -> list[Question]:
    (tmp_path / "golden.yaml").write_bytes(text.encode())
    ids = frozenset({("it", "pagamenti/metodi"), ("en", "pagamenti/metodi"), ("it", "ordini/nuovo")})
    found = read_golden(tmp_path, Content(KnowledgeBase(()), (), ids))
    assert found
    assert not found.problems
    return list(found.questions)


def lines_apart(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that only one of them has."""
    was, now = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return [line for line in was if line not in now], [line for line in now if line not in was]


def test_one_is_added_behind_its_section_and_nothing_else_moves(tmp_path: Path) -> None:
    after = edited(FILE, None, NEW)
    gone, come = lines_apart(FILE, after)
    assert not gone
    assert come == ['  - ask: "nuova: domanda?"\n', '    why: "no"\n']
    assert after.index("nuova") < after.index("unanswerable:")
    assert NEW in read(tmp_path, after)


def test_one_without_an_answer_goes_to_the_others_in_their_layout(tmp_path: Path) -> None:
    new = Question("avete la luna?", "it", "", "nessuno la vende")
    after = edited(FILE, None, new)
    assert '\n- ask: "avete la luna?"\n  lang: it\n  why: "nessuno la vende"\n# the end\n' in after
    assert new in read(tmp_path, after)


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    was = ("it", "pago al postino?")
    after = edited(FILE, was, Question("pago al postino?", "it", "ordini/nuovo", 'colloquiale: "al postino"'))
    gone, come = lines_apart(FILE, after)
    assert (gone, come) == (["    expect: pagamenti/metodi\n"], [])
    assert after.count("expect: ordini/nuovo") == 2
    assert '"pago al postino?"   # as Giulia said it' in after
    assert len(read(tmp_path, after)) == 4


def test_a_flow_entry_and_a_folded_text_are_changed(tmp_path: Path) -> None:
    flow = edited(FILE, ("en", "how do I pay"), Question("how can I pay?", "en", "pagamenti/metodi", "plain"))
    assert '{ask: "how can I pay?", lang: en, expect: pagamenti/metodi, why: plain}' in flow
    new = Question("una domanda breve", "it", "ordini/nuovo", "folded")
    after = edited(FILE, ("it", "a long question"), new)
    assert new in read(tmp_path, after)
    assert "# the end\n" in after


def test_one_that_loses_its_answer_changes_places(tmp_path: Path) -> None:
    new = Question("pago al postino?", "it", "", "non più")
    after = edited(FILE, ("it", "pago al postino?"), new)
    assert after.index("pago al postino?") > after.index("unanswerable:")
    assert read(tmp_path, after).count(new) == 1
    assert len(read(tmp_path, after)) == 4


@pytest.mark.parametrize("number", range(4))
def test_one_is_taken_out_with_its_lines_alone(tmp_path: Path, number: int) -> None:
    questions = read(tmp_path, FILE)
    one = questions.pop(number)
    after = edited(FILE, (one.lang, one.ask), None)
    assert read(tmp_path, after) == questions
    for comment in ("# the questions we care for", "# Italian", "# English", "# the end"):
        assert comment in after
    assert not lines_apart(FILE, after)[1]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_stay(ending: str, mark: str) -> None:
    text = mark + FILE.replace("\n", ending)
    after = edited(text, None, NEW)
    assert after.startswith(mark + "# the questions")
    assert after.replace(ending, "").count("\n") == 0
    assert after.count(ending) == text.count(ending) + 4
    back = edited(after, (NEW.lang, NEW.ask), None)
    assert back == text


@pytest.mark.parametrize(
    "text",
    ["", "questions:\n", "questions: []\n", "# only this", "unanswerable:\n  - {ask: a, lang: it, why: b}"],
)
def test_the_first_one_of_a_file(text: str, tmp_path: Path) -> None:
    after = edited(text, None, NEW)
    assert text.rstrip("\n").removesuffix(" []") in after
    assert after.count("\nquestions:") <= 1
    assert NEW in read(tmp_path, after)


def test_what_cannot_be_done_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "golden.yaml"
    path.write_text(FILE, "utf-8")
    with pytest.raises(AskedTwiceError):
        change(tmp_path, tmp_path, None, Question("pago al postino?", "it", "x/y", "why"))
    with pytest.raises(AskedTwiceError):
        change(tmp_path, tmp_path, ("en", "how do I pay"), Question("pago al postino?", "it", "x/y", "why"))
    with pytest.raises(EditError, match="gone"):
        change(tmp_path, tmp_path, ("en", "never asked"), None)
    assert path.read_text("utf-8") == FILE
    path.write_text(FILE + "questions: [", "utf-8")
    with pytest.raises(EditError, match="broken"):
        change(tmp_path, tmp_path, None, NEW)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(EditError, match="broken"):
        change(tmp_path, tmp_path, None, NEW)


def test_a_file_is_begun_and_no_half_of_one_is_left(tmp_path: Path) -> None:
    change(tmp_path, tmp_path, None, NEW)
    assert (tmp_path / "golden.yaml").read_text("utf-8").startswith("# question")
    assert read(tmp_path, (tmp_path / "golden.yaml").read_text("utf-8")) == [NEW]
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


LINE = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1)
    .map(lambda t: " ".join(t.split()))
    .filter(bool)
)


@settings(max_examples=80, deadline=None)
@given(
    ask=LINE,
    why=LINE,
    lang=st.sampled_from(["it", "no", "pt-BR"]),
    expect=st.sampled_from(["", "a/b", "città/è"]),
)
def test_whatever_is_typed_is_read_as_it_was_typed_and_goes_without_a_trace(
    ask: str, why: str, lang: str, expect: str
) -> None:
    new = Question(ask, lang, expect, why)
    after = edited(FILE, None, new)
    other = edited(after, (lang, ask), Question(why, lang, expect, ask)) if ask != why else after
    assert edited(other, (lang, why), None) == FILE
