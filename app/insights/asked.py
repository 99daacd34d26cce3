"""The questions behind a figure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from app.insights.columns import Frame, Table, moment
from app.insights.episodes import ENDINGS, Ending
from app.insights.selected import selected
from app.insights.visits import OUTCOMES, Outcome
from app.insights.wanted import Wanted

# What can be looked into: how episodes ended, what became of visits, and two sums of these.
Part = Literal[Ending, Outcome, "episodes", "unanswered"]
PARTS: Final[tuple[Part, ...]] = ("episodes", "unanswered", *get_args(Ending), *get_args(Outcome))

# The text of each wording, by its hash.
Texts = Callable[[Iterable[int]], Mapping[int, str]]
# More rows than these are added up before others come: memory grows with the wordings, not with the askers.
_MOST_ROWS: Final = 1_000_000
# A wording in a language: how many asked it, how many visits did, and when the last one began.
_ROW: Final = np.dtype(
    [
        ("bare", "i8"), ("hash", "i8"), ("lang", "u2"), ("count", "i8"), ("visits", "i8"), ("last", "i8"),
        ("key", "i8"),
    ]
)  # fmt: skip
# In microseconds.
_DAY: Final = 86_400_000_000
# Mixes two hashes into one.
_ODD: Final = np.int64(-7046029254386353131)
_EMPTY: Final = np.zeros(0, _ROW)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its commonest wording; `count` are the episodes, or sessions, that ended with it."""

    question: str
    count: int
    languages: tuple[str, ...]
    last: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """Some questions, the commonest first, of `told`.

    `hidden` more, asked `hidden_count` times in all, were asked by too few to be told. `count` is the figure
    that they are all behind.
    """

    questions: tuple[Asked, ...]
    told: int
    hidden: int
    hidden_count: int
    count: int


class Asking:
    """Adds up who asked what, of one frame after the other; what fewer than `least` asked is not told."""

    def __init__(self, part: Part, wanted: Wanted, least: int) -> None:
        self._part, self._wanted, self._least = part, wanted, least
        self._langs: dict[str, int] = {}
        self._rows: list[NDArray[Any]] = []
        self._waiting = 0
        # Who used which wording on the last day (UTC): a visit is of one day, which may come in parts.
        self._day = 0
        self._used = np.zeros(0, np.int64)

    def add(self, frame: Frame) -> None:
        """Count what is wanted of it."""
        table = self._of_part(frame)
        if not len(table["at"]):
            return
        places = np.array([self._langs.setdefault(lang, len(self._langs)) for lang in frame.langs], "u2")
        rows, keys = _rows(table, frame, places)
        if self._least > 1:
            rows["visits"] = np.bincount(
                np.searchsorted(rows["key"], keys[self._first_uses(table, frame)]), minlength=len(rows)
            )
        self._rows.append(rows)
        self._waiting += len(rows)
        if self._waiting > _MOST_ROWS:
            self._rows, self._waiting = [_merged(np.concatenate(self._rows))], 0

    def listed(self, texts: Texts, start: int = 0, stop: int | None = None) -> Listed:
        """Those from one place to another, all of them at once if not said otherwise."""
        groups = _Groups(np.concatenate([_EMPTY, *self._rows]), self._least)
        stop = len(groups.told) if stop is None else stop
        langs = list(self._langs)
        return Listed(
            tuple(groups.asked(start, stop, langs, texts)),
            len(groups.told),
            len(groups.count) - len(groups.told),
            int(groups.count.sum() - groups.count[groups.told].sum()),
            int(groups.count.sum()),
        )

    def _first_uses(self, table: Table, frame: Frame) -> NDArray[np.intp]:
        """The places of those that used a wording for the first time in their visit."""
        with np.errstate(over="ignore"):
            uses = frame.wordings["hash"][table["wording"]] * _ODD + table["visit"]
        days = table["at"] // _DAY
        found, first = np.unique(uses, return_index=True)
        new = ~np.isin(found, self._used)
        new |= days[first] != self._day
        today = uses[days == days[-1]]
        self._used = np.concatenate([self._used, today]) if days[-1] == self._day else today
        self._day = days[-1]
        return first[new]

    def _of_part(self, frame: Frame) -> Table:
        if self._part in OUTCOMES:
            visits = selected(frame, frame.visits, self._wanted)
            return _masked(visits, visits["outcome"] == OUTCOMES.index(self._part))
        episodes = selected(frame, frame.episodes, self._wanted)
        if self._part == "unanswered":
            return _masked(episodes, episodes["answered"] == 0)
        if self._part == "episodes":
            return episodes
        return _masked(episodes, episodes["ending"] == ENDINGS.index(self._part))


