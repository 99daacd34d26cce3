"""Where a contact is taken in: checked, on disk before it is thanked for, and only once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.contact import attachments, spam, tickets, waiting
from app.contact.attachments import Limits, Upload
from app.contact.daysoff import days_off
from app.contact.details import hours_of
from app.contact.numbers import new_number
from app.contact.tickets import Draft, Problem
from app.hours import OpeningHours, parse_hours
from app.ledger import Ledger
from app.secret import Secret
from app.settings import Settings
from app.store import Filed, ParcelKind, Promise, RequestKey, Source, StoreError, Ticket

_log = logging.getLogger("sportello.contact")

# Numbers to try before something else must be wrong: each is free but for one chance in millions.
_TRIES: Final = 5
# Where no hours are set, days are worked on from Monday to Friday.
_WORKING_DAYS: Final = "mo-fr 00:00-24:00"


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact on its way in: cleaned and without problems. `key` makes the same one known again."""

    draft: Draft
    uploads: tuple[Upload, ...]
    source: Source
    suspicion: spam.Suspicion | None = None
    key: RequestKey | None = None


class Reception:
    """Takes contacts in; safe to share between threads."""

    def __init__(self, settings: Settings, secret: Secret, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self.limits = Limits(settings.attachment_count, settings.attachment_megabytes * 1_000_000)
        self.zone = ZoneInfo(settings.time_zone)
        self.stamps = spam.Stamps(secret.key("contact form"))
        self._hours = _working_hours(settings)

    @property
    def sends_mail(self) -> bool:
        """Whether who writes gets a mail."""
        return bool(self._settings.smtp_host)

    @property
    def parcels(self) -> tuple[ParcelKind, ...]:
        """What goes out for a ticket that is no suspect's."""
        mail, mailbox, hook = self.sends_mail, self._settings.support_mailbox, self._settings.webhook_url
        kinds: list[tuple[ParcelKind, bool]] = [
            ("acknowledgement", mail),
            ("forward", mail and bool(mailbox)),
            ("webhook", bool(hook)),
        ]
        return tuple(kind for kind, wanted in kinds if wanted)

    def problems(self, draft: Draft, uploads: Sequence[Upload]) -> tuple[Problem, ...]:
        """All that is wrong with a cleaned draft and its files."""
        return (*tickets.problems(draft), *attachments.check(uploads, self.limits))

    def promise(self, category: str, now: datetime | None = None) -> Promise | None:
        """What to tell who writes about something. Raises StoreError."""
        now = now or datetime.now(UTC)
        waits = self._ledger.store.tickets.waits(category, now - timedelta(days=waiting.DAYS))
        return waiting.expected_reply(waits, self._hours, self._settings.email_reply_hours, now)

    def file(self, contact: Contact) -> Filed:
        """Keep a contact for good. Raises StoreError where it cannot be kept, and KeyReusedError."""
        store = self._ledger.store
        try:
            kept = attachments.keep(contact.uploads, self._settings.data)
        except OSError as error:
            raise StoreError(f"The attachments cannot be written: {error.strerror or error}.") from error
        filed: Filed | None = None
        try:
            ticket = self._ticket(contact)
            parcels = () if ticket.status == "quarantine" else self.parcels
            for _ in range(_TRIES):
                filed = store.tickets.add(replace(ticket, id=new_number()), kept, parcels, contact.key)
                if filed:
                    return filed
            raise StoreError("No number is free for a new ticket.")
        finally:
            if not (filed and filed.new):
                attachments.forget(kept, self._settings.data)

    def release(self, ticket_id: str) -> Ticket | None:
        """Let a ticket out of quarantine, and send what goes out for it. Null: no such ticket."""
        return self._ledger.store.tickets.release(ticket_id, self.parcels, datetime.now(UTC))

    def _ticket(self, contact: Contact) -> Ticket:
        """As it is kept, but for its number."""
        draft, now = contact.draft, datetime.now(UTC)
        email = tickets.mail_address(draft.email) or draft.email
        suspicion = contact.suspicion or self._flood(email, now)
        if suspicion:
            _log.info("A message is in quarantine: %s.", suspicion)
        return Ticket(
            id="", created_at=now, status="quarantine" if suspicion else "open", source=contact.source,
            lang=draft.lang, email=email, message=draft.message, name=draft.name, subject=draft.subject,
            category=draft.category, trail=draft.trail or None,
            search_id=draft.search_id or None, suspicion=suspicion,
            promise=self.promise(draft.category, now),
        )  # fmt: skip

    def _flood(self, email: str, now: datetime) -> spam.Suspicion | None:
        written = self._ledger.store.tickets.written_since(email, now - spam.WITHIN)
        return "flood" if written >= spam.MOST else None


def _working_hours(settings: Settings) -> OpeningHours:
    hours = hours_of(settings)
    if hours:
        return hours
    whole = parse_hours(_WORKING_DAYS, ZoneInfo(settings.time_zone))
    return replace(whole, holidays=days_off(settings.holidays))
