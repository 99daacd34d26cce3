"""Editing files as an editor would: what is to change changes, and every other byte stays."""

import stat
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer import editing
from indexer.articles import MAX_BYTES, read_content
from indexer.checks import check_content
from indexer.editing import (
    EditError,
    add_questions,
    begin,
    draft,
    file_name,
    with_questions,
)
from indexer.importing.drafts import one_line
from search.records import Article

NEW = ["Come pago?", "si può pagare: in due volte?", "- [x] # {y}"]


def problem(write: object, *given: object) -> str:
    with pytest.raises(EditError) as raised:
        write(*given)  # type: ignore[operator]
    return raised.value.problem


def read(folder: Path, data: bytes) -> Article | None:
    """An article as the indexer reads it from a file with these bytes; null where it is broken."""
    path = folder / "it/a/b.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    found = read_content(folder).knowledge.articles
    return replace(found[0], source_hash="") if found else None


def matter(questions: str, *, before: str = "", after: str = "status: draft\n") -> str:
    return f"---\ntitle: Titolo\n{before}{questions}{after}---\nTesto.\n"


# What becomes of each way to write it


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("", "questions:\n  - Come pago?\n"),
        ("questions:\n", "questions:\n  - Come pago?\n"),
        ("questions:  # altre\n", "questions:  # altre\n  - Come pago?\n"),
        ("questions: ~\n", 'questions: ["Come pago?"]\n'),
        ("questions: []\n", 'questions: ["Come pago?"]\n'),
        ("questions: [ ]  # c\n", 'questions: ["Come pago?" ]  # c\n'),
        ("questions: una\n", 'questions: ["una", "Come pago?"]\n'),
        ('questions: "u\\tna" # c\n', 'questions: ["u\\tna", "Come pago?"] # c\n'),
        ("questions: |\n  una\n", 'questions: ["una", "Come pago?"]\n'),
        ("questions: [una, 'due']\n", "questions: [una, 'due', \"Come pago?\"]\n"),
        ("questions: [una, due, ] # c\n", 'questions: [una, due, "Come pago?", ] # c\n'),
        ("questions: [\n  una, # c\n  due\n  ]\n", 'questions: [\n  una, # c\n  due,\n  "Come pago?"\n  ]\n'),
        ("questions:\n- una\n\n# c\n", "questions:\n- una\n- Come pago?\n\n# c\n"),
        ("questions:\n   -   una # c\n", "questions:\n   -   una # c\n   - Come pago?\n"),
        ("questions:\n  - una\n  -\n", "questions:\n  - una\n  -\n  - Come pago?\n"),
        ("questions:\n  - 'u\n    na'\n", "questions:\n  - 'u\n    na'\n  - Come pago?\n"),
        ("questions:\n  - |\n    una\n\n", "questions:\n  - |\n    una\n\n  - Come pago?\n"),
        ("? questions\n: - una\n", "? questions\n: - una\n  - Come pago?\n"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_questions_are_added_to(tmp_path: Path, was: str, now: str, end: str, mark: str) -> None:
    text, wanted = (mark + matter(said).replace("\n", end) for said in (was, now))
    found = with_questions(text, ["Come pago?"])
    assert found == wanted
    before, after = read(tmp_path, text.encode()), read(tmp_path, found.encode())
    assert before
    assert after == replace(before, questions=(*before.questions, "Come pago?"))


def test_the_title_may_be_long_and_indented() -> None:
    text = "\n\n---\n  title: >-\n    Come\n    pago?\n  # c\n  status: draft\n---\nTesto.\n"
    expected = text.replace("  # c", "  questions:\n    - una\n  # c")
    assert with_questions(text, ["una"]) == expected


def test_what_is_there_already_is_left_out() -> None:
    text = matter("questions: [Una cosa, due]\n")
    assert with_questions(text, ["una  COSA", " titolo ", "", "\x00", "due"]) == text
    assert with_questions(text, ["tre", "Tre"]) == text.replace("due]", "due, tre]")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Senza.", "broken"),
        ("---\ntitle: a\nTesto mai chiuso", "broken"),
        (matter("questions: [a\n"), "broken"),
        (matter("questions: &a [x]\n"), "broken"),
        (matter("questions: {a: b}\n"), "broken"),
        (matter("questions:\n- a: b\n"), "broken"),
        (matter("questions: a\nquestions: b\n"), "broken"),
        ("---\nstatus: draft\n---\nTesto.", "broken"),
        ("---\n[title]\n---\nTesto.", "broken"),
        ("---\n{title: a}\n---\nTesto.", "shape"),
        ("", "broken"),
    ],
)
def test_what_cannot_be_added_to_is_left_alone(text: str, reason: str) -> None:
    assert problem(with_questions, text, NEW) == reason


