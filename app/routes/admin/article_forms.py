"""The form of an article: what it says, and how a file is shown in it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, get_args
from zoneinfo import ZoneInfo

from app.articles.records import ArticleDraft
from app.routes.admin.forms import Fields
from indexer.editing import LISTS
from indexer.importing.drafts import one_line
from indexer.markdown import printable
from search.records import ArticleType, Phase, Status, Visibility

PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "status": STATUSES,
    "phase": ("", *PHASES),
    "type": get_args(ArticleType),
    "visibility": get_args(Visibility),
}
_LISTED: Final = tuple(sorted(LISTS - {"questions"}))
_TEXTS: Final = ("summary", "owner")
_LEAST_BOOST, _MOST_BOOST = 0.1, 10.0

Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says; `wrong` are the names of the fields that cannot be read."""

    draft: ArticleDraft
    wrong: frozenset[str]


def said(form: Fields, lang: str, article_id: str, zone: ZoneInfo) -> Said:
    """What was typed, as an article; a field that the form has not stays as the file has it."""
    wrong: set[str] = set()
    fields: dict[str, tuple[str, ...]] = {}
    for name in (*_CHOICES, "publish_at", "review_by", "boost", *_TEXTS, *_LISTED):
        if name not in form:
            continue
        try:
            fields[name] = _read(name, form[name], zone)
        except ValueError:
            wrong.add(name)
    title = one_line(form.get("title", ""))
    if not any(char.isprintable() and not char.isspace() for char in title):
        wrong.add("title")
    questions = _lines(form.get("questions", ""))
    body = printable(form.get("body", ""))
    return Said(ArticleDraft(lang, article_id, title, questions, body, fields), frozenset(wrong))


def typed_of(draft: ArticleDraft, zone: ZoneInfo) -> dict[str, str]:
    """What the form holds of an article as its file says it."""
    typed = {name: draft.text(name) for name in (*_CHOICES, "boost", *_TEXTS)}
    typed |= {name: "\n".join(draft.fields.get(name, ())) for name in _LISTED}
    typed["status"] = typed["status"] or "published"
    typed["publish_at"] = _moment(draft.text("publish_at"), zone)
    typed["review_by"] = draft.text("review_by")[:10]
    return typed | {"title": draft.title, "questions": "\n".join(draft.questions), "body": draft.body}


def moment_of(draft: ArticleDraft) -> datetime | None:
    """When it is to appear, with its zone; null where nothing is said of it."""
    try:
        moment = datetime.fromisoformat(draft.text("publish_at"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read(name: str, typed: str, zone: ZoneInfo) -> tuple[str, ...]:
    """The texts to write. Raises ValueError for what cannot be read."""
    if name in LISTS:
        return _lines(typed)
    text = one_line(typed)
    if name in _CHOICES:
        if text not in _CHOICES[name]:
            raise ValueError(name)
    elif text and name == "publish_at":
        moment = datetime.fromisoformat(text)
        text = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat(" ", _exact(moment))
    elif text and name == "review_by":
        text = date.fromisoformat(text).isoformat()
    elif text and name == "boost":
        text = _number(text)
    return (text,) if text else ()


def _number(text: str) -> str:
    number = float(text.replace(",", "."))
    if not (math.isfinite(number) and _LEAST_BOOST <= number <= _MOST_BOOST):
        raise ValueError(text)
    return f"{number:g}"


def _lines(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(one_line, printable(typed).split("\n")))))


def _moment(text: str, zone: ZoneInfo) -> str:
    """As the form's control takes it, on the shop's clock."""
    try:
        moment = datetime.fromisoformat(text)
        there = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)
    except (ValueError, OverflowError):  # also of the first or the last day that there is
        return ""
    return there.replace(tzinfo=None).isoformat(timespec=_exact(there))


def _exact(moment: datetime) -> str:
    """As what it is written."""
    return "seconds" if moment.second else "minutes"
