"""What the gates share: every help centre that has a page to look at."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from playwright.sync_api import Page

from app.store import Answered, Promise, Store, Subscription, Ticket, open_store
from app.store.subscriptions import Names
from tests.browser.visits import ANSWERED, NUMBER, TOKEN, VISITS, WAITING, Visit

REPO = Path(__file__).parents[2]
NODE_MODULES = Path(__file__).parent / "node_modules"

Find = Callable[[Visit], str]


@pytest.fixture(scope="session")
def unready(
    serve: Callable[..., AbstractContextManager[httpx.Client]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A help centre that has nothing to serve yet."""
    folder = tmp_path_factory.mktemp("unready")
    (folder / "content").mkdir()
    with serve(folder / "content", folder / "data", wait=False, contact_phone="+39 0546 1") as client:
        yield client


@pytest.fixture(scope="session")
def contacted(demo: httpx.Client, demo_data: Path) -> httpx.Client:
    """The demo shop with a message whose writer is asked how satisfied they are, and who waits for answers."""
    promise = Promise("measured", 120, 540, datetime(2026, 11, 24, 16, 0, tzinfo=UTC))
    ticket = Ticket(
        NUMBER, datetime.now(UTC), "closed", "form", "it", "anna@example.com", "Il vaso è rotto.",
        promise=promise, rating_token=TOKEN,
    )  # fmt: skip
    with closing(open_store("", demo_data)) as store:
        assert store.tickets.add(ticket, (), ())
        for token in (TOKEN, WAITING, ANSWERED):
            _wait_for_an_answer(store, token)
    return demo


def _wait_for_an_answer(store: Store, token: str) -> None:
    now = datetime.now(UTC)
    asked = Subscription(token, "anna@example.com", "it", "Fate la carbonara?", (), "none", now)
    assert store.subscriptions.ask(asked, Names(token, token), 1)
    if token != TOKEN:
        store.subscriptions.confirm(token, now, now)
    if token == ANSWERED:
        found = Answered(
            "yes", "it", "Dov’è il mio pacco?", "Apri il link.", "/it/a/consegna/seguire-il-pacco"
        )
        assert store.subscriptions.settle("another", [(token, found)], now)


@pytest.fixture(scope="session")
def find(contacted: httpx.Client, odd: httpx.Client, polyglot: httpx.Client, unready: httpx.Client) -> Find:
    """A visit's whole address."""
    shops = {"demo": contacted, "odd": odd, "polyglot": polyglot, "unready": unready}
    return lambda visit: f"{shops[visit.shop].base_url}{visit.path}"


def open_visit(page: Page, visit: Visit, address: str) -> None:
    """Go to a page, by its form if it has one."""
    if not visit.form:
        response = page.goto(address)
    else:
        page.goto(f"{address.rpartition('/')[0]}/")
        with page.expect_navigation() as sent:
            page.evaluate(_POST, [address, visit.form])
        response = sent.value
    assert response
    assert response.status == visit.status


_POST = """([action, fields]) => {
  const form = Object.assign(document.createElement("form"), { action, method: "post", hidden: true });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
}"""


# What English pages have that Italian ones have not is their words: they are looked at in `make soak`.
LOOKED_AT = [pytest.param(v, marks=pytest.mark.soak) if str(v).endswith("-en") else v for v in VISITS]


@pytest.fixture(params=LOOKED_AT, ids=str)
def visit(request: pytest.FixtureRequest) -> Visit:
    found: Visit = request.param
    return found


@pytest.fixture(scope="session")
def built_widget(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """What `make widget` says; the file is built as the modules are now, once for all of a run's workers."""
    folder = tmp_path_factory.getbasetemp()
    said = (folder if worker_id == "master" else folder.parent) / "widget.txt"
    with FileLock(f"{said}.lock"):
        if not said.exists():
            made = subprocess.run(["make", "widget"], cwd=REPO, capture_output=True, text=True, check=False)
            assert made.returncode == 0, made.stdout + made.stderr
            said.write_text(made.stdout, "utf-8")
        return said.read_text("utf-8")


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """What npm installed for the gates."""
    assert NODE_MODULES.is_dir(), f"no {NODE_MODULES}: run `make gates`"
    return NODE_MODULES