def test_in_braces_there_is_room_where_there_is_a_list() -> None:
    assert with_questions("---\n{title: a, questions: [b]}\n---\nT.", ["c"]) == (
        "---\n{title: a, questions: [b, c]}\n---\nT."
    )


# Whatever the front matter looks like

WORDS = st.text(
    st.one_of(st.sampled_from(" :#-'\"[]{},&*!|>%@`?~\\\t\x00\x07\x85\u2028\ufeff=/é😀א中"), st.characters(codec="utf-8")),
    max_size=30,
)  # fmt: skip
ITEMS = st.sampled_from(
    ["una", "'due: # no'", '"tre \\n \\"x\\""', "quattro\n      e mezzo", "", "~", "|\n      cinque\n", ">-\n      sei",
     "sette   # c", "'ot\n\n      to'", "è 😀 così", "\ufeffnove\x01", "x\u2028y", "123", "a" * 300]
)  # fmt: skip
IN_BRACKETS = st.sampled_from(
    ["una", "'due, # no'", '"tre]"', "quattro\n  e mezzo", "~", "è 😀", "", "cinque # c\n ", "\n sei"]
)
COMMENTS = st.sampled_from(["", "", "\n", "# commento: [x]\n", "  # - rientrato\n"])


@st.composite
def blocks(draw: st.DrawFn) -> str:
    indent = " " * draw(st.integers(0, 5))
    dash = draw(st.sampled_from(["- ", "-   "]))
    items = draw(st.lists(ITEMS, min_size=1, max_size=4))
    between = draw(COMMENTS)
    return (
        f"questions: {draw(COMMENTS)}\n" + between.join(f"{indent}{dash}{item}\n" for item in items) + between
    )


@st.composite
def brackets(draw: st.DrawFn) -> str:
    items = draw(st.lists(IN_BRACKETS, max_size=4))
    space, comma = draw(st.sampled_from(["", " ", "\n  "])), draw(st.sampled_from(["", ",", " , "]))
    return f"questions: [{space}{f',{space}'.join(items)}{comma if items else ''}{space}]{draw(st.sampled_from(['', '  # c']))}\n"


