"""The interface's texts: all there, in every catalogue, and said right."""

import re
from collections.abc import Mapping
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.plurals import PLURALS
from markupsafe import Markup

from app.languages import Interface, direction, interface_for, load_interfaces, own_name, preferred
from tests import catalogues
from tests.catalogues import catalogue_files, extracted, forms, messages, originals

USED = extracted()
CATALOGUES = {lang: catalogues.read(file) for lang, file in catalogue_files().items()}
INTERFACES = load_interfaces()
# What a sentence carries over whole, whatever the language: each value once, and names as often as it likes.
VALUES = re.compile(r"%\(\w+\)s|%%|</?\w[^>]*>")
NAMES = re.compile(r"WCAG(?: 2\.2)?|\bAA\b|EN\W301\W?549|JavaScript|WAI-ARIA|AgID|axe-core|\d+")


@pytest.fixture(params=sorted(CATALOGUES))
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def catalogue(lang: str) -> Catalog:
    return CATALOGUES[lang]


def said(catalogue: Catalog) -> str:
    """All that a catalogue says."""
    return "\n".join(form for message in messages(catalogue) for form in forms(message))


def test_five_languages_are_there() -> None:
    assert CATALOGUES.keys() == INTERFACES.keys() == {"it", "en", "fr", "de", "es"}


def test_a_catalogue_says_what_is_used_and_nothing_else(catalogue: Catalog) -> None:
    """If not: `make catalogues`, then translate what it names."""
    assert {m.id for m in messages(catalogue)} == {m.id for m in messages(USED)}
    assert not catalogue.obsolete


def test_every_text_is_translated_whole(lang: str, catalogue: Catalog) -> None:
    assert [m.id for m in messages(catalogue) if m.fuzzy or not all(form.strip() for form in forms(m))] == []
    assert (catalogue.num_plurals, catalogue.plural_expr) == PLURALS[lang]
    for message in messages(catalogue):
        ids = originals(message)
        assert len(forms(message)) == (catalogue.num_plurals if message.pluralizable else 1)
        for form in forms(message):
            assert sorted(VALUES.findall(form)) in [sorted(VALUES.findall(one)) for one in ids]
            assert names(form) in [names(one) for one in ids]
            assert (form[:1].isspace(), form[-1:].isspace()) == (ids[0][:1].isspace(), ids[0][-1:].isspace())


def names(text: str) -> set[str]:
    joined = re.sub(r"(?<=\d)[.,\s](?=\d{3})", "", text)  # 20,000 is 20.000 elsewhere
    return {re.sub(r"\W", "", name) for name in NAMES.findall(joined)}


def test_english_says_what_the_code_says() -> None:
    assert {m.id: m.string for m in messages(CATALOGUES["en"])} == {m.id: m.id for m in messages(USED)}


def test_quotation_marks_are_each_languages_own(lang: str, catalogue: Catalog) -> None:
    text = said(catalogue)
    marks = {"it": "«»", "en": "“”", "fr": "«»", "de": "„“", "es": "«»"}[lang]
    assert set(re.findall('["“”„«»]', text)) == set(marks)
    assert "'" not in text


def test_french_keeps_its_spaces() -> None:
    text = said(CATALOGUES["fr"])
    assert re.findall(r".{0,20}[^\u202f][;!?]", text) == []
    assert re.findall(r".{0,20}[^\u00a0]:", text) == []
    assert re.findall("«[^\u00a0]|[^\u00a0]»", text) == []


def test_spanish_questions_begin_as_they_end() -> None:
    for message in messages(CATALOGUES["es"]):
        for form in forms(message):
            assert form.count("¿") == form.count("?")
            assert form.count("¡") == form.count("!")


