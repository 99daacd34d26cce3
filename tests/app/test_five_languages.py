"""Every kind of page in each of the interface's languages: it speaks that one and no other."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.contact.letters import Letters, Offered
from app.contact.promises import in_words
from app.languages import load_interfaces
from app.settings import Settings
from app.store import Answered, Attachment, Case, Parcel, Promise, Reply, Subscription, Ticket
from app.subscriptions.letters import Notices
from tests.catalogues import catalogue_files, forms, messages, originals, read
from tests.polyglot import ARTICLE, GUIDE, TEXTS
from tests.served import POLYGLOT

LANGUAGES = sorted(TEXTS)
PATHS = {
    "home": "",
    "category": "c/consegna",
    "article": f"a/{ARTICLE}",
    "guide": f"a/{GUIDE}",
    "whole guide": f"a/{GUIDE}?all=1",
    "answer": "search?q={asked}",
    "misspelt": "search?q={misspelt}",
    "no answer": "search?q={unknown}",
    "filtered": "search?q={asked}&category=consegna&phase=after",
    "browsed": "search?phase=before",
    "nothing left": "search?category=x",
    "search": "search",
    "contact": "contact",
    "contact with a question": "contact?q={unknown}",
    "accessibility": "accessibility",
    "thanks": f"feedback?article={ARTICLE}&value=yes",
    "why": f"feedback?article={ARTICLE}&value=no&rating={'0' * 32}",
    "not found": "a/consegna/nulla",
}
# No word of the other four languages: what has one of these is English that no catalogue translates.
ENGLISH = re.compile(r"\b(?:the|and|you|your|with|this|that|from|please|what|when)\b", re.IGNORECASE)
ACT = "European Accessibility Act"
# What is in a language of its own: the switch's links, an agency's name, what an operator wrote in theirs.
ELSEWHERE = {
    "Italiano",
    "English",
    "Français",
    "Deutsch",
    "Español",
    "Agenzia per l’Italia Digitale (AgID)",
    "EN 301 549, 9.1.1.1",
}
# English by so little that other languages have texts of the same form.
UNTELLING = {"In %(language)s", "%(label)s:"}
# Attributes that are read out or shown.
SAID = {"aria-label", "alt", "title", "placeholder", "content", "data-name", "data-articles", "data-searches"}
# Voided by their tag alone, they never end.
VOID = {"meta", "link", "input", "br", "img", "wbr", "hr"}


class Page(HTMLParser):
    """A page's texts, each with the language that it is marked as."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self.alternates: dict[str, str] = {}
        self._langs: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        lang = given.get("lang") or (self._langs[-1][1] if self._langs else "")
        if tag == "link" and given.get("rel") == "alternate" and "hreflang" in given:
            self.alternates[given["hreflang"]] = given["href"]
        if tag not in VOID:
            self._langs.append((tag, lang))
        for name in SAID & given.keys():
            self._say(given[name], lang)
        for count in given.get("data-counts", "").split("|"):
            self._say(count, lang)

    def handle_endtag(self, tag: str) -> None:
        while self._langs and self._langs.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._langs and self._langs[-1][0] not in ("script", "style", "code"):
            self._say(data, self._langs[-1][1])

    def _say(self, text: str, lang: str) -> None:
        if words := " ".join(text.split(" ")).strip(" \n"):
            self.texts.append((re.sub(r"\s*\n\s*", " ", words), lang))


def foreign_to(lang: str) -> list[re.Pattern[str]]:
    """The English texts that `lang` says otherwise: long ones anywhere, short ones where they stand alone."""
    patterns = []
    for message in messages(read(catalogue_files()[lang])):
        for english, said in zip(originals(message), forms(message), strict=False):
            if english in {said, *UNTELLING}:
                continue
            pattern = re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(english))
            patterns.append(re.compile(pattern if english.count(" ") > 2 else rf"\A{pattern}\Z"))
    return patterns


FOREIGN = {lang: foreign_to(lang) for lang in LANGUAGES if lang != "en"}


