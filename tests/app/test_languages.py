"""The interface's texts: all there, in every catalogue, and said right."""

import re
from datetime import date

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from markupsafe import Markup

from app.languages import LOCALES, direction, interface_for, load_interfaces, own_name

USED = {
    message
    for _, _, message, *_ in extract_from_dir(
        str(LOCALES.parent),
        [("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
}
INTERFACES = load_interfaces()


@pytest.mark.parametrize("lang", sorted(INTERFACES))
def test_each_catalogue_says_what_is_used_and_nothing_else(lang: str) -> None:
    with (LOCALES / lang / "LC_MESSAGES" / "sportello.po").open("rb") as file:
        catalogue = read_po(file)
    said = {m.id: m.string for m in catalogue if m.id}
    assert said.keys() == USED
    for message, text in said.items():
        forms = text if isinstance(text, tuple | list) else (text,)
        ids = message if isinstance(message, tuple | list) else (message,)
        assert len(forms) == (catalogue.num_plurals if isinstance(message, tuple) else 1)
        for form in forms:
            assert form
            assert re.findall(r"%\(\w+\)s", form) == re.findall(r"%\(\w+\)s", ids[0])


def test_italian_and_english_are_there() -> None:
    assert {"it", "en"} <= INTERFACES.keys()


def test_plurals_and_values() -> None:
    italian = INTERFACES["it"]
    assert [italian.ngettext("%(number)s article", "%(number)s articles", n) for n in (0, 1, 2)] == [
        "0 articoli",
        "1 articolo",
        "2 articoli",
    ]
    assert italian.gettext("Answers to “%(query)s”", query="<b>") == Markup("Risposte a «&lt;b&gt;»")
    assert italian.gettext("100 % sure") == "100 % sure"


def test_dates_and_names() -> None:
    assert INTERFACES["it"].date(date(2026, 11, 1)) == "1 novembre 2026"
    assert INTERFACES["it"].language_name("en") == "inglese"
    assert INTERFACES["en"].language_name("qqq") == "qqq"
    assert [own_name(tag) for tag in ("it", "pt-BR", "qqq")] == ["Italiano", "Português (Brasil)", "Qqq"]
    assert [direction(tag) for tag in ("ar", "it", "qqq")] == ["rtl", "ltr", "ltr"]


def test_the_nearest_interface_is_taken() -> None:
    assert [interface_for(INTERFACES, tag).lang for tag in ("it", "it-CH", "fr")] == ["it", "it", "en"]
