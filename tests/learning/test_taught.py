"""What visitors confirm lifts an article in the running help centre, and what cannot: real servers, real index."""

import csv
import io
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.commands.searching import search
from app.learning import learner as learner_module
from app.learning import reading as reading_module
from app.learning.learner import Learner
from app.learning.offline import taught
from app.learning.reading import Reading
from app.ledger import Ledger
from app.live import LiveIndex
from app.routes.admin import places
from app.settings import Settings
from app.staff.roles import ROLES
from app.store import Reply, Store, open_store
from indexer.publish import open_current
from search.encoders import open_encoder
from search.engine import SearchEngine
from search.learning import Confirmed
from tests.asking import event, post, rows, until
from tests.lessons import confirm
from tests.office import Office
from tests.served import MODELS, Serve

ARTICLES = {
    "resi/etichetta": ("Dove stampo l'etichetta del reso?", "Nella pagina dei tuoi ordini, accanto al reso."),
    "resi/scatola": ("Che scatola uso per il reso?", "Una scatola robusta; attacca il foglio sulla scatola."),
    "resi/costi": ("Quanto costa un reso?", "Il reso è gratuito."),
    "pagamenti/rate": ("Pago a rate?", "Sì, in tre rate senza interessi."),
    "ordini/stato": ("A che punto è il mio ordine?", "Lo vedi nella pagina dei tuoi ordini."),
}
ASKED = "che foglio metto sul pacco del reso?"
LIKE_IT = "quale foglio si mette sul pacco del reso?"
PERSON = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}


def write(content: Path, name: str, title: str, body: str, **matter: str) -> None:
    path = content / "it" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    more = "".join(f"{key}: {value}\n" for key, value in matter.items())
    path.write_text(f'---\ntitle: "{title}"\n{more}---\n{body}\n', "utf-8")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = tmp_path_factory.mktemp("taught") / "content"
    for name, (title, body) in ARTICLES.items():
        write(content, name, title, body)
    return content


@pytest.fixture(scope="module")
def data(content: Path) -> Path:
    return content.parent / "data"


@pytest.fixture(scope="module")
def shop(serve: Serve, content: Path, data: Path) -> Iterator[httpx.Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learner_module, "_LOOK_SECONDS", 0.2)
        patch.setattr(reading_module, "_LEAST_SECONDS", 0.2)
        with serve(content, data, trusted_proxies="127.0.0.1") as client:
            yield client


@pytest.fixture(scope="module")
def store(shop: httpx.Client, data: Path) -> Iterator[Store]:
    assert shop  # which made the tables
    opened = open_store("", data)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def office(shop: httpx.Client, store: Store, data: Path) -> Office:
    found = Office(str(shop.base_url), store, data)
    for role in ROLES:
        found.user(f"{role}@example.com", role)
    return found


def scores(client: httpx.Client, query: str = ASKED) -> dict[str, float]:
    """The articles that are found, best first."""
    found = client.get("/api/v1/search", params={"q": query, "lang": "it"}).json()["results"]
    return {hit["id"]: hit["score"] for hit in found}


def visit(client: httpx.Client, article: str, *said: str, text: str = ASKED) -> dict[str, Any]:
    """A session that asks and then says something of an article."""
    answer: dict[str, Any] = post(client, "deflections", {"text": text, "lang": "it"}).json()
    tell(client, answer, article, *said)
    return answer


def tell(client: httpx.Client, answer: dict[str, Any], article: str, *said: str) -> None:
    named = {"deflection_id": answer["deflection_id"], "article": article}
    batch = {"session": answer["session"], "events": [event(kind, **named) for kind in said]}
    assert post(client, "events", batch).status_code == 202


def pair(client: Any, question: str = ASKED) -> dict[str, Any] | None:
    """A pair as it is exported."""
    listed = client.get(places.LEARNING + "/export.json").json()["pairs"]
    return next((one for one in listed if one["question"] == question), None)


def name_of(page: str, question: str) -> str:
    """What the page's form calls a pair."""
    row = next(
        part for part in page.split("<li class=") if question in unescape(part) and 'name="pair"' in part
    )
    return row.split('name="pair" value="', 1)[1].split('"', 1)[0]


