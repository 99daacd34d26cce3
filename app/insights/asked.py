"""The questions behind a figure. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from app.insights.episodes import Ending, Episode, bare
from app.insights.material import Material
from app.insights.visits import Outcome, Visit

# What can be looked into: how episodes ended, what became of visits, and two sums of these.
Part = Literal[Ending, Outcome, "episodes", "unanswered"]
PARTS: Final[tuple[Part, ...]] = ("episodes", "unanswered", *get_args(Ending), *get_args(Outcome))
_OF_VISITS: Final[frozenset[str]] = frozenset(get_args(Outcome))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its commonest wording; `count` are the episodes, or sessions, that ended with it."""

    question: str
    count: int
    languages: tuple[str, ...]
    last: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """Questions, the commonest first.

    `hidden` more, asked `hidden_count` times in all, were asked by too few to be told.
    """

    questions: tuple[Asked, ...]
    hidden: int
    hidden_count: int

    @property
    def count(self) -> int:
        """The figure that they are behind."""
        return sum(asked.count for asked in self.questions) + self.hidden_count


def asked(material: Material, part: Part, least: int) -> Listed:
    """The questions of one part; those that fewer than `least` asked are counted and not told."""
    if part in _OF_VISITS:
        return _listed((visit for visit in material.visits if visit.outcome == part), least)
    if part == "episodes":
        return _listed(material.episodes, least)
    if part == "unanswered":
        return _listed((episode for episode in material.episodes if not episode.answered), least)
    return _listed((episode for episode in material.episodes if episode.ending == part), least)


def _listed(things: Iterable[Episode | Visit], least: int) -> Listed:
    groups: dict[str, list[Episode | Visit]] = defaultdict(list)
    for thing in things:
        groups[bare(thing.question)].append(thing)
    told: list[Asked] = []
    few = few_count = 0
    for group in groups.values():
        wording = _wording(group, least)
        if wording is None:
            few, few_count = few + 1, few_count + len(group)
        else:
            told.append(_asked(wording, group))
    told.sort(key=lambda one: (-one.count, -one.last.timestamp(), one.question))
    return Listed(tuple(told), few, few_count)


def _wording(group: Sequence[Episode | Visit], least: int) -> str | None:
    """The commonest wording among those that enough asked, letter for letter; null where there is none."""
    if len(group) == 1:
        return group[0].question if least <= 1 else None
    wordings = Counter(thing.question for thing in group)
    visits = {(thing.question, _visitor(thing)) for thing in group}
    askers = Counter(question for question, _ in visits)
    enough = [wording for wording in wordings if askers[wording] >= least]
    return min(enough, key=lambda wording: (-wordings[wording], wording), default=None)


def _visitor(thing: Episode | Visit) -> str:
    return thing.visit if isinstance(thing, Episode) else thing.session


def _asked(wording: str, group: Sequence[Episode | Visit]) -> Asked:
    languages = Counter(thing.lang for thing in group)
    return Asked(
        wording,
        len(group),
        tuple(sorted(languages, key=lambda lang: (-languages[lang], lang))),
        max(thing.at for thing in group),
    )
