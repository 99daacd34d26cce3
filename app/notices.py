"""What every page says at its top for a while, such as “delays this week”."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.languages import base_of


class NoticeError(ValueError):
    """A notice that cannot be read, in one sentence."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One text and its language."""

    lang: str
    text: str


def parse_notice(written: str, default_language: str) -> Mapping[str, str]:
    """The texts by language; a plain text is in the default one.

    Several languages are a JSON object: `{"it": "Ritardi.", "en": "Delays."}`. Raises NoticeError.
    """
    if not written.lstrip().startswith("{"):
        text = " ".join(written.split())
        return {default_language: text} if text else {}
    try:
        texts = json.loads(written)
    except json.JSONDecodeError as error:
        raise NoticeError(f"it begins as a JSON object but is none: {error}") from None
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise NoticeError("each language needs a text that is not empty")
    return {str(lang): " ".join(text.split()) for lang, text in texts.items()}


def notice_for(texts: Mapping[str, str], lang: str) -> Notice | None:
    """The text in a language, else in its base, else the first there is: what it says concerns everyone."""
    for found in (lang, base_of(lang), *texts):
        if found in texts:
            return Notice(found, texts[found])
    return None