class _Groups:
    """Wordings that are one question: `told` are the places of those that may be, the commonest first."""

    def __init__(self, rows: NDArray[Any], least: int) -> None:
        self._least = least
        # Columns of their own: numbers that lie together are gathered several times as fast.
        bare, count, last = (np.ascontiguousarray(rows[name]) for name in ("bare", "count", "last"))
        self._rows, self._order = rows, np.argsort(bare)
        self._starts = _starts(bare[self._order])
        self.count = _summed(np.add, count[self._order], self._starts)
        self._last = _summed(np.maximum, last[self._order], self._starts)
        told = np.flatnonzero(self._enough()) if least > 1 else np.arange(len(self._starts))
        self.told = told[np.lexsort((-self._last[told], -self.count[told]))]

    def asked(self, start: int, stop: int, langs: Sequence[str], texts: Texts) -> Iterable[Asked]:
        """What is told from one place to another; of those alike in all but the text, this says the order."""
        first, last = self._whole_ties(start, min(stop, len(self.told)))
        members = [self._members(group) for group in self.told[first:last]]
        said = texts(int(name) for rows in members for name in rows["hash"])
        found = [_asked(rows, langs, said, self._least) for rows in members]
        found.sort(key=lambda one: (-one.count, -one.last.timestamp(), one.question))
        return found[start - first : stop - first]

    def _members(self, group: int) -> NDArray[Any]:
        end = self._starts[group + 1] if group + 1 < len(self._starts) else len(self._rows)
        return _merged(self._rows[self._order[self._starts[group] : end]])

    def _whole_ties(self, start: int, stop: int) -> tuple[int, int]:
        keys = np.stack([self.count[self.told], self._last[self.told]], axis=1)
        while 0 < start < len(keys) and (keys[start - 1] == keys[start]).all():
            start -= 1
        while 0 < stop < len(keys) and (keys[stop] == keys[stop - 1]).all():
            stop += 1
        return start, max(start, stop)

    def _enough(self) -> NDArray[np.bool_]:
        """Whether any wording of each group was used by enough."""
        rows = self._rows[np.lexsort((self._rows["hash"], self._rows["bare"]))]
        starts = _starts(rows["hash"])
        visits = np.zeros(len(rows), np.int64)
        visits[starts] = _summed(np.add, rows["visits"], starts)
        return _summed(np.maximum, visits, self._starts) >= self._least


def _asked(rows: NDArray[Any], langs: Sequence[str], texts: Mapping[int, str], least: int) -> Asked:
    """In the commonest wording among those that enough used, letter for letter."""
    count: Counter[str] = Counter()
    visits: Counter[str] = Counter()
    languages: dict[str, int] = defaultdict(int)
    for row in rows.tolist():
        _, name, lang, asked, visited, _, _ = row
        count[texts[name]] += asked
        visits[texts[name]] += visited
        languages[langs[lang]] += asked
    enough = [text for text in count if least <= 1 or visits[text] >= least]
    return Asked(
        min(enough, key=lambda text: (-count[text], text)),
        sum(count.values()),
        tuple(sorted(languages, key=lambda lang: (-languages[lang], lang))),
        moment(int(rows["last"].max())),
    )


def _masked(table: Table, mask: NDArray[np.bool_]) -> Table:
    return {name: column[mask] for name, column in table.items()}


def _rows(table: Table, frame: Frame, places: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """A frame's wordings, each in each language, by a key; and the key of each that asked."""
    wide = len(places)
    keys = table["wording"].astype(np.int64) * wide + table["lang"]
    counts = np.bincount(keys)
    last = np.zeros(len(counts), np.int64)
    last[keys] = table["at"]  # the oldest first: what is written last stays
    found = np.flatnonzero(counts)
    wordings = found // wide
    rows = np.empty(len(found), _ROW)
    rows["key"], rows["visits"] = found, 0
    rows["bare"], rows["hash"] = frame.wordings["bare"][wordings], frame.wordings["hash"][wordings]
    rows["lang"], rows["count"], rows["last"] = places[found % wide], counts[found], last[found]
    return rows, keys


def _merged(rows: NDArray[Any]) -> NDArray[Any]:
    """The same with each wording in each language once."""
    with np.errstate(over="ignore"):
        keys = rows["hash"] * _ODD + rows["lang"]
    order = np.argsort(keys)
    rows, starts = rows[order], _starts(keys[order])
    merged = rows[starts]
    for name in ("count", "visits"):
        merged[name] = np.add.reduceat(rows[name], starts)
    merged["last"] = np.maximum.reduceat(rows["last"], starts)
    return merged


def _starts(keys: NDArray[Any]) -> NDArray[np.intp]:
    """Where each run of equal keys begins."""
    new = np.ones(len(keys), bool)
    new[1:] = keys[1:] != keys[:-1]
    return np.flatnonzero(new)


def _summed(how: np.ufunc, values: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[np.int64]:
    return how.reduceat(values, starts) if len(starts) else np.zeros(0, np.int64)
