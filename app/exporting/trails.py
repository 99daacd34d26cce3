"""The way that a guide's step is reached by, where there is but one: files know of no visitor's own."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import unquote

from app.routes import addresses
from app.routes.guides import Taken
from search.records import Guide, Step

# In sanitised HTML.
_INSIDE: Final = re.compile(r'<a [^<>]*href="#([^"]*)"')


def sure_trail(guide: Guide, step: Step) -> tuple[Taken, ...]:
    """The steps before `step`, back to where several ways meet, or to the first one."""
    before: dict[str, list[Step]] = {s.anchor: [] for s in guide.steps}
    for one in guide.steps:
        for anchor in _onward(guide, one):
            before[anchor].append(one)
    trail: list[Step] = []
    at = step
    while at is not guide.steps[0] and len(before[at.anchor]) == 1:
        at = before[at.anchor][0]
        if at is step or at in trail:
            break
        trail.insert(0, at)
    return tuple(map(Taken, trail))


def _onward(guide: Guide, step: Step) -> Iterator[str]:
    """Where a step leads, once for each way there."""
    yield from (choice.step for choice in step.choices if choice.step)
    text = guide.introduction + step.html if step is guide.steps[0] else step.html
    for anchor in _INSIDE.findall(text):
        found = addresses.step_with(guide, unquote(unescape(anchor)))
        if found and found is not step:
            yield found.anchor
