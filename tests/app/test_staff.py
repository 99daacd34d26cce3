"""Signing in: who comes in, for how long, and what nobody else can make them do."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi.routing import APIRoute

from app.main import create_app
from app.routes.admin import places
from app.routes.admin.members import admin, editor, viewer
from app.settings import Settings
from app.staff.passwords import PasswordError, check_password, hash_password, is_password
from app.staff.roles import ROLES
from app.staff.sessions import kept_of, lease, new_token
from app.staff.signin import ACCOUNT_LIMIT, ADDRESS_LIMIT
from app.store import open_store
from app.store.users import Role
from tests.office import PASSWORD, Office, Visitor


@pytest.fixture(scope="module")
def office(
    serve: Callable[..., AbstractContextManager[httpx.Client]],
    odd_content: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("office") / "data"
    with serve(odd_content, data, trusted_proxies="127.0.0.1") as client:
        store = open_store("", data)
        found = Office(str(client.base_url), store, data)
        for role in ROLES:
            found.user(f"{role}@example.com", role)
        yield found
        store.close()


# Passwords


def test_a_password_is_known_again_however_it_is_typed() -> None:
    kept = hash_password("perché tazza nuvola")
    assert is_password("perche\u0301 tazza nuvola", kept)
    assert not is_password("perche tazza nuvola", kept)
    assert not is_password("perché tazza nuvola", None)
    assert not is_password("perché tazza nuvola", "no hash")
    assert not is_password("\ud800" * 1_000_000, kept)
    assert kept != hash_password("perché tazza nuvola")


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 257, "password1234", "qwertyuiop12", "aaaaaaaaaaaaaaaa", "annaverdi1234"]
)
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(PasswordError):
        check_password(password, "anna@example.com", "Anna Verdi")


@pytest.mark.parametrize("password", [PASSWORD, "k8#Vq2!zLw0p", "ложка облако вторник"])
def test_a_password_that_is_not_is_taken(password: str) -> None:
    check_password(password, "anna@example.com", "Anna Verdi")


def test_a_hash_of_other_days_is_made_anew(office: Office) -> None:
    office.user("old@example.com", password=PasswordHasher(1, 1024, 1).hash(PASSWORD))
    assert office.visitor().sign_in("old@example.com").status_code == 303
    found = office.store.users.find("old@example.com")
    assert found
    assert "m=32768,t=3,p=1" in found.password
    assert office.visitor().sign_in("old@example.com").status_code == 303


# Coming in


def test_in_and_out(office: Office) -> None:
    visitor = office.visitor()
    asked = visitor.get("/admin/tickets?status=closed")
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/admin/login?next=%2Fadmin%2Ftickets%3Fstatus%3Dclosed",
    )
    entered = visitor.sign_in("VIEWER@example.com ", after="/admin/tickets?status=closed")
    assert (entered.status_code, entered.headers["location"]) == (303, "/admin/tickets?status=closed")
    page = visitor.get("/admin/tickets")
    assert page.status_code == 200
    assert "Viewer" in page.text
    assert visitor.get("/admin/login").headers["location"] == "/admin/tickets"
    held = visitor.client.cookies["sportello"]
    left = visitor.post(places.SIGN_OUT)
    assert left.headers["location"] == "/admin/login?out=1"
    assert "sportello" not in visitor.client.cookies
    assert "You are signed out." in visitor.get(left.headers["location"]).text
    visitor.client.cookies.set("sportello", held)
    assert visitor.get("/admin/tickets").status_code == 303


def test_the_cookie_is_out_of_every_scripts_reach(office: Office) -> None:
    visitor = office.visitor()
    visitor.get(places.SIGN_IN)
    cookie = visitor.sign_in("viewer@example.com").headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert re.fullmatch(r"sportello=[\w-]{43}", name)
    assert sorted(attributes) == ["HttpOnly", "Max-Age=604800", "Path=/", "SameSite=lax"]


def test_over_https_the_cookie_is_bound_to_this_host(
    serve: Callable[..., AbstractContextManager[httpx.Client]], odd_content: Path, tmp_path: Path
) -> None:
    with serve(odd_content, tmp_path / "data", wait=False, base_url="https://help.example") as client:
        cookie = client.get(places.SIGN_IN).headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert re.fullmatch(r"__Host-sportello=[\w-]{43}", name)
    assert sorted(attributes) == ["HttpOnly", "Max-Age=604800", "Path=/", "SameSite=lax", "Secure"]


def test_a_proxy_that_speaks_https_makes_the_cookie_secure(office: Office) -> None:
    answer = office.visitor().get(places.SIGN_IN, **{"X-Forwarded-Proto": "https"})
    assert answer.headers["set-cookie"].startswith("__Host-sportello=")


def test_who_is_unknown_is_answered_as_a_wrong_password_is(office: Office) -> None:
    wrong = office.visitor().sign_in("viewer@example.com", "not the password")
    unknown = office.visitor().sign_in("nobody@example.com", "not the password")
    assert wrong.status_code == unknown.status_code == 403
    plain = [re.sub(r'value="[^"]*"', "", answer.text) for answer in (wrong, unknown)]
    assert plain[0] == plain[1]
    assert "do not belong together" in wrong.text
    assert 'value="viewer@example.com"' in wrong.text
    assert "not the password" not in wrong.text


@pytest.mark.parametrize(
    "email", ["", "x" * 5_000, "a\0b@example.com", "\ud800@example.com", "<script>@x", "' or 1=1 --"]
)
def test_nonsense_is_nobodys_address(office: Office, email: str) -> None:
    visitor = office.visitor()
    visitor.get(places.SIGN_IN)
    body = httpx.QueryParams({"form_token": visitor.token(), "password": "x" * 5_000})
    written = f"{body}&email=".encode() + email.encode("utf-8", "surrogatepass").replace(b"\0", b"%00")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = visitor.client.post(places.SIGN_IN, content=written, headers=kind)
    assert answer.status_code == 403
    assert "<script>@x" not in answer.text


def test_a_token_that_was_there_before_is_worth_nothing_after(office: Office) -> None:
    visitor, planted = office.visitor(), new_token()
    visitor.client.cookies.set("sportello", planted)
    assert visitor.sign_in("viewer@example.com").status_code == 303
    attacker = office.visitor()
    attacker.client.cookies.set("sportello", planted)
    assert attacker.get("/admin/tickets").status_code == 303
    held = next(c for c in visitor.client.cookies.jar if c.value != planted)
    attacker.client.cookies.set("sportello", str(held.value))
    assert attacker.get("/admin/tickets").status_code == 200


def test_signing_in_anew_ends_the_session_before(office: Office) -> None:
    visitor = office.member("viewer")
    before = visitor.client.cookies["sportello"]
    assert visitor.post(places.SIGN_IN, email="editor@example.com", password=PASSWORD).status_code == 303
    other = office.visitor()
    other.client.cookies.set("sportello", before)
    assert other.get("/admin/tickets").status_code == 303


@pytest.mark.parametrize(
    ("after", "leads"),
    [
        ("/admin/tickets/SP-1?done=sent", "/admin/tickets/SP-1?done=sent"),
        ("https://evil.example/", "/admin/tickets"),
        ("//evil.example/admin/", "/admin/tickets"),
        ("/admin//evil.example", "/admin//evil.example"),
        ("/\\evil.example/admin", "/admin/tickets"),
        ("/admin/\\evil.example", "/admin/tickets"),
        ("/admin\r\nSet-Cookie: a=b", "/admin/tickets"),
        ("/adminevil", "/admin/tickets"),
        ("/it/", "/admin/tickets"),
        ("javascript:alert(1)", "/admin/tickets"),
        ("/admin/" + "x" * 600, "/admin/tickets"),
    ],
)
def test_signing_in_leads_to_pages_of_ours_alone(office: Office, after: str, leads: str) -> None:
    visitor = office.visitor()
    assert visitor.sign_in("viewer@example.com", after=after).headers["location"] == leads
    assert visitor.client.get(places.SIGN_IN, params={"next": after}).headers["location"] == leads


def test_guessing_one_account_ends_soon_and_leaves_the_others_alone(office: Office) -> None:
    office.user("guessed@example.com")
    guesses = [office.visitor().sign_in("guessed@example.com", f"guess {n}") for n in range(ACCOUNT_LIMIT)]
    assert {answer.status_code for answer in guesses} == {403}
    refused = office.visitor().sign_in("guessed@example.com", PASSWORD)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "900")
    assert "try again in 15 minutes" in refused.text
    unknown = [office.visitor().sign_in("unknown@example.com", "guess") for _ in range(ACCOUNT_LIMIT + 1)]
    assert [answer.status_code for answer in unknown[-2:]] == [403, 429]
    assert office.visitor().sign_in("viewer@example.com").status_code == 303


def test_guessing_from_one_address_ends_soon(office: Office) -> None:
    visitor = office.visitor()
    visitor.get(places.SIGN_IN)
    answers = [
        visitor.post(places.SIGN_IN, email=f"{n}@example.com", password="guess").status_code
        for n in range(ADDRESS_LIMIT + 1)
    ]
    assert answers == [403] * ADDRESS_LIMIT + [429]
    assert visitor.post(places.SIGN_IN, email="viewer@example.com", password=PASSWORD).status_code == 429
    assert office.member("viewer")


def test_no_client_address_and_no_unknown_account_is_stored(office: Office) -> None:
    visitor = office.visitor()
    visitor.sign_in("my-secret-typed-in-the-wrong-field", "guess")
    files = [path.read_bytes() for path in office.data.glob("sportello.db*")]
    assert files
    for content in files:
        assert visitor.address.encode() not in content
        assert b"my-secret-typed" not in content


# How long it lasts


@pytest.mark.parametrize(
    ("begun", "seen", "status"),
    [
        (timedelta(hours=11), timedelta(hours=11), 200),
        (timedelta(hours=13), timedelta(hours=13), 303),
        (timedelta(days=6, hours=23), timedelta(minutes=1), 200),
        (timedelta(days=7, hours=1), timedelta(minutes=1), 303),
    ],
)
def test_a_session_ends_by_itself(office: Office, begun: timedelta, seen: timedelta, status: int) -> None:
    user = office.user(f"{uuid4().hex}@example.com")
    token, now = new_token(), datetime.now(UTC)
    office.store.sessions.begin(kept_of(token), user.id, now - begun, lease(now - timedelta(days=30)))
    office.store.sessions.touch(kept_of(token), now - seen)
    visitor = office.visitor()
    visitor.client.cookies.set("sportello", token)
    assert visitor.get("/admin/tickets").status_code == status


def test_being_seen_keeps_a_session_alive(office: Office) -> None:
    user = office.user("busy@example.com")
    token, now = new_token(), datetime.now(UTC)
    office.store.sessions.begin(kept_of(token), user.id, now - timedelta(hours=11), lease(now))
    visitor = office.visitor()
    visitor.client.cookies.set("sportello", token)
    visitor.get("/admin/tickets")
    session = office.store.sessions.find(kept_of(token), lease(now))
    assert session
    assert session.seen_at >= now


def test_whoever_is_removed_is_out_at_the_next_click(office: Office) -> None:
    office.user("gone@example.com")
    visitor = office.visitor()
    visitor.sign_in("gone@example.com")
    assert visitor.get("/admin/tickets").status_code == 200
    assert office.store.users.remove("gone@example.com", datetime.now(UTC))
    assert visitor.get("/admin/tickets").status_code == 303
    assert visitor.sign_in("gone@example.com").status_code == 403


# What another site cannot do


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_that_another_site_sends_does_nothing(office: Office, headers: dict[str, str]) -> None:
    member, number = office.member("editor"), office.ticket()
    answer = member.post(places.ticket(number, "close"), headers, body="my words", seen="open.0")
    assert answer.status_code == 403
    assert "another website" in answer.text
    assert "my words" in answer.text
    found = office.store.tickets.get(number)
    assert found
    assert found.status == "open"
    anonymous = office.visitor()
    anonymous.get(places.SIGN_IN)
    refused = anonymous.post(places.SIGN_IN, headers, email="viewer@example.com", password=PASSWORD)
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize("token", [None, "", "0" * 48, "è", "\ud800"])
def test_a_form_without_its_token_does_nothing(office: Office, token: str | None) -> None:
    member, number = office.member("editor"), office.ticket()
    fields = {"seen": "open.0", "note": "kept"} | ({} if token is None else {"form_token": token})
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode("utf-8", "surrogatepass")
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    answer = member.client.post(places.ticket(number, "close"), content=body, headers=kind)
    assert answer.status_code == 403
    assert "open too long" in answer.text
    found = office.store.tickets.get(number)
    assert found
    assert found.status == "open"


def test_the_token_of_another_session_does_nothing(office: Office) -> None:
    member, other = office.member("editor"), office.member("admin")
    answer = member.post(places.ticket(office.ticket(), "close"), form_token=other.token(), seen="open.0")
    assert answer.status_code == 403


def test_a_form_of_ours_is_taken_with_what_browsers_say_of_it(office: Office) -> None:
    member = office.member("editor")
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": office.url}, {}):
        answer = member.post(places.ticket(office.ticket(), "close"), headers, seen="open.0")
        assert answer.status_code == 303


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_no_other_kind_of_body_is_read(office: Office, kind: str) -> None:
    member = office.member("editor")
    answer = member.client.post(
        places.ticket(office.ticket(), "close"), content=b"{}", headers={"Content-Type": kind}
    )
    assert answer.status_code == 403


def test_too_much_is_refused_before_it_is_read(office: Office) -> None:
    member = office.member("editor")
    assert member.post(places.ticket(office.ticket(), "reply"), body="x" * 600_000).status_code == 413
    many = {f"field{n}": "x" for n in range(500)}
    assert member.post(places.ticket(office.ticket(), "reply"), None, **many).status_code == 403


def test_a_session_that_ended_while_somebody_wrote_loses_nothing(office: Office) -> None:
    member, number = office.member("editor"), office.ticket()
    office.store.sessions.end(kept_of(member.client.cookies["sportello"]))
    answer = member.post(places.ticket(number, "reply"), body="An hour’s work <b>", do="send")
    assert answer.status_code == 401
    assert "An hour’s work &lt;b&gt;</textarea>" in answer.text
    assert f'href="/admin/login?next=%2Fadmin%2Ftickets%2F{number}"' in answer.text


def test_every_page_is_kept_by_nobody_and_framed_by_nobody(office: Office) -> None:
    member = office.member("admin")
    number = office.ticket()
    for path in (places.TICKETS, places.ticket(number), places.PASSWORD, "/admin/tickets/none", "/admin"):
        answer = member.get(path, **{"Accept-Encoding": "br, gzip"})
        assert answer.headers["cache-control"] == "no-store"
        assert "content-encoding" not in answer.headers
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "same-origin"
    login = office.visitor().get(places.SIGN_IN, **{"Accept-Encoding": "br"})
    assert login.headers["cache-control"] == "no-store"
    assert "content-encoding" not in login.headers
    assert member.get("/it/", **{"Accept-Encoding": "br"}).headers["content-encoding"] == "br"


# Roles

# Who may do what. A route that is added must be added here.
NEEDS: dict[tuple[str, str], Role | None] = {
    ("GET", "/admin"): "viewer",
    ("GET", "/admin/"): "viewer",
    ("GET", "/admin/login"): None,
    ("POST", "/admin/login"): None,
    ("POST", "/admin/logout"): None,
    ("GET", "/admin/password"): "viewer",
    ("POST", "/admin/password"): "viewer",
    ("POST", "/admin/digest"): "viewer",
    ("GET", "/admin/insights"): "viewer",
    ("GET", "/admin/insights/questions"): "viewer",
    ("GET", "/admin/insights/charts/{name}.svg"): "viewer",
    ("GET", "/admin/insights/export.json"): "viewer",
    ("GET", "/admin/insights/{sheet}.csv"): "viewer",
    ("GET", "/admin/gaps"): "viewer",
    ("GET", "/admin/gaps/export.csv"): "viewer",
    ("GET", "/admin/gaps/export.json"): "viewer",
    ("GET", "/admin/gaps/{gap}"): "viewer",
    ("GET", "/admin/gaps/{gap}/draft.md"): "viewer",
    ("POST", "/admin/gaps/{gap}/dismiss"): "editor",
    ("POST", "/admin/gaps/{gap}/reopen"): "editor",
    ("POST", "/admin/gaps/{gap}/draft"): "editor",
    ("POST", "/admin/gaps/{gap}/questions"): "editor",
    ("POST", "/admin/articles/{lang}/{article:path}/images"): "editor",
    ("POST", "/admin/articles/{lang}/{article:path}/impact"): "editor",
    ("GET", "/admin/golden"): "viewer",
    ("GET", "/admin/golden/question"): "editor",
    ("POST", "/admin/golden/question"): "editor",
    ("GET", "/admin/articles"): "viewer",
    ("GET", "/admin/articles/new"): "editor",
    ("POST", "/admin/articles/new"): "editor",
    ("GET", "/admin/articles/{lang}/{article:path}/edit"): "editor",
    ("POST", "/admin/articles/{lang}/{article:path}/edit"): "editor",
    ("POST", "/admin/articles/{lang}/{article:path}/preview"): "editor",
    ("GET", "/admin/articles/{lang}/{article:path}/live"): "editor",
    ("GET", "/admin/articles/{lang}/{article:path}/history"): "viewer",
    ("POST", "/admin/articles/{lang}/{article:path}/history"): "editor",
    ("GET", "/admin/learning"): "viewer",
    ("POST", "/admin/learning/decide"): "editor",
    ("GET", "/admin/learning/export.json"): "viewer",
    ("GET", "/admin/learning/pairs.csv"): "viewer",
    ("GET", "/admin/tickets"): "viewer",
    ("GET", "/admin/tickets/{number}"): "viewer",
    ("GET", "/admin/tickets/{number}/files/{file}"): "viewer",
    ("POST", "/admin/tickets/{number}/reply"): "editor",
    ("POST", "/admin/tickets/{number}/close"): "editor",
    ("POST", "/admin/tickets/{number}/reopen"): "editor",
    ("POST", "/admin/tickets/{number}/release"): "editor",
    ("GET", "/admin/tickets/{number}/delete"): "admin",
    ("POST", "/admin/tickets/{number}/delete"): "admin",
}
GUARDS = {viewer: "viewer", editor: "editor", admin: "admin"}


def staff_routes(tmp_path: Path) -> dict[tuple[str, str], list[str]]:
    """Every route below /admin, and the roles it asks for itself."""
    app = create_app(Settings(content=tmp_path, data=tmp_path))
    routers = [getattr(route, "original_router", None) for route in app.routes]
    routes = [route for router in routers if router for route in router.routes] + list(app.routes)
    return {
        (method, route.path): [
            GUARDS[dependency.call]
            for dependency in route.dependant.dependencies
            if dependency.call in GUARDS
        ]
        for route in routes
        if isinstance(route, APIRoute) and f"{route.path}/".startswith("/admin/")
        for method in route.methods or ()
    }


def test_every_route_names_the_role_it_needs(tmp_path: Path) -> None:
    expected = {route: [role] if role else [] for route, role in NEEDS.items()}
    assert staff_routes(tmp_path) == expected


@pytest.mark.parametrize(("route", "needed"), [(r, n) for r, n in NEEDS.items() if n], ids=str)
def test_a_route_opens_to_its_role_and_the_ones_above(
    office: Office, route: tuple[str, str], needed: Role
) -> None:
    method, path = route
    for role in ROLES:
        address = re.sub(r"{\w+(:path)?}", "none", path.replace("{number}", office.ticket()))
        member = office.member(role)
        answer = member.get(address) if method == "GET" else member.post(address, seen="open.0")
        if ROLES.index(role) >= ROLES.index(needed):
            assert answer.status_code not in {401, 403}
        else:
            assert answer.status_code == 403
            assert "Your role does not allow this" in answer.text
    stranger = office.visitor()
    stranger.get(places.SIGN_IN)
    answer = stranger.get(address) if method == "GET" else stranger.post(address)
    assert answer.status_code == (303 if method == "GET" else 401)


# One's own password


def test_another_password_ends_the_other_sessions(office: Office) -> None:
    office.user("changer@example.com")
    here, there = office.visitor(), office.visitor()
    for visitor in (here, there):
        visitor.sign_in("changer@example.com")
    new = "montagna sedia giovedi verde"
    wrong = here.post(places.PASSWORD, old="not it", new=new, again=new)
    assert (wrong.status_code, "present password is not right" in wrong.text) == (422, True)
    changed = here.post(places.PASSWORD, old=PASSWORD, new=new, again=new)
    assert changed.headers["location"] == "/admin/password?done=1"
    assert "Everywhere else you are signed out" in here.get(changed.headers["location"]).text
    assert there.get("/admin/tickets").status_code == 303
    assert office.visitor().sign_in("changer@example.com", PASSWORD).status_code == 403
    assert office.visitor().sign_in("changer@example.com", new).status_code == 303


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("short", "short", "needs 12 to 256"),
        ("montagna sedia giovedi", "montagna sedia venerdi", "the same twice"),
        ("password1234", "password1234", "easily guessed"),
    ],
)
def test_a_password_that_will_not_do_is_not_taken(office: Office, new: str, again: str, said: str) -> None:
    member = office.member("viewer")
    answer = member.post(places.PASSWORD, old=PASSWORD, new=new, again=again)
    assert answer.status_code == 422
    assert said in answer.text
    assert office.visitor().sign_in("viewer@example.com").status_code == 303


# When the store is away


def test_without_its_store_the_desk_says_so(
    serve: Callable[..., AbstractContextManager[httpx.Client]], odd_content: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "sportello.db").mkdir()
    with serve(odd_content, data, wait=False) as client:
        visitor = Visitor(str(client.base_url))
        visitor.get(places.SIGN_IN)
        answer = visitor.post(places.SIGN_IN, email="viewer@example.com", password=PASSWORD)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "The database does not answer" in answer.text
        assert "viewer@example.com" in answer.text
        assert client.get(places.SIGN_IN).status_code == 200


# The week by e-mail


def has_digest(office: Office, email: str) -> bool:
    found = office.store.users.find(email)
    assert found
    return found.user.has_digest


def choose_digest(member: Visitor, wanted: str) -> str:
    """The page that follows."""
    done = member.post(places.DIGEST, wanted=wanted)
    assert done.status_code == 303
    return member.get(done.headers["location"].partition("#")[0]).text


def test_everybody_chooses_whether_the_week_comes_by_e_mail(office: Office) -> None:
    people = {role: office.user(f"weekly-{role}@example.com", role).email for role in ROLES}
    assert [has_digest(office, people[role]) for role in ROLES] == [False, True, True]
    editor, viewer = office.visitor(), office.visitor()
    editor.sign_in(people["editor"])
    viewer.sign_in(people["viewer"])
    assert "Do not send it to me any more" in editor.get(places.PASSWORD).text
    assert "From now on it is not sent to you." in choose_digest(editor, "no")
    assert not has_digest(office, people["editor"])
    assert has_digest(office, people["admin"])
    assert "From now on you have it each Monday." in choose_digest(viewer, "yes")
    assert has_digest(office, people["viewer"])
    # What is no yes is a no.
    choose_digest(viewer, "yes\x00\ud7ff")
    assert not has_digest(office, people["viewer"])


def test_the_account_page_says_why_no_week_is_sent(office: Office) -> None:
    page = office.member("admin").get(places.PASSWORD).text
    assert "On Mondays from 8:00\u202fAM (Rome)" in page
    assert "sets SPORTELLO_SMTP_HOST, none is sent." in page
    assert "It is sent to" not in page
