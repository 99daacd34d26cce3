"""The inbox: every contact there was, the longest waiting first."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import Response

from app.contact.numbers import read_number
from app.live import NotReadyError
from app.routes.admin import places
from app.routes.admin.desk import desk, language, render
from app.routes.admin.members import Viewer
from app.routes.site import CurrentSite, Site
from app.store.inbox import Entry, Wanted
from app.store.tickets_records import Ticket, TicketStatus
from search.analysis import normalise

router = desk()

STATUSES: Final[tuple[TicketStatus, ...]] = get_args(TicketStatus)
_ON_A_PAGE: Final = 25
_LONGEST_SEARCH: Final = 200
_LEAST: Final = timedelta(minutes=1)
_LAST_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a customer waits for a first reply, and what they were promised.

    `left` is what remains of the promise, below zero once it is broken; null where nothing was promised.
    """

    since: timedelta
    left: timedelta | None

    @property
    def late(self) -> bool:
        """Whether the promise is broken."""
        return self.left is not None and self.left < timedelta(0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the inbox is shown; an empty status shows all."""

    status: TicketStatus | str
    category: str
    text: str
    page: int


@router.get(places.TICKETS)
def inbox(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The tickets of a status, or those that a search leaves."""
    chosen = _chosen(request)
    wanted = Wanted(
        next((status for status in STATUSES if status == chosen.status), None),
        chosen.category or None,
        read_number(chosen.text) or chosen.text,
    )
    found = site.ledger.store.inbox.find(
        wanted,
        _ON_A_PAGE + 1,
        (chosen.page - 1) * _ON_A_PAGE,
        newest_first=chosen.status not in {"open", "answered", "quarantine"},
    )
    now = datetime.now(UTC)
    return render(
        request,
        "tickets.html",
        member,
        chosen=chosen,
        statuses=STATUSES,
        counts=site.ledger.store.inbox.counts(wanted),
        categories=category_names(request, site, site.ledger.store.inbox.categories()),
        rows=[(entry, wait_of(entry.ticket, now)) for entry in found[:_ON_A_PAGE]],
        more=len(found) > _ON_A_PAGE,
        zone=ZoneInfo(site.settings.time_zone),
        gist=gist,
        deleted="deleted" in request.query_params,
    )


def wait_of(ticket: Ticket, now: datetime) -> Wait | None:
    """How long its customer waits; null where they have had their reply, or are not to get one."""
    if ticket.status != "open" or ticket.first_reply_at:
        return None
    return Wait(max(now - ticket.created_at, _LEAST), ticket.promise.by - now if ticket.promise else None)


def category_names(request: Request, site: Site, ids: tuple[str, ...]) -> dict[str, str]:
    """What each category is called, in the reader's language where the articles have it."""
    try:
        library = site.library()
    except NotReadyError:
        return {name: name for name in ids}
    lang = library.language(language(request, site))
    shelves = {name: library.catalogue.shelf(lang, name) for name in ids}
    return {name: shelf.category.name if shelf else name for name, shelf in shelves.items()}


def gist(entry: Entry) -> str:
    """What a ticket is about, in a line: its subject, else how it begins."""
    said = entry.ticket.subject or entry.ticket.message
    return " ".join(said.split())


def _chosen(request: Request) -> Chosen:
    """Searching is through all, unless a status is named; looking begins with what is to be answered."""
    asked = request.query_params
    text = normalise(asked.get("q", ""), _LONGEST_SEARCH)
    status = asked.get("status", "all" if text else "open")
    page = asked.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 5 else 1
    return Chosen(
        status if status in {*STATUSES, "all"} else "open",
        normalise(asked.get("category", ""), _LONGEST_SEARCH),
        text,
        min(max(number, 1), _LAST_PAGE),
    )
