"""Who waits for an answer: taken in, asked whether it is they, and let go."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from secrets import token_hex
from typing import Final

from app.ledger import Ledger
from app.privacy import scrub
from app.secret import Secret
from app.settings import Settings
from app.store import Subscription
from app.store.subscriptions import Names
from app.subscriptions.keeping import TO_CONFIRM
from app.subscriptions.telling import Address, answer_to
from search.analysis import normalise
from search.engine import QUERY_LIMIT, SearchEngine

# Confirmations that one mailbox gets in a day: whoever is pestered by them gets no more.
MOST: Final = 5
# Of what was shown, what tells whether something else answers.
_BEFORE: Final = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """To be told of an answer: an address that mail can be sent to, the question, and what was shown."""

    email: str
    lang: str
    question: str
    before: tuple[str, ...]
    snapshot: str
    search_id: str | None = None


class Registry:
    """Takes wishes in; safe to share between threads. What changes the store raises StoreError."""

    def __init__(self, settings: Settings, secret: Secret, ledger: Ledger) -> None:
        self._key = secret.key("subscriptions")
        self._ledger = ledger
        # A mail that asks for a yes is no use without a link.
        self.is_open = bool(settings.smtp_host and settings.base_url)

    def ask(self, wish: Wish) -> None:
        """Keep a wish and ask its owner by mail, unless they were asked already or too often."""
        question = normalise(scrub(wish.question), QUERY_LIMIT)
        asked = Subscription(
            token_hex(16), wish.email, wish.lang, question, wish.before[:_BEFORE], wish.snapshot,
            datetime.now(UTC), wish.search_id,
        )  # fmt: skip
        whole = self._hash(wish.email.lower(), wish.lang, question.casefold())
        self._ledger.store.subscriptions.ask(asked, Names(whole, self._hash(mailbox(wish.email))), MOST)

    def find(self, token: str) -> Subscription | None:
        """Who has a mail with this token; null also for who did not confirm in time."""
        found = self._ledger.store.subscriptions.get(token) if _readable(token) else None
        late = found and not found.confirmed_at and datetime.now(UTC) - found.created_at > TO_CONFIRM
        return None if late else found

    def confirm(self, token: str, engine: SearchEngine | None, address: Address) -> Subscription | None:
        """Their yes; what was published since they asked is looked through now, where there is an index."""
        now, store = datetime.now(UTC), self._ledger.store.subscriptions
        found = store.confirm(token, now, now - TO_CONFIRM) if _readable(token) else None
        if found is None or found.answered or engine is None:
            return found
        snapshot = engine.snapshot.manifest.id
        if found.snapshot == snapshot:
            return found
        store.settle(snapshot, [(token, answer_to(found, engine, address))], now)
        return store.get(token)

    def stop(self, token: str) -> bool:
        """Forget them; whether they were known."""
        return _readable(token) and self._ledger.store.subscriptions.stop(token)

    def _hash(self, *said: str) -> str:
        # A half of a surrogate pair, which no encoding has, is a character like any other.
        text = "\0".join(said).encode("utf-8", "surrogatepass")
        return blake2b(text, key=self._key, digest_size=16).hexdigest()


def mailbox(email: str) -> str:
    """What reaches the same person, mostly: without capitals, dots, and what follows a plus."""
    local, _, domain = email.lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def _readable(token: str) -> bool:
    return len(token) == 32 and token.isascii() and token.isalnum()