def test_from_two_sessions_to_a_veto_and_back(shop: httpx.Client, office: Office) -> None:
    before, like = scores(shop), scores(shop, LIKE_IT)
    _, second, *_ = before
    visit(shop, second, "shown", "opened", "solved")
    visit(shop, second, "solved")
    until(lambda: scores(shop)[second] > before[second])
    viewer, editor = office.member("viewer"), office.member("editor")
    until(lambda: (pair(viewer) or {}).get("visits") == 2)
    after = scores(shop)
    assert next(iter(after)) == second
    assert scores(shop, LIKE_IT)[second] > like[second]
    assert {name: score for name, score in after.items() if name != second} == pytest.approx(
        {name: score for name, score in before.items() if name != second}
    )
    found = pair(viewer)
    assert found
    assert (found["article"], found["state"], found["decided_by"]) == (second, "lifts", None)
    assert found["weight"] == pytest.approx(2 / 3, abs=0.01)
    page = viewer.get(places.LEARNING).text
    assert unescape(page).count(ASKED) == 1
    assert "/decide" not in page
    name = name_of(editor.get(places.LEARNING).text, ASKED)
    done = editor.post(places.LEARNING + "/decide", pair=name, do="veto", q="foglio", page="1")
    assert done.headers["location"] == f"/admin/learning?q=foglio&decided={name}"
    assert "Within seconds this lifts nothing any more" in editor.get(done.headers["location"]).text
    until(lambda: scores(shop) == pytest.approx(before))
    vetoed = pair(viewer)
    assert vetoed
    assert (vetoed["state"], vetoed["weight"], vetoed["decided_by"]) == ("vetoed", 0.0, "Editor")
    # What more visits say changes nothing.
    visit(shop, second, "solved")
    until(lambda: (pair(viewer) or {}).get("visits") == 3)
    assert scores(shop) == pytest.approx(before)
    assert editor.post(places.LEARNING + "/decide", pair=name, do="allow").status_code == 303
    until(lambda: scores(shop)[second] > before[second])
    assert "Veto undone by" in editor.get(places.LEARNING).text


def test_one_angry_clicker_counts_once(shop: httpx.Client, office: Office) -> None:
    viewer, question = office.member("viewer"), "il reso quanto mi costa"
    answer = visit(shop, "resi/costi", *["solved"] * 10, text=question)
    for _ in range(3):
        tell(shop, answer, "resi/costi", "solved")
    again = {"text": question, "lang": "it", "session": answer["session"]}
    tell(shop, post(shop, "deflections", again).json(), "resi/costi", "solved")
    until(lambda: pair(viewer, question))
    found = pair(viewer, question)
    assert found
    assert found["visits"] == 1
    tell(shop, answer, "resi/costi", "not_solved")
    until(lambda: pair(viewer, question) is None)


def test_nobody_confirms_what_they_were_not_shown(shop: httpx.Client, office: Office) -> None:
    before = scores(shop, "pago a rate?")
    for _ in range(5):
        visit(shop, "resi/scatola", "solved", text="pago a rate?")
    visit(shop, "pagamenti/rate", "solved", text="pago a rate?")
    viewer = office.member("viewer")
    until(lambda: pair(viewer, "pago a rate?"))
    listed = viewer.get(places.LEARNING + "/export.json").json()["pairs"]
    assert ("pago a rate?", "resi/scatola") not in {(p["question"], p["article"]) for p in listed}
    assert next(iter(scores(shop, "pago a rate?"))) == next(iter(before))


def test_a_click_farm_brings_nothing_from_nowhere_to_first(store: Store, shop: httpx.Client) -> None:
    question = "a che punto è il mio ordine"
    before = scores(shop, question)
    first, *others = before
    for other in others:
        confirm(store, question, other, 200)
    until(lambda: scores(shop, question)[others[0]] > before[others[0]])
    after = scores(shop, question)
    assert next(iter(after)) == first
    assert all(after[other] <= 1.5 * before[other] + 1e-3 for other in others)