QUESTIONS = st.one_of(
    blocks(), brackets(), ITEMS.map(lambda item: f"questions: {item.replace('      ', '  ')}\n"),
    st.sampled_from(["", "questions:\n", '"questions":\n  - una\n', "? questions\n: - una\n", "questions : una\n"]),
)  # fmt: skip
FILES = st.builds(
    lambda mark, title, a, questions, b, end, tail: (
        f"{mark}---\n{title}{a}{questions}{b}---\nTesto.\n\n- a{tail}".replace("\n", end)
    ),
    st.sampled_from(["", "\ufeff", "\n", "\ufeff\n \n"]),
    st.sampled_from(["title: Titolo\n", "title: 'Ti\n  tolo' # c\n", "# c\ntags: [x]\ntitle: >\n  Ti\n\n  tolo\n", "title : X\n"]),
    COMMENTS,
    QUESTIONS,
    st.sampled_from(["", "tags: [a]\n", "# fine\n", "\n", "titolo: strano\n", "summary: a # b\n"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\n", "\ndomande: [b]\n---\n"]),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("editing")


def only_added(was: str, now: str) -> bool:
    """Whether all that `was` there is there still, in its order and in one piece before and one after."""
    same = next((n for n, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), len(was))
    return was[same:] == now[len(now) - len(was) + same :]


@settings(deadline=None, max_examples=300)
@given(FILES, st.lists(WORDS, min_size=1, max_size=3))
@example(matter(""), NEW)
def test_only_the_questions_differ(folder: Path, text: str, new: list[str]) -> None:
    before = read(folder, text.encode())
    if before is None:
        assert problem(with_questions, text, new) == "broken"
        return
    edited = with_questions(text, new)
    after = read(folder, edited.encode())
    assert after
    assert replace(after, questions=()) == replace(before, questions=())
    assert after.questions[: len(before.questions)] == before.questions
    added = after.questions[len(before.questions) :]
    known = {one.casefold() for one in (before.title, *before.questions)}
    wanted = {one_line(one).casefold() for one in new} - {""} - known
    assert [one.casefold() for one in added] == [
        one for one in dict.fromkeys(one_line(word).casefold() for word in new) if one in wanted
    ]
    assert {*added} <= {one_line(word) for word in new}
    # A text that stood alone becomes a list; of all else, nothing is taken away.
    if not only_added(text, edited):
        assert len(before.questions) <= 1
        assert text.partition("questions")[0] == edited.partition("questions")[0]
        assert text.partition("---\nTesto.")[2] == edited.partition("---\nTesto.")[2]
    assert with_questions(edited, new) == edited


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.one_of(WORDS, st.sampled_from(["---\n", "\n", "title: a\n", "questions:\n", "- a\n", "[", "]"])),
        max_size=12,
    ).map("".join)
)
def test_nothing_strange_is_made_worse(folder: Path, text: str) -> None:
    try:
        edited = with_questions(text, NEW)
    except EditError:
        return
    before, after = read(folder, text.encode()), read(folder, edited.encode())
    assert (before is None) == (after is None)
    if before and after:
        assert replace(after, questions=()) == replace(before, questions=())


# Drafts


@settings(deadline=None, max_examples=200)
@given(
    st.one_of(
        WORDS, st.sampled_from(["---", "a: b\nstatus: published", "null", "123", "'", "yes", "{{ 7*7 }}"])
    ),
    st.lists(WORDS, max_size=4),
)
def test_a_draft_says_what_it_was_given(folder: Path, title: str, questions: list[str]) -> None:
    found = read(folder, draft(title, questions, "Testo.").encode())
    if not one_line(title):
        assert found is None
        return
    assert found
    assert (found.title, found.status, found.html) == (one_line(title), "draft", "<p>Testo.</p>")
    asked = dict.fromkeys(one for one in map(one_line, questions) if one not in {"", one_line(title)})
    assert found.questions == tuple(asked)


def test_a_draft_is_written_as_ours_are() -> None:
    assert draft("Come pago?", ["con la carta", "in due volte: si può?", "[x]"], "Ecco.\n") == (
        "---\ntitle: Come pago?\nquestions:\n  - con la carta\n"
        '  - "in due volte: si può?"\n  - "[x]"\nstatus: draft\n---\nEcco.\n'
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Come pago?", "come-pago"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "article"),
        ("?!…", "article"),
        ("", "article"),
        ("\x00\ud800\u202e", "article"),
        ("CON", "con-1"),
        ("lpt¹", "lpt1-1"),
        ("nul.md", "nul-md"),
        ("4913", "4913-1"),
        ("C:\\a|b<c>", "c-a-b-c"),
        ("_category", "category"),
        ("如何付款？", "如何付款"),
        ("كيف أدفع؟", "كيف-أدفع"),
        ("😀", "article"),
    ],
)
def test_any_text_makes_a_file_name(text: str, name: str) -> None:
    assert file_name(text) == name


@given(st.text())
def test_a_file_name_is_a_name_everywhere(text: str) -> None:
    name = file_name(text)
    assert 0 < len(name.encode()) <= 110
    assert not set(name) & set('/\\:*?"<>|\x00. ')
    assert name.isprintable()


