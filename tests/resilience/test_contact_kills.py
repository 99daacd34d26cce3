"""kill -9 while people write: no ticket that was acknowledged is lost, and a mail that comes twice is counted."""

import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest
from aiosmtpd.smtp import Envelope
from sqlalchemy import text

from app.store import Store, open_store
from tests.contact.servers import Hook, MailServer, mail_server, until, webhook

SEED = 20_261_122
# From when the server answers: the index opens within the first seconds, and then letters are written.
_LONGEST = 2.5
_WRITERS = 3


@dataclass
class Writer:
    """Somebody who sends until they are told that it arrived, and under the same key if they were not."""

    told: dict[str, str] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)

    def write(self, base: str, stop: threading.Event) -> None:
        """Message after message, until the server is gone."""
        with httpx.Client(base_url=base, timeout=5) as client:
            while not stop.is_set():
                self.pending[:] = self.pending or [uuid4().hex]
                try:
                    self.send(client)
                except httpx.HTTPError:
                    return
                time.sleep(0.02)

    def finish(self, base: str) -> None:
        """Send again what was not answered."""
        with httpx.Client(base_url=base, timeout=30) as client:
            until(lambda: not self.pending or self.send(client))

    def send(self, client: httpx.Client) -> bool:
        (key,) = self.pending
        said = {"email": f"{key}@example.com", "message": f"Il vaso {key} è rotto."}
        answer = client.post("/api/v1/tickets", json=said, headers={"Idempotency-Key": key})
        if answer.status_code == 201:
            self.told[key] = answer.json()["ticket_id"]
            self.pending.clear()
        return not self.pending


@dataclass(frozen=True)
class Place:
    """Where the server under test lives, and whom it writes to."""

    content: Path
    data: Path
    database: str
    port: int
    mails: MailServer
    hook: Hook

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The real command; killed at the end, if it is still there."""
        environment = {
            "SPORTELLO_DATABASE_URL": self.database, "SPORTELLO_SMTP_HOST": "127.0.0.1",
            "SPORTELLO_SMTP_PORT": str(self.mails.port), "SPORTELLO_SMTP_TLS": "none",
            "SPORTELLO_MAIL_FROM": "ciao@example.com", "SPORTELLO_WEBHOOK_URL": self.hook.url,
            "SPORTELLO_WEBHOOK_SECRET": "x" * 20, "SPORTELLO_LIMIT_TICKETS": "0", "SPORTELLO_LOG_LEVEL": "critical",
            "PATH": "/usr/bin:/bin",
        }  # fmt: skip
        command = [
            sys.executable, "-m", "app", "serve", "--content", str(self.content), "--data", str(self.data),
            "--port", str(self.port),
        ]  # fmt: skip
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            until(lambda: self.answers("/healthz"), 60)
            yield process
        finally:
            process.kill()
            process.wait()

    def answers(self, path: str) -> bool:
        try:
            return httpx.get(self.base + path, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def store(self) -> Store:
        return open_store(self.database, self.data)

    def let_leases_end(self) -> None:
        """What waiting would do: a dead process's leases are over, and next attempts are due."""
        with closing(self.store()) as store, store._engine.begin() as connection:
            for column, status in (("leased_until", "sending"), ("next_at", "waiting")):
                change = f"UPDATE outbox SET {column} = :then WHERE status = :status"
                connection.execute(text(change), {"then": "2000-01-01 00:00:00.000000", "status": status})


def slow(_: Envelope) -> str:
    """A server takes its time before it says yes: there is something to be killed in."""
    time.sleep(0.01)
    return "250 OK"


def campaign(place: Place, kills: int) -> None:
    chance = random.Random(SEED)
    writers = [Writer() for _ in range(_WRITERS)]
    with place.running():  # index, and see that it works
        until(lambda: place.answers("/readyz"), 120)
    for _ in range(kills):
        place.let_leases_end()
        stop = threading.Event()
        with place.running() as process:
            threads = [threading.Thread(target=w.write, args=(place.base, stop)) for w in writers]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0, _LONGEST))
            process.kill()
            process.wait()
            stop.set()
            for thread in threads:
                thread.join()
    place.let_leases_end()
    with place.running(), closing(place.store()) as store:
        for writer in writers:
            writer.finish(place.base)
        until(lambda: store.outbox.backlog().waiting == 0, 120 + kills * 10)
        judge(place, store, {key: number for w in writers for key, number in w.told.items()})


def judge(place: Place, store: Store, told: dict[str, str]) -> None:
    assert len(told) > 10, "nobody wrote: this proved nothing"
    assert len(set(told.values())) == len(told)
    received: dict[str, list[EmailMessage]] = {}
    for mail in place.mails.mails:
        received.setdefault(mail["X-Envelope-To"], []).append(mail)
    posts = Counter(orjson.loads(p.body)["ticket"]["id"] for p in place.hook.posts)
    repeated = 0
    for key, number in told.items():
        case = store.tickets.case(number)
        assert case, f"{number} was acknowledged and is lost"
        assert case.ticket.email == f"{key}@example.com"
        mails = received[case.ticket.email]
        by_kind = {p.kind: p for p in case.parcels}
        assert {p.status for p in case.parcels} == {"sent"}
        assert {m["Message-ID"] for m in mails} == {f"<{number.lower()}.acknowledgement@example.com>"}
        assert len(mails) - 1 <= by_kind["acknowledgement"].possible_repeats
        assert 0 <= posts[number] - 1 <= by_kind["webhook"].possible_repeats
        repeated += len(mails) - 1
    with store._engine.connect() as connection:
        emails = connection.execute(text("SELECT email FROM tickets")).scalars().all()
    assert len(emails) == len(set(emails)), "a request that was repeated became two tickets"
    print(
        f"{len(told)} tickets, {repeated} mails repeated, {store.outbox.backlog().possible_repeats} counted"
    )


@pytest.fixture
def place(content: Path, models: Path, tmp_path: Path, address: str) -> Iterator[Place]:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models, target_is_directory=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with mail_server() as mails, webhook() as hook:
        mails.answer = slow
        yield Place(content, data, address, port, mails, hook)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_few_kills(place: Place) -> None:
    campaign(place, 2)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
def test_many_kills(place: Place) -> None:
    campaign(place, 200)