def test_a_reader_who_came_by_a_search_confirms(shop: httpx.Client, office: Office, data: Path) -> None:
    viewer, question = office.member("viewer"), "in quante rate posso pagare"
    page = shop.get("/it/search", params={"q": question}, headers=PERSON).text
    search_id = page.split('name="s" value="', 1)[1].split('"', 1)[0]
    opened = shop.get(f"/it/a/pagamenti/rate?s={search_id}&n=1", headers=PERSON).text
    assert (
        f'<input type="hidden" name="s" value="{search_id}">' in opened.split('class="feedback-form"', 1)[1]
    )
    said = {"article": "pagamenti/rate", "s": search_id}
    for number in range(3):
        rating = {"rating": f"{number:032x}", "value": "yes"}
        assert shop.post("/it/feedback", data=said | rating).status_code == 303
    until(lambda: pair(viewer, question))
    found = pair(viewer, question)
    assert found
    assert (found["article"], found["visits"]) == ("pagamenti/rate", 1)
    assert shop.post("/it/feedback", data=said | {"value": "no"}).status_code == 303
    until(lambda: pair(viewer, question) is None)
    # A search that no page of ours led to is none.
    strange = {"article": "pagamenti/rate", "s": "0" * 32, "value": "yes", "rating": "f" * 32}
    assert shop.post("/it/feedback", data=strange).status_code == 303
    assert rows(data, f"SELECT search_id FROM events WHERE id = '{'f' * 32}'") == [{"search_id": None}]


def test_what_staff_send_answers_what_was_asked_before(shop: httpx.Client, office: Office) -> None:
    editor, question = office.member("editor"), "come la appiccico la carta al pacco"
    answer: dict[str, Any] = post(shop, "deflections", {"text": question, "lang": "it"}).json()
    trail = json.dumps({"v": 1, "session": answer["session"], "deflections": [answer["deflection_id"]]})
    number = office.ticket(trail=trail, message="Parole mie, che non si imparano")
    # The widget's question is written down a moment after it was answered.
    office.store.tickets.reply(number, reply("resi/etichetta"))
    until(lambda: bool([w for w in office.store.learning.words() if w.speaker == "staff"]))
    (word,) = [w for w in office.store.learning.words() if w.speaker == "staff"]
    assert (word.question, word.article) == (question, "resi/etichetta")
    assert "Parole mie" not in editor.get(places.LEARNING + "/export.json").text


def reply(*articles: str) -> Reply:
    return Reply(uuid4().hex, datetime.now(UTC), "here", "Anna", "Ecco.", articles)


def test_the_next_index_has_learned_it_too(shop: httpx.Client, store: Store, content: Path) -> None:
    question = "foglio da incollare sul pacco"
    before = scores(shop, question)
    confirm(store, question, "resi/scatola", 3)
    until(lambda: scores(shop, question)["resi/scatola"] > before["resi/scatola"])
    served = shop.get("/readyz").json()["snapshot"]
    write(content, "ordini/regalo", "Posso fare un regalo?", "Sì, con un biglietto.")
    until(lambda: shop.get("/readyz").json()["snapshot"] != served, 60)
    assert scores(shop, question)["resi/scatola"] > before["resi/scatola"] + 0.05


def test_the_terminal_shows_what_is_learned(store: Store, data: Path) -> None:
    question = "scatola robusta del reso"
    confirm(store, question, "resi/scatola", 2)
    command = [sys.executable, "-m", "app", "search", question, "--lang", "it", "--explain"]
    told = subprocess.run([*command, "--data", str(data)], check=True, capture_output=True, text=True).stdout
    assert "confirmed by those who asked alike" in told