def test_a_draft_never_takes_a_place(tmp_path: Path) -> None:
    text = draft("Come pago?", ["pagare"], "Ancora da scrivere.")
    other = tmp_path / "en/soldi/Come-Pago-2.md"
    other.parent.mkdir(parents=True)
    other.write_text(draft("Other", [], "x"), "utf-8")
    assert begin(tmp_path, "it", "soldi", "Come pago?", text) == "it/soldi/come-pago.md"
    mine = tmp_path / "it/soldi/come-pago.md"
    mine.write_text("mine", "utf-8")
    # The second one's number is the name of an article in another language.
    assert begin(tmp_path, "it", "soldi", "come PAGO", text) == "it/soldi/come-pago-3.md"
    assert mine.read_text("utf-8") == "mine"
    assert (tmp_path / "it/soldi/come-pago-3.md").read_text("utf-8") == text
    assert sorted(path.name for path in mine.parent.iterdir()) == ["come-pago-3.md", "come-pago.md"]


def test_a_draft_passes_the_check(tmp_path: Path) -> None:
    (tmp_path / "it/soldi").mkdir(parents=True)
    begin(tmp_path, "it", "soldi", "x" * 300, draft("Perché: " + "x" * 300, ["- a", "b # c"], "Da scrivere."))
    content = read_content(tmp_path)
    found = check_content(tmp_path, content, date(2026, 11, 22))
    assert [p for p in found if p.severity == "error"] == []
    assert [a.status for a in content.knowledge.articles] == ["draft"]


@pytest.mark.parametrize(
    ("lang", "category", "reason"),
    [
        ("..", "soldi", "shape"),
        ("it/../..", "soldi", "shape"),
        ("it", "..", "shape"),
        ("it", "../..", "shape"),
        ("it", "a\x00", "shape"),
        ("it", "", "shape"),
        ("it", "_x", "shape"),
        ("it", "link", "shape"),
        ("it", "file", "unwritable"),
        ("it", "x" * 300, "unwritable"),
    ],
)
def test_a_draft_is_begun_in_the_folder_alone(tmp_path: Path, lang: str, category: str, reason: str) -> None:
    root, outside = tmp_path / "content", tmp_path / "outside"
    (root / "it").mkdir(parents=True)
    outside.mkdir()
    (root / "it/link").symlink_to(outside)
    (root / "it/file").write_text("")
    assert problem(begin, root, lang, category, "a", "b") == reason
    assert list(outside.iterdir()) == []


def test_without_its_folder_nothing_is_begun(tmp_path: Path) -> None:
    assert problem(begin, tmp_path / "none", "it", "a", "a", "b") == "unwritable"
    assert problem(begin, tmp_path, "it", "a", "a", "x" * (MAX_BYTES + 1)) == "large"
    assert list(tmp_path.iterdir()) == []


# In their files


def article(root: Path, text: str | bytes) -> Path:
    path = root / "it/a/b.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_keeps_its_bytes_and_its_mode(tmp_path: Path) -> None:
    before = b"\xef\xbb\xbf---\r\ntitle: T\r\nquestions: [a] # \xc3\xa8\r\n---\r\nTesto. \r\n\r\n"
    path = article(tmp_path, before)
    path.chmod(0o640)
    assert add_questions(tmp_path, tmp_path.parent, "it", "a/b", ["Come pago", "A"]) == 1
    assert path.read_bytes() == before.replace(b"[a]", b"[a, Come pago]")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert add_questions(tmp_path, tmp_path.parent, "it", "a/b", ["come pago"]) == 0
    assert [p.name for p in path.parent.iterdir()] == ["b.md"]


def test_a_file_with_another_name_for_its_letters_is_found(tmp_path: Path) -> None:
    path = tmp_path / "it/a/perche\u0301.md"
    path.parent.mkdir(parents=True)
    path.write_text(matter(""), "utf-8")
    assert add_questions(tmp_path, tmp_path.parent, "it", "a/perch\xe9", ["una"]) == 1
    assert "  - una\n" in path.read_text("utf-8")


