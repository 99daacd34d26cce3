"""Visits that say what solved their question: what tests of learning share."""

from datetime import UTC, datetime
from uuid import uuid4

from app.store import Deflection, Event, Store


def confirm(
    store: Store, question: str, article: str, visits: int = 1, lang: str = "it", at: datetime | None = None
) -> None:
    """So many sessions that were shown an article for a question, and say that it solved it."""
    now = at or datetime.now(UTC)
    shown = ((lang, article),)
    asked = [
        Deflection(uuid4().hex, uuid4().hex, now, uuid4().hex, lang, question, "yes", 0.9, "s", shown)
        for _ in range(visits)
    ]
    store.deflections.add(asked)
    store.add_events(
        [Event(uuid4().hex, "solved", now, d.session, d.search_id, d.id, article) for d in asked]
    )
