"""A widget's sessions, and what became of each. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from app.insights.episodes import WINDOW
from app.store.insights_rows import Act, Contact, Offered
from app.store.late import LEEWAY, REACH
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
    """A session.

    `offered`: there was an answer to show or to hold back; of these, `trial` says whether a
    form was submitted within the window after the first one, which ends at `tried`.

    What became of it is known when its own window `ends`, and until then said of what was done by now.
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
    ends: datetime
    trial: bool
    tried: datetime
    submitted: bool
    denied: bool


def visits(offers: Sequence[Offered], acts: Sequence[Act], contacts: Sequence[Contact]) -> list[Visit]:
    """Each session, the oldest first; `offers` come oldest first."""
    sessions: dict[str, list[Offered]] = defaultdict(list)
    for offer in offers:
        sessions[offer.session].append(offer)
    done: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        asked = sessions.get(act.session or "")
        if asked and abs(act.at - asked[0].at) <= REACH:
            done[asked[0].session].append(act)
    sent = submissions(Sessions(offers), acts, contacts)
    return [_visit(asked, done.get(name, ()), sent.get(name, ())) for name, asked in sessions.items()]


class Sessions:
    """The sessions that asked something: by their deflections, and by their searches."""

    def __init__(self, offers: Iterable[Offered]) -> None:
        """`offers` come oldest first."""
        self._of: dict[str, str] = {}
        self.begun: dict[str, datetime] = {}
        self.held: set[str] = set()
        for offer in offers:
            self._of[offer.id] = self._of[offer.search_id] = offer.session
            if offer.session not in self.begun:
                self.begun[offer.session] = offer.at
                self.held |= {offer.session} if offer.holdout else set()

    def behind(self, contact: Contact) -> set[str]:
        """Those that a ticket came from: it names them, and they began in the two days before."""
        named = (*contact.deflections, contact.search_id or "")
        found = {self._of[name] for name in named if name in self._of}
        return {name for name in found if -LEEWAY <= contact.at - self.begun[name] <= REACH}


def submissions(
    sessions: Sessions, acts: Iterable[Act], contacts: Iterable[Contact]
) -> dict[str, list[datetime]]:
    """When a session's form was submitted, as its tab or a ticket's trail tells."""
    sent: dict[str, list[datetime]] = defaultdict(list)
    for act in acts:
        begun = sessions.begun.get(act.session or "") if act.type == "submitted" else None
        if act.session and begun and abs(act.at - begun) <= REACH:
            sent[act.session].append(act.at)
    for contact in contacts:
        for session in sessions.behind(contact):
            sent[session].append(contact.at)
    return sent


def _visit(asked: Sequence[Offered], acts: Sequence[Act], sent: Sequence[datetime]) -> Visit:
    first, last = asked[0], asked[-1]
    did = {act.type for act in acts}
    offer = next((offer for offer in asked if offer.something), None)
    # What helped last may be said after the last question: the window begins with whatever came later, and
    # is over when nothing is tied to the session any more.
    helped = max([last.at, *(act.at for act in acts if act.type == "solved")])
    ends = min(helped + WINDOW, first.at + REACH)
    submitted = any(at <= ends for at in sent)
    outcome: Outcome = "held"
    if not first.holdout:
        outcome = _outcome(did, offered=offer is not None, submitted=submitted)
    # Both arms are watched for equally long after the same moment: the first answer there was to show.
    return Visit(
        session=first.session,
        at=first.at,
        lang=last.lang,
        category=(offer or last).category,
        question=last.question,
        holdout=first.holdout,
        offered=offer is not None,
        outcome=outcome,
        ends=ends,
        trial=bool(offer and any(offer.at <= at <= offer.at + WINDOW for at in sent)),
        tried=(offer or first).at + WINDOW,
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