@pytest.mark.usefixtures("shop")
def test_with_a_broken_store_the_terminal_says_so_and_answers(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("snapshots", "models"):
        (tmp_path / name).symlink_to(data / name)
    shutil.copy(data / "current", tmp_path)
    (tmp_path / "sportello.db").write_bytes(b"no database, " * 1_000)
    search("scatola robusta del reso", "it", 5, tmp_path, as_json=True, explain=True)
    said = capfd.readouterr()
    assert "What was learned is left out." in said.err
    assert json.loads(said.out)["results"][0]["id"] == "resi/scatola"


@pytest.mark.usefixtures("shop")
def test_without_a_store_the_terminal_has_learned_nothing_and_makes_none(data: Path, tmp_path: Path) -> None:
    encoder = open_encoder("", MODELS)
    engine = SearchEngine(open_current(data, encoder), encoder)
    assert taught(engine, encoder, Settings(data=tmp_path)) is engine
    assert taught(engine, encoder, Settings(data=data, learning=False)) is engine
    assert list(tmp_path.iterdir()) == []


def test_switched_off_nothing_lifts_and_the_page_says_so(serve: Serve, content: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(content, data, learning=False, k_anonymity="2", trusted_proxies="127.0.0.1") as client:
        store = open_store("", data)
        office = Office(str(client.base_url), store, data)
        office.user("editor@example.com", "editor")
        before = scores(client)
        confirm(store, ASKED, "resi/etichetta", 2)
        confirm(store, "chiesta da uno solo", "resi/etichetta", 1)
        editor = office.member("editor")
        until(lambda: pair(editor))
        page = editor.get(places.LEARNING).text
        assert "Learning is switched off" in page
        assert scores(client) == pytest.approx(before)
        # What fewer asked than may be told is there without its words, in every way it can be had.
        hidden = [
            page,
            editor.get(places.LEARNING + "/export.json").text,
            editor.get(places.LEARNING + "/pairs.csv").text,
            editor.get(places.LEARNING + "?q=chiesta").text.split("</form>", 2)[2],
        ]
        assert not any("da uno solo" in text for text in hidden)
        assert "A question that fewer than 2 visits asked" in unescape(page)
        assert len(editor.get(places.LEARNING + "/export.json").json()["pairs"]) == 2
        sheet = list(
            csv.DictReader(io.StringIO(editor.get(places.LEARNING + "/pairs.csv").text.lstrip("\ufeff")))
        )
        assert {row["question"] for row in sheet} == {ASKED, ""}
        store.close()


@pytest.mark.parametrize(
    "query", ["?q=%00%ff&page=99999&state=x", "?page=-1", "?decided=' or 1=1", "?q=" + "x" * 5_000, "?page=²"]
)
def test_any_address_has_a_page(office: Office, query: str) -> None:
    assert office.member("viewer").get(places.LEARNING + query).status_code == 200


@pytest.mark.parametrize("name", ["", "0" * 32, "\x00", "' or 1=1 --", "é" * 1_000])
def test_what_is_no_pair_is_not_decided(office: Office, name: str) -> None:
    answer = office.member("editor").post(places.LEARNING + "/decide", pair=name, do="veto")
    assert answer.status_code == 404


@pytest.mark.usefixtures("shop")
def test_without_a_database_search_goes_on_and_the_log_says_it_once(
    content: Path, data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "models").symlink_to(MODELS)
    for name in ("snapshots", "vectors"):
        shutil.copytree(data / name, tmp_path / name)
    shutil.copy(data / "current", tmp_path)
    settings = Settings(content=content, data=tmp_path, database_url=f"sqlite:///{tmp_path}")
    live, ledger = LiveIndex(settings), Ledger(settings)
    learner = Learner(ledger, live, Reading())
    with caplog.at_level(logging.ERROR, "sportello.learning"):
        ledger.start()
        live.start()
        learner.start()
        until(lambda: caplog.records)
        learner.look()
        learner.look()
        assert live.engine.search(ASKED, "it").hits
        learner.stop()
        live.stop()
        ledger.stop()
    assert len([r for r in caplog.records if r.name == "sportello.learning"]) == 1


@pytest.mark.usefixtures("shop")
def test_learning_shares_all_but_what_was_learned(data: Path) -> None:
    encoder = open_encoder("", MODELS)
    engine = SearchEngine(open_current(data, encoder), encoder)
    confirmed = [Confirmed(ASKED, "resi/etichetta", "it", 3), Confirmed(ASKED, "x/gone", "it", 3)]
    taught = engine.with_confirmed(confirmed)
    before, after = (e.search(ASKED, "it").hits for e in (engine, taught))
    lifted = {h.article.id: h.evidence.learned for h in after}
    assert lifted["resi/etichetta"] > 0
    assert all(h.evidence.learned == 0 for h in before)
    kept = {name for name in vars(engine) if vars(engine)[name] is vars(taught)[name]}
    # What was answered before was answered without it.
    assert set(vars(engine)) - kept == {"_learned", "_taught", "_answers"}
    other = engine.with_confirmed(confirmed, engine.encode([ASKED]))
    assert [h.score for h in other.search(ASKED, "it").hits] == pytest.approx([h.score for h in after])
    assert engine.with_confirmed(()).search(ASKED, "it").hits == before
    old = [replace(confirmed[0], last=datetime.now(UTC).date() - timedelta(days=900))]
    assert engine.with_confirmed(old).search(ASKED, "it").hits == before
