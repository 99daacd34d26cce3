"""Searches as episodes: a question with its rewordings, or a widget's session, and how it ended. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final, Literal, get_args

from app.store.insights_rows import Act, Contact, Searched
from app.store.late import REACH
from app.store.searches import Asker

# A search that follows another within this time asks the same thing in other words.
REWORDED_WITHIN: Final = timedelta(minutes=2)
# For so long a ticket or a click is held to come of the search, and an answer not to have helped.
WINDOW: Final = timedelta(hours=24)
# An episode that is so old at a full hour ends with it: programs may ask without end.
_LASTS: Final = timedelta(hours=1)

Ending = Literal["clicked", "no_click", "reworded", "no_answer", "ticket"]
ENDINGS: Final[tuple[Ending, ...]] = get_args(Ending)


@dataclass(frozen=True, slots=True)
class Episode:
    """One need of one visitor, at its last step.

    `question` is its last wording, and `answered` whether that one had an answer. `clicked` of its `searches`
    had a click; `positions` are where the clicked results stood. Episodes of one `visit` are one visitor's.
    """

    id: str
    visit: str
    at: datetime
    source: Asker
    lang: str
    category: str
    question: str
    ending: Ending
    answered: bool
    reworded: bool
    searches: int
    clicked: int
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clicks:
    """The results of one search that were opened: article → where it stood, and when the last one was."""

    positions: Mapping[str, int | None]
    last: datetime


def episodes(
    searches: Sequence[Searched],
    clicks: Mapping[str, Clicks],
    contacted: Mapping[str, Sequence[datetime]],
    submitted: Mapping[str, Sequence[datetime]],
) -> list[Episode]:
    """Each episode, the oldest first; `searches` come oldest first.

    `contacted` are the moments of tickets by search, `submitted` those of a widget's session.
    """
    visits = _visits(searches)
    return [
        _episode(group, visits[group[0].id], clicks, contacted, submitted) for group in _grouped(searches)
    ]


def clicks_of(
    acts: Iterable[Act], search_of: Mapping[str, str], asked: Mapping[str, datetime]
) -> dict[str, Clicks]:
    """By search; `search_of` is the search of a deflection, `asked` when each search was.

    An article opened twice is one click, and one opened more than a day later is none.
    """
    found: dict[str, dict[str, int | None]] = defaultdict(dict)
    last: dict[str, datetime] = {}
    for act in acts:
        if act.type not in {"clicked", "opened"}:
            continue
        search = act.search_id or search_of.get(act.deflection_id or "", "")
        if search not in asked or not -REACH <= act.at - asked[search] <= WINDOW:
            continue
        known = found[search].get(act.article or "")
        found[search][act.article or ""] = act.position if known is None else known
        last[search] = max(act.at, last.get(search, act.at))
    return {search: Clicks(positions, last[search]) for search, positions in found.items()}


def _grouped(searches: Sequence[Searched]) -> Iterable[list[Searched]]:
    """Each search joins the group of the one it follows; those of a widget, that of their session."""
    groups: dict[str, list[Searched]] = {}
    root: dict[str, str] = {}
    when: dict[str, datetime] = {}
    begun: dict[str, datetime] = {}
    for search in searches:
        before = when.get(search.previous or "")
        key = search.id
        begun[search.id] = search.at
        if search.source == "widget" and search.session:
            key = f"session {search.session}"
        elif before is not None and timedelta(0) <= search.at - before <= REWORDED_WITHIN:
            begun[search.id] = begun[search.previous or ""]
            if not _is_over(begun[search.id], before, search.at):
                key = root[search.previous or ""]
        root[search.id], when[search.id] = key, search.at
        groups.setdefault(key, []).append(search)
    return groups.values()


def _is_over(begun: datetime, before: datetime, at: datetime) -> bool:
    """Whether a full hour came between two searches, and those that led here had gone on for an hour then.

    Where it ends does not hang on where it ended before: no more than an hour must be looked back.
    """
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return before < hour and begun < hour - _LASTS


def _visits(searches: Iterable[Searched]) -> dict[str, str]:
    """The visit of each search: all that followed one another on one day (UTC), however much later."""
    found: dict[str, str] = {}
    day: dict[str, date] = {}
    for search in searches:
        day[search.id] = search.at.astimezone(UTC).date()
        goes_on = day.get(search.previous or "") == day[search.id]
        found[search.id] = search.session or (found[search.previous or ""] if goes_on else search.id)
    return found


def _episode(
    group: list[Searched],
    visit: str,
    clicks: Mapping[str, Clicks],
    contacted: Mapping[str, Sequence[datetime]],
    submitted: Mapping[str, Sequence[datetime]],
) -> Episode:
    first, last = group[0], group[-1]
    opened = [clicks[search.id] for search in group if search.id in clicks]
    tickets = [at for search in group for at in contacted.get(search.id, ())]
    tickets += submitted.get(last.session or "", ())
    reworded = _is_reworded(group)
    clicked = last.id in clicks or any(click.last >= last.at for click in opened)
    return Episode(
        id=first.id,
        visit=visit,
        at=first.at,
        source=first.source,
        lang=last.lang,
        category=last.category,
        question=last.query,
        ending=_ending(last, tickets, first.at, clicked=clicked, reworded=reworded),
        answered=last.answered,
        reworded=reworded,
        searches=len(group),
        clicked=len(opened),
        positions=tuple(p for click in opened for p in click.positions.values() if p is not None),
    )


def _ending(
    last: Searched, tickets: Sequence[datetime], begun: datetime, *, clicked: bool, reworded: bool
) -> Ending:
    if any(begun <= at <= last.at + WINDOW for at in tickets):
        return "ticket"
    if not last.answered:
        return "no_answer"
    if clicked:
        return "clicked"
    return "reworded" if reworded else "no_click"


def contacted_by(contacts: Iterable[Contact]) -> dict[str, list[datetime]]:
    """When tickets came, by the search they came from."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for contact in contacts:
        if contact.search_id:
            found[contact.search_id].append(contact.at)
    return found


def _is_reworded(group: Sequence[Searched]) -> bool:
    """Whether other words were tried: going on with a text is not that, and in a form all do it."""
    if group[-1].source == "widget":
        return False
    said = [bare(search.query) for search in group]
    return any(not (b.startswith(a) or a.startswith(b)) for a, b in pairwise(said))


def bare(query: str) -> str:
    """A wording without what makes no difference: capitals, spaces, and what it ends with."""
    return " ".join(query.casefold().split()).strip(" ?!.,;:¿¡")
