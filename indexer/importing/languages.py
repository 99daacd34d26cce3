"""Which language a tag, a folder or a file's name means."""

import re
from pathlib import Path
from typing import Final

from indexer.files import LANGUAGE

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}|\d{3}))?")
_SUFFIX = re.compile(r"[-_. ]([A-Za-z]{2}(?:[-_][A-Za-z]{2})?)$")
# A folder of two letters is a language only if the letters are one: `hr` is, `qa` is not.
_CODES: Final = (
    "aa ab af ak am ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz "
    "ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig "
    "ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg "
    "mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn "
    "ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt "
    "tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_ISO_639: Final = frozenset(_CODES.split())


def language(tag: str) -> str | None:
    """A language as our folders name it, or None: `it_IT` → `it`, `pt-br` → `pt-BR`, `en-US` → `en`."""
    match = _TAG.fullmatch(tag.strip())
    if not match:
        return None
    lang, region = match[1].lower(), (match[2] or "").upper()
    # The country the language is named after, and the United States, say nothing that the language does not.
    found = lang if region in {"", lang.upper()} or (lang, region) == ("en", "US") else f"{lang}-{region}"
    return found if LANGUAGE.fullmatch(found) else None


def known_language(tag: str) -> str | None:
    """A language of ISO 639-1, for names that were not written to be one."""
    found = language(tag)
    return found if found and found[:2] in _ISO_639 and found[2:3] in {"", "-"} else None


def language_in_name(source: Path) -> str | None:
    """The language a name ends in: `help_it.tgz`, `faq-en.csv`."""
    name = re.sub(r"(\.tar)?\.\w+$", "", source.name) if source.is_file() else source.name
    suffix = _SUFFIX.search(name)
    return known_language(suffix[1]) if suffix else None
