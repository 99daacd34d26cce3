"""What visitors write, without what says who they are. Pure."""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Final

from stdnum import iban, luhn
from stdnum.it import codicefiscale, iva

_DIGIT: Final = re.compile(r"[0-9]")

# A run of what an address is made of is looked at from its first letter only: else a page of such letters
# would cost their number squared.
_LOCAL: Final = r"[\w.!#$%&'*+/=?^`{|}~-]"
_EMAIL: Final = re.compile(
    rf"(?<!{_LOCAL}){_LOCAL}+ ?@ ?(?:[^\W_](?:[\w-]{{0,62}}[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]"
)

_IBAN: Final = re.compile(r"(?<![^\W_])[A-Z]{2}(?:[ .-]?\d){2}(?:[ .-]?[A-Z0-9]){11,30}", re.IGNORECASE)

# Sixteen characters; for namesakes, letters stand for some of the digits.
_NAMESAKE: Final = r"[ .-]?[0-9LMNPQRSTUV]"
_FISCAL_CODE: Final = re.compile(
    rf"(?<![^\W_])[A-Z](?:[ .-]?[A-Z]){{5}}(?:{_NAMESAKE}){{2}}[ .-]?[ABCDEHLMPRST](?:{_NAMESAKE}){{2}}"
    rf"[ .-]?[A-Z](?:{_NAMESAKE}){{3}}[ .-]?[A-Z](?![^\W_])",
    re.IGNORECASE,
)

# What looks like a number to hide and is none: dates, times, years from and to, amounts.
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE: Final = (
    "(?<!\\d)(?:"
    + "|".join(rf"{_DAY}{by}{_MONTH}{by}(?:{_YEAR}|\d\d)(?!\d|{by}\d)" for by in (r"\.", "/", "-"))
    + "|"
    + "|".join(rf"{_YEAR}{by}{_MONTH}{by}{_DAY}(?!\d|{by}\d)" for by in (r"\.", "/", "-"))
    + rf"|{_DAY}[ ]{_MONTH}[ ]{_YEAR}(?!\d|[ ]\d))"
)
_KEPT: Final = rf"""(?P<kept>{_DATE}
  | (?<![\d.:])(?:[01]?\d|2[0-3])[.:][0-5]\d(?![.:/]?\d|[ ]\d+[ ]\d)          # 9.30, 10:30
  | (?<![\w/-])(?:{_YEAR}[ ]?[-–]|\d{{1,4}}/)[ ]?{_YEAR}(?!\d|[-/]\d)                # 2019-2024, 206/2005
  | (?<!\d)\d{{1,3}}(?:[.,' ]\d{{3}}){{0,3}}[.,]\d\d?(?!\d|[.,]\d|[ ]\d)       # 1.249,90
  | (?<!\d)\d{{1,3}}(?:\.\d{{3}}){{1,3}}(?=[ ]?(?:€|euro?\b))                # 1.250.000 €
)"""

