"""As much traffic as a big help centre has in three months, made in bulk: for speed, not for truth.

What is asked follows Zipf at its head and is asked once in its long tail; people come by day, and on the site
more than in the widget; of all that they do there is as much as a shop sees.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import numpy as np
from sqlalchemy import Engine, Table

from app.store.searches_tables import SEARCHES
from app.store.tables import DEFLECTIONS, EVENTS
from app.store.tickets_tables import RATINGS, TICKETS

DAYS: Final = 90
_HEAD: Final = 20_000
_TAIL: Final = 0.4
_LANGS: Final = ("it", "it", "it", "it", "it", "it", "en", "en", "de", "fr")
_SHELVES: Final = ("consegna", "resi", "pagamenti", "account", "prodotti", "garanzia", "ordini", "negozi")
# How many come in each hour of a day (UTC).
_HOURS: Final = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 8, 9, 10, 10, 9, 9, 9, 8, 7, 5, 3, 2)
_WORDS: Final = [
    "pacco",
    "ordine",
    "reso",
    "scarpe",
    "rimborso",
    "fattura",
    "sconto",
    "codice",
    "taglia",
    "cambio",
    "corriere",
    "consegna",
    "ritardo",
    "negozio",
    "pagamento",
    "carta",
    "rata",
    "bonifico",
    "password",
    "account",
    "email",
    "indirizzo",
    "modifica",
    "annulla",
    "colore",
    "misura",
    "garanzia",
    "difetto",
    "rotto",
    "riparazione",
    "assistenza",
    "telefono",
    "orario",
    "ritiro",
    "punto",
    "spedizione",
    "estero",
    "dogana",
    "regalo",
    "buono",
    "tessera",
    "punti",
]
_BATCH: Final = 20_000


@dataclass
class _Rows:
    searches: list[Sequence[Any]] = field(default_factory=list)
    deflections: list[Sequence[Any]] = field(default_factory=list)
    events: list[Sequence[Any]] = field(default_factory=list)
    tickets: list[Sequence[Any]] = field(default_factory=list)
    ratings: list[Sequence[Any]] = field(default_factory=list)


_COLUMNS: Final = {
    "searches": (
        SEARCHES, ("id", "at", "source", "lang", "query", "understood", "answer", "confidence", "results", "previous",
                   "session", "snapshot", "ms"),
    ),
    "deflections": (
        DEFLECTIONS, ("id", "session", "at", "search_id", "lang", "question", "answer", "confidence", "snapshot",
                      "articles", "holdout", "held"),
    ),
    "events": (
        EVENTS, ("id", "type", "at", "received_at", "session", "search_id", "deflection_id", "article", "lang",
                 "position", "value"),
    ),
    "tickets": (
        TICKETS, ("id", "created_at", "status", "source", "lang", "email", "message", "name", "subject", "category",
                  "trail", "search_id"),
    ),
    "ratings": (RATINGS, ("ticket_id", "value", "comment", "at", "changed_at")),
}  # fmt: skip


class Crowd:
    """Everybody; the same seed is the same crowd, `until` a moment."""

    def __init__(self, seed: int, until: datetime) -> None:
        self._random = Random(seed)
        self._numbers = np.random.default_rng(seed)
        self._until = until
        self._head = [self._words() for _ in range(_HEAD)]
        self._drawn: Iterator[int] = iter(())
        self.rows = _Rows()

    def come(self) -> None:
        """One customer more."""
        draw = self._random
        self.at = self._until - timedelta(
            days=draw.randrange(DAYS), seconds=draw.randrange(3600), microseconds=draw.randrange(10**6)
        )
        self.at = self.at.replace(hour=draw.choices(range(24), _HOURS)[0])
        if self.at > self._until:
            self.at -= timedelta(days=DAYS)
        self.lang, self.shelf = draw.choice(_LANGS), draw.choice(_SHELVES)
        if draw.random() < 0.2:
            self._in_the_widget()
        else:
            self._on_the_site()
        if draw.random() < 0.03:
            self._act(
                "rated", 60, article=f"{self.shelf}/articolo-1", value=draw.choice(("yes", "yes", "no"))
            )

    def _on_the_site(self) -> None:
        draw, last = self._random, ""
        for number in range(1 + min(int(draw.expovariate(1.2)), 4)):
            found = 0 if draw.random() < 0.14 else draw.randrange(1, 8)
            last = self._search(35 * number, self._question(), found, last or None)
            if found and draw.random() < 0.4:
                place = draw.randrange(1, found + 1)
                article = f"{self.shelf}/articolo-{place}"
                self._act("clicked", 35 * number + 12, search_id=last, article=article, position=place)
                break
        if draw.random() < 0.03:
            self._write(300, search_id=last)

    def _in_the_widget(self) -> None:
        draw, session, text, asked = self._random, self._name(), self._question(), []
        holdout = draw.random() < 0.1
        for number in range(1 + min(int(draw.expovariate(0.9)), 5)):
            words, found = f"{text}{'!' * number}", draw.randrange(4)
            asked += [self._offer(9 * number, session, words, found, holdout)]
        done = {"session": session, "deflection_id": asked[-1]}
        if not holdout and draw.random() < 0.8:
            self._act("shown", 40, **done, article=f"{self.shelf}/articolo-0", position=1)
            if draw.random() < 0.4:
                self._act("opened", 60, **done, article=f"{self.shelf}/articolo-0", position=1)
                if draw.random() < 0.4:
                    self._act("solved", 90, **done)
        if draw.random() < 0.25:
            self._act("submitted", 200, session=session)
            if draw.random() < 0.5:
                self._write(200, trail=asked[-1])

    def _search(
        self, after: int, query: str, found: int, previous: str | None, session: str | None = None
    ) -> str:
        name, source = self._name(), "site" if self._random.random() < 0.85 else "api"
        self.rows.searches.append(
            (
                name, self.at + timedelta(seconds=after), "widget" if session else source, self.lang, query, query,
                "yes" if found else "no", 0.7, self._articles(found), previous, session, "s", 12.0,
            )
        )  # fmt: skip
        return name

    def _offer(self, after: int, session: str, text: str, found: int, holdout: bool) -> str:
        name, search = self._name(), self._search(after, text, found, None, session)
        listed = [{"lang": self.lang, "id": f"{self.shelf}/articolo-{n}"} for n in range(found)]
        self.rows.deflections.append(
            (
                name, session, self.at + timedelta(seconds=after), search, self.lang, text, "yes" if found else "no",
                0.7, "s", json.dumps(listed), holdout, holdout and bool(found),
            )
        )  # fmt: skip
        return name

    def _act(self, type_: str, after: int, **about: object) -> None:
        at = self.at + timedelta(seconds=after)
        said = ("session", "search_id", "deflection_id", "article", "lang", "position", "value")
        self.rows.events.append((self._name(), type_, at, at, *(about.get(name) for name in said)))

    def _write(self, after: int, search_id: str | None = None, trail: str = "") -> None:
        name, at = f"T-{self._name()}", self.at + timedelta(seconds=after)
        named = json.dumps({"v": 1, "deflections": [trail]}) if trail else None
        text = " ".join(self._words() for _ in range(12))
        self.rows.tickets.append(
            (
                name,
                at,
                "closed",
                "form",
                self.lang,
                "c@example.com",
                text,
                "",
                "",
                self.shelf,
                named,
                search_id,
            )
        )
        if self._random.random() < 0.2:
            self.rows.ratings.append((name, self._random.randrange(1, 6), "", at, at))

    def _question(self) -> str:
        if self._random.random() < _TAIL:
            return f"{self._words()} {self._random.randrange(10**6)}"
        drawn = next(self._drawn, None)
        if drawn is None:
            self._drawn = iter(self._numbers.zipf(1.15, _BATCH).tolist())
            drawn = next(self._drawn)
        return self._head[drawn % _HEAD]

    def _words(self) -> str:
        return " ".join(self._random.choice(_WORDS) for _ in range(self._random.randrange(2, 6)))

    def _articles(self, found: int) -> str:
        return json.dumps([f"{self.shelf}/articolo-{n}" for n in range(found)])

    def _name(self) -> str:
        return f"{self._random.getrandbits(128):032x}"


def fill(engine: Engine, searches: int, seed: int = 1) -> dict[str, int]:
    """Write so many searches, and all that goes with them, into empty tables; how many rows each has."""
    crowd, written = Crowd(seed, datetime.now(UTC)), dict.fromkeys(_COLUMNS, 0)
    while written["searches"] < searches:
        while len(crowd.rows.searches) < _BATCH:
            crowd.come()
        for name, (table, columns) in _COLUMNS.items():
            rows = getattr(crowd.rows, name)
            _write_rows(engine, table, columns, rows)
            written[name] += len(rows)
        crowd.rows = _Rows()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return written


def _write_rows(engine: Engine, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """As the drivers do it fastest."""
    names = ", ".join(f'"{name}"' for name in columns)
    with closing(engine.raw_connection()) as raw:
        if engine.dialect.name == "postgresql":
            with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:  # type: ignore[attr-defined]
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(columns))
            # Whoever fills a file that nobody has may leave out what saves it from a power cut.
            raw.cursor().execute("PRAGMA synchronous = OFF")
            raw.cursor().execute("PRAGMA cache_size = -1000000")
            raw.cursor().execute("BEGIN")
            raw.cursor().executemany(
                f"INSERT INTO {table.name} ({names}) VALUES ({marks})",
                [[_plain(value) for value in row] for row in rows],
            )
        raw.commit()


def _plain(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value