def test_a_link_within_the_folder_stays_a_link(tmp_path: Path) -> None:
    path = article(tmp_path, matter(""))
    link = path.with_name("c.md")
    link.symlink_to(path)
    assert add_questions(tmp_path, tmp_path.parent, "it", "a/c", ["una"]) == 1
    assert link.is_symlink()
    assert "  - una\n" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"\xff\xfe", "broken"),
        ("Senza front matter.", "broken"),
        ("---\n{title: a}\n---\nTesto.", "shape"),
        (matter("") + "x" * (MAX_BYTES - len(matter("")) - 5), "large"),
        (matter("") + "x" * MAX_BYTES, "large"),
    ],
)
def test_what_cannot_be_changed_is_not_touched(tmp_path: Path, text: str | bytes, reason: str) -> None:
    path = article(tmp_path, text)
    was = path.read_bytes()
    assert problem(add_questions, tmp_path, tmp_path.parent, "it", "a/b", ["una domanda"]) == reason
    assert path.read_bytes() == was
    assert [p.name for p in path.parent.iterdir()] == ["b.md"]


@pytest.mark.parametrize(
    ("lang", "article_id"),
    [("it", "a/none"), ("it", "../x"), ("..", "x"), ("it", "a/out"), ("", ""), ("it", "a/b\x00")],
)
def test_what_is_no_article_is_gone(tmp_path: Path, lang: str, article_id: str) -> None:
    outside = tmp_path / "x.md"
    outside.write_text(matter(""), "utf-8")
    root = tmp_path / "content"
    article(root, matter("")).with_name("out.md").symlink_to(outside)
    assert problem(add_questions, root, tmp_path, lang, article_id, ["una"]) == "gone"
    assert problem(add_questions, tmp_path / "none", tmp_path, lang, article_id, ["una"]) == "gone"
    assert outside.read_text("utf-8") == matter("")


def test_somebody_elses_change_is_not_lost(tmp_path: Path) -> None:
    """Two who add to one file at once, again and again: what is said to be written is there in the end."""
    path = article(tmp_path, matter("questions: [prima]\n"))
    program = (
        "import sys; from pathlib import Path; from indexer.editing import add_questions\n"
        "for n in range(60):\n"
        "    add_questions(Path(sys.argv[1]), Path(sys.argv[1]).parent, 'it', 'a/b', [f'{sys.argv[2]} {n}'])\n"
    )
    names = ("uno", "due")
    writers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in names]
    assert [writer.wait() for writer in writers] == [0, 0]
    (found,) = read_content(tmp_path).knowledge.articles
    assert {*found.questions} == {"prima", *(f"{name} {n}" for name in names for n in range(60))}
    assert [p.name for p in path.parent.iterdir()] == ["b.md"]


@pytest.mark.parametrize("theirs", [b"theirs", None])
def test_what_somebody_saved_since_it_was_read_stays(tmp_path: Path, theirs: bytes | None) -> None:
    path = article(tmp_path, matter(""))
    read_before = path.read_bytes()
    path.unlink() if theirs is None else path.write_bytes(theirs)
    assert problem(editing.replace_file, path, read_before, b"ours") == "changed"
    assert (path.read_bytes() if theirs else path.exists()) == (theirs or False)
    assert [p.name for p in path.parent.iterdir()] == (["b.md"] if theirs else [])


def test_where_nothing_may_be_written_it_is_said() -> None:
    """As somebody who is not root, for whom every folder is open; and not in pytest's, which are its own."""
    program = (
        "import os, sys; from pathlib import Path\n"
        "from indexer.editing import EditError, add_questions, begin\n"
        "root, data = map(Path, sys.argv[1:])\n"
        "os.geteuid() or os.setuid(65534)\n"
        "for write in (lambda: add_questions(root, data, 'it', 'a/b', ['una']), lambda: begin(root, 'it', 'a', 'b', 'c')):\n"
        "    try: write(); print('written')\n"
        "    except EditError as error: print(error.problem)"
    )
    with tempfile.TemporaryDirectory() as made:
        root, data = Path(made) / "content", Path(made) / "data"
        path = article(root, matter(""))
        data.mkdir()
        data.chmod(0o777)
        for folder in (path.parent, path.parent.parent, root, root.parent):
            folder.chmod(0o555)
        command = [sys.executable, "-c", program, str(root), str(data)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (said.stdout, said.stderr) == ("unwritable\nunwritable\n", "")
        assert path.read_text("utf-8") == matter("")
        for folder in (root.parent, root, path.parent.parent, path.parent):
            folder.chmod(0o755)
