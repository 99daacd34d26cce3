"""The lint of guides: a step nobody reaches, a way without an end, and what keeps one from being walked."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from indexer.guides import MAX_STEPS, dangling, endless, read_outline, unreached
from indexer.problems import Problem, closest
from indexer.references import Page
from search.records import Choice, Guide, Step

_SHOWN_WHOLE: Final = "Until then it is shown as an article."
_HEADING = re.compile(r" {0,3}##(?!#)[ \t]+(.*?)[ \t#]*")
_UNDERLINE = re.compile(r" {0,3}-+ *")


def check_guide(page: Page) -> Iterator[Problem]:
    """What is wrong with a guide; nothing for an article."""
    if page.article.type != "guide":
        return
    guide = read_outline(page.article.html)
    if not guide.steps:
        message = (
            "a guide has steps: write each under a heading with “## ”, or take “type: guide” away. "
            + _SHOWN_WHOLE
        )
        yield page.problem("error", "guide-steps", message, key="type")
    elif len(guide.steps) > MAX_STEPS:
        message = f"has {len(guide.steps)} steps, more than {MAX_STEPS}: make several guides. {_SHOWN_WHOLE}"
        yield page.problem("error", "guide-steps", message, key="type")
    elif lost := dangling(guide):
        yield from (_lost(page, guide, step, choice) for step, choice in lost)
    else:
        yield from _check_ways(page, guide)


def chosen_anchors(page: Page) -> frozenset[str]:
    """Where the choices of a guide lead within it, as `#anchor`: `check_guide` answers for these."""
    if page.article.type != "guide":
        return frozenset()
    steps = read_outline(page.article.html).steps
    return frozenset(f"#{choice.step}" for step in steps for choice in step.choices if choice.step)


def _check_ways(page: Page, guide: Guide) -> Iterator[Problem]:
    for step in unreached(guide):
        message = (
            f"no choice leads to the step “{step.title}”: link to it with (#{step.anchor}), or take it away."
        )
        yield page.in_body("warning", "guide-unreached", message, _line_of(page, guide, step))
    for step in endless(guide):
        message = (
            f"from the step “{step.title}” no choice ever leads to an end: add one that leads to a step "
            "without choices."
        )
        yield page.in_body("warning", "guide-endless", message, _line_of(page, guide, step))


def _lost(page: Page, guide: Guide, step: Step, choice: Choice) -> Problem:
    near = closest(choice.step, [s.anchor for s in guide.steps])
    message = (
        f"the choice “{choice.label}” leads to “#{choice.step}”, which is no step: a step is a heading with "
        f"“## ”.{near} {_SHOWN_WHOLE}"
    )
    start = _line_of(page, guide, step)
    lines = [link.line for link in page.links if unquote(link.href.strip()) == f"#{choice.step}"]
    return page.in_body("error", "guide-choice", message, next((n for n in lines if n >= start), start))


def _line_of(page: Page, guide: Guide, step: Step) -> int:
    """The line of a step's heading in the text; 1 where it is written in a way of its own."""
    words = _words(step.title)
    lines = page.body.split("\n")
    headings = ((n, _words(_heading(lines, n, line))) for n, line in enumerate(lines, start=1))
    found = [n for n, heading in headings if heading and heading == words]
    number = [s.anchor for s in guide.steps if _words(s.title) == words].index(step.anchor)
    return found[number] if number < len(found) else 1


def _heading(lines: list[str], number: int, line: str) -> str:
    """The text of a level-2 heading at a line, marked or underlined; empty for other lines."""
    if heading := _HEADING.fullmatch(line):
        return heading[1]
    underlined = number < len(lines) and _UNDERLINE.fullmatch(lines[number])
    return line if underlined else ""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
