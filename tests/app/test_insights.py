"""The insights as the staff see them: their own sign-in, the played figures, every question one step away."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from app.insights.intervals import needed, newcombe, wilson
from app.insights.report import report_of
from app.insights.wanted import Wanted, last_days
from app.routes.admin.insights_chosen import chosen
from app.store import Store, open_store
from tests import asking
from tests.asking import LOST, STRANGE, until
from tests.office import Office, Visitor
from tests.served import SHOP, Serve
from tests.traffic import Customers, Played, a_month_ago, keep

ROME = ZoneInfo("Europe/Rome")
PERSON = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Scene:
    """A help centre with a month behind it, and somebody who may look."""

    office: Office
    played: Played
    viewer: Visitor


@pytest.fixture(scope="module")
def scene(serve: Serve, odd_content: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    data = tmp_path_factory.mktemp("insights") / "data"
    since = a_month_ago() + timedelta(days=5)
    customers = Customers(3, since, since + timedelta(days=20))
    customers.lang, customers.shelf, customers.at = "it", "consegna", since
    customers.ask(timedelta(), "=cmd|'<b>nulla</b>'!A1", 0, answer="no")
    customers.ends("no_answer", "=cmd|'<b>nulla</b>'!A1", shelf=False, unanswered=True)
    played = customers.play(300)
    # Before the server is there, which may show for half a minute what it has counted once.
    store = open_store("", data)
    keep(played, store)
    with serve(odd_content, data, trusted_proxies="127.0.0.1", time_zone="UTC") as client:
        office = Office(str(client.base_url), store, data)
        office.user("viewer@example.com", "viewer")
        yield Scene(office, played, office.member("viewer"))
        store.close()


@pytest.mark.parametrize("path", ["", "/questions", "/charts/days.svg", "/export.json", "/figures.csv"])
def test_nobody_looks_in_unseen(scene: Scene, path: str) -> None:
    answer = scene.office.visitor().get(f"/admin/insights{path}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/admin/login")


def test_the_page_shows_what_was_played(scene: Scene) -> None:
    page = scene.viewer.get("/admin/insights?days=30")
    assert page.status_code == 200
    unanswered = sum(e.unanswered for e in scene.played.ended)
    assert f"{unanswered} of {len(scene.played.ended)} questions" in page.text
    for ending in ("clicked", "no_click", "reworded", "no_answer", "ticket"):
        count = sum(e.ending == ending for e in scene.played.ended)
        (number,) = re.findall(rf'of={ending}"[^>]*>([\d,]+)<', page.text)
        assert number == str(count)


def test_no_script_no_style_in_the_page(scene: Scene) -> None:
    page = scene.viewer.get("/admin/insights?days=30")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_every_number_leads_to_its_questions(scene: Scene) -> None:
    page = scene.viewer.get("/admin/insights?days=30").text
    links = re.findall(r'href="(/admin/insights/questions[^"]*)"[^>]*>([\d,]+)<', page)
    assert len(links) > 10
    for link, number in links:
        listed = scene.viewer.get(link.replace("&amp;", "&")).text
        assert f"{number} in all" in listed


def test_what_is_asked_is_shown_as_text(scene: Scene) -> None:
    listed = scene.viewer.get("/admin/insights/questions?days=30&of=no_answer").text
    assert "=cmd|&#39;&lt;b&gt;nulla&lt;/b&gt;&#39;!A1" in listed
    assert "<b>nulla</b>" not in listed


def test_a_spreadsheet_takes_no_question_for_a_formula(scene: Scene) -> None:
    answer = scene.viewer.get("/admin/insights/questions.csv?days=30")
    assert answer.headers["content-disposition"].startswith('attachment; filename="questions-')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["part", "question", "count", "languages", "last_asked"]
    assert ["'=cmd|'<b>nulla</b>'!A1", "1"] in [row[1:3] for row in rows if row[0] == "no_answer"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_exports_hold_the_figures(scene: Scene) -> None:
    told = scene.viewer.get("/admin/insights/export.json?days=30").json()
    assert told["figures"]["funnel"]["episodes"] == len(scene.played.ended)
    sheet = scene.viewer.get("/admin/insights/figures.csv?days=30").content.decode("utf-8-sig")
    values = dict(csv.reader(io.StringIO(sheet, newline="")))
    assert values["funnel.episodes"] == str(len(scene.played.ended))
    assert values["causal.interval.low"] == str(told["figures"]["causal"]["interval"]["low"])
    days = scene.viewer.get("/admin/insights/days.csv?days=30").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(days, newline="")))
    assert len(rows) == 30
    assert sum(int(row["episodes"]) for row in rows) == len(scene.played.ended)


@pytest.mark.parametrize("name", ["endings", "days", "outcomes"])
@pytest.mark.parametrize("size", ["", "&size=phone"])
def test_a_chart_is_a_picture_that_does_nothing(scene: Scene, name: str, size: str) -> None:
    page = scene.viewer.get("/admin/insights?days=30").text
    assert f"/admin/insights/charts/{name}.svg?days=30{size}".replace("&", "&amp;") in page
    answer = scene.viewer.get(f"/admin/insights/charts/{name}.svg?days=30{size}")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert b"<script" not in answer.content
    assert not re.findall(rb"https?://(?!www\.w3\.org)", re.sub(rb"<!--.*?-->", b"", answer.content))
    drawn = ET.fromstring(answer.content)
    found = re.search(
        rf"charts/{name}\.svg\?days=30{'&amp;size=phone' if size else ''}\" [^>]*width=\"(\d+)\" height=\"(\d+)\"",
        page,
    )
    assert found
    assert (drawn.get("width"), drawn.get("height")) == found.groups()


@pytest.mark.parametrize("path", ["/charts/none.svg", "/none.csv"])
def test_what_is_not_there(scene: Scene, path: str) -> None:
    assert scene.viewer.get(f"/admin/insights{path}").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        "days=0", "days=99999999", "days=-1", "days=²", "from=0001-01-01&to=9999-12-31", "from=2026-13-41", "to=1999-01-01",
        "lang=%00%ff%ed%a0%80", "category=" + "x" * 5_000, "source=nowhere", "of=nothing&page=99999", "page=-3",
    ],
)  # fmt: skip
def test_strangers_addresses(scene: Scene, asked: str) -> None:
    for path in ("", "/questions", "/charts/days.svg", "/export.json"):
        assert scene.viewer.get(f"/admin/insights{path}?{asked}").status_code == 200


def test_the_days_of_an_address() -> None:
    def days(**asked: str) -> tuple[date, date]:
        wanted = chosen(asked, NOON, ROME).wanted
        return wanted.first, wanted.last

    today = date(2026, 11, 22)
    assert days() == (date(2026, 10, 24), today)
    assert days(days="1") == (today, today)
    assert days(**{"from": "2026-11-01", "to": "2026-11-02"}) == (date(2026, 11, 1), date(2026, 11, 2))
    assert days(**{"from": "2026-11-05", "to": "2026-11-02"}) == (date(2026, 11, 2), date(2026, 11, 2))
    assert days(**{"from": "2020-01-01"}) == (date(2025, 11, 22), today)
    assert days(to="2030-01-01") == (today, today)
    link = chosen({"from": "2026-11-01", "to": "2026-11-02", "lang": "it"}, NOON, ROME).link(
        "/questions", of="ticket"
    )
    assert link == "/admin/insights/questions?from=2026-11-01&to=2026-11-02&lang=it&of=ticket"


def test_a_day_is_the_shops_own() -> None:
    wanted = Wanted(date(2026, 10, 25), date(2026, 10, 25), ROME)  # the clock goes back: 25 hours
    assert wanted.span.until.astimezone(UTC) - wanted.span.since.astimezone(UTC) == timedelta(hours=25)


def test_newcombes_own_example() -> None:
    """Statistics in Medicine 17, 1998, table II: 56/70 - 48/80, method 10."""
    found = newcombe(56, 70, 48, 80)
    assert (round(found.difference, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)
    none = newcombe(0, 10, 0, 10)
    assert (round(none.low, 4), round(none.high, 4)) == (-0.2775, 0.2775)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_sample_size_of_the_tables() -> None:
    """Half of them less five points: 1565 in each of two equal arms; a held-out tenth needs fewer of its own."""
    assert needed(0.5, 0.05, 1) == 1565
    assert needed(0.5, 0.05, 9) < 1565 < 10 * needed(0.5, 0.05, 9) / 2


# By HTTP


def truth(store: Store, days: int = 3) -> dict[str, int]:
    later = datetime.now(UTC) + timedelta(days=2)
    found = report_of(store, last_days(days, later, ROME), later, 1).figures
    return {
        "episodes": found.funnel.episodes, "clicked": found.funnel.clicked, "no_click": found.funnel.no_click,
        "reworded": found.funnel.reworded, "no_answer": found.funnel.no_answer, "ticket": found.funnel.ticket,
        "searches": found.clicking.searches, "confirmed": found.deflected.confirmed, "failed": found.deflected.failed,
        "unassisted": found.deflected.unassisted, "abandoned": found.deflected.abandoned, "tickets": found.service.tickets,
    }  # fmt: skip


class Walker:
    """A customer who follows the links and forms of the pages, and holds no cookie."""

    def __init__(self, client: object) -> None:
        self.client = client
        self.page = ""

    def get(self, path: str) -> str:
        self.page = self.client.get(path, headers=PERSON).text  # type: ignore[attr-defined]
        return self.page

    def search(self, query: str) -> str:
        """With what the form of the page that is open sends along."""
        hidden = re.search(r'<input type="hidden" name="s" value="([^"]+)"', self.page)
        params = {"q": query, **({"s": hidden[1]} if hidden else {})}
        self.page = self.client.get("/it/search", params=params, headers=PERSON).text  # type: ignore[attr-defined]
        return self.page

    def open(self, number: int = 0) -> None:
        links = re.findall(r'<a href="(/it/a/[^"]*[?&;]s=[^"]*)"', self.page)
        self.get(links[number].replace("&amp;", "&"))

    def write(self, message: str) -> None:
        (contact,) = set(re.findall(r'href="(/it/contact\?[^"]*s=[^"]*)"', self.page)[:1])
        self.get(contact.replace("&amp;", "&"))
        fields = dict(
            re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', self.page)
        )
        fields |= {"email": "c@example.com", "message": message}
        time.sleep(3.2)  # nobody types faster: it would be spam
        sent = self.client.post(urlsplit(contact).path, data=fields, headers=PERSON)  # type: ignore[attr-defined]
        assert sent.status_code == 303, sent.text[:2_000]


def test_customers_on_the_site_and_in_the_widget(serve: Serve, tmp_path: Path) -> None:
    """What they did by hand is what is reported two days later."""
    with serve(SHOP, tmp_path / "data", contact_email="aiuto@example.com", attachment_count="0") as client:
        opens = Walker(client)
        opens.search("dove si trova il mio pacco")
        opens.open()
        Walker(client).search("come posso pagare")
        rewords = Walker(client)
        rewords.search("ricetta della carbonara")
        rewords.search("rimborso")
        Walker(client).search("ricetta della carbonara")
        writes = Walker(client)
        writes.search("ricetta della carbonara")
        writes.write("xyzzy plugh 123")

        def ask(text: str) -> dict[str, Any]:
            return asking.ask(client, text)

        def tell(asked: dict[str, Any], *types: str) -> None:
            events = [asking.event(type_, deflection_id=asked["deflection_id"]) for type_ in types]
            answer = asking.post(client, "events", {"session": asked["session"], "events": events})
            assert answer.status_code == 202, answer.text

        tell(ask(LOST), "shown", "opened", "solved")
        tell(ask(LOST), "shown", "opened", "submitted")
        tell(ask(LOST), "shown", "left")
        ask(STRANGE)
        store = open_store("", tmp_path / "data")
        # The contact form asks the desk for answers too, before it takes the message: one visit more, unassisted.
        expected = {
            "episodes": 10, "clicked": 2, "no_click": 2, "reworded": 1, "no_answer": 2, "ticket": 3, "searches": 11,
            "confirmed": 1, "failed": 1, "abandoned": 1, "unassisted": 2, "tickets": 2,
        }  # fmt: skip
        until(lambda: truth(store)["episodes"] >= 10)
        assert json.dumps(truth(store)) == json.dumps({name: expected[name] for name in truth(store)})
        store.close()
