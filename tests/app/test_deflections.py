"""What a widget asks: the answer, the session, the held-out arm, and what is written down of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import time
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.deflection.forms import message_of
from app.deflection.holdout import is_held_out
from app.deflection.pages import kept_of, matches, path_of
from app.deflection.sessions import GRACE, LASTS, Sessions
from app.secret import Secret
from tests.asking import LOST, STRANGE, ask, deflection, has_table, indexed, post, rows, until
from tests.served import REPO, SHOP, Serve

PARCEL = "consegna/seguire-il-pacco"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deflections") / "data"


@pytest.fixture(scope="module")
def shop(serve: Serve, data: Path) -> Iterator[httpx.Client]:
    with serve(SHOP, data) as client:
        yield client


@pytest.fixture(scope="module")
def held_data(shop: httpx.Client, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert shop
    return indexed(data, tmp_path_factory.mktemp("held"))


@pytest.fixture(scope="module")
def held(serve: Serve, held_data: Path) -> Iterator[httpx.Client]:
    with serve(SHOP, held_data, holdout="1") as client:
        yield client


# The answer


def test_a_message_gets_its_answers(shop: httpx.Client) -> None:
    answer = ask(shop, subject="Informazioni")
    assert answer["answer"] in {"yes", "maybe"}
    assert 1 <= len(answer["results"]) <= 3
    assert PARCEL in {hit["id"] for hit in answer["results"]}
    searched = shop.get("/api/v1/search", params={"q": LOST, "lang": "it"}).json()
    assert answer.keys() == searched.keys() | {"deflection_id", "session", "holdout"}
    assert answer["results"][0].keys() == searched["results"][0].keys()
    assert (answer["holdout"], answer["lang"]) == (False, "it")


def test_what_is_not_answered_shows_nothing(shop: httpx.Client) -> None:
    answer = ask(shop, STRANGE)
    assert (answer["answer"], answer["results"]) == ("no", [])


def test_subject_and_message_are_asked_together(shop: httpx.Client) -> None:
    alone = ask(shop, "Potete aiutarmi, per favore?")
    both = ask(shop, "Potete aiutarmi, per favore?", subject="Fattura con la partita IVA")
    assert both["results"][0]["id"] == "pagamenti/fattura"
    assert "pagamenti/fattura" not in {hit["id"] for hit in alone["results"]}
    assert ask(shop, "", subject="La carta viene rifiutata")["results"]


def test_a_subject_that_says_nothing_is_left_out() -> None:
    assert message_of("  la carta ", " b\n") == "la carta\nb"
    for nothing in (
        "",
        "  ",
        "Richiesta INFORMAZIONI!!",
        "Help, please",
        "Ordine n. 1002345",
        "Question",
        "Eine Frage",
        "¿Ayuda?",
        "S'il vous plaît",
    ):
        assert message_of(nothing, "b") == "b"
        assert message_of(nothing, " ") == nothing.strip()
    assert message_of("Richiesta rimborso", "b") == "Richiesta rimborso\nb"


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("it", "it"), ("it-CH", "it"), ("en-GB", "en"), ("xx", "it"), ("", "it"), (None, "it"), ("\x00", "it")],
)
def test_an_unknown_language_is_the_sites(shop: httpx.Client, lang: str | None, expected: str) -> None:
    assert ask(shop, lang=lang)["lang"] == expected


def test_the_answer_is_kept_by_no_cache(shop: httpx.Client) -> None:
    answer = post(shop, "deflections", {"text": LOST})
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


# Sessions


def test_a_session_is_kept_and_a_strange_one_replaced(shop: httpx.Client) -> None:
    first = ask(shop)
    assert ask(shop, session=first["session"])["session"] == first["session"]
    for strange in (
        "",
        "x",
        "ù",
        "\ud800",
        "\x00",
        "a" * 70_00,
        first["session"] + "x",
        first["session"][1:],
    ):
        answer = ask(shop, session=strange) if strange != "\ud800" else ask(shop, session=None)
        assert answer["session"] not in {strange, first["session"]}


def test_a_token_lasts_a_day_and_is_known_for_another() -> None:
    now = [time()]
    sessions = Sessions(b"key", lambda: now[0])
    session = sessions.begin()
    now[0] += LASTS
    assert sessions.read(session.token) == session
    now[0] += 2
    assert sessions.read(session.token) is None
    assert sessions.read(session.token, grace=GRACE) == session
    now[0] += GRACE
    assert sessions.read(session.token, grace=GRACE) is None
    now[0] -= 2 * LASTS + GRACE
    assert sessions.read(session.token) is None  # signed in the future


@given(st.text(max_size=300))
def test_nobody_signs_a_token_by_luck(token: str) -> None:
    assert Sessions(b"key").read(token) is None


def test_another_key_signs_another_token() -> None:
    session = Sessions(b"one").begin()
    assert Sessions(b"one").read(session.token) == session
    assert Sessions(b"two").read(session.token) is None
    # What the store knows is not enough to be the session.
    assert Sessions(b"one").read(session.id) is None


def test_a_deflection_belongs_to_its_session() -> None:
    sessions = Sessions(b"key")
    mine, theirs = sessions.begin(), sessions.begin()
    name = sessions.name_deflection(mine)
    assert sessions.owns(mine, name)
    assert not sessions.owns(theirs, name)
    for wrong in ("", "x", name[:-1], name + "0", "ù" * 40, name.upper(), "0" * 40):
        assert not sessions.owns(mine, wrong)


def test_the_secret_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    first = Secret("", tmp_path / "new")
    path = tmp_path / "new" / "secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text().strip()) == 64
    assert Secret("", tmp_path / "new").key("a") == first.key("a") != first.key("b")
    assert Secret("x" * 32, tmp_path / "other").key("a") == Secret("x" * 32, tmp_path).key("a")
    assert not (tmp_path / "other").exists()
    path.write_text("cut")
    assert Secret("", tmp_path / "new").key("a") != first.key("a")
    assert len(path.read_text().strip()) == 64


SECRET = "import sys; from pathlib import Path; from app.secret import Secret; print(Secret('', Path(sys.argv[1])).key('a').hex())"


def test_processes_that_start_at_once_have_the_same_secret(tmp_path: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", SECRET, str(tmp_path)], stdout=subprocess.PIPE, cwd=REPO)
        for _ in range(4)
    ]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["secret", "secret.lock"]


def test_a_secret_that_cannot_be_kept_ends_with_the_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    one, other = (Secret("", tmp_path / "file" / "data") for _ in range(2))
    assert one.key("a") != other.key("a")
    assert "cannot be kept" in caplog.text


# The held-out arm


def test_the_arm_is_stable_and_as_large_as_it_should_be() -> None:
    names = [f"{n:032x}" for n in range(4_000)]
    shares = [0, 0.1, 0.5, 1]
    arms = [{name for name in names if is_held_out(b"key", name, share)} for share in shares]
    assert [len(arm) / len(names) for arm in arms] == pytest.approx(shares, abs=0.03)
    assert all(smaller <= larger for smaller, larger in pairwise(arms))
    assert arms[2] != {name for name in names if is_held_out(b"other", name, 0.5)}


def test_the_held_out_see_nothing_and_the_store_knows_why(held: httpx.Client, held_data: Path) -> None:
    answered, unanswered = ask(held), ask(held, STRANGE)
    for seen in (answered, unanswered):
        assert (seen["holdout"], seen["results"]) == (True, [])
        # Not even whether there was something.
        assert (seen["answer"], seen["confidence"], seen["did_you_mean"]) == ("no", 0, None)
    row = deflection(held_data, answered["deflection_id"])
    assert (row["holdout"], row["held"]) == (1, 1)
    assert row["answer"] in {"yes", "maybe"}
    assert PARCEL in {article["id"] for article in json.loads(row["articles"])}
    row = deflection(held_data, unanswered["deflection_id"])
    assert (row["holdout"], row["held"], row["answer"], row["articles"]) == (1, 0, "no", "[]")


# What is written down


def test_each_question_is_written_down(shop: httpx.Client, data: Path) -> None:
    answer = ask(shop, page="https://anna:pw@shop.example/it/ordini/1002345?email=a@b.it#top")
    row = deflection(data, answer["deflection_id"])
    assert row["search_id"] == answer["search_id"]
    assert row["session"] in answer["session"]
    assert row["session"] != answer["session"]
    assert (row["lang"], row["snapshot"]) == ("it", answer["snapshot"])
    assert (row["answer"], row["holdout"], row["held"]) == (answer["answer"], 0, 0)
    assert json.loads(row["articles"]) == [{"lang": h["lang"], "id": h["id"]} for h in answer["results"]]
    assert row["page"] == "https://shop.example/it/ordini/[number]"


def test_nothing_that_names_a_person_is_written_down(shop: httpx.Client, data: Path) -> None:
    text = (
        "Buongiorno, sono Marta Bandini, codice fiscale RSSMRA85T10A562S, tel. 347 123 4567, marta@posta.example. "
        "Il gatto dorme sul divano da ieri. L'ordine 1002345 non è arrivato: dove vedo il tracking del pacco? "
        "Grazie mille e buona giornata a tutti voi, davvero.\nMarta Bandini\nIT60X0542811101000000123456"
    )
    row = deflection(data, ask(shop, text, subject="ordine 1002345")["deflection_id"])
    assert "tracking" in row["question"]
    until((data / "sportello.db-wal").exists)
    stored = (data / "sportello.db").read_bytes() + (data / "sportello.db-wal").read_bytes()
    for secret in (
        b"RSSMRA",
        b"347 123",
        b"marta@",
        b"1002345",
        b"IT60X",
        b"divano",
        b"127.0.0.1",
        b"httpx",
    ):
        assert secret not in stored


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("https://Shop.Example/it/cart?a=b#c", "https://shop.example/it/cart"),
        ("https://u:p@shop.example:8443/x", "https://shop.example:8443/x"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("/cart?x", "/cart"),
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example/" + "a" * 5_000, "https://shop.example/" + "a" * 1_979),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("ftp://x/y", None),
        ("cart", None),
        ("https://[x", None),
        ("https://x:99999/", None),
        ("//x/y", None),
        ("", None),
        (None, None),
        ("/a\x00b\nc", "/abc"),
    ],
)
def test_a_page_is_its_path_alone(page: str | None, kept: str | None) -> None:
    assert kept_of(page) == kept


@given(st.text(max_size=200))
def test_any_page_is_kept_or_not(page: str) -> None:
    kept = kept_of("https://shop.example/" + page) or ""
    assert "?" not in kept
    assert "#" not in kept
    kept.encode()
    assert path_of(page) == "" or path_of(page).startswith("/")
    matches(page, page)


def test_without_a_database_the_answer_comes_all_the_same(
    serve: Serve, shop: httpx.Client, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.deflection.recorder._RETRY_SECONDS", 0.05)
    monkeypatch.setattr("app.ledger._RETRY_SECONDS", 0.05)
    monkeypatch.setattr("app.ledger._FLUSH_SECONDS", 0.05)
    assert shop
    place = tmp_path / "elsewhere"
    place.touch()  # a file where its folder should be
    own = indexed(data, tmp_path / "data")
    with serve(SHOP, own, database_url=f"sqlite:///{place}/sportello.db") as client:
        asked = [ask(client)["deflection_id"] for _ in range(3)]
        place.unlink()
        # It was kept, and is written when the database is there.
        until(lambda: has_table(place, "deflections"))
        for name in asked:
            assert deflection(place, name)["id"] == name


def test_questions_of_a_busy_moment_are_all_written_when_the_server_ends(
    serve: Serve, shop: httpx.Client, data: Path, tmp_path: Path
) -> None:
    assert shop
    own = indexed(data, tmp_path / "data")
    with serve(SHOP, own) as client:
        asked = {ask(client)["deflection_id"] for _ in range(20)}
    assert {row["id"] for row in rows(own, "SELECT id FROM deflections")} == asked


# Bodies


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 422, "body"),
        (b"{", 400, None),
        (b"nope", 400, None),
        (b'{"text": NaN}', 400, None),
        (b'{"text": "\\ud800"}', 400, None),
        (b'{"text": "\xff"}', 400, None),
        (b"[" * 60_000, 400, None),
        (b'{"text":' + b'{"a":' * 500 + b"1" + b"}" * 501, 422, "text"),
        (b"[]", 422, "body"),
        (b"null", 422, "body"),
        (b'"text"', 422, "body"),
        (b"{}", 422, "text"),
        (b'{"text": null}', 422, "text"),
        (b'{"text": 7}', 422, "text"),
        (b'{"text": ""}', 422, "text"),
        (b'{"text": " \\u0000 \\u200b"}', 422, "text"),
        (b'{"text": "' + b"a" * 8_001 + b'"}', 422, "text"),
        (b'{"text": "a", "subject": "' + b"a" * 301 + b'"}', 422, "subject"),
        (b'{"text": "a", "session": 7}', 422, "session"),
        (b'{"text": "a", "page": ["x"]}', 422, "page"),
        (b'{"text": "' + b"a" * 64_000 + b'"}', 413, None),
    ],
)
def test_a_body_that_is_none_is_a_problem(
    shop: httpx.Client, body: bytes, status: int, field: str | None
) -> None:
    for kind in ("text/plain;charset=UTF-8", "application/json"):
        answer = shop.post("/api/v1/deflections", content=body, headers={"Content-Type": kind})
        problem = answer.json()
        assert answer.status_code == problem["status"] == status, problem
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem.get("field") == field
        assert problem["detail"].endswith(".")


def test_a_body_without_an_end_is_refused_where_it_is_too_long(shop: httpx.Client) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(100):
            yield b"a" * 10_000

    answer = shop.post("/api/v1/deflections", content=parts(), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", "x", "application/xml"]
)  # fmt: skip
def test_other_types_are_refused(shop: httpx.Client, kind: str) -> None:
    answer = shop.post("/api/v1/deflections", content=b'{"text":"a"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["status"]) == (415, 415)


def test_the_longest_message_is_taken(shop: httpx.Client) -> None:
    answer = ask(shop, "è " * 4_000, subject="ù" * 300, page="https://x.example/" + "a" * 9_000, more=[1])
    assert len(answer["query"]) <= 2_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
FIELDS = ("text", "subject", "lang", "page", "session")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON)
def test_any_json_is_answered_or_refused_in_one_sentence(shop: httpx.Client, body: Any) -> None:
    answer = shop.post("/api/v1/deflections", content=json.dumps(body).encode())
    assert answer.status_code in {200, 400, 413, 422}
    assert answer.status_code == 200 or answer.json()["detail"].endswith(".")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(shop: httpx.Client, body: bytes) -> None:
    assert shop.post("/api/v1/deflections", content=body).status_code in {400, 422}
