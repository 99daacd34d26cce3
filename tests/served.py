"""The service as customers meet it: a real server on a socket, over a small shop's content, indexed once."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from filelock import FileLock

from app.main import create_app
from app.settings import Settings
from app.store.database import FILE
from indexer.update import update_index
from search.encoders import Encoder
from tests.databases import new_file
from tests.polyglot import write_polyglot

REPO = Path(__file__).parents[1]
# Two languages of a shop, of which tests know every article; the demo in `content` may change as editors like.
SHOP = REPO / "tests" / "shop"
MODELS = Path(os.environ.get("SPORTELLO_TEST_MODELS") or REPO / "build" / "test-models")

# Tests ask all from one address, and more in a minute than people do.
LIMITED = ("deflections", "events", "tickets", "feedback", "subscriptions")
UNLIMITED = {f"limit_{kind}": "0" for kind in LIMITED}

# Where the shop in all languages says that it is.
POLYGLOT = "https://aiuto.tornigallo.example"

Serve = Callable[..., AbstractContextManager[httpx.Client]]


@contextmanager
def _serve(
    content: Path,
    data: Path,
    *,
    index: Path | None = None,
    vectors: Path | None = None,
    wait: bool = True,
    failing: Sequence[str] = (),
    encoder: Encoder | None = None,
    **options: str,
) -> Iterator[httpx.Client]:
    """A client, which follows no redirect, of a server on a free port; at `failing` paths a route fails.

    The data folder borrows the encoder's files, made once per checkout, and begins with a copy of `index`, a
    data folder too, or of the `vectors` of one.
    """
    MODELS.mkdir(parents=True, exist_ok=True)
    data.mkdir(parents=True, exist_ok=True)
    (data / "models").symlink_to(MODELS)
    if index:
        shutil.copytree(index, data, dirs_exist_ok=True)
    elif vectors:
        shutil.copytree(vectors, data / "vectors", dirs_exist_ok=True)
    if "database_url" not in options and not (data / FILE).exists():
        # With its tables: a server makes them while it answers already, and a test may look before.
        (data / FILE).write_bytes(new_file())
    app = create_app(Settings(content=content, data=data, **{**UNLIMITED, **options}), encoder)  # type: ignore[arg-type]
    for path in failing:
        app.add_api_route(path, _fail)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", proxy_headers=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server ended at its start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        # Without the system's certificates, which are read anew for each client and not needed here.
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, verify=False) as client:
            if wait:
                _until_ready(client)
            yield client
    finally:
        server.should_exit = True
        thread.join()


def _fail() -> None:
    raise RuntimeError("a defect of ours, with a secret in its message")


def _until_ready(client: httpx.Client, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, "the engine did not open"
        time.sleep(0.1)


def _write(path: Path, title: str, body: str = "Testo.", **matter: str) -> None:
    """An article's file; `matter` is more front matter, as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}: {value}\n" for name, value in {"title": f'"{title}"', **matter}.items())
    path.write_text(f"---\n{lines}---\n{body}\n", encoding="utf-8")


@pytest.fixture(scope="session")
def shop_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A data folder in which the shop is indexed, once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    data = (folder if worker_id == "master" else folder.parent) / "shop"
    with FileLock(f"{data}.lock"):
        if not (data / "current").exists():
            assert not update_index(SHOP, data, encoder).problems
    return data


@pytest.fixture(scope="session")
def serve(shop_index: Path, encoder: Encoder) -> Serve:
    """Opens a server: with the encoder that all tests share, unless it is given one; of the shop with its index,
    of other content with the vectors that every index needs."""

    def served(content: Path, data: Path, **options: Any) -> AbstractContextManager[httpx.Client]:
        index = shop_index if content == SHOP else None
        return _serve(
            content, data, index=index, vectors=shop_index / "vectors", **{"encoder": encoder, **options}
        )

    return served


@pytest.fixture(scope="session")
def odd_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo shop has not: a language without a catalogue, moved articles, drafts, odd names."""
    content = tmp_path_factory.mktemp("odd") / "content"
    _write(
        content / "it/ordini/nuovo.md",
        "Come <annullo> l’ordine & perché?",
        summary='"Riassunto <b>piano</b>"',
        redirect_from="[/faq.php?id=7, vecchio/annullare, /già spostato]",
    )
    _write(content / "it/ordini/solo qui.md", "Dove trovo il numero dell’ordine?")
    _write(content / "it/ordini/bozza.md", "Bozza segreta?", status="draft")
    _write(content / "fr/ordini/nuovo.md", "Comment annuler ma commande ?", updated="2026-03-01")
    _write(content / "he/ordini/nuovo.md", "איך מבטלים הזמנה?", updated="2026-03-01")
    return content


@pytest.fixture(scope="session")
def odd(serve: Serve, odd_content: Path) -> Iterator[httpx.Client]:
    """The odd content, served, with nobody to contact and two routes that fail."""
    data, failing = odd_content.parent / "data", ["/broken/for/sure", "/api/v1/broken"]
    with serve(odd_content, data, failing=failing, default_language="de") as client:
        yield client


def serve_shop(
    data: Path, base_url: str = "", content: Path = SHOP, index: Path | None = None
) -> AbstractContextManager[httpx.Client]:
    """The shop, served from a data folder."""
    return _serve(
        content,
        data,
        index=index,
        site_name="Tornigallo",
        contact_phone="+39 0546 000 214",
        contact_email="assistenza@tornigallo.example",
        contact_hours="mo-fr 09:00-18:00; sa 09:00-13:00",
        email_reply_hours="24",
        log_level="error",
        base_url=base_url,
    )


@pytest.fixture(scope="session")
def polyglot(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One shop in all the languages of the interface, with everything set that a page may show."""
    folder = tmp_path_factory.mktemp("polyglot")
    write_polyglot(folder / "content")
    with serve(
        folder / "content",
        folder / "data",
        failing=["/broken/for/sure"],
        site_name="Tornigallo",
        contact_phone="+39 0546 000 214",
        contact_email="assistenza@tornigallo.example",
        contact_hours="mo-fr 09:00-18:00; sa 09:00-13:00",
        phone_wait_minutes="3",
        email_reply_hours="24",
        accessibility_status="partial",
        accessibility_date="2026-09-23",
        accessibility_issues="EN 301 549, 9.1.1.1",
        accessibility_law="services",
        accessibility_declaration="https://form.agid.gov.it/view/0123",
        base_url=POLYGLOT,
        smtp_host="127.0.0.1",  # where nobody takes mail, but it could be sent
        smtp_port="9",
    ) as client:
        yield client


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture(scope="session")
def demo(demo_data: Path, shop_index: Path) -> Iterator[httpx.Client]:
    """The shop, served."""
    with serve_shop(demo_data, index=shop_index) as client:
        yield client
