"""What happened in some days, read from the store once: every figure of a page is counted from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.insights import episodes as ep
from app.insights import visits as vi
from app.insights.episodes import Episode
from app.insights.visits import Visit
from app.insights.wanted import Wanted
from app.store.insights import Insights
from app.store.insights_rows import Act, Contact, Graded, Offered
from app.store.searches import Asker


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
    """All there is of some days, as of `now`. Held-out sessions are among the visits, and no episodes."""

    now: datetime
    episodes: Sequence[Episode]
    visits: Sequence[Visit]
    contacts: Sequence[Desk]
    ratings: Sequence[Act]
    grades: Sequence[Graded]


def gather(store: Insights, wanted: Wanted, now: datetime) -> Material:
    """What happened in the days of `wanted`; its other filters are left for later. Raises StoreError."""
    span, around = wanted.span, wanted.around
    searches, offers = store.searches(around), store.offers(around)
    acts, contacts = store.acts(around), store.contacts(around)
    search_of = {offer.id: offer.search_id for offer in offers}
    seen = vi.visits(offers, acts, contacts, now)
    held = {visit.session for visit in seen if visit.holdout}
    found = ep.episodes(
        [search for search in searches if search.session not in held],
        ep.clicks_of(acts, search_of),
        ep.contacted_by(contacts),
        vi.submissions(offers, acts, contacts),
    )
    return Material(
        now,
        [episode for episode in found if span.since <= episode.at < span.until],
        [visit for visit in seen if span.since <= visit.at < span.until],
        [
            desk
            for desk in _desks(contacts, seen, {s.id: s.source for s in searches}, offers)
            if span.since <= desk.at < span.until
        ],
        [act for act in acts if act.type == "rated" and act.value and span.since <= act.at < span.until],
        store.grades(span),
    )


def of(material: Material, wanted: Wanted) -> Material:
    """The part of it that is wanted."""
    source = wanted.source
    return replace(
        material,
        episodes=[e for e in material.episodes if wanted.of(e.lang, e.category) and source in {"", e.source}],
        visits=[v for v in material.visits if wanted.of(v.lang, v.category) and source in {"", "widget"}],
        contacts=[c for c in material.contacts if wanted.of(c.lang, c.category) and source in {"", c.source}],
        ratings=[
            a
            for a in material.ratings
            if wanted.of(a.lang or "", (a.article or "").partition("/")[0]) and not source
        ],
        grades=[g for g in material.grades if wanted.of(g.lang, g.category) and not source],
    )


def _desks(
    contacts: Sequence[Contact],
    seen: Sequence[Visit],
    searches: Mapping[str, Asker],
    offers: Sequence[Offered],
) -> list[Desk]:
    """Each ticket, and each form submitted elsewhere: a session's once."""
    session_of = vi.sessions_by_name(offers)
    held = {visit.session for visit in seen if visit.holdout}
    written: set[str] = set()
    found = []
    for contact in contacts:
        sessions = vi.sessions_of(contact, session_of)
        written |= sessions
        source = "widget" if sessions else searches.get(contact.search_id or "")
        found.append(
            Desk(
                contact.at,
                contact.lang,
                contact.category,
                source,
                elsewhere=False,
                held=bool(sessions & held),
            )
        )
    return found + [
        Desk(visit.at, visit.lang, visit.category, "widget", elsewhere=True, held=visit.holdout)
        for visit in seen
        if visit.submitted and visit.session not in written
    ]
