"""Guides: Markdown in, steps and choices out, and what `sportello check` says of those that do not hold."""

import re
from datetime import date
from hashlib import blake2b
from pathlib import Path

import orjson
import pytest

from indexer.articles import read_content
from indexer.checks import check_content
from indexer.guides import MAX_STEPS, endless, read_guide, unreached
from indexer.markdown import render
from indexer.passages import split_passages
from indexer.problems import Problem
from indexer.publish import current_folder, open_current
from indexer.update import update_index
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from search.records import Article, Choice, Guide
from search.snapshot import read_knowledge

TODAY = date(2026, 6, 1)
REPOSITORY = Path(__file__).parents[2]

SOUND = """Un'introduzione.

## Si accende?

Guarda la *spia*.

- [Sì, è verde](#bene)
- [No](#e-la-spina)

## È la spina?

1. [È infilata](#bene)

2. [Non lo so: da capo](#si-accende)

## Bene

Fatto."""


def guide_of(body: str) -> Guide | None:
    return read_guide(render(body, lang="it", article_id="c/g").html)


def sound(body: str) -> Guide:
    guide = guide_of(body)
    assert guide
    return guide


def write(root: Path, body: str, name: str = "g", **fields: str) -> None:
    path = root / f"it/c/{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    matter = "".join(
        f"{key}: {value}\n" for key, value in {"title": "Va?", "type": "guide", **fields}.items()
    )
    path.write_text(f"---\n{matter}---\n{body}\n", "utf-8")


def read(root: Path) -> Article:
    """The guide, which must have been read without an error."""
    content = read_content(root)
    assert [p for p in content.problems if p.severity == "error"] == []
    return next(a for a in content.knowledge.articles if a.id == "c/g")


def check(root: Path) -> list[Problem]:
    return list(check_content(root, read_content(root), TODAY))


def test_headings_become_steps_and_lists_of_links_their_choices() -> None:
    guide = sound(SOUND)
    assert guide.introduction == "<p>Un'introduzione.</p>"
    assert [(s.anchor, s.title, s.is_end) for s in guide.steps] == [
        ("si-accende", "Si accende?", False),
        ("e-la-spina", "È la spina?", False),
        ("bene", "Bene", True),
    ]
    first, second, last = guide.steps
    assert first.html == "<p>Guarda la <em>spia</em>.</p>"
    assert first.choices == (Choice("Sì, è verde", step="bene"), Choice("No", step="e-la-spina"))
    assert second.choices == (Choice("È infilata", "bene"), Choice("Non lo so: da capo", "si-accende"))
    assert (last.html, last.choices) == ("<p>Fatto.</p>", ())


@pytest.mark.parametrize(
    ("last", "chosen"),
    [
        ("- [a](#b)\n- [c](#b)", ["a", "c"]),
        ("- [a](#b)\n\nPoi altro.", ["a"]),
        ("- [x](#b)\n\nTesto.\n\n- [a](#b)", ["a"]),
        ("- [a](#b)\n\nTesto.\n\n- una cosa\n- [x](#b)", ["a"]),
        ("- [a *b* `c` &amp; d](#b)", ["a b c & d"]),
        ("- [a](../altro/x.md)\n- [b](https://example.org/?a=1&b=2)", ["a", "b"]),
        ("- [a](#b).", []),
        ("- prima [a](#b)", []),
        ("- [a](#b) [c](#b)", []),
        ("- [a](#b)\n    - [c](#b)", []),
        ("- [![](x.png)](#b)", []),
        ("- [a]()", []),
        ("- [a](#)", []),
        ("> - [a](#b)", []),
        ("```\n- [a](#b)\n```", []),
        ("[a](#b)", []),
    ],
)
def test_only_a_list_of_links_and_nothing_else_is_a_choice(last: str, chosen: list[str]) -> None:
    step = sound(f"## A\n\n{last}\n\n## B\n\nFine.").steps[0]
    assert [choice.label for choice in step.choices] == chosen


def test_choices_out_of_the_guide_have_the_sites_addresses_and_make_an_end() -> None:
    step = sound("## A\n\n- [x](../altro/x.md#y)\n- [z](https://example.org/?a=1&b=2)").steps[0]
    assert step.choices == (
        Choice("x", href="/it/a/altro/x#y"),
        Choice("z", href="https://example.org/?a=1&b=2"),
    )
    assert step.is_end


@pytest.mark.parametrize(
    "heading", ["C'è più <b>luce</b>?", "何色ですか", "مرحبا", "A & B", "`codice`", "!?"]
)
def test_any_heading_can_be_a_step_and_be_led_to(heading: str) -> None:
    anchor = sound(f"## {heading}\n\nTesto.").steps[0].anchor
    guide = sound(f"## Inizio\n\n- [qui](#{anchor})\n\n## {heading}\n\nTesto.")
    assert guide.steps[0].choices[0].step == guide.steps[1].anchor
    assert guide.steps[1].title


