"""Customers as they come, played with a known truth: what every figure must say is written down beside what
they do, by hand, and never by the code that counts."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from app.insights.episodes import Ending
from app.insights.visits import Outcome
from app.store import Deflection, Event, EventType, Search, Store, Ticket
from app.store.searches import Asker

LANGUAGES = ("it", "it", "it", "en", "de")
SHELVES = ("consegna", "resi", "pagamenti", "account")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Ended:
    """The truth of one episode."""

    at: datetime
    source: Asker
    lang: str
    category: str
    question: str
    ending: Ending
    unanswered: bool = False
    searches: int = 1
    clicked: int = 0
    positions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Visited:
    """The truth of one widget session."""

    at: datetime
    lang: str
    category: str
    outcome: Outcome
    offered: bool
    holdout: bool
    submitted: bool | None
    denied: bool = False


@dataclass(frozen=True)
class Opened:
    """A ticket, or a form that was submitted elsewhere, which counts; `source` is where its writer had looked."""

    at: datetime
    lang: str
    category: str
    source: Asker | None
    elsewhere: bool


@dataclass
class Played:
    """What was done, and what is true of it."""

    searches: list[Search] = field(default_factory=list)
    deflections: list[Deflection] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    visited: list[Visited] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    helped: int = 0
    not_helped: int = 0


class Customers:
    """Plays one scene after the other; the same seed plays the same."""

    def __init__(self, seed: int, since: datetime, until: datetime) -> None:
        self._random = Random(seed)
        self._since, self._seconds = since, int((until - since).total_seconds())
        self.played = Played()

    def play(self, scenes: int) -> Played:
        """So many customers, each of a kind drawn at random; every kind comes at least once."""
        kinds: Sequence[Callable[[Customers], None]] = (*_SITE, *_WIDGET)
        # Each ticket is a transaction of its own: few write, as it should be.
        weights = [1 if "writes" in kind.__name__ else 8 for kind in kinds]
        for number in range(scenes):
            kind = kinds[number] if number < len(kinds) else self._random.choices(kinds, weights)[0]
            self.at = self._since + timedelta(seconds=self._random.randrange(self._seconds))
            self.lang, self.shelf = self._random.choice(LANGUAGES), self._random.choice(SHELVES)
            self.subject = f"{self._random.choice(_SUBJECTS)} {self._random.randrange(400)}"
            kind(self)
        return self.played

    # What a customer does

    def ask(
        self,
        after: timedelta,
        query: str,
        results: int,
        previous: str | None = None,
        answer: str = "yes",
        source: Asker = "site",
    ) -> str:
        name = self._name()
        self.played.searches.append(
            Search(
                name, self.at + after, source, self.lang, query, query, answer,  # type: ignore[arg-type]
                0.7, tuple(f"{self.shelf}/articolo-{n}" for n in range(results)), "s", 12.0, previous=previous,
            )
        )  # fmt: skip
        return name

    def click(self, after: timedelta, search: str, position: int) -> None:
        self.do(
            "clicked", after, search_id=search, article=f"{self.shelf}/articolo-{position}", position=position
        )

    def do(self, type_: EventType, after: timedelta, **about: object) -> None:
        self.played.events.append(Event(self._name(), type_, self.at + after, **about))  # type: ignore[arg-type]

    def write(
        self, after: timedelta, search: str | None = None, trail: Sequence[str] = (), status: str = "open"
    ) -> None:
        named = ",".join(f'"{name}"' for name in trail)
        self.played.tickets.append(
            Ticket(
                self._name(), self.at + after, status, "form", self.lang, "c@example.com", "Aiuto", search_id=search,  # type: ignore[arg-type]
                category=self.shelf, trail=f'{{"v":1,"deflections":[{named}]}}' if trail else None,
            )
        )  # fmt: skip

    def type(
        self, after: timedelta, session: str, results: int, *, holdout: bool = False, query: str = ""
    ) -> Deflection:
        """A pause in a watched form."""
        deflection = Deflection(
            self._name(), session, self.at + after, self._name(), self.lang, query or self.subject,
            "yes" if results else "no", 0.6, "s", tuple((self.lang, f"{self.shelf}/articolo-{n}") for n in range(results)), holdout=holdout,
        )  # fmt: skip
        self.played.deflections.append(deflection)
        return deflection

    # What is true of it

    def ends(
        self,
        ending: Ending,
        question: str,
        source: Asker = "site",
        *,
        shelf: bool = True,
        after: timedelta = 0 * SECOND,
        **more: object,
    ) -> None:
        self.played.ended.append(
            Ended(self.at + after, source, self.lang, self.shelf if shelf else "", question, ending, **more)  # type: ignore[arg-type]
        )

    def visits(
        self,
        outcome: Outcome,
        *,
        offered: bool = True,
        submitted: bool = False,
        holdout: bool = False,
        denied: bool = False,
    ) -> None:
        self.played.visited.append(
            Visited(
                self.at,
                self.lang,
                self.shelf if offered else "",
                outcome,
                offered,
                holdout,
                submitted if offered else None,
                denied,
            )
        )

    def counts(self, after: timedelta, source: Asker | None, *, elsewhere: bool = False) -> None:
        self.played.opened.append(Opened(self.at + after, self.lang, self.shelf, source, elsewhere))

    def counts_elsewhere(self, *, offered: bool = True) -> None:
        """A form is counted with the visit that submitted it."""
        self.played.opened.append(
            Opened(self.at, self.lang, self.shelf if offered else "", "widget", elsewhere=True)
        )

    def position(self) -> int:
        return min(1 + int(self._random.expovariate(0.8)), 5)

    def _name(self) -> str:
        return f"{self._random.getrandbits(128):032x}"


_SUBJECTS = (
    "Dov’è il mio pacco",
    "Come rendo le scarpe",
    "Posso pagare a rate",
    "Cambio password",
    "Ordine doppio",
)


# On the site


def opens_a_result(c: Customers) -> None:
    place = c.position()
    c.click(20 * SECOND, c.ask(0 * SECOND, c.subject, 6), place)
    c.ends("clicked", c.subject, clicked=1, positions=(place,))


def opens_two_results(c: Customers) -> None:
    search = c.ask(0 * SECOND, c.subject, 6)
    c.click(20 * SECOND, search, 1)
    c.click(90 * SECOND, search, 3)
    c.ends("clicked", c.subject, clicked=1, positions=(1, 3))


def reads_the_passage(c: Customers) -> None:
    c.ask(0 * SECOND, c.subject, 5, answer="maybe")
    c.ends("no_click", c.subject)


def asks_the_same_again(c: Customers) -> None:
    """Another page of it, or a filter: no other wording."""
    first = c.ask(0 * SECOND, c.subject, 5)
    c.ask(30 * SECOND, f"  {c.subject.upper()}?", 5, first)
    c.ends("no_click", f"  {c.subject.upper()}?", searches=2)


def finds_nothing(c: Customers) -> None:
    c.ask(0 * SECOND, c.subject, 0, answer="no")
    c.ends("no_answer", c.subject, shelf=False, unanswered=True)


def finds_no_result(c: Customers) -> None:
    """Nothing is left by a filter: no results, whatever the verdict."""
    c.ask(0 * SECOND, c.subject, 0, answer="maybe")
    c.ends("no_answer", c.subject, shelf=False, unanswered=True)


def is_told_no(c: Customers) -> None:
    """Judged no, with the nearest topics shown all the same."""
    c.ask(0 * SECOND, c.subject, 3, answer="no")
    c.ends("no_answer", c.subject, unanswered=True)


def finds_other_words(c: Customers) -> None:
    first = c.ask(0 * SECOND, c.subject, 0, answer="no")
    second = c.ask(100 * SECOND, f"allora {c.subject}", 5, first)
    c.click(110 * SECOND, second, 2)
    c.ends("clicked", f"allora {c.subject}", searches=2, clicked=1, positions=(2,))


def tries_other_words(c: Customers) -> None:
    first = c.ask(0 * SECOND, c.subject, 5)
    second = c.ask(120 * SECOND, f"allora {c.subject}", 5, first)
    c.ask(200 * SECOND, f"insomma {c.subject}", 5, second)
    c.ends("reworded", f"insomma {c.subject}", searches=3)


def opens_one_and_tries_again(c: Customers) -> None:
    """What was opened did not do: the last step is what came after."""
    first = c.ask(0 * SECOND, c.subject, 5)
    c.click(10 * SECOND, first, 1)
    c.ask(60 * SECOND, f"allora {c.subject}", 5, first)
    c.ends("reworded", f"allora {c.subject}", searches=2, clicked=1, positions=(1,))


def goes_back_and_opens(c: Customers) -> None:
    first = c.ask(0 * SECOND, c.subject, 5)
    c.ask(30 * SECOND, f"allora {c.subject}", 5, first)
    c.click(50 * SECOND, first, 4)
    c.ends("clicked", f"allora {c.subject}", searches=2, clicked=1, positions=(4,))


def gives_up_on_words(c: Customers) -> None:
    first = c.ask(0 * SECOND, c.subject, 5)
    c.ask(30 * SECOND, f"allora {c.subject}", 0, first, answer="no")
    c.ends("no_answer", f"allora {c.subject}", searches=2, shelf=False, unanswered=True)


def goes_on_typing(c: Customers) -> None:
    first = c.ask(0 * SECOND, c.subject[:4], 5, source="api")
    second = c.ask(1 * SECOND, c.subject[:8], 5, first, source="api")
    c.ask(2 * SECOND, c.subject, 5, second, source="api")
    c.ends("no_click", c.subject, "api", searches=3)


def asks_two_ways_from_one_page(c: Customers) -> None:
    """Two tabs of one page: one episode still."""
    first = c.ask(0 * SECOND, c.subject, 5)
    c.ask(40 * SECOND, f"allora {c.subject}", 5, first)
    c.ask(70 * SECOND, f"oppure {c.subject}", 0, first, answer="no")
    c.ends("no_answer", f"oppure {c.subject}", searches=3, shelf=False, unanswered=True)


def asks_something_else_later(c: Customers) -> None:
    first = c.ask(0 * SECOND, c.subject, 5)
    c.ask(121 * SECOND, f"e poi {c.subject}", 0, first, answer="no")
    c.ends("no_click", c.subject)
    c.ends("no_answer", f"e poi {c.subject}", after=121 * SECOND, shelf=False, unanswered=True)


def writes_after_nothing(c: Customers) -> None:
    search = c.ask(0 * SECOND, c.subject, 0, answer="no")
    c.write(5 * MINUTE, search)
    c.counts(5 * MINUTE, "site")
    c.ends("ticket", c.subject, shelf=False, unanswered=True)


def writes_after_results(c: Customers) -> None:
    first = c.ask(0 * SECOND, c.subject, 5)
    second = c.ask(50 * SECOND, f"allora {c.subject}", 5, first)
    c.click(60 * SECOND, second, 1)
    c.write(23 * HOUR, first)
    c.counts(23 * HOUR, "site")
    c.ends("ticket", f"allora {c.subject}", searches=2, clicked=1, positions=(1,))


def writes_on_another_day(c: Customers) -> None:
    search = c.ask(0 * SECOND, c.subject, 5)
    c.write(25 * HOUR, search)
    c.counts(25 * HOUR, "site")
    c.ends("no_click", c.subject)


def writes_at_once(c: Customers) -> None:
    c.write(0 * SECOND)
    c.counts(0 * SECOND, None)


def writes_spam(c: Customers) -> None:
    search = c.ask(0 * SECOND, c.subject, 5)
    c.write(5 * MINUTE, search, status="quarantine")
    c.ends("no_click", c.subject)


def rates(c: Customers) -> None:
    said = c._random.choice(("yes", "yes", "no"))
    c.do("rated", 0 * SECOND, article=f"{c.shelf}/articolo-1", lang=c.lang, value=said)
    c.played.helped += said == "yes"
    c.played.not_helped += said == "no"


_SITE = (
    opens_a_result, opens_two_results, reads_the_passage, asks_the_same_again, finds_nothing, finds_no_result,
    is_told_no, finds_other_words, tries_other_words, opens_one_and_tries_again, goes_back_and_opens, gives_up_on_words,
    goes_on_typing, asks_two_ways_from_one_page, asks_something_else_later, writes_after_nothing, writes_after_results,
    writes_on_another_day, writes_at_once, writes_spam, rates,
)  # fmt: skip


# In the widget


def _shown(c: Customers, results: int = 2) -> tuple[str, Deflection]:
    session = c._name()
    c.type(0 * SECOND, session, 0, query=c.subject[:6])
    last = c.type(8 * SECOND, session, results)
    c.do(
        "shown",
        9 * SECOND,
        session=session,
        deflection_id=last.id,
        article=f"{c.shelf}/articolo-0",
        position=1,
    )
    return session, last


def _opened(c: Customers) -> tuple[str, Deflection]:
    session, last = _shown(c)
    for again in (0, 5):  # closed and opened again: one click
        c.do("opened", (20 + again) * SECOND, session=session, deflection_id=last.id, search_id=last.search_id, article=f"{c.shelf}/articolo-1", position=2)  # fmt: skip
    return session, last


_READ: dict[str, Any] = {"searches": 2, "clicked": 1, "positions": (2,)}


def is_helped(c: Customers) -> None:
    session, last = _opened(c)
    c.do("solved", 60 * SECOND, session=session, deflection_id=last.id)
    c.visits("confirmed")
    c.ends("clicked", c.subject, "widget", **_READ)


def is_helped_and_writes_days_later(c: Customers) -> None:
    session, last = _opened(c)
    c.do("solved", 60 * SECOND, session=session, deflection_id=last.id)
    c.do("submitted", 26 * HOUR, session=session)
    c.visits("confirmed")
    c.ends("clicked", c.subject, "widget", **_READ)


def is_helped_and_writes_all_the_same(c: Customers) -> None:
    session, last = _opened(c)
    c.do("solved", 60 * SECOND, session=session, deflection_id=last.id)
    c.write(20 * HOUR, trail=[last.id])
    c.counts(20 * HOUR, "widget")
    c.visits("failed", submitted=True)
    c.ends("ticket", c.subject, "widget", **_READ)


def may_be_helped(c: Customers) -> None:
    session, _ = _opened(c)
    c.do("left", 60 * SECOND, session=session)
    c.visits("potential")
    c.ends("clicked", c.subject, "widget", **_READ)


def is_not_helped_and_leaves(c: Customers) -> None:
    session, last = _opened(c)
    c.do("not_solved", 60 * SECOND, session=session, deflection_id=last.id)
    c.visits("potential", denied=True)
    c.ends("clicked", c.subject, "widget", **_READ)


def reads_and_submits(c: Customers) -> None:
    """On a site whose form goes elsewhere."""
    session, _ = _opened(c)
    c.do("submitted", 3 * MINUTE, session=session)
    c.counts_elsewhere()
    c.visits("failed", submitted=True)
    c.ends("ticket", c.subject, "widget", **_READ)


def reads_and_writes_to_us(c: Customers) -> None:
    """The tab says so, and the ticket too: one contact."""
    session, last = _opened(c)
    c.do("submitted", 3 * MINUTE, session=session)
    c.write(3 * MINUTE, trail=[last.id])
    c.counts(3 * MINUTE, "widget")
    c.visits("failed", submitted=True)
    c.ends("ticket", c.subject, "widget", **_READ)


def submits_unread(c: Customers) -> None:
    session, _ = _shown(c)
    c.do("submitted", 3 * MINUTE, session=session)
    c.counts_elsewhere()
    c.visits("ignored", submitted=True)
    c.ends("ticket", c.subject, "widget", searches=2)


def leaves(c: Customers) -> None:
    session, _ = _shown(c)
    c.do("left", 60 * SECOND, session=session)
    c.visits("abandoned")
    c.ends("no_click", c.subject, "widget", searches=2)


def types_in_vain(c: Customers) -> None:
    session = c._name()
    c.type(0 * SECOND, session, 0)
    c.visits("unassisted", offered=False)
    c.ends("no_answer", c.subject, "widget", shelf=False, unanswered=True)


def types_in_vain_and_submits(c: Customers) -> None:
    session = c._name()
    c.type(0 * SECOND, session, 0)
    c.do("submitted", 3 * MINUTE, session=session)
    c.counts_elsewhere(offered=False)
    c.visits("unassisted", offered=False)
    c.ends("ticket", c.subject, "widget", shelf=False, unanswered=True)


def types_too_fast(c: Customers) -> None:
    """The answer came too late to be shown."""
    c.type(0 * SECOND, c._name(), 3)
    c.visits("unseen")
    c.ends("no_click", c.subject, "widget")


def is_held_out(c: Customers) -> None:
    c.type(0 * SECOND, c._name(), 3, holdout=True)
    c.visits("held", holdout=True)


def is_held_out_and_submits(c: Customers) -> None:
    session = c._name()
    c.type(0 * SECOND, session, 3, holdout=True)
    c.do("submitted", 3 * MINUTE, session=session)
    c.visits("held", holdout=True, submitted=True)


def is_held_out_and_writes_to_us(c: Customers) -> None:
    session = c._name()
    asked = c.type(0 * SECOND, session, 3, holdout=True)
    c.write(4 * MINUTE, trail=[asked.id])
    c.visits("held", holdout=True, submitted=True)


def is_held_out_of_nothing(c: Customers) -> None:
    c.type(0 * SECOND, c._name(), 0, holdout=True)
    c.visits("held", holdout=True, offered=False)


_WIDGET = (
    is_helped, is_helped_and_writes_days_later, is_helped_and_writes_all_the_same, may_be_helped,
    is_not_helped_and_leaves, reads_and_submits, reads_and_writes_to_us, submits_unread, leaves, types_in_vain,
    types_in_vain_and_submits, types_too_fast, is_held_out, is_held_out_and_submits, is_held_out_and_writes_to_us,
    is_held_out_of_nothing,
)  # fmt: skip


def keep(played: Played, store: Store, batch: int = 1_000) -> None:
    """Write what was done, in the order of a store that was busy: by kind, and not by time."""
    for start in range(0, len(played.searches), batch):
        store.searches.write(played.searches[start : start + batch])
    for start in range(0, len(played.deflections), batch):
        store.deflections.add(played.deflections[start : start + batch])
    for start in range(0, len(played.events), batch):
        store.add_events(played.events[start : start + batch])
    # Each is a transaction of its own, as in life: on PostgreSQL some come at once.
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda ticket: store.tickets.add(ticket, (), ()), played.tickets))


def a_month_ago() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=30)
