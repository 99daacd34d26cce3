"""From a gap's wordings to an article's: a title, other ways to ask it. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from app.gaps.told import Told
from app.languages import base_of
from indexer.checks import MAX_TITLE
from indexer.importing.drafts import one_line
from search.messages import begins_to_ask

# More than an article gains by, and than anybody reads through.
MOST_QUESTIONS: Final = 20
# How a language closes a question; the others keep what was typed.
_MARKS: Final = {"it": "?", "en": "?", "de": "?", "es": "?", "fr": " ?"}
_CLOSED: Final = ("?", "!", "…", "؟", "？", "！", ";", ":", "。")
_LEADING: Final = re.compile(r"^[^\w¿¡«“\"'‘(\[]+")
_TRAILING: Final = re.compile(r"[\s.,;:·–—-]+$")


def title_of(wording: str, lang: str) -> str:
    """A wording as a title: with a capital and, where it begins as a question of its language, its mark."""
    text = _TRAILING.sub("", _LEADING.sub("", one_line(wording)))
    if text.isupper() and " " in text:
        text = text.lower()
    if len(text) > MAX_TITLE:
        text = _TRAILING.sub("", text[:MAX_TITLE].rpartition(" ")[0] or text[: MAX_TITLE - 1]) + "…"
    base = base_of(lang)
    if not text.endswith(_CLOSED) and base in _MARKS and begins_to_ask(text, base):
        text += _MARKS[base]
    opened = base == "es" and text.endswith("?") and "¿" not in text
    return "¿" + _capital(text) if opened else _capital(text)


def language_of(told: Told, languages: Sequence[str], default: str) -> str:
    """The language to write in: the one it was asked in most, of those that have articles."""
    asked = (base for lang in told.gap.languages for base in (lang, base_of(lang)))
    return next((lang for lang in asked if lang in languages), default)


def suggested(told: Told, lang: str) -> tuple[str, tuple[str, ...]]:
    """A title in `lang`, and the other wordings; of those in that language, else of all."""
    here = [question for question in told.questions if base_of(question.doubt.lang) == base_of(lang)]
    wordings = [one_line(question.doubt.wording) for question in here or told.questions]
    if not wordings:
        return "", ()
    title = title_of(wordings[0], lang)
    others = dict.fromkeys(wording for wording in wordings if _bare(wording) != _bare(title))
    return title, tuple(others)[:MOST_QUESTIONS]


def _capital(text: str) -> str:
    """With a capital where it begins; a word with one inside, such as iPhone, is as it is meant."""
    first = text.partition(" ")[0]
    begins = first[:1].upper()
    return text if first[1:] != first[1:].lower() or len(begins) != 1 else begins + text[1:]


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