def test_headings_within_something_are_no_steps() -> None:
    guide = sound("## A\n\n> ## B\n\n- uno\n\n    ## C\n\n### D\n\nTesto.\n\n<div><h2>E</h2></div>")
    assert [step.anchor for step in guide.steps] == ["a"]
    assert all(f' id="{anchor}"' in guide.steps[0].html for anchor in ("b", "d", "e"))


def test_a_step_is_as_safe_as_an_article() -> None:
    guide = sound(
        '## A\n\n<script>x</script><b onclick="x">t</b>\n\n- [<img src=x onerror=y>z](#b)\n\n## B\n\nt'
    )
    assert guide.steps[0].html == "<p><b>t</b></p>"
    assert guide.steps[0].choices == (Choice("z", "b"),)
    assert sound("## A\n\n- [x](javascript:alert(1))").steps[0].choices == ()


def test_each_step_has_the_notes_it_refers_to_under_their_numbers() -> None:
    guide = sound(
        "Su[^a].\n\n## A\n\nUno[^b].\n\n## B\n\nDue[^b] e tre[^c].\n\n## C\n\nNiente.\n\n"
        "[^a]: Prima.\n[^b]: Seconda.\n[^c]: Terza, come[^a]."
    )
    a, b, c = (step.html for step in guide.steps)
    assert "footnote" not in guide.introduction.replace("footnote-ref", "")
    assert re.findall(r'value="(\d)"', a) == ["1", "2"]  # those of the introduction too: one page has both
    assert re.findall(r'value="(\d)"', b) == ["1", "2", "3"]
    assert "footnote" not in c
    for page in (guide.introduction + a, b):
        ids = re.findall(r' id="([^"]*)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


def test_a_guide_is_searched_step_by_step(tmp_path: Path) -> None:
    write(
        tmp_path, "Intro[^n].\n\n## Uno\n\nTesto.\n\n- [Verso il due](#due)\n\n## Due\n\nFine.\n\n[^n]: Nota."
    )
    passages = split_passages(read(tmp_path))
    assert [(p.anchor, p.text) for p in passages] == [
        ("", "Intro."),
        ("uno", "Testo.\nNota.\nVerso il due"),
        ("due", "Fine."),
    ]


def test_ways_are_followed_through_choices_and_links_in_the_text() -> None:
    guide = sound(
        "## A\n\nO [qui](#dentro).\n\n- [b](#b)\n\n## B\n\n- [a](#a)\n- [b](#b)\n\n"
        "## C\n\n### Dentro\n\nFine.\n\n## D\n\n- [e](#e)\n\n## E\n\n- [d](#d)"
    )
    assert [step.anchor for step in unreached(guide)] == ["d", "e"]
    assert [step.anchor for step in endless(guide)] == ["d", "e"]
    assert unreached(sound("[giù](#b)\n\n## A\n\nFine.\n\n## B\n\nFine.")) == ()


@pytest.mark.parametrize(
    ("body", "code", "line", "words"),
    [
        ("Solo testo.", "guide-steps", 3, "type: guide"),
        ("### Non basta\n\nTesto.", "guide-steps", 3, "“## ”"),
        ("## A\n\n- [x](#b)\n\n## Bi\n\nt", "guide-choice", 7, "“#b”, which is no step"),
        ("## A\n\n- [x](#dentro)\n\n### Dentro\n\nt", "guide-choice", 7, "#dentro"),
        ("## A\n\n- [x](#bb)\n- [y](#bbb)\n\n## Bbb\n\nt", "guide-choice", 7, "Did you mean “bbb”?"),
        ("Vedi [x](#a).\n\n## A\n\nt\n\n## B\n\nt", "guide-unreached", 11, "“B”"),
        ("## A\n\nt\n\nBi *due*\n---\n\nt", "guide-unreached", 9, "#bi-due"),
        ("## A\n\n- [x](#a-2)\n\n## A\n\nt\n\n## A\n\nt", "guide-unreached", 13, "#a-3"),
        ("## A\n\n- [x](#b)\n- [y](#c)\n\n## B\n\n- [b](#b)\n\n## C\n\nt", "guide-endless", 10, "“B”"),
    ],
)
def test_what_does_not_hold_is_said_once_at_its_line(
    tmp_path: Path, body: str, code: str, line: int, words: str
) -> None:
    write(tmp_path, body)
    problems = check(tmp_path)
    assert [p.code for p in problems] == [code], [str(p) for p in problems]
    assert (problems[0].path, problems[0].line) == ("it/c/g.md", line)
    assert words in problems[0].message
    assert (read(tmp_path).guide is None) == (problems[0].severity == "error")


def test_an_article_may_have_such_lists_and_a_link_in_the_text_is_still_checked(tmp_path: Path) -> None:
    write(tmp_path, "## A\n\n- [x](#niente)", type="article")
    assert [p.code for p in check(tmp_path)] == ["broken-anchor"]
    assert read(tmp_path).guide is None
    write(tmp_path, "## A\n\nVedi [x](#niente).")
    assert [p.code for p in check(tmp_path)] == ["broken-anchor"]
    assert read(tmp_path).guide is not None


def test_more_steps_than_anyone_walks_are_an_article(tmp_path: Path) -> None:
    steps = [f"## S{n}\n\n- [avanti](#s{n + 1})" for n in range(MAX_STEPS - 1)]
    write(tmp_path, "\n\n".join([*steps, f"## S{MAX_STEPS - 1}\n\nFine."]))
    assert check(tmp_path) == []
    assert read(tmp_path).guide is not None
    write(tmp_path, "\n\n".join([*steps, f"## S{MAX_STEPS - 1}\n\nFine.", "## Troppo\n\nt"]))
    assert [p.code for p in check(tmp_path)] == ["guide-steps"]
    assert read(tmp_path).guide is None


def test_front_matter_cannot_make_a_guide(tmp_path: Path) -> None:
    write(tmp_path, SOUND, guide="x")
    assert "“guide” is not a field" in check(tmp_path)[0].message


def test_a_guide_survives_the_snapshot_and_a_broken_one_is_an_article(
    tmp_path: Path, cached_encoder: VectorCache
) -> None:
    content, data = tmp_path / "content", tmp_path / "data"
    write(content, SOUND)
    write(content, "## A\n\n- [x](#manca)\n\nUn testo da trovare: girandole.", name="rotta", title="Rotta?")
    update_index(content, data, cached_encoder)
    snapshot = open_current(data, cached_encoder)
    stored = {a.id: a for a in snapshot.knowledge.articles}
    assert stored["c/g"].guide == sound(SOUND)
    assert stored["c/rotta"].guide is None
    engine = SearchEngine(snapshot, cached_encoder)
    assert engine.search("girandole", "it").hits[0].article.id == "c/rotta"
    found = engine.search("la spina è infilata", "it").hits[0]
    assert (found.article.id, found.passage.anchor) == ("c/g", "e-la-spina")
    # Taken as it is in the next build, where its file has not changed.
    write(content, "Altro.", name="altro", title="Altro?", type="article")
    update_index(content, data, cached_encoder)
    again = read_knowledge(current_folder(data)).articles
    assert next(a for a in again if a.id == "c/g") == stored["c/g"]


def test_a_snapshot_from_before_there_were_guides_is_read_anew(
    tmp_path: Path, cached_encoder: VectorCache
) -> None:
    content, data = tmp_path / "content", tmp_path / "data"
    write(content, SOUND)
    update_index(content, data, cached_encoder)
    old = current_folder(data)
    knowledge = orjson.loads((old / "knowledge.json").read_bytes())
    for article in knowledge["articles"]:
        del article["guide"]
    (old / "knowledge.json").write_bytes(written := orjson.dumps(knowledge))
    manifest = orjson.loads((old / "manifest.json").read_bytes()) | {
        "format": 1,
        "content": "a digest, of which the format is part",
    }
    manifest["files"]["knowledge.json"] = blake2b(written, digest_size=16).hexdigest()
    (old / "manifest.json").write_bytes(orjson.dumps(manifest))
    assert update_index(content, data, cached_encoder).changed
    assert read_knowledge(current_folder(data)).articles[0].guide == sound(SOUND)


def test_the_documents_example_is_a_sound_guide(tmp_path: Path) -> None:
    text = (REPOSITORY / "docs/guides.md").read_text("utf-8")
    example = re.findall(r"```markdown\n(.*?)```", text, re.DOTALL)[0]
    path = tmp_path / "it/resi/brocca.md"
    path.parent.mkdir(parents=True)
    path.write_text(example, "utf-8")
    assert check(tmp_path) == []
    guide = read_content(tmp_path).knowledge.articles[0].guide
    assert guide
    assert len(guide.steps) == example.count("\n## ") == 5
    assert sum(step.is_end for step in guide.steps) == 3
    anchor = re.findall(r"`## (.*?)` is\n`#(.*?)`", text)[0]
    assert sound(f"## {anchor[0]}\n\nt").steps[0].anchor == anchor[1]
