"""A ticket and what belongs to it, as they go into the store and come out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TicketStatus = Literal["open", "answered", "closed", "quarantine"]
Source = Literal["form", "api"]
Basis = Literal["measured", "promised"]
# Who replied: one of the staff in here, or somebody by other means, which was learned.
Channel = Literal["here", "elsewhere"]
TicketParcel = Literal["acknowledgement", "forward", "webhook", "reply", "closing"]
SubscriptionParcel = Literal["confirmation", "answer"]
StaffParcel = Literal["digest", "review"]
ParcelKind = Literal[TicketParcel, SubscriptionParcel, StaffParcel]
ParcelStatus = Literal["waiting", "sending", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a customer was told of the wait, in minutes of working time; `by` is when it ends at the latest.

    `typical` is null where nothing was measured.
    """

    basis: Basis
    typical: int | None
    latest: int
    by: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A contact. `trail` is JSON: what was searched and read before; `suspicion`: why it is in quarantine.

    `search_id` is the search that led to it. `rating_token` opens the satisfaction question, and is null
    until it is asked.
    """

    id: str
    created_at: datetime
    status: TicketStatus
    source: Source
    lang: str
    email: str
    message: str
    name: str = ""
    subject: str = ""
    category: str = ""
    trail: str | None = None
    suspicion: str | None = None
    promise: Promise | None = None
    first_reply_at: datetime | None = None
    closed_at: datetime | None = None
    rating_token: str | None = None
    search_id: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file a customer sent; its content lies in `attachments/<id>` of the data folder."""

    id: str
    name: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a ticket; `author` is who of the staff wrote it, `articles` are the ids attached to it.

    One that was given elsewhere has no text.
    """

    id: str
    at: datetime
    channel: Channel
    author: str = ""
    body: str = ""
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rating:
    """How satisfied a customer was, from 1 to 5; `changed_at` is the last time they said so."""

    value: int
    comment: str
    at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something on its way out; `about` is the reply's id, or the week of a digest or a reminder, where it
    carries one.

    It is a ticket's, a subscription's or a user's: `ticket_id` is empty, or the other two are null.
    `possible_repeats` counts how often it was handed over again without knowing whether it had arrived.
    """

    id: str
    ticket_id: str
    kind: ParcelKind
    about: str
    created_at: datetime
    status: ParcelStatus
    attempts: int
    possible_repeats: int
    reason: str | None
    sent_at: datetime | None
    subscription_id: str | None = None
    user_id: str | None = None

    @property
    def whose(self) -> str:
        """The ticket's number, or that it is staff's or a subscription's: whose mails carry what opens it."""
        return self.ticket_id or ("staff" if self.user_id else "subscription")


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket with all that belongs to it, oldest first."""

    ticket: Ticket
    attachments: tuple[Attachment, ...]
    replies: tuple[Reply, ...]
    rating: Rating | None
    parcels: tuple[Parcel, ...]

    @property
    def state(self) -> str:
        """What changes when somebody replies to the ticket, closes or reopens it."""
        return state_of(self.ticket.status, len(self.replies))


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes a repeated request known: the key it came with, and the digest of what it said."""

    key: str
    digest: str


def state_of(status: str, replies: int) -> str:
    """A ticket's state, to be compared with the one it was read in."""
    return f"{status}.{replies}"
