"""The desk where widgets ask: who asks, whether they may see the answer, and what is written down of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.deflection.holdout import is_held_out
from app.deflection.pages import kept_of
from app.deflection.recorder import Recorder
from app.deflection.sessions import GRACE, Session, Sessions
from app.ledger import Ledger
from app.privacy import scrub
from app.secret import Secret
from app.store import Deflection
from search.records import Hit, SearchResult


@dataclass(frozen=True, slots=True)
class Asked:
    """What a widget asked and what was `found`; `offered` are the hits that are there to be shown."""

    search_id: str
    found: SearchResult
    offered: Sequence[Hit]
    page: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How the answer is known from now on, and whether it must not be shown."""

    deflection_id: str
    holdout: bool


class Desk:
    """One for a running help centre; safe to share between threads."""

    def __init__(self, secret: Secret, holdout: float, ledger: Ledger) -> None:
        self._sessions = Sessions(secret.key("widget sessions"))
        self._arms = secret.key("holdout")
        self._holdout = holdout
        self._recorder = Recorder(ledger)

    def start(self) -> None:
        """Begin to write down."""
        self._recorder.start()

    def stop(self) -> None:
        """Write down what waits; before the store is closed."""
        self._recorder.stop()

    def visit(self, token: str | None) -> Session:
        """The session of a token, or a new one where it is not ours or too old."""
        return (token and self._sessions.read(token)) or self._sessions.begin()

    def known(self, token: str) -> Session | None:
        """The session of a token of ours, and for a day after its end."""
        return self._sessions.read(token, grace=GRACE)

    def owns(self, session: Session, deflection_id: str) -> bool:
        """Whether the deflection was asked in this session."""
        return self._sessions.owns(session, deflection_id)

    def take(self, session: Session, asked: Asked) -> Receipt:
        """Have it written down, whether or not there is a store to write to.

        Of a whole message only what it asks is kept, scrubbed.
        """
        receipt = Receipt(
            self._sessions.name_deflection(session), is_held_out(self._arms, session.id, self._holdout)
        )
        found = asked.found
        self._recorder.record(
            Deflection(
                id=receipt.deflection_id,
                session=session.id,
                at=datetime.now(UTC),
                search_id=asked.search_id,
                lang=found.lang,
                question=scrub(found.understood),
                answer=found.verdict.answer,
                confidence=found.verdict.confidence,
                snapshot=found.snapshot,
                articles=tuple((hit.article.lang, hit.article.id) for hit in asked.offered),
                page=kept_of(asked.page),
                holdout=receipt.holdout,
                ms=found.took_ms,
            )
        )
        return receipt
