"""What began in a span, read from the store once: every figure is counted from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from app.insights import episodes as ep
from app.insights import visits as vi
from app.insights.episodes import Episode
from app.insights.visits import Sessions, Visit
from app.store.insights import Look
from app.store.insights_rows import Act, Contact, Offered, Searched, Span
from app.store.late import EPISODE, LEEWAY, REACH
from app.store.searches import Asker


class _At(Protocol):
    @property
    def at(self) -> datetime: ...


Timed = TypeVar("Timed", bound=_At)


@dataclass(frozen=True, slots=True)
class Desk:
    """A ticket, and where its customer had looked before: null for one that came of nothing we saw.

    `elsewhere`: it is a form that a widget saw submitted, and no ticket of ours. `held`: it came of a session
    that was shown nothing on purpose.
    """

    at: datetime
    lang: str
    category: str
    source: Asker | None
    elsewhere: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Material:
    """All there is of a span, the oldest first. Held-out sessions are among the visits, and no episodes."""

    episodes: Sequence[Episode]
    visits: Sequence[Visit]
    contacts: Sequence[Desk]
    ratings: Sequence[Act]


def gather(look: Look, span: Span) -> Material:
    """What began in the span, whatever happened before it or since: of two spans that touch, each thing is in
    one, and the two together are what is in both. Raises StoreError."""
    running, every = look.running(span.since), look.searches(span)
    offers = [offer for offer in look.offers(span) if offer.session not in running]
    acts, contacts = look.acts(span), look.contacts(span)
    seen = vi.visits(offers, acts, contacts)
    left_out = running | {visit.session for visit in seen if visit.holdout}
    searches = [search for search in every if search.session not in left_out]
    found = ep.episodes(
        _earlier(look, searches, span.since) + searches,
        ep.clicks_of(
            acts, {offer.id: offer.search_id for offer in offers}, {search.id: search.at for search in every}
        ),
        ep.contacted_by(contacts),
        vi.submissions(Sessions(offers), acts, contacts),
    )
    desks = [
        *_desks(look, _within(contacts, span)),
        *_elsewhere(_within(seen, span), Sessions(offers), contacts),
    ]
    return Material(
        _within(found, span),
        _within(seen, span),
        sorted(desks, key=lambda desk: desk.at),
        [act for act in _within(acts, span) if act.type == "rated" and act.value],
    )


def _within(things: Iterable[Timed], span: Span) -> list[Timed]:
    return [thing for thing in things if span.since <= thing.at < span.until]


def _earlier(look: Look, searches: Sequence[Searched], since: datetime) -> list[Searched]:
    """What those of a span go on from: on the same day for its visits, an hour and more for its episodes."""
    known = {search.id for search in searches}
    names = {search.previous for search in searches if search.previous} - known
    hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    found = look.earlier(names, min(hour.replace(hour=0), hour - EPISODE)) if names else []
    return [search for search in found if search.id not in known and search.at < since]


def _desks(look: Look, contacts: Sequence[Contact]) -> Iterable[Desk]:
    """Each ticket."""
    named = {contact.search_id for contact in contacts if contact.search_id}
    searches = {search.id: search for search in look.named(named)}
    sessions = Sessions(_asked(look, contacts, searches))
    for contact in contacts:
        behind, search = sessions.behind(contact), searches.get(contact.search_id or "")
        source: Asker | None = "widget" if behind else None
        if search and not behind and -LEEWAY <= contact.at - search.at <= REACH:
            source = search.source
        held = bool(behind & sessions.held)
        yield Desk(contact.at, contact.lang, contact.category, source, elsewhere=False, held=held)


def _asked(look: Look, contacts: Sequence[Contact], searches: Mapping[str, Searched]) -> list[Offered]:
    names = {search.session for search in searches.values() if search.session}
    return look.sessions(names, {name for contact in contacts for name in contact.deflections})


def _elsewhere(seen: Sequence[Visit], sessions: Sessions, contacts: Sequence[Contact]) -> Iterable[Desk]:
    """Each form submitted elsewhere: a session's once."""
    written = {name for contact in contacts for name in sessions.behind(contact)}
    for visit in seen:
        if visit.submitted and visit.session not in written:
            yield Desk(visit.at, visit.lang, visit.category, "widget", elsewhere=True, held=visit.holdout)
