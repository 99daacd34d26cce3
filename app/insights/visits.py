"""A widget's sessions, and what became of each. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from app.insights.episodes import WINDOW
from app.store.insights_rows import Act, Contact, Offered
from app.store.records import EventType

Outcome = Literal[
    "confirmed", "potential", "failed", "ignored", "abandoned", "unassisted", "unseen", "held", "running"
]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
# What a visitor saw suggestions for.
SHOWN: Final[frozenset[Outcome]] = frozenset({"confirmed", "potential", "failed", "ignored", "abandoned"})

_OPENED: Final[frozenset[EventType]] = frozenset({"opened", "clicked", "solved", "not_solved"})
_SEEN: Final[frozenset[EventType]] = _OPENED | {"shown"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A session. `offered`: there was an answer to show or to hold back; of these, `trial` says whether a
    form was submitted within the window after the first one, and is null while the window is open.

    `denied`: an answer was said not to have helped, and none to have.
    """

    session: str
    at: datetime
    lang: str
    category: str
    question: str
    holdout: bool
    offered: bool
    outcome: Outcome
    trial: bool | None
    submitted: bool
    denied: bool


def visits(
    offers: Sequence[Offered], acts: Iterable[Act], contacts: Iterable[Contact], now: datetime
) -> list[Visit]:
    """Each session, the oldest first; `offers` come oldest first."""
    sessions: dict[str, list[Offered]] = defaultdict(list)
    for offer in offers:
        sessions[offer.session].append(offer)
    done: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        if act.session:
            done[act.session].append(act)
    sent = submissions(offers, (act for each in done.values() for act in each), contacts)
    return [_visit(asked, done.get(name, ()), sent.get(name, ()), now) for name, asked in sessions.items()]


def submissions(
    offers: Iterable[Offered], acts: Iterable[Act], contacts: Iterable[Contact]
) -> dict[str, list[datetime]]:
    """When a session's form was submitted, as its tab or a ticket's trail tells."""
    sent: dict[str, list[datetime]] = defaultdict(list)
    for act in acts:
        if act.type == "submitted" and act.session:
            sent[act.session].append(act.at)
    session_of = sessions_by_name(offers)
    for contact in contacts:
        for session in sessions_of(contact, session_of):
            sent[session].append(contact.at)
    return sent


def sessions_by_name(offers: Iterable[Offered]) -> dict[str, str]:
    """The session of each deflection, and of each search."""
    offers = tuple(offers)
    named = {offer.search_id: offer.session for offer in offers}
    return named | {offer.id: offer.session for offer in offers}


def sessions_of(contact: Contact, session_of: Mapping[str, str]) -> set[str]:
    """The sessions that a ticket came from."""
    named = (*contact.deflections, contact.search_id or "")
    return {session_of[name] for name in named if name in session_of}


def _visit(asked: Sequence[Offered], acts: Sequence[Act], sent: Sequence[datetime], now: datetime) -> Visit:
    first, last = asked[0], asked[-1]
    did = {act.type for act in acts}
    offer = next((offer for offer in asked if offer.something), None)
    # What helped last may be said after the last question: the window begins with whatever came later.
    ends = max([last.at, *(act.at for act in acts if act.type == "solved")]) + WINDOW
    submitted = any(at <= ends for at in sent)
    outcome: Outcome = "running"
    if first.holdout:
        outcome = "held"
    elif now >= ends:
        outcome = _outcome(did, offered=offer is not None, submitted=submitted)
    return Visit(
        session=first.session,
        at=first.at,
        lang=last.lang,
        category=(offer or last).category,
        question=last.question,
        holdout=first.holdout,
        offered=offer is not None,
        outcome=outcome,
        trial=_trial(offer, sent, now),
        submitted=submitted,
        denied="not_solved" in did and "solved" not in did,
    )


def _outcome(did: set[EventType], *, offered: bool, submitted: bool) -> Outcome:
    if not offered:
        return "unassisted"
    if not did & _SEEN:
        return "unseen"
    if submitted:
        return "failed" if did & _OPENED else "ignored"
    if "solved" in did:
        return "confirmed"
    return "potential" if did & _OPENED else "abandoned"


def _trial(offer: Offered | None, sent: Sequence[datetime], now: datetime) -> bool | None:
    """Both arms are watched for equally long after the same moment: the first answer there was to show."""
    if offer is None or now < offer.at + WINDOW:
        return None
    return any(offer.at <= at <= offer.at + WINDOW for at in sent)
