"""The figures: each a count or a share of counts, as docs/metrics.md defines them. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.insights.episodes import ENDINGS, Ending, Episode
from app.insights.intervals import Interval, needed, newcombe
from app.insights.material import Desk, Material
from app.insights.visits import SHOWN, Visit
from app.insights.wanted import Wanted

# A fall of the submit rate that is worth knowing of: experiments are planned to see it.
WORTH_KNOWING: Final = 0.05
# Grades of five that say satisfied.
_SATISFIED: Final = 4


@dataclass(frozen=True, slots=True)
class Funnel:
    """Episodes by their last step: `clicked` to `ticket` add up to all.

    `unanswered` are those whose last wording had no answer, whatever came after: `no_answer`, and of the
    tickets `ticket_unanswered`.
    """

    episodes: int
    clicked: int
    no_click: int
    reworded: int
    no_answer: int
    ticket: int
    ticket_unanswered: int
    unanswered: int
    unanswered_share: float | None


@dataclass(frozen=True, slots=True)
class Clicking:
    """Searches, and those of whose results at least one was opened."""

    searches: int
    clicked: int
    rate: float | None
    clicks: int
    average_position: float | None


@dataclass(frozen=True, slots=True)
class Deflected:
    """Widget sessions by what became of them: `confirmed` to `running` add up to all, five to `shown`.

    Of the `potential` ones, `denied` said that an answer had not helped.
    """

    sessions: int
    shown: int
    confirmed: int
    potential: int
    failed: int
    ignored: int
    abandoned: int
    unassisted: int
    unseen: int
    held: int
    running: int
    denied: int
    confirmed_rate: float | None
    potential_rate: float | None


@dataclass(frozen=True, slots=True)
class Causal:
    """What answers change: of sessions that had one, how many submitted, by whether they were shown it.

    `interval` is of the held-out arm's submit rate less the other's; null while an arm is empty. `needed` are
    the sessions still missing, of both arms, to see a difference of `WORTH_KNOWING` in four of five
    experiments; null without a held-out arm.
    """

    held: int
    held_submitted: int
    others: int
    others_submitted: int
    running: int
    interval: Interval | None
    needed: int | None


@dataclass(frozen=True, slots=True)
class Service:
    """The self-service score: `used` for each of `tickets`. `elsewhere` of these went to another system."""

    used: int
    tickets: int
    elsewhere: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Ratings of articles, and grades of tickets from 1 to 5; `satisfied` gave 4 or 5."""

    helped: int
    not_helped: int
    helped_share: float | None
    grades: int
    average_grade: float | None
    satisfied: int
    satisfied_share: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day's episodes by their last step, and its tickets."""

    day: date
    episodes: int
    clicked: int
    no_click: int
    reworded: int
    no_answer: int
    ticket: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them, for the same days and filters."""

    funnel: Funnel
    clicking: Clicking
    deflected: Deflected
    causal: Causal
    service: Service
    satisfaction: Satisfaction
    days: tuple[Day, ...]


def figures(material: Material, wanted: Wanted) -> Figures:
    """The figures of what is given; `wanted` says which days to list."""
    return Figures(
        _funnel(material.episodes),
        _clicking(material.episodes),
        _deflected(material.visits),
        _causal(material.visits),
        _service(material.episodes, material.contacts),
        _satisfaction(material),
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


def _deflected(visits: Sequence[Visit]) -> Deflected:
    outcomes = Counter(visit.outcome for visit in visits)
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
        denied=sum(visit.denied for visit in visits if visit.outcome == "potential"),
        confirmed_rate=_share(outcomes["confirmed"], shown),
        potential_rate=_share(outcomes["potential"], shown),
    )


def _causal(visits: Sequence[Visit]) -> Causal:
    tried = [visit for visit in visits if visit.offered]
    held = [visit.trial for visit in tried if visit.holdout and visit.trial is not None]
    others = [visit.trial for visit in tried if not visit.holdout and visit.trial is not None]
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


def _satisfaction(material: Material) -> Satisfaction:
    said = Counter(rating.value for rating in material.ratings)
    grades = [grade.value for grade in material.grades]
    satisfied = sum(grade >= _SATISFIED for grade in grades)
    return Satisfaction(
        said["yes"], said["no"], _share(said["yes"], said["yes"] + said["no"]),
        len(grades), _share(sum(grades), len(grades)), satisfied, _share(satisfied, len(grades)),
    )  # fmt: skip


def _days(episodes: Sequence[Episode], wanted: Wanted) -> tuple[Day, ...]:
    counted = Counter((wanted.day(episode.at), episode.ending) for episode in episodes)
    listed = (wanted.first + timedelta(days=number) for number in range(wanted.days))
    return tuple(_day(day, counted) for day in listed)


def _day(day: date, counted: "Counter[tuple[date, Ending]]") -> Day:
    by = {ending: counted[day, ending] for ending in ENDINGS}
    return Day(day, sum(by.values()), **by)
