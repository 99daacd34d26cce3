"""Figures and questions of some days: what was counted already, and the rest, counted as it is asked for."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.insights.asked import Asking, Listed, Part
from app.insights.columns import Frame, as_of, cut, frame_of, unpack
from app.insights.days import begin, day_of, parts
from app.insights.figures import Figures, Tally
from app.insights.material import gather
from app.insights.opened import Opened, is_true, read_opened
from app.insights.selected import selected
from app.insights.wanted import Wanted
from app.store import Store
from app.store.insights import Look
from app.store.insights_rows import Grades, Span

# What is counted for a page is of one moment, and never older than this.
_FRESH_SECONDS: Final = 30.0
# So many days at once are counted where none was: each reads two days more.
_CHUNK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
# Pages, filters and charts that people look at within half a minute.
_MOST_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Page:
    """Which questions of a part to tell, from one place to another; null: to the last one."""

    part: Part
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to say of some days, as of a moment.

    `langs` and `categories` are all that there were in these days, whatever the filters. `lost`: searches
    of these days that came too fast to be written down; no figure knows of them.
    """

    as_of: datetime
    figures: Figures
    langs: frozenset[str]
    categories: frozenset[str]
    questions: Mapping[Part, Listed]
    lost: int


class Reader:
    """One for a running help centre; safe to share between threads.

    `data` is the folder where open days may have been counted ahead.
    """

    def __init__(self, data: Path | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._data = data
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = -_FRESH_SECONDS
        self._as_of = datetime.min.replace(tzinfo=UTC)
        # Of what was not counted before, and what was said without questions.
        self._opened: Opened | None = None
        self._counted: dict[tuple[datetime, datetime], Frame] = {}
        self._told: dict[Wanted, Told] = {}

    def read(
        self,
        store: Store,
        wanted: Wanted,
        least: int,
        pages: Sequence[Page] = (),
        now: datetime | None = None,
    ) -> Told:
        """Figures, and the questions of each page that at least `least` visits asked.

        Who asks while another is answered waits for that. Raises StoreError.
        """
        with self._lock:
            if self._clock() - self._read_at >= _FRESH_SECONDS:
                self._counted, self._told, self._opened = {}, {}, None
                self._as_of, self._read_at = now or datetime.now(UTC), self._clock()
                self._open(store)
            if not pages and wanted in self._told:
                return self._told[wanted]
            with store.insights.look() as look:
                told = self._tell(look, wanted, least, pages, lost_of(store, wanted))
            if len(self._told) < _MOST_KEPT:
                self._told[wanted] = replace(told, questions={})
            return told

    def _open(self, store: Store) -> None:
        """Take what was counted ahead, if it is as true as what would be counted now, or was a moment ago."""
        opened = read_opened(self._data) if self._data else None
        if opened is None:
            return
        with store.insights.look() as look:
            if is_true(opened, look):
                self._opened = opened
        if timedelta() <= self._as_of - opened.at < timedelta(seconds=_FRESH_SECONDS):
            self._opened, self._as_of = opened, opened.at

    def _tell(self, look: Look, wanted: Wanted, least: int, pages: Sequence[Page], lost: int) -> Told:
        tally = Tally(wanted)
        askings = [Asking(page.part, wanted, least) for page in pages]
        langs: set[str] = set()
        categories: set[str] = set()
        texts: dict[int, str] = {}
        everything = Wanted(wanted.first, wanted.last, wanted.zone)
        for found in self._frames(look, wanted):
            frame = as_of(found, self._as_of)
            tally.add(frame)
            for asking in askings:
                asking.add(frame)
            for table in (frame.episodes, frame.visits):
                there = selected(frame, table, everything)
                langs |= {frame.langs[place] for place in _values(there["lang"])}
                categories |= {frame.categories[place] for place in _values(there["category"])}
            texts.update(frame.texts)

        def said(names: Iterable[int]) -> Mapping[int, str]:
            wanted = set(names)
            known = {name: texts[name] for name in wanted & texts.keys()}
            return known | look.counted.wordings(wanted - known.keys())

        return Told(
            self._as_of,
            tally.figures(_grades(look, wanted)),
            frozenset(langs),
            frozenset(categories),
            {
                page.part: asking.listed(said, page.start, page.stop)
                for page, asking in zip(pages, askings, strict=True)
            },
            lost,
        )

    def _frames(self, look: Look, wanted: Wanted) -> Iterator[Frame]:
        """All that began on these days, in order."""
        oldest = look.oldest()
        if oldest is None:
            return
        since = max(day_of(wanted.span.since), day_of(oldest))
        span = Span(begin(since), begin(day_of(wanted.span.until)) + _DAY)
        found = parts(look.counted.segments(), look.counted.late_days(), span)
        for counted, run in groupby(found, lambda part: not isinstance(part, Span)):
            if counted:
                for content in look.counted.content([part for part in run if not isinstance(part, Span)]):
                    yield from unpack(content)
            else:
                for part in run:
                    if isinstance(part, Span):
                        yield from self._count(look, part)

    def _count(self, look: Look, span: Span) -> Iterator[Frame]:
        since = span.since
        if self._opened and since < self._opened.since < span.until:
            yield from self._count(look, Span(since, self._opened.since))
            since = self._opened.since
        if self._opened and self._opened.since <= since:
            yield cut(self._opened.frame, since)
            return
        while since < span.until:
            until = min(since + _CHUNK, span.until)
            if (since, until) not in self._counted:
                self._counted[since, until] = frame_of(gather(look, Span(since, until)))
            yield self._counted[since, until]
            since = until


def _values(places: NDArray[Any]) -> list[int]:
    """Those that there are."""
    found: list[int] = np.flatnonzero(np.bincount(places)).tolist()
    return found


def _grades(look: Look, wanted: Wanted) -> Grades:
    """They have no source: with that filter there are none."""
    return Grades(0, 0, 0) if wanted.source else look.grades(wanted.span, wanted.lang, wanted.category)


def lost_of(store: Store, wanted: Wanted) -> int:
    """How many searches of these days were shed. Raises StoreError."""
    shed = store.searches.sheds(wanted.first)
    return sum(count for day, count in shed.items() if day <= wanted.last)
