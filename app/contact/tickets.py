"""What somebody writes to us, put in order and checked: what is wrong is said, and nothing is cut off."""

import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

import orjson
from email_validator import EmailNotValidError, validate_email

from app.contact.trails import read_trail
from search.analysis import normalise

MESSAGE_LIMIT: Final = 20_000
SUBJECT_LIMIT: Final = 300
NAME_LIMIT: Final = 200
CATEGORY_LIMIT: Final = 100
EMAIL_LIMIT: Final = 254

Field = Literal["message", "email", "name", "subject", "category", "files"]
Wrong = Literal[
    "message_missing", "message_long", "email_missing", "email_wrong", "name_long", "subject_long",
    "category_long", "files_many", "files_large", "files_kind", "files_empty",
]  # fmt: skip

# What the API says of the field; pages say it in the visitor's language.
SAID: Final[dict[Wrong, str]] = {
    "message_missing": "It is missing",
    "message_long": f"It is longer than {MESSAGE_LIMIT:,} characters",
    "email_missing": "It is missing",
    "email_wrong": "It is no e-mail address such as name@example.com",
    "name_long": f"It is longer than {NAME_LIMIT} characters",
    "subject_long": f"It is longer than {SUBJECT_LIMIT} characters",
    "category_long": f"It is longer than {CATEGORY_LIMIT} characters",
    "files_many": "There are more of them than the limit",
    "files_large": "Together they are larger than the limit",
    "files_kind": "One of them is no image, PDF or plain text",
    "files_empty": "One of them is empty",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field; `about` names the file, if it is one."""

    field: Field
    wrong: Wrong
    about: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A contact as it was written; nothing in it is trusted. `trail` is the widget's JSON, `search_id` a
    search that is known."""

    lang: str
    email: str = ""
    message: str = ""
    name: str = ""
    subject: str = ""
    category: str = ""
    trail: str = ""
    search_id: str = ""


def cleaned(draft: Draft) -> Draft:
    """The same in legible characters, each field at most a little longer than its limit."""
    return Draft(
        lang=draft.lang,
        email=normalise(draft.email, 2 * EMAIL_LIMIT),
        message=legible(draft.message[: 2 * MESSAGE_LIMIT]),
        name=normalise(draft.name, 2 * NAME_LIMIT),
        subject=normalise(draft.subject, 2 * SUBJECT_LIMIT),
        category=normalise(draft.category, 2 * CATEGORY_LIMIT),
        trail=read_trail(draft.trail) or "",
        search_id=draft.search_id,
    )


def legible(text: str) -> str:
    """Lines as they were, without what no database or mail can hold: NUL, controls, halves of surrogates."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(_legible(c) for c in lines)
    return unicodedata.normalize("NFC", kept).strip()


def problems(draft: Draft) -> tuple[Problem, ...]:
    """All that is wrong with a cleaned draft, in the order of the form."""
    found: list[Problem] = []
    if not draft.message:
        found.append(Problem("message", "message_missing"))
    elif len(draft.message) > MESSAGE_LIMIT:
        found.append(Problem("message", "message_long"))
    if not draft.email:
        found.append(Problem("email", "email_missing"))
    elif mail_address(draft.email) is None:
        found.append(Problem("email", "email_wrong"))
    if len(draft.name) > NAME_LIMIT:
        found.append(Problem("name", "name_long"))
    if len(draft.subject) > SUBJECT_LIMIT:
        found.append(Problem("subject", "subject_long"))
    if len(draft.category) > CATEGORY_LIMIT:
        found.append(Problem("category", "category_long"))
    return tuple(found)


def mail_address(text: str) -> str | None:
    """An address as mail is sent to it, its domain in lower case; null for what can be none."""
    if len(text) > EMAIL_LIMIT:
        return None
    try:
        # Whether it exists is for the mail to find out; a reserved domain may be somebody's own network.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized


def digest(draft: Draft, files: tuple[str, ...]) -> str:
    """What tells one request from another that says something else; `files` are their hashes."""
    said = [draft.lang, draft.email, draft.message, draft.name, draft.subject, draft.category, *files]
    return sha256(orjson.dumps(said)).hexdigest()


def _legible(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cc" else character
