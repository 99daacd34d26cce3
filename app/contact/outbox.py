"""The worker that sends what is due: at least once, and what it cannot know, it counts."""

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from time import monotonic
from typing import Final
from uuid import uuid4

from pydantic import ValidationError

from app.contact import attachments, mailing, webhook
from app.contact.letters import Letters, Offered
from app.contact.mailing import DeliveryError
from app.digest.letters import FROZEN, Bulletins
from app.digest.sending import hindrance
from app.ledger import Ledger
from app.reviews.assigning import told
from app.reviews.letters import FROZEN as DUES
from app.reviews.letters import Reminders
from app.settings import Settings
from app.store import Case, Parcel, Store, StoreError, Ticket
from app.subscriptions.letters import Notices

_log = logging.getLogger("sportello.outbox")

# Between two looks, when there is nothing to do.
_POLL_SECONDS: Final = 0.5
# A lease that is not renewed in time falls to the next process: so long after a kill.
_LEASE: Final = timedelta(seconds=45)
_RENEW_SECONDS: Final = 10.0
# However slow the other side is.
_LONGEST_SECONDS: Final = 900.0
_AT_ONCE: Final = 4
# Seconds; doubled at each attempt, up to the longest, and spread so that not all come back at once.
_FIRST_WAIT: Final = 30.0
_LONGEST_WAIT: Final = 3 * 3_600.0
# What did not arrive by then never will.
_GIVE_UP: Final = timedelta(days=3)
_SWEEP_SECONDS: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What letters ask of the help centre: what may answer a ticket, and articles by their ids."""

    ready: Callable[[], bool]
    answers: Callable[[Ticket], Sequence[Offered]]
    articles: Callable[[str, Sequence[str]], Sequence[Offered]]


class Courier:
    """One thread of this process. Any number of processes may run one on the same store."""

    def __init__(
        self, settings: Settings, ledger: Ledger, letters: Letters, notices: Notices, bulletins: Bulletins,
        reminders: Reminders, knowledge: Knowledge,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._ledger = ledger
        self._letters = letters
        self._notices = notices
        self._bulletins = bulletins
        self._reminders = reminders
        self._knowledge = knowledge
        self._lease = uuid4().hex
        self._stop = threading.Event()
        self._swept = -_SWEEP_SECONDS
        self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)

    def start(self) -> None:
        """Send what is due, from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End. What is under way is given a moment; what it cannot finish is sent by the next process."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _work(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        under_way: dict[asyncio.Task[None], tuple[Store, Parcel]] = {}
        while not self._stop.is_set():
            claimed = await self._claim(_AT_ONCE - len(under_way))
            for store, parcel in claimed:
                under_way[asyncio.create_task(self._carry(store, parcel))] = (store, parcel)
            if not under_way:
                await asyncio.sleep(_POLL_SECONDS)
                continue
            done, _ = await asyncio.wait(
                under_way, timeout=_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                await self._end(task, *under_way.pop(task))
        if under_way:
            await asyncio.wait(under_way, timeout=3)

    async def _end(self, task: asyncio.Task[None], store: Store, parcel: Parcel) -> None:
        """A defect of ours holds up one parcel, not those behind it."""
        if defect := task.exception():
            _log.error("%s of %s met a defect.", parcel.kind, parcel.whose, exc_info=defect)
            await self._note(store, parcel, DeliveryError(f"a defect of ours: {defect!r}", uncertain=True))

    async def _claim(self, room: int) -> list[tuple[Store, Parcel]]:
        """What is due. Letters wait for the index, which opens beside us: they say what may help."""
        if room < 1 or not self._knowledge.ready():
            return []
        try:
            store = await asyncio.to_thread(lambda: self._ledger.store)
            now = datetime.now(UTC)
            claimed = await asyncio.to_thread(store.outbox.claim, self._lease, now, now + _LEASE, room)
            await asyncio.to_thread(self._sweep, store)
        except StoreError as error:
            self._ledger.say(error)
            await asyncio.sleep(5)
            return []
        return [(store, parcel) for parcel in claimed]

    async def _carry(self, store: Store, parcel: Parcel) -> None:
        """One parcel, to its end or its next attempt; if that cannot be noted, its lease runs out."""
        keeping = asyncio.create_task(self._keep(store, parcel))
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                await self._deliver(store, parcel)
            await asyncio.to_thread(store.outbox.sent, parcel.id, datetime.now(UTC))
        except DeliveryError as error:
            await self._note(store, parcel, error)
        except TimeoutError:
            await self._note(store, parcel, DeliveryError("it took too long", uncertain=True))
        except StoreError as error:
            self._ledger.say(error)
        finally:
            keeping.cancel()

    async def _keep(self, store: Store, parcel: Parcel) -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            with suppress(StoreError):
                await asyncio.to_thread(store.outbox.keep, parcel.id, self._lease, datetime.now(UTC) + _LEASE)

    async def _deliver(self, store: Store, parcel: Parcel) -> None:
        """Raises DeliveryError and StoreError."""

        async def handing() -> None:
            if not await asyncio.to_thread(store.outbox.handing, parcel.id, self._lease, datetime.now(UTC)):
                raise DeliveryError("another process has taken it over")

        if parcel.kind == "webhook":
            await webhook.post(self._settings, parcel, await asyncio.to_thread(_case, store, parcel), handing)
            return
        if not self._settings.smtp_host:
            raise DeliveryError("no mail server is set: SPORTELLO_SMTP_HOST")
        write = self._letter
        if parcel.kind == "review":
            write = self._reminder
        elif parcel.user_id:
            write = self._bulletin
        elif parcel.subscription_id:
            write = self._notice
        letter = await asyncio.to_thread(write, store, parcel)
        await mailing.send(self._settings, letter, self._letters.sender, handing)

    def _notice(self, store: Store, parcel: Parcel) -> EmailMessage:
        """The mail to who waits for an answer. Raises DeliveryError and StoreError."""
        asked = store.subscriptions.get(parcel.subscription_id or "")
        if asked is None:
            raise DeliveryError("its subscription is not there any more", permanent=True)
        if not self._notices.can_be_written:
            raise DeliveryError("the site's own address is not set: SPORTELLO_BASE_URL")
        if parcel.kind == "answer" and asked.answered:
            return self._notices.answer(parcel, asked, asked.answered)
        return self._notices.confirmation(parcel, asked)

    def _bulletin(self, store: Store, parcel: Parcel) -> EmailMessage:
        """The weekly mail to somebody of the staff. Raises DeliveryError and StoreError."""
        user = store.digests.reader(parcel.user_id or "")
        edition = store.digests.get(date.fromisoformat(parcel.about))
        if user is None or edition is None:
            raise DeliveryError("it is not wanted, or not kept, any more", permanent=True)
        if missing := hindrance(self._settings):
            raise DeliveryError(f"its links need {missing}")
        try:
            digest = FROZEN.validate_json(edition.content)
        except ValidationError as error:
            raise DeliveryError("it was written by another version", permanent=True) from error
        return self._bulletins.letter(parcel.id, parcel.created_at, digest, user)

    def _reminder(self, store: Store, parcel: Parcel) -> EmailMessage:
        """What somebody of the staff is to read again. Raises DeliveryError and StoreError."""
        user = store.reviews.reader(parcel.user_id or "")
        content = store.reviews.get(date.fromisoformat(parcel.about))
        if user is None or not content:
            raise DeliveryError("its reader is not of the staff, or it is not kept, any more", permanent=True)
        if missing := hindrance(self._settings):
            raise DeliveryError(f"its links need {missing}")
        try:
            dues = told(DUES.validate_json(content), user)
        except ValidationError as error:
            raise DeliveryError("it was written by another version", permanent=True) from error
        if not dues:
            raise DeliveryError("its reader edits no more", permanent=True)
        return self._reminders.letter(parcel.id, parcel.created_at, dues, user)

    def _letter(self, store: Store, parcel: Parcel) -> EmailMessage:
        """The mail about a ticket. Raises DeliveryError and StoreError."""
        case = _case(store, parcel)
        ticket = case.ticket
        if parcel.kind == "acknowledgement":
            return self._letters.acknowledgement(parcel, ticket, self._knowledge.answers(ticket))
        if parcel.kind == "closing":
            return self._letters.closing(parcel, ticket, self._rating_url(ticket))
        if parcel.kind == "reply":
            reply = next((r for r in case.replies if r.id == parcel.about), None)
            if reply is None:
                raise DeliveryError("the reply is not there any more", permanent=True)
            articles = self._knowledge.articles(ticket.lang, reply.articles)
            return self._letters.reply(parcel, case, reply, articles, self._rating_url(ticket))
        if not self._settings.support_mailbox:
            raise DeliveryError("no mailbox is set: SPORTELLO_SUPPORT_MAILBOX")
        try:
            files = [(file, attachments.read(file, self._settings.data)) for file in case.attachments]
        except OSError as error:
            raise DeliveryError(f"an attachment cannot be read: {error}") from error
        return self._letters.forward(parcel, case, files)

    def _rating_url(self, ticket: Ticket) -> str:
        """Where it is rated; empty where nobody asked, or the site's own address is not known."""
        origin = self._settings.base_url.rstrip("/")
        return f"{origin}/s/{ticket.rating_token}" if origin and ticket.rating_token else ""

    async def _note(self, store: Store, parcel: Parcel, error: DeliveryError) -> None:
        now = datetime.now(UTC)
        what = f"{parcel.whose}: {parcel.kind}"
        try:
            if error.permanent or now - parcel.created_at > _GIVE_UP:
                await asyncio.to_thread(store.outbox.fail, parcel.id, self._lease, error.reason)
                _log.error("%s was given up: %s", what, error.reason)
                return
            until = now + next_wait(parcel.attempts, random.random())  # noqa: S311  it only spreads
            await asyncio.to_thread(
                lambda: store.outbox.postpone(
                    parcel.id, self._lease, until, error.reason, uncertain=error.uncertain
                )
            )
            _log.warning("%s is tried again at %s: %s", what, until.isoformat("T", "seconds"), error.reason)
        except StoreError as failure:
            self._ledger.say(failure)

    def _sweep(self, store: Store) -> None:
        if monotonic() - self._swept < _SWEEP_SECONDS:
            return
        self._swept = monotonic()
        if swept := attachments.sweep(self._settings.data, store.tickets):
            _log.info("%d files of tickets that were never made are gone.", swept)


def _case(store: Store, parcel: Parcel) -> Case:
    case = store.tickets.case(parcel.ticket_id)
    if case is None:
        raise DeliveryError("its ticket is not there any more", permanent=True)
    return case


def next_wait(attempts: int, spread: float) -> timedelta:
    """How long after the `attempts`-th attempt; `spread` is from 0 to 1."""
    longest = min(_FIRST_WAIT * 2 ** min(attempts - 1, 20), _LONGEST_WAIT)
    return timedelta(seconds=longest * (0.5 + spread / 2))