@pytest.fixture(params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pages(client: httpx.Client, lang: str) -> Iterator[tuple[str, httpx.Response]]:
    """Every kind of page, by name; a guide's steps by their links, and the forms' answers too."""
    said = TEXTS[lang]._asdict()
    for name, path in PATHS.items():
        yield name, client.get(f"/{lang}/{path.format(**said)}")
    start = client.get(f"/{lang}/a/{GUIDE}").text
    for step in set(re.findall(r'href="([^"]*\?step=[^"]*)"', start)):
        yield f"step {step}", client.get(step.replace("&amp;", "&"))
    for name, form in (("undecided", {}), ("no reason", {"rating": "0" * 32})):
        yield name, client.post(f"/{lang}/feedback", data={"article": ARTICLE, **form})
    for name, path in (("mailbox", "sent"), ("nobody's", "0" * 32)):
        yield name, client.get(f"/{lang}/subscriptions/{path}")
    for name, trap in (("no address", ""), ("machine", "x")):
        wish = {"q": said["unknown"], "email": trap and "anna@example.com", "website": trap}
        yield name, client.post(f"/{lang}/subscriptions", data=wish)
    yield "stopped", client.post(f"/{lang}/subscriptions/{'0' * 32}/stop")
    yield "problems", client.post(f"/{lang}/contact", data={"email": "anna", "category": "x"})
    yield (
        "sent",
        client.post(
            f"/{lang}/contact",
            data={"email": "anna@example.com", "message": said["unknown"]},
            follow_redirects=True,
        ),
    )
    # Alone: after a failure the server closes the connection.
    yield "failed", httpx.get(f"{client.base_url}/broken/for/sure", headers={"Accept-Language": lang})
    for path in ("/admin/login", "/admin/tickets"):
        yield path, client.get(path, headers={"Accept-Language": lang}, follow_redirects=True)


def test_every_kind_of_page_speaks_its_language_alone(polyglot: httpx.Client, lang: str) -> None:
    found = []
    for name, answer in pages(polyglot, lang):
        assert answer.headers["content-type"].startswith("text/html"), name
        assert f'<html lang="{lang}" dir="ltr">' in answer.text, name
        for text, marked in Page(answer.text).texts:
            if wrong(text, lang, marked):
                found.append(f"{name}: {text!r}, marked {marked!r}")
    assert found == []


def wrong(text: str, lang: str, marked: str) -> bool:
    """Is a page's text in a language that the page does not say?"""
    if marked != lang:
        return text not in ELSEWHERE
    own = text.replace(ACT, "")
    return lang != "en" and bool(ENGLISH.search(own) or any(said.search(own) for said in FOREIGN[lang]))


@pytest.mark.parametrize("path", ["", "c/consegna", f"a/{ARTICLE}", f"a/{GUIDE}", "contact", "accessibility"])
def test_every_language_is_named_to_search_engines(polyglot: httpx.Client, lang: str, path: str) -> None:
    found = Page(polyglot.get(f"/{lang}/{path}").text).alternates
    assert found == {
        **{tag: f"{POLYGLOT}/{tag}/{path}" for tag in LANGUAGES},
        "x-default": f"{POLYGLOT}/it/{path}",
    }


def test_hours_and_waits_are_said_in_each_language(polyglot: httpx.Client, lang: str) -> None:
    shown = re.sub(r"<[^>]+>", "", polyglot.get(f"/{lang}/contact").text)
    expected = {
        "it": ("lunedì–venerdì", "09:00–18:00", "chiuso", "entro 3 minuti.", "entro 24 ore.", "Ora di Roma"),
        "en": ("Monday–Friday", "9:00\u202fAM–6:00\u202fPM", "closed", "within 3 minutes.", "within 24 hours.", "Rome time"),
        "fr": ("lundi–vendredi", "09:00–18:00", "fermé", "en moins de 3 minutes.", "sous 24\u00a0heures.", "Heure locale (Rome)"),
        "de": ("Montag–Freitag", "09:00–18:00", "geschlossen", "innerhalb von 3 Minuten ab.", "innerhalb von 24 Stunden.", "Ortszeit Rom"),
        "es": ("lunes–viernes", "9:00–18:00", "cerrado", "en menos de 3 minutos.", "en menos de 24 horas.", "Hora de Roma"),
    }  # fmt: skip
    for words in expected[lang]:
        assert words in shown


def letters(lang: str) -> Iterator[EmailMessage]:
    """Each mail to a customer, and the one to the shop, in `lang`."""
    settings = Settings(
        default_language=lang,
        site_name="Tornigallo",
        contact_email="assistenza@tornigallo.example",
        support_mailbox="bottega@tornigallo.example",
        privacy_url="https://tornigallo.example/privacy",
    )
    write, said = Letters(settings, load_interfaces()), TEXTS[lang]
    by = datetime(2026, 11, 23, 9, tzinfo=UTC)
    trail = f'{{"searched": ["{said.asked}"], "opened": ["{ARTICLE}"], "rejected": ["{GUIDE}"]}}'
    for name, promise in (
        ("", Promise("promised", None, 1_440, by)),
        ("Anna", Promise("measured", 180, 480, by)),
    ):
        ticket = Ticket(
            "TG-1", by, "open", "form", lang, "anna@example.com", said.sentence, name,
            subject=said.question, category=said.category, trail=trail, promise=promise,
        )  # fmt: skip
        parcel = Parcel("p", "TG-1", "reply", "r", by, "waiting", 0, 0, None, None)
        reply = Reply("r", by, "here", "Bice", said.sentence, (ARTICLE,))
        case = Case(ticket, (), (reply,), None, ())
        offered = [Offered(said.question, "https://tornigallo.example/a"), Offered(said.guide, "")]
        yield write.acknowledgement(parcel, ticket, offered)
        yield write.reply(parcel, case, reply, offered, "https://tornigallo.example/s/x")
        yield write.closing(parcel, ticket, "https://tornigallo.example/s/x")
        yield write.forward(parcel, case, [(Attachment("a", "foto.png", "image/png", 1, ""), b"x")])
    notices = Notices(settings, load_interfaces())
    waiting = Subscription("0" * 32, "anna@example.com", lang, said.question, (), "s", by)
    yield notices.confirmation(parcel, waiting)
    yield notices.answer(parcel, waiting, Answered("yes", lang, said.question, said.sentence, "/a"))
    yield notices.answer(parcel, waiting, Answered("maybe", lang, said.question, said.sentence, "/a"))


def test_every_mail_speaks_its_language_alone(lang: str) -> None:
    found = []
    for letter in letters(lang):
        body = letter.get_body(("plain",))
        assert body
        texts = [
            (letter["Subject"], lang),
            *((line.strip(" -\r"), lang) for line in body.get_content().split("\n")),
        ]
        if html := letter.get_body(("html",)):
            assert f'<html lang="{lang}" dir="ltr">' in html.get_content()
            texts += Page(html.get_content()).texts
        found += [text for text, marked in texts if wrong(text, lang, marked)]
    assert found == []


def test_a_promise_is_said_in_each_language(lang: str) -> None:
    by = datetime(2026, 11, 23, 9, tzinfo=UTC)
    said = in_words(Promise("promised", None, 1_440, by), load_interfaces()[lang], ZoneInfo("Europe/Rome"))
    expected = {
        "it": "lunedì 23 novembre 2026, alle ore 10:00.",
        "en": "Monday, November 23, 2026, at 10:00\u202fAM.",
        "fr": "au plus tard lundi 23 novembre 2026 à\u00a010:00.",
        "de": "am Montag, dem 23. November 2026, um\u00a010:00\u00a0Uhr",
        "es": "el lunes, 23 de noviembre de 2026, a las\u00a010:00.",
    }
    assert expected[lang] in said[1]


def test_a_visitor_comes_to_the_first_of_their_languages_that_has_articles(
    polyglot: httpx.Client, demo: httpx.Client
) -> None:
    def sent(client: httpx.Client, header: str) -> str:
        return client.get("/", headers={"Accept-Language": header}).headers["location"]

    assert sent(polyglot, "fr-CA,fr;q=0.9,en;q=0.8") == "/fr/"
    assert sent(demo, "fr-CA,fr;q=0.9,en;q=0.8") == "/en/"
    assert sent(demo, "fr-CA,fr;q=0.9") == "/it/"


def test_each_language_has_a_text_here() -> None:
    assert TEXTS.keys() == load_interfaces().keys()
