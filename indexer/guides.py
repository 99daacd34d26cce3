"""A guide: an article's HTML cut at its level-2 headings into steps, each with the choices that lead on."""

import html as htmllib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from indexer.sections import read_sections
from search.records import Choice, Guide, Section, Step

# Nobody walks through more; and a footnote is repeated below each step that refers to it.
MAX_STEPS: Final = 100

# Of sanitised HTML, which is balanced and has no `<` or `>` inside a value.
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>")
_ANY_TAG = re.compile(r"<[^<>]*>")
_VOID: Final = frozenset({"br", "hr", "img"})
_ID = re.compile(r' id="([^"]*)"')
_HREF = re.compile(r'(?:^| )href="([^"]*)"')
_INSIDE = re.compile(r'<a [^<>]*href="#([^"]*)"')
# An item that is a link and nothing else, tight or loose.
_ITEM = re.compile(
    r"<li>\s*(?:<p>)?\s*<a ([^<>]*)>((?:(?!</?(?:a|p|ul|ol|div)\b).)*)</a>\s*(?:</p>)?\s*</li>", re.DOTALL
)
_NOTE_LINK = re.compile(r'<a class="footnote-ref" href="#([^"]*)"')
_BACK_LINK = re.compile(r'<a class="footnote-backref" href="#([^"]*)"[^<>]*>.*?</a>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Block:
    """An element that is in no other one, and where it stands."""

    tag: str
    start: int
    end: int


def read_guide(html: str) -> Guide | None:
    """The guide in an article's HTML; null where it cannot be walked, and is to be shown as an article."""
    outline = read_outline(html)
    if not 0 < len(outline.steps) <= MAX_STEPS or dangling(outline):
        return None
    notes = _notes(html)
    first, *others = outline.steps
    begin = replace(first, html=_with_notes(first.html, notes, above=outline.introduction))
    rest = (replace(step, html=_with_notes(step.html, notes)) for step in others)
    return replace(outline, steps=(begin, *rest))


def read_outline(html: str) -> Guide:
    """What is written, sound or not, without its footnotes."""
    blocks = list(_blocks(html))
    end = next((b.start for b in blocks if _is_notes(html, b)), len(html))
    starts = [n for n, block in enumerate(blocks) if block.tag == "h2" and block.start < end]
    first = blocks[starts[0]].start if starts else end
    ends = [*(blocks[n].start for n in starts), end][1:]
    steps = (_step(html, blocks[n], stop) for n, stop in zip(starts, ends, strict=True))
    return Guide(html[:first].strip(), tuple(steps))


def dangling(guide: Guide) -> tuple[tuple[Step, Choice], ...]:
    """The choices whose step there is not, each with where it stands."""
    known = {step.anchor for step in guide.steps}
    return tuple((s, c) for s in guide.steps for c in s.choices if c.step and c.step not in known)


def unreached(guide: Guide) -> tuple[Step, ...]:
    """The steps that no way from the first one, or from the introduction, leads to."""
    ways = _ways(guide)
    begin = [guide.steps[0].anchor, *_links(guide.introduction, _homes(guide))]
    reached = _spread(begin, ways)
    return tuple(step for step in guide.steps if step.anchor not in reached)


def endless(guide: Guide) -> tuple[Step, ...]:
    """The steps from which no way leads to an end."""
    back: dict[str, set[str]] = {step.anchor: set() for step in guide.steps}
    for anchor, following in _ways(guide).items():
        for other in following:
            back[other].add(anchor)
    ending = _spread([step.anchor for step in guide.steps if _has_end(step)], back)
    return tuple(step for step in guide.steps if step.anchor not in ending)


def guide_sections(guide: Guide) -> tuple[Section, ...]:
    """The text that is searched: each step with its own footnotes and the words of its choices."""
    pieces = (
        f'<h2 id="{htmllib.escape(step.anchor)}">{htmllib.escape(step.title)}</h2>{step.html}'
        + "".join(f"<p>{htmllib.escape(choice.label)}</p>" for choice in step.choices)
        for step in guide.steps
    )
    return tuple(section for piece in (guide.introduction, *pieces) for section in read_sections(piece))


def _blocks(html: str, start: int = 0, end: int | None = None) -> Iterator[_Block]:
    """The outermost elements of a stretch of HTML, in order."""
    depth = begin = 0
    for match in _TAG.finditer(html, start, len(html) if end is None else end):
        if match[2] in _VOID:
            continue
        if not match[1]:
            begin = begin if depth else match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield _Block(match[2], begin, match.end())


def _children(html: str, block: _Block) -> Iterator[_Block]:
    return _blocks(html, html.index(">", block.start) + 1, html.rindex("<", block.start, block.end))


def _step(html: str, heading: _Block, end: int) -> Step:
    section = read_sections(html[heading.start : heading.end])[0]
    found = _choices(html, heading.end, end)
    if not found:
        return Step(section.anchor, section.heading or section.anchor, html[heading.end : end].strip())
    listed, choices = found
    rest = html[heading.end : listed.start] + html[listed.end : end]
    return Step(section.anchor, section.heading or section.anchor, rest.strip(), choices)


def _choices(html: str, start: int, end: int) -> tuple[_Block, tuple[Choice, ...]] | None:
    """The last list of nothing but links, and its choices."""
    for block in reversed([b for b in _blocks(html, start, end) if b.tag in {"ul", "ol"}]):
        items = [_choice(html[item.start : item.end]) for item in _children(html, block)]
        choices = tuple(choice for choice in items if choice)
        if choices and len(choices) == len(items):
            return block, choices
    return None


def _choice(item: str) -> Choice | None:
    link = _ITEM.fullmatch(item)
    address = _HREF.search(link[1]) if link else None
    if link is None or address is None:
        return None
    href = htmllib.unescape(address[1]).strip()
    label = " ".join(htmllib.unescape(_ANY_TAG.sub("", link[2])).split())
    if not label or href in {"", "#"}:
        return None
    if href.startswith("#"):
        return Choice(label, step=unquote(href[1:]))
    return Choice(label, href=href)


def _is_notes(html: str, block: _Block) -> bool:
    return html.startswith('<div class="footnote">', block.start)


def _notes(html: str) -> dict[str, str]:
    """The footnotes by their ids, each with the number that the text gives it."""
    lists = (
        child
        for block in _blocks(html)
        if _is_notes(html, block)
        for child in _children(html, block)
        if child.tag == "ol"
    )
    items = [html[i.start : i.end] for one in lists for i in _children(html, one)]
    return {
        found[1]: item.replace("<li", f'<li value="{number}"', 1)
        for number, item in enumerate(items, start=1)
        if (found := _ID.search(item))
    }


def _with_notes(piece: str, notes: Mapping[str, str], above: str = "") -> str:
    """A piece with the footnotes below it that it, or what stands above it, refers to; and theirs."""
    wanted: list[str] = []
    asked = _NOTE_LINK.findall(above + piece)
    while new := [n for n in dict.fromkeys(asked) if n in notes and n not in wanted]:
        wanted += new
        asked = [n for note in new for n in _NOTE_LINK.findall(notes[note])]
    if not wanted:
        return piece
    below = "\n".join(notes[n] for n in notes if n in wanted)
    there = set(_ID.findall(above + piece + below))
    # A note that several steps share leads back to this one alone.
    below = _BACK_LINK.sub(lambda link: link[0] if link[1] in there else "", below)
    return f'{piece}\n<div class="footnote">\n<hr>\n<ol>\n{below}\n</ol>\n</div>'


def _has_end(step: Step) -> bool:
    """Whether the way may end here: at an answer, or on a page outside the guide."""
    return step.is_end or any(not choice.step for choice in step.choices)


def _homes(guide: Guide) -> dict[str, str]:
    """Each anchor of the guide, of a step or inside one → the step's anchor."""
    homes = {anchor: step.anchor for step in guide.steps for anchor in _ID.findall(step.html)}
    return homes | {step.anchor: step.anchor for step in guide.steps}


def _links(html: str, homes: Mapping[str, str]) -> set[str]:
    """The steps that links in running text lead to."""
    written = (unquote(htmllib.unescape(anchor)) for anchor in _INSIDE.findall(html))
    return {homes[anchor] for anchor in written if anchor in homes}


def _ways(guide: Guide) -> dict[str, set[str]]:
    """Each step → the steps it leads to, by a choice or by a link in its text."""
    homes = _homes(guide)
    return {s.anchor: {c.step for c in s.choices if c.step} | _links(s.html, homes) for s in guide.steps}


def _spread(begin: Iterable[str], ways: Mapping[str, Collection[str]]) -> set[str]:
    """All that can be reached from `begin`, itself too."""
    reached, waiting = set[str](), list(begin)
    while waiting:
        anchor = waiting.pop()
        if anchor not in reached:
            reached.add(anchor)
            waiting += ways[anchor]
    return reached