def test_plurals_and_values() -> None:
    def counted(lang: str) -> list[str]:
        count = INTERFACES[lang].ngettext
        return [str(count("%(number)s article", "%(number)s articles", n)) for n in (0, 1, 2)]

    assert counted("it") == ["0 articoli", "1 articolo", "2 articoli"]
    assert counted("fr") == ["0 article", "1 article", "2 articles"]
    assert counted("de") == ["0 Artikel", "1 Artikel", "2 Artikel"]
    assert counted("es") == ["0 artículos", "1 artículo", "2 artículos"]
    italian = INTERFACES["it"]
    assert italian.gettext("Answers to “%(query)s”", query="<b>") == Markup("Risposte a «&lt;b&gt;»")
    assert italian.gettext("100 % sure") == "100 % sure"


FORMATS: Mapping[str, tuple[str, ...]] = {
    "it": ("1 novembre 2026", "09:00", "lunedì", "24 ore", "1 minuto", "Roma", "francese"),
    "en": ("November 1, 2026", "9:00\u202fAM", "Monday", "24 hours", "1 minute", "Rome", "French"),
    "fr": ("1 novembre 2026", "09:00", "lundi", "24\u00a0heures", "1 minute", "Rome", "français"),
    "de": ("1. November 2026", "09:00", "Montag", "24 Stunden", "1 Minute", "Rom", "Französisch"),
    "es": ("1 de noviembre de 2026", "9:00", "lunes", "24 horas", "1 minuto", "Roma", "francés"),
}


def test_dates_hours_and_names_are_each_languages_own(lang: str) -> None:
    def shown(interface: Interface) -> tuple[str, ...]:
        return (
            interface.date(date(2026, 11, 1)),
            interface.time(time(9, 0)),
            interface.weekday(0),
            interface.duration(24, "hour"),
            interface.duration(1, "minute"),
            interface.city(ZoneInfo("Europe/Rome")),
            interface.language_name("fr"),
        )

    assert shown(INTERFACES[lang]) == FORMATS[lang]


def test_names_of_languages() -> None:
    assert INTERFACES["en"].language_name("qqq") == "qqq"
    names = [own_name(tag) for tag in ("it", "fr", "de", "es", "pt-BR", "qqq")]
    assert names == ["Italiano", "Français", "Deutsch", "Español", "Português (Brasil)", "Qqq"]
    assert [direction(tag) for tag in ("ar", "it", "qqq")] == ["rtl", "ltr", "ltr"]


def test_the_nearest_interface_is_taken() -> None:
    tags = ("it", "it-CH", "fr-CA", "de-AT", "es-MX", "he", "pt-BR")
    assert [interface_for(INTERFACES, tag).lang for tag in tags] == ["it", "it", "fr", "de", "es", "en", "en"]


def test_a_visitor_reads_what_they_understand_best_of_what_there_is() -> None:
    """A language with an interface and no content is none to send anybody to."""
    content = ("it", "en")
    assert preferred("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", content) == "en"
    assert preferred("de,fr;q=0.8,it;q=0.2", content) == "it"
    assert preferred("fr", content) is None


def test_an_update_keeps_what_is_said_and_drops_what_is_not(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("locales") / "fr" / "LC_MESSAGES" / "sportello.po"
    file.parent.mkdir(parents=True)
    file.write_text(
        '# “vous”\nmsgid ""\nmsgstr ""\n"Language: fr\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Yes"\nmsgstr "Oui"\n\nmsgid "Gone"\nmsgstr "Parti"\n',
        "utf-8",
    )
    source = Catalog()
    source.add("Yes, please", locations=[("app/a.py", 1)])
    source.add("Yes", locations=[("app/a.py", 2)])
    assert catalogues.update(file, source) == ["Yes, please"]
    once = file.read_text("utf-8")
    assert once.startswith("# “vous”\nmsgid")
    assert once.endswith(
        '#: app/a.py\nmsgid "Yes, please"\nmsgstr ""\n\n#: app/a.py\nmsgid "Yes"\nmsgstr "Oui"\n\n'
    )
    catalogues.update(file, source)
    assert file.read_text("utf-8") == once
