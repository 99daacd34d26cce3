"""The figures: each a count or a share of counts, as docs/metrics.md defines them. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.insights.columns import RATINGS, Frame, Table, micros
from app.insights.episodes import ENDINGS
from app.insights.intervals import Interval, needed, newcombe
from app.insights.selected import selected
from app.insights.visits import OUTCOMES, SHOWN
from app.insights.wanted import Wanted
from app.store.insights_rows import Grades

# A fall of the submit rate that is worth knowing of: experiments are planned to see it.
WORTH_KNOWING: Final = 0.05
_SUMMED: Final = ("searches", "clicked", "clicks", "positions")


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


class Tally:
    """Adds up what is wanted of one frame after the other: no more than one is held at a time."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        days = [wanted.first + timedelta(days=number) for number in range(wanted.days)]
        self._days = np.array([micros(wanted.start(day)) for day in days], np.int64)
        # By day and ending; by ending and whether there was an answer; sums of the columns of `_SUMMED`.
        self._daily = np.zeros((wanted.days, len(ENDINGS)), np.int64)
        self._ended = np.zeros((len(ENDINGS), 2), np.int64)
        self._summed = np.zeros(len(_SUMMED), np.int64)
        self._outcomes = np.zeros((len(OUTCOMES), 2), np.int64)
        # Of visits that had an answer: by whether they were held out, and open, not submitted, submitted.
        self._arms = np.zeros((2, 3), np.int64)
        self._tickets = np.zeros(2, np.int64)
        self._ratings = np.zeros(len(RATINGS), np.int64)

    def add(self, frame: Frame) -> None:
        """Count what is wanted of it."""
        wanted = self._wanted
        self._add_episodes(selected(frame, frame.episodes, wanted))
        visits = selected(frame, frame.visits, wanted)
        self._outcomes += _cross(visits["outcome"], visits["denied"], self._outcomes.shape)
        offered = visits["offered"] > 0
        self._arms += _cross(visits["holdout"][offered], visits["trial"][offered] + 1, self._arms.shape)
        desks = selected(frame, frame.desks, wanted)
        self._tickets += np.bincount(desks["elsewhere"][desks["held"] == 0], minlength=2)
        ratings = selected(frame, frame.ratings, wanted)
        self._ratings += np.bincount(ratings["value"], minlength=len(RATINGS))

    def figures(self, grades: Grades) -> Figures:
        """The figures of all that was added."""
        ended = {ending: int(self._ended[number].sum()) for number, ending in enumerate(ENDINGS)}
        episodes, unanswered = int(self._ended.sum()), int(self._ended[:, 0].sum())
        funnel = Funnel(
            episodes=episodes,
            ticket_unanswered=unanswered - ended["no_answer"],
            unanswered=unanswered,
            unanswered_share=_share(unanswered, episodes),
            **ended,
        )
        return Figures(
            funnel, self._clicking(), self._deflected(), self._causal(), self._service(episodes),
            self._satisfaction(grades), self._by_day(),
        )  # fmt: skip

    def _add_episodes(self, episodes: Table) -> None:
        self._ended += _cross(episodes["ending"], episodes["answered"], self._ended.shape)
        self._summed += np.array([episodes[name].sum(dtype=np.int64) for name in _SUMMED])
        day = np.searchsorted(self._days, episodes["at"], "right") - 1
        self._daily += _cross(day, episodes["ending"], self._daily.shape)

    def _clicking(self) -> Clicking:
        searches, clicked, clicks, positions = map(int, self._summed)
        return Clicking(searches, clicked, _share(clicked, searches), clicks, _share(positions, clicks))

    def _deflected(self) -> Deflected:
        by = {outcome: int(self._outcomes[number].sum()) for number, outcome in enumerate(OUTCOMES)}
        shown = sum(by[outcome] for outcome in SHOWN)
        return Deflected(
            sessions=sum(by.values()),
            shown=shown,
            denied=int(self._outcomes[OUTCOMES.index("potential"), 1]),
            confirmed_rate=_share(by["confirmed"], shown),
            potential_rate=_share(by["potential"], shown),
            **by,
        )

    def _causal(self) -> Causal:
        (others_running, *others), (held_running, *held) = self._arms.tolist()
        both = bool(sum(held) and sum(others))
        return Causal(
            held=sum(held),
            held_submitted=held[1],
            others=sum(others),
            others_submitted=others[1],
            running=others_running + held_running,
            interval=newcombe(held[1], sum(held), others[1], sum(others)) if both else None,
            needed=_needed(held[1], sum(held), sum(others)) if both else None,
        )

    def _service(self, episodes: int) -> Service:
        tickets, elsewhere = int(self._tickets.sum()), int(self._tickets[1])
        return Service(episodes, tickets, elsewhere, _share(episodes, tickets))

    def _satisfaction(self, grades: Grades) -> Satisfaction:
        helped, not_helped = map(int, self._ratings)
        return Satisfaction(
            helped, not_helped, _share(helped, helped + not_helped), grades.count,
            _share(grades.sum, grades.count), grades.satisfied, _share(grades.satisfied, grades.count),
        )  # fmt: skip

    def _by_day(self) -> tuple[Day, ...]:
        return tuple(
            Day(self._wanted.first + timedelta(days=number), sum(row), **dict(zip(ENDINGS, row, strict=True)))
            for number, row in enumerate(self._daily.tolist())
        )


def _cross(rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """How often each row comes with each column."""
    places = rows.astype(np.int64) * shape[1] + columns
    return np.bincount(places, minlength=shape[0] * shape[1]).reshape(shape)


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _needed(submitted: int, held: int, others: int) -> int:
    ratio = others / held
    enough = needed(submitted / held, WORTH_KNOWING, ratio)
    return max(0, round((enough - held) * (1 + ratio)))
