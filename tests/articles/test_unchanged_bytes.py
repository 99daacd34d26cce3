"""What an editor does not change stays byte for byte, however the file is written."""

import random

import pytest

from app.articles.merging import merge, side_by_side
from app.articles.records import ArticleDraft
from indexer.editing import EditError, Written, rewritten, written
from indexer.lines import relined, shown

ODD = (
    "\ufeff---\r\n# the title first\r\n"
    'title: "Come pago: con la carta?"   # why\r\n'
    "questions:\r\n  - uno   # first\r\n  # between\r\n  - \"due: x\"\r\n"
    "house-field: anything # ours alone\r\n"
    'tags: [a, "b c"] # tags\r\n'
    "updated: 2026-03-01\r\nsummary: >\r\n  lungo\r\n  testo\r\nstatus: published\r\n"
    "---\r\n\r\nPrimo\u200b para.  \r\n\r\n\tSecondo\r\n\r\n\r\n"
)  # fmt: skip
FILES = [
    ODD,
    ODD.replace("\r\n", "\n"),
    "---\ntitle: x\nquestions: one\n---\nBody",
    "---\n{title: x, status: draft}\n---\nBody",
    "---\ntitle: x\nquestions:\n- a\n- b\nstatus: draft\n...\nBody\n\n\n",
    "---\ntitle: x\nquestions:\nsummary: |\n  a\n  b\n---\nBody\n",
    "\n\n---\ntitle: 'it''s'\nrelated:\n    - a/b\n    - 'c/d'\n---\n\n\n# x\n\nBody\n---\nno end",
]


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    left, right = side_by_side(before, after)
    return [line.text for line in left if line.is_alone], [line.text for line in right if line.is_alone]


@pytest.mark.parametrize("text", FILES, ids=range(len(FILES)))
def test_a_file_saved_as_it_was_opened_is_the_same(text: str) -> None:
    said = written(text)
    assert rewritten(text, said.fields, said.body) == text
    assert rewritten(text, {}, said.body.replace("\n", "\r\n")) == text


@pytest.mark.parametrize(
    ("fields", "gone", "new"),
    [
        (
            {"questions": ("uno", "tre", "due: x")},
            [],
            ["  - tre\r"],
        ),
        ({"questions": ("due: x",)}, ["  - uno   # first\r"], []),
        ({"tags": ("a", "c, d")}, ['tags: [a, "b c"] # tags\r'], ['tags: [a, "c, d"] # tags\r']),
        ({"tags": ()}, ['tags: [a, "b c"] # tags\r'], []),
        (
            {"title": ("Nuovo # titolo",)},
            ['title: "Come pago: con la carta?"   # why\r'],
            ['title: "Nuovo # titolo"   # why\r'],
        ),
        ({"status": ("draft",)}, ["status: published\r"], ["status: draft\r"]),
        ({"review_by": ("2027-01-01",)}, [], ["review_by: 2027-01-01\r"]),
        ({"related": ("a/b", "c/d")}, [], ["related:\r", "  - a/b\r", "  - c/d\r"]),
        ({"summary": ("no: yes",)}, ["summary: >\r", "  lungo\r", "  testo\r"], ['summary: "no: yes"\r']),
    ],
)
def test_only_the_lines_of_a_changed_field_change(
    fields: dict[str, tuple[str, ...]], gone: list[str], new: list[str]
) -> None:
    edited = rewritten(ODD, fields, written(ODD).body)
    assert changed_lines(ODD, edited) == (gone, new)
    assert written(edited).fields == {k: v for k, v in {**written(ODD).fields, **fields}.items() if v}


def test_only_the_changed_lines_of_a_text_change() -> None:
    body = written(ODD).body.replace("Secondo", "Altro").replace("Primo", "> Nota\n\nPrimo")
    edited = rewritten(ODD, {}, body)
    assert changed_lines(ODD, edited) == (["\tSecondo\r"], ["> Nota\r", "\r", "\tAltro\r"])
    assert edited.startswith("\ufeff")


def test_a_text_of_any_shape_is_what_was_typed() -> None:
    dice = random.Random(7)
    pieces = ["", "a", "b", "  c", "\td ", "---", "é", "# x", "\u200b"]
    ends = ["\n", "\r\n", "\r"]
    for _ in range(400):
        raw = "".join(dice.choice(pieces) + dice.choice(ends) for _ in range(dice.randrange(9)))
        raw += dice.choice(["", "z"])
        new = "\n".join(dice.choice(pieces) for _ in range(dice.randrange(9)))
        assert shown(relined(raw, new)) == shown(new)
        assert relined(raw, shown(raw)) == raw


def test_hostile_values_are_read_as_they_are_given() -> None:
    odd = ("---", "...", "# x", "a: b", "- c", "'", '"', "{", "[", "@a", "`", "%", "\\", "|", "> x")
    values = (*odd, "null", "yes", "1", "~x", "2026-01-01", "é", "a, b]", "&a", "*b", "!c", "? d")
    for value in values:
        edited = rewritten(ODD, {"title": (value,), "questions": values, "owner": (value,)}, "Body")
        found = written(edited)
        assert found == Written(
            {**written(ODD).fields, "title": (value,), "questions": values, "owner": (value,)}, "Body"
        )


def test_a_file_without_whole_front_matter_is_refused() -> None:
    broken = ("", "Body", "---\ntitle: x\nBody", "---\nstatus: draft\n---\nB", "---\ntitle: [\n---\nB")
    for text in broken:
        with pytest.raises(EditError, match="broken"):
            written(text)


# Two edits of one article


def article(body: str, **fields: tuple[str, ...]) -> ArticleDraft:
    title, questions = "".join(fields.pop("title", ("T",))), fields.pop("questions", ())
    return ArticleDraft("it", "a/b", title, questions, body, fields)


def test_what_only_one_changed_is_taken() -> None:
    merged = merge(
        article("a\n\nb\n\nc", owner=("x",)),
        article("A\n\nb\n\nc", owner=("x",), title=("Mine",)),
        article("a\n\nb\n\nc\n\nd", owner=("y",), questions=("q",)),
    )
    assert merged.draft == article("A\n\nb\n\nc\n\nd", owner=("y",), title=("Mine",), questions=("q",))
    assert (merged.collided, merged.places) == (frozenset(), 0)


def test_what_both_changed_is_told_and_neither_is_lost() -> None:
    merged = merge(
        article("a\nb\nc", title=("T",)),
        article("a\nmine\nc", title=("Mine",), status=("draft",)),
        article("a\ntheirs\nc", title=("Theirs",), status=("published",)),
    )
    assert merged.draft.body == "a\ntheirs\n\nmine\nc"
    assert merged.draft.title == "Mine"
    assert (merged.collided, merged.places) == (frozenset({"title"}), 1)
    assert merged.draft.fields["status"] == ("draft",)


def test_fields_that_mean_the_same_do_not_collide() -> None:
    merged = merge(
        article("a", publish_at=("2026-11-23 09:00+01:00",)),
        article("a", publish_at=("2026-11-23 10:00+01:00",)),
        article("a", publish_at=("2026-11-23 09:00Z",)),
    )
    assert merged.collided == frozenset()