# Digits grouped as on the card, never by twos: "36 38 40 42" are sizes.
_CARD: Final = r"(?P<found>(?<!\d)\d{3,19}(?:[ -]\d{3,16}){0,4}(?:[ -]\d{1,2})?(?!\d))"
_VAT: Final = r"(?P<found>(?:(?<![^\W_])IT[ .-]?)?(?<!\d)\d(?:[ .\-/]?\d){10,16}(?!\d))"
_PHONE: Final = r"""(?P<found>(?<![\w+])(?:
    (?:\+|00)[ ]?[1-9]\d{0,14} (?:[ .\-/]{0,2}\(?\d{1,12}\)?){0,8}        # +39 0546 000 214, +44 (0)20 …
  | \(\+?\d{2,5}\)[ ]?\d{2,8} (?:[ .\-/]?\d{2,8}){0,4}                     # (0546) 000 214, (555) 123-4567
  | 0\d{1,10} (?:[ ]?[.\-/ ][ ]?\d{2,8}){0,5}                              # 0546 000214, 06 12 34 56 78
  | (?:39[ ]?)?3\d\d [ .\-/]?\d{2,7} (?:[ .\-/]?\d{2,4}){0,3}              # 347 123 4567
  | [6-9]\d\d(?P<by>[ .-])\d{3}(?P=by)\d{3}                                # 612 345 678
)(?!\d))"""
_NUMBER: Final = r"""(?P<found>
    (?<![^\W_])(?=(?:[\w/-]{0,9}?\d){7})(?=[\w/-]{0,19}\d{4})
      (?:[a-z]{1,8}[-/]?)?\d[\d/-]*\d(?![^\W_])                           # 1234567, TG-2026-00123
  | (?<![^\W_])(?=[a-z0-9-]{0,19}[a-z])(?=(?:[a-z0-9-]{0,9}?\d){5})
      [a-z0-9]+(?:-[a-z0-9]+)*(?![^\W_])                                  # 1Z999AA10123456784
  | (?<!\d)(?=(?:[ -]?\d){13})\d{3,}(?:[ -]\d{3,})+(?!\d)                 # a card with a digit mistyped
)"""
# After these words a short number is one of ours.
_NAMED: Final = re.compile(
    rf"""(?P<name>(?<!\w)(?:ordin[ei]|orders?|bestellung|commande|pedido|fattura|invoice|rechnung
      |facture|factura|ricevuta|receipt|pratica|ticket|reclamo|spedizione|tracking|codice|code|cliente|customer)
      (?:[ ]+(?:n[.°º]?|nr\.?|no\.?|num(?:ero|ber)?\.?|id))?[ ]*[:=\#]?[ ]*)
      (?!{_DATE})(?=(?:[\w/-]{{0,9}}?\d){{4}})[a-z0-9]+(?:[-/][a-z0-9]+)*(?!\w)
    | (?P<hash>\#[ ]?)(?=(?:[\w/-]{{0,9}}?\d){{3}})[a-z0-9]+(?:[-/][a-z0-9]+)*(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)


def scrub(text: str) -> str:
    """`text` with each thing that names or reaches a person replaced by its kind: `[e-mail]`, `[IBAN]`,
    `[codice fiscale]`, `[card]`, `[partita IVA]`, `[phone]`, `[number]`."""
    text = _legible(text)
    if "@" not in text and not _DIGIT.search(text):  # as most is: all that is hidden has the one or the other
        return text
    text = _EMAIL.sub("[e-mail]", text)
    text = _IBAN.sub(lambda m: _cut(m[0], "[IBAN]", iban.is_valid), text)
    text = _FISCAL_CODE.sub(_fiscal_code, text)
    for kind, pattern, accepts in _NUMBERS:
        text = pattern.sub(partial(_hidden, kind=kind, accepts=accepts), text)
    return _NAMED.sub(lambda m: f"{m['name'] or m['hash']}[number]", text)


def _legible(text: str) -> str:
    """Every digit, dash and space as ASCII has it, and nothing that cannot be seen between them."""
    if text.isascii():
        return text
    return "".join(
        _plain(c) for c in text if unicodedata.category(c) not in {"Cf", "Cs"} or c in "\u200c\u200d"
    )


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return {"Zs": " ", "Pd": "-" if character in "‐‑‒" else character}.get(
        unicodedata.category(character), character
    )


def _hidden(match: re.Match[str], kind: str, accepts: Callable[[str], bool]) -> str:
    return match[0] if match["kept"] else _cut(match[0], kind, accepts)


def _cut(text: str, kind: str, accepts: Callable[[str], bool]) -> str:
    """The longest beginning that is accepted becomes `kind`; where none is, the rest without its first
    group is tried."""
    for end in _ends(text):
        if accepts(text[:end]):
            return kind + _cut(text[end:], kind, accepts) if text[end:] else kind
    first = re.match(r"\W*\w+\W+", text)
    return text[: first.end()] + _cut(text[first.end() :], kind, accepts) if first else text


def _ends(text: str) -> list[int]:
    """Where a number may end in `text`: after each group, the last one first."""
    return [len(text), *(m.start() for m in reversed(list(re.finditer(r"\W+", text))) if m.start())]


def _fiscal_code(match: re.Match[str]) -> str:
    code = re.sub(r"\W", "", match[0])
    # Written in one piece it is one even if a letter is mistyped; in pieces, words of a sentence could be.
    plain = re.fullmatch(r"[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]", match[0], re.IGNORECASE)
    valid = any(c.isdigit() for c in code) and codicefiscale.is_valid(code)
    return "[codice fiscale]" if plain or valid else match[0]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_card(text: str) -> bool:
    number = _digits(text)
    return 13 <= len(number) <= 19 and luhn.is_valid(number)


def _is_vat(text: str) -> bool:
    number = _digits(text)
    return len(number) == 11 and iva.is_valid(number)


def _is_phone(text: str) -> bool:
    """By its length: national ones have at most twelve digits, all at most fifteen and a prefix's zeros."""
    longest = 17 if text.startswith(("+", "00", "(+")) else 12
    return 8 <= len(_digits(text)) <= longest


def _always(_: str) -> bool:
    return True


def _numbers(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_KEPT}|{pattern}", re.VERBOSE | re.IGNORECASE)


_NUMBERS: Final = (
    ("[card]", _numbers(_CARD), _is_card),
    ("[partita IVA]", _numbers(_VAT), _is_vat),
    ("[phone]", _numbers(_PHONE), _is_phone),
    ("[number]", _numbers(_NUMBER), _always),
)
