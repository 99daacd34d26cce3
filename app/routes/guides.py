"""Guides, one step a page: where the visitor stands and how they came there is all in the address."""

import html as htmllib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.routes import addresses
from app.routes.site import Library, Page, Site, View
from search.records import Article, Choice, Guide, Step

# Steps that the address keeps; of a longer way, the last ones.
_LONGEST_TRAIL: Final = 40
# An address within the page, in sanitised HTML: attributes are in double quotes and hold no `<` or `>`.
_INSIDE = re.compile(r'(<a (?:[a-z]+="[^"]*" )*href=")#([^"]+)"')
_OUTSIDE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step on the way, and which of its choices was taken, from 1; 0 where only one led on."""

    step: Step
    number: int = 0

    def __str__(self) -> str:
        return f"{self.step.anchor}~{self.number}" if self.number else self.step.anchor


@dataclass(frozen=True, slots=True)
class Passed:
    """A step on the way as the page shows it: `chosen` is the choice taken there, empty if unknown."""

    title: str
    chosen: str
    path: str


@dataclass(frozen=True, slots=True)
class WayOn:
    """A choice as the page shows it; one that `leaves` ends the guide, and may be on another site."""

    label: str
    path: str
    leaves: bool
    outside: bool


class Walk:
    """One visitor's place in a guide: the step, and the trail that led to it."""

    def __init__(self, article: Article, guide: Guide, step: Step, trail: Sequence[Taken]) -> None:
        self.article, self.guide, self.step, self.trail = article, guide, step, tuple(trail)

    def address(self, step: Step, trail: Iterable[Taken]) -> str:
        """A step after a trail; the first one is the guide's own page."""
        if step is self.guide.steps[0]:
            return addresses.article(self.article)
        return addresses.step(self.article, step.anchor, map(str, trail))

    @property
    def passed(self) -> tuple[Passed, ...]:
        """The trail, each step with the way back to it."""
        following = [*(taken.step for taken in self.trail), self.step][1:]
        return tuple(
            Passed(t.step.title, _chosen(t, after), self.address(t.step, self.trail[:n]))
            for n, (t, after) in enumerate(zip(self.trail, following, strict=True))
        )

    @property
    def ways(self) -> tuple[WayOn, ...]:
        """The choices of this step."""
        return tuple(self._way(number, choice) for number, choice in enumerate(self.step.choices, start=1))

    @property
    def text(self) -> Markup:
        """The step's text; links to other steps keep the trail."""
        return Markup(_INSIDE.sub(self._follow, self.step.html))  # noqa: S704  sanitised when it was read

    @property
    def introduction(self) -> Markup:
        """The text above the first step."""
        return Markup(_INSIDE.sub(self._follow, self.guide.introduction))  # noqa: S704  as above

    def _way(self, number: int, choice: Choice) -> WayOn:
        if not choice.step:
            return WayOn(choice.label, choice.href, True, bool(_OUTSIDE.match(choice.href)))
        alike = sum(other.step == choice.step for other in self.step.choices) > 1
        return WayOn(choice.label, self._onward(choice.step, number if alike else 0), False, False)

    def _onward(self, anchor: str, number: int = 0) -> str:
        """The way from here to a step; where it was passed before, the trail ends there again."""
        trail = (*self.trail, Taken(self.step, number))
        passed = [taken.step.anchor for taken in trail]
        if anchor in passed:
            trail = trail[: passed.index(anchor)]
        return self.address(_step(self.guide, anchor), trail[-_LONGEST_TRAIL:])

    def _follow(self, link: re.Match[str]) -> str:
        anchor = unquote(htmllib.unescape(link[2]))
        target = addresses.step_with(self.guide, anchor)
        if target is None or target is self.step:
            return link[0]
        place = f"#{link[2]}" if anchor != target.anchor else ""
        return f'{link[1]}{htmllib.escape(self._onward(target.anchor))}{place}"'


def page(
    request: Request, site: Site, library: Library, article: Article, guide: Guide, search_id: str
) -> Response:
    """The step that the address asks for; without one, the introduction and the first step."""
    asked = request.query_params.get("step")
    step = next((s for s in guide.steps if s.anchor == asked), guide.steps[0])
    if asked is not None and step is guide.steps[0]:
        return RedirectResponse(addresses.article(article), 302)
    walk = Walk(article, guide, step, _trail(guide, request.query_params.getlist("via"), step))
    shown = view(library, walk, search_id)
    return site.render(request, shown.page, **shown.shown)


def view(library: Library, walk: Walk, search_id: str = "") -> View:
    """The step that a visitor has come to."""
    article, others = walk.article, library.catalogue.translations(walk.article.id)
    twins = {other.lang: _twin(walk, other) for other in others}
    begins = walk.step is walk.guide.steps[0]
    return View(
        # A step is one of many ways to the same text: what is listed is the guide, and all of it as one page.
        Page("guide.html", article.lang, twins, library.languages, listed=begins),
        {
            "article": article,
            "shelf": library.catalogue.shelf(article.lang, article.category),
            "related": library.related(article),
            "walk": walk,
            "begins": begins,
            "tried": f"{article.title} › {walk.step.title}",
            "search_id": search_id,
        },
    )


def _step(guide: Guide, anchor: str) -> Step:
    return next(step for step in guide.steps if step.anchor == anchor)


def _trail(guide: Guide, written: Iterable[str], here: Step) -> tuple[Taken, ...]:
    """What an address says of the way, as far as it can be: known steps, each once."""
    steps = {step.anchor: step for step in guide.steps if step is not here}
    trail: dict[str, Taken] = {}
    for text in written:
        anchor, _, number = text.partition("~")
        if step := steps.get(anchor):
            trail.setdefault(anchor, Taken(step, _number(number, step)))
    return tuple(trail.values())[-_LONGEST_TRAIL:]


def _number(written: str, step: Step) -> int:
    number = int(written) if re.fullmatch(r"[0-9]{1,3}", written) else 0
    return number if number <= len(step.choices) else 0


def _chosen(taken: Taken, after: Step) -> str:
    """The words of the choice that led from one step to the next."""
    choices = taken.step.choices
    if taken.number and choices[taken.number - 1].step == after.anchor:
        return choices[taken.number - 1].label
    return next((choice.label for choice in choices if choice.step == after.anchor), "")


def _twin(walk: Walk, other: Article) -> str:
    """The same place in another language, where that guide goes the same ways; else its beginning."""
    guide = other.guide
    if guide is None or _shape(guide) != _shape(walk.guide):
        return addresses.article(other)
    same = dict(zip((s.anchor for s in walk.guide.steps), guide.steps, strict=True))
    trail = [Taken(same[taken.step.anchor], taken.number) for taken in walk.trail]
    return Walk(other, guide, guide.steps[0], ()).address(same[walk.step.anchor], trail)


def _shape(guide: Guide) -> list[list[int]]:
    """Where each step's choices lead, by number; -1 out of the guide."""
    numbers = {step.anchor: number for number, step in enumerate(guide.steps)}
    return [[numbers.get(choice.step, -1) for choice in step.choices] for step in guide.steps]
