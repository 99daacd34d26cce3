"""How customers reach a person: hours, promises, and the question they bring along."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.app.test_pages import links, text_of
from tests.served import Serve


def mail(html: str) -> tuple[str, dict[str, list[str]]]:
    """The address and the fields of a page's `mailto:` link."""
    link = urlsplit(next(href for href in links(html) if href.startswith("mailto:")))
    return link.path, parse_qs(link.query, strict_parsing=bool(link.query), keep_blank_values=True)


def test_hours_and_promises_are_in_the_pages_language(demo: httpx.Client) -> None:
    shown = text_of(demo.get("/it/contact").text)
    assert "lunedì–venerdì 09:00–18:00 sabato 09:00–13:00 domenica chiuso Ora di Roma" in shown
    assert ("Aperto ora, fino alle ore" in shown) != ("Ora è chiuso: apre" in shown)
    assert "Nei giorni lavorativi rispondiamo entro 24 ore." in shown
    english = text_of(demo.get("/en/contact").text).replace("\u202f", " ")
    assert "Monday–Friday 9:00 AM–6:00 PM" in english
    assert "On working days we reply within 24 hours." in english


def test_hours_around_the_clock_and_a_wait_on_the_phone(
    serve: Serve, odd_content: Path, tmp_path: Path
) -> None:
    options = {"contact_hours": "mo-su 00:00-24:00", "phone_wait_minutes": "1", "contact_phone": "1"}
    with serve(odd_content, tmp_path / "data", **options) as client:
        shown = text_of(client.get("/it/").text)
    assert "Aperto giorno e notte Rispondiamo entro 1 minuto." in shown
    assert "E-mail" not in shown


def test_a_day_far_off_is_named(serve: Serve, odd_content: Path, tmp_path: Path) -> None:
    in_three_days = (datetime.now(UTC) + timedelta(days=3)).strftime("%a").lower()[:2]
    options = {"contact_hours": f"{in_three_days} 09:30-10:00", "time_zone": "UTC"}
    with serve(
        odd_content, tmp_path / "data", contact_phone="1", contact_email="a+b&c@d.example", **options
    ) as client:
        page = client.get("/it/contact").text
    assert re.search(r"Ora è chiuso: apre (?:lun|mart|mercol|giov|vener|sabat|domen)\w+ alle ore 09:30", page)
    assert mail(page) == ("a%2Bb%26c@d.example", {})


def test_a_question_is_carried_from_the_answers_to_a_person(demo: httpx.Client) -> None:
    question = "Fate la carbonara & il guanciale? 100%\u00a0«vero» <b>"
    asked = demo.get("/it/search", params={"q": question}).text
    path = next(h for h in links(asked) if h.startswith("/it/contact?q="))
    page = demo.get(path).text
    assert "<b>" not in page
    assert "Fate la carbonara &amp; il guanciale? 100% «vero» &lt;b&gt;</textarea>" in page
    to, fields = mail(page)
    assert to == "assistenza@tornigallo.example"
    assert fields["subject"] == ["Fate la carbonara & il guanciale? 100% «vero» <b>"]
    assert fields["body"] == ["Fate la carbonara & il guanciale? 100% «vero» <b>\r\n\r\n"]
    assert '<meta name="robots" content="noindex">' in page
    assert path.replace("/it/", "/en/") in links(page)


@pytest.mark.parametrize(
    "question",
    [
        "a" * 5_000,
        "è" * 5_000,
        "😀" * 3_000,
        "b&subject=x&cc=y@z " * 300,
        "x\r\nBcc: y@z\x00",
        "\u202e" * 50 + "x",
        "a %0D%0A %ff",
    ],
)
def test_no_question_makes_a_link_that_mail_programs_refuse(demo: httpx.Client, question: str) -> None:
    page = demo.get("/it/contact", params={"q": question})
    assert page.status_code == 200
    assert all(len(href) <= 2_000 for href in links(page.text) if href.startswith("mailto:"))
    _, fields = mail(page.text)
    assert set(fields) == {"subject", "body"}
    assert "\n" not in fields["subject"][0]
    assert "\ufffd" not in fields["body"][0]  # cut between two characters, never in one


@pytest.mark.parametrize("question", ["%ff%fe", "%ed%a0%80", "%00", "%20"])
def test_bytes_that_are_no_text_break_nothing(demo: httpx.Client, question: str) -> None:
    page = demo.get(f"/it/contact?q={question}")
    assert page.status_code == 200
    assert "mailto:assistenza@tornigallo.example" in page.text
