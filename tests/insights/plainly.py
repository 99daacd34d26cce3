"""The figures and lists counted one by one, from all there is at once: slowly, and in the plainest way."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from app.insights.asked import Asked, Part
from app.insights.episodes import ENDINGS, Ending, Episode, bare
from app.insights.figures import (
    WORTH_KNOWING,
    Causal,
    Clicking,
    Day,
    Deflected,
    Figures,
    Funnel,
    Satisfaction,
    Service,
)
from app.insights.intervals import needed, newcombe
from app.insights.material import Desk, Material, gather
from app.insights.visits import OUTCOMES, SHOWN, Outcome, Visit
from app.insights.wanted import Wanted
from app.store import Store
from app.store.insights_rows import Grades, Span

_OF_VISITS = frozenset(OUTCOMES)
_EVER = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Plain:
    """All there is, as of a moment."""

    material: Material
    grades: Grades
    now: datetime

    def outcome(self, visit: Visit) -> Outcome:
        return "running" if visit.outcome != "held" and self.now < visit.ends else visit.outcome

    def trial(self, visit: Visit) -> bool | None:
        return None if self.now < visit.tried else visit.trial


@dataclass(frozen=True)
class AllListed:
    questions: tuple[Asked, ...]
    hidden: int
    hidden_count: int


def everything(store: Store) -> Material:
    """In one go, whatever the days."""
    with store.insights.look() as look:
        return gather(look, _EVER)


def plain(every: Material, grades: Grades, wanted: Wanted, now: datetime) -> Plain:
    """What is wanted of it."""
    source = wanted.source

    def of(at: datetime, lang: str, category: str) -> bool:
        within = wanted.span.since <= at < wanted.span.until
        return within and wanted.lang in {"", lang} and wanted.category in {"", category}

    material = replace(
        every,
        episodes=[e for e in every.episodes if of(e.at, e.lang, e.category) and source in {"", e.source}],
        visits=[v for v in every.visits if of(v.at, v.lang, v.category) and source in {"", "widget"}],
        contacts=[c for c in every.contacts if of(c.at, c.lang, c.category) and source in {"", c.source}],
        ratings=[
            a for a in every.ratings
            if of(a.at, a.lang or "", (a.article or "").partition("/")[0]) and not source
        ],
    )  # fmt: skip
    return Plain(material, Grades(0, 0, 0) if source else grades, now)


def figures(found: Plain, wanted: Wanted) -> Figures:
    """The figures of what is given; `wanted` says which days to list."""
    material = found.material
    return Figures(
        _funnel(material.episodes),
        _clicking(material.episodes),
        _deflected(found),
        _causal(found),
        _service(material.episodes, material.contacts),
        _satisfaction(found),
        _days(material.episodes, wanted),
    )


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _funnel(episodes: Sequence[Episode]) -> Funnel:
    endings = Counter(episode.ending for episode in episodes)
    unanswered = sum(not episode.answered for episode in episodes)
    return Funnel(
        episodes=len(episodes),
        clicked=endings["clicked"],
        no_click=endings["no_click"],
        reworded=endings["reworded"],
        no_answer=endings["no_answer"],
        ticket=endings["ticket"],
        ticket_unanswered=unanswered - endings["no_answer"],
        unanswered=unanswered,
        unanswered_share=_share(unanswered, len(episodes)),
    )


def _clicking(episodes: Sequence[Episode]) -> Clicking:
    searches = sum(episode.searches for episode in episodes)
    clicked = sum(episode.clicked for episode in episodes)
    positions = [position for episode in episodes for position in episode.positions]
    return Clicking(
        searches, clicked, _share(clicked, searches), len(positions), _share(sum(positions), len(positions))
    )


def _deflected(found: Plain) -> Deflected:
    visits = found.material.visits
    outcomes = Counter(found.outcome(visit) for visit in visits)
    shown = sum(outcomes[outcome] for outcome in SHOWN)
    return Deflected(
        sessions=len(visits),
        shown=shown,
        confirmed=outcomes["confirmed"],
        potential=outcomes["potential"],
        failed=outcomes["failed"],
        ignored=outcomes["ignored"],
        abandoned=outcomes["abandoned"],
        unassisted=outcomes["unassisted"],
        unseen=outcomes["unseen"],
        held=outcomes["held"],
        running=outcomes["running"],
        denied=sum(visit.denied for visit in visits if found.outcome(visit) == "potential"),
        confirmed_rate=_share(outcomes["confirmed"], shown),
        potential_rate=_share(outcomes["potential"], shown),
    )


def _causal(found: Plain) -> Causal:
    tried = [visit for visit in found.material.visits if visit.offered]
    trials = [(visit.holdout, found.trial(visit)) for visit in tried]
    held = [trial for holdout, trial in trials if holdout and trial is not None]
    others = [trial for holdout, trial in trials if not holdout and trial is not None]
    both = bool(held and others)
    return Causal(
        held=len(held),
        held_submitted=sum(held),
        others=len(others),
        others_submitted=sum(others),
        running=len(tried) - len(held) - len(others),
        interval=newcombe(sum(held), len(held), sum(others), len(others)) if both else None,
        needed=_needed(sum(held), len(held), len(others)) if both else None,
    )


def _needed(submitted: int, held: int, others: int) -> int:
    ratio = others / held
    enough = needed(submitted / held, WORTH_KNOWING, ratio)
    return max(0, round((enough - held) * (1 + ratio)))


def _service(episodes: Sequence[Episode], contacts: Sequence[Desk]) -> Service:
    opened = [contact for contact in contacts if not contact.held]
    elsewhere = sum(contact.elsewhere for contact in opened)
    return Service(len(episodes), len(opened), elsewhere, _share(len(episodes), len(opened)))


def _satisfaction(found: Plain) -> Satisfaction:
    said, grades = Counter(rating.value for rating in found.material.ratings), found.grades
    return Satisfaction(
        said["yes"], said["no"], _share(said["yes"], said["yes"] + said["no"]),
        grades.count, _share(grades.sum, grades.count), grades.satisfied, _share(grades.satisfied, grades.count),
    )  # fmt: skip


def _days(episodes: Sequence[Episode], wanted: Wanted) -> tuple[Day, ...]:
    counted = Counter((episode.at.astimezone(wanted.zone).date(), episode.ending) for episode in episodes)
    listed = (wanted.first + timedelta(days=number) for number in range(wanted.days))
    return tuple(_day(day, counted) for day in listed)


def _day(day: date, counted: "Counter[tuple[date, Ending]]") -> Day:
    by = {ending: counted[day, ending] for ending in ENDINGS}
    return Day(day, sum(by.values()), **by)


def asked(found: Plain, part: Part, least: int) -> AllListed:
    """The questions of one part; those that fewer than `least` asked are counted and not told."""
    material = found.material
    if part in _OF_VISITS:
        return _listed((visit for visit in material.visits if found.outcome(visit) == part), least)
    if part == "episodes":
        return _listed(material.episodes, least)
    if part == "unanswered":
        return _listed((episode for episode in material.episodes if not episode.answered), least)
    return _listed((episode for episode in material.episodes if episode.ending == part), least)


def _listed(things: Iterable[Episode | Visit], least: int) -> AllListed:
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
    return AllListed(tuple(told), few, few_count)


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
