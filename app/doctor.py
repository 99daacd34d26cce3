"""Everything Sportello needs of its machine, looked at one by one."""

import asyncio
import os
import platform
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from app.contact import mailing
from app.digest.sending import hindrance
from app.digest.weeks import MORNING
from app.settings import Settings
from app.store import StoreError, open_store
from indexer.articles import ContentError, read_content
from indexer.publish import open_current
from search.encoders import Encoder, EncoderError, open_encoder
from search.engine import SearchEngine
from search.snapshot import SnapshotError

# A snapshot of 3,000 articles takes some 60 MB; three are kept and one is built beside them.
_FREE_BYTES = 1 << 30
# What waits longer was tried several times.
_SLOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, and what was seen, or how to mend it."""

    what: str
    well: bool
    detail: str


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Look at everything; nothing is written but what a start would write: the encoder, the tables."""
    encoder, encoding = _encoder(settings)
    return (
        Finding("python", True, f"{platform.python_version()} on {platform.platform()}"),
        _content(settings.content),
        _data(settings.data),
        _database(settings),
        encoding,
        _index(settings.data, encoder),
        _mail(settings),
        _outbox(settings),
        digest(settings),
    )


def _content(content: Path) -> Finding:
    try:
        read = read_content(content)
    except ContentError as error:
        return Finding("content", False, str(error))
    errors = [p for p in read.problems if p.severity == "error"]
    if errors:
        return Finding(
            "content", False, f"{len(errors)} errors, the first: {errors[0]}; run `sportello check`."
        )
    return Finding("content", True, f"{len(read.knowledge.articles)} articles in {content}")


def _data(data: Path) -> Finding:
    folder = next(p for p in (data.absolute(), *data.absolute().parents) if p.exists())
    if not os.access(folder, os.W_OK):
        return Finding(
            "data", False, f"{folder} cannot be written: give its owner to the user that runs Sportello."
        )
    free = shutil.disk_usage(folder).free
    if free < _FREE_BYTES:
        return Finding("data", False, f"only {free >> 20} MB free on {folder}: make room for 1 GB.")
    return Finding("data", True, f"{data}, {free >> 30} GB free")


def _database(settings: Settings) -> Finding:
    try:
        open_store(settings.database_url, settings.data).close()
    except StoreError as error:
        return Finding("database", False, str(error))
    return Finding("database", True, "ratings and counts can be written")


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return Finding("mail", True, "none is sent, and pages say so: SPORTELLO_SMTP_HOST is not set")
    server = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        asyncio.run(mailing.reach(settings))
    except mailing.DeliveryError as error:
        return Finding("mail", False, f"{server}: {error.reason}; look at the SPORTELLO_SMTP_… options.")
    if not settings.base_url:
        return Finding("mail", False, f"{server} is well, but mails have no links: set SPORTELLO_BASE_URL.")
    return Finding("mail", True, f"{server} takes mail")


def _outbox(settings: Settings) -> Finding:
    try:
        with closing(open_store(settings.database_url, settings.data)) as store:
            backlog, failed = store.outbox.backlog(), store.outbox.failed(1)
            suspects = store.tickets.counts().get("quarantine", 0)
    except StoreError as error:
        return Finding("outbox", False, str(error))
    if failed:
        first = f"{failed[0].whose}, {failed[0].kind}: {failed[0].reason}"
        said = f"{backlog.failed} given up, the last: {first}; mend it, then `sportello outbox --retry`."
        return Finding("outbox", False, said)
    if backlog.oldest and datetime.now(UTC) - backlog.oldest > _SLOW:
        since = backlog.oldest.strftime("%Y-%m-%d %H:%M UTC")
        return Finding("outbox", False, f"{backlog.waiting} waiting since {since}: the log says why.")
    return Finding("outbox", True, f"{backlog.waiting} waiting; {suspects} messages in quarantine")


def digest(settings: Settings) -> Finding:
    """To whom the week goes by e-mail, or what is missing for it."""
    if missing := hindrance(settings):
        return Finding("digest", True, f"none is sent on Mondays: {missing} is not set")
    try:
        with closing(open_store(settings.database_url, settings.data)) as store:
            readers, last = sum(user.has_digest for user in store.users.all()), store.digests.last()
    except StoreError as error:
        return Finding("digest", False, str(error))
    when = f"the last one was written on {last:%Y-%m-%d %H:%M} UTC" if last else "none was written lately"
    said = f"Mondays from {MORNING:%H:%M} ({settings.time_zone}), to {readers} of the staff; {when}"
    return Finding("digest", True, said)


def _encoder(settings: Settings) -> tuple[Encoder | None, Finding]:
    started = perf_counter()
    try:
        encoder = open_encoder(settings.encoder, settings.models_folder)
        opened = perf_counter()
        encoder.encode(["Quando arriva il mio pacco?"], "query")
    except (EncoderError, OSError) as error:
        return None, Finding("encoder", False, str(error))
    took = f"opened in {opened - started:.1f} s, a question in {(perf_counter() - opened) * 1000:.0f} ms"
    return encoder, Finding("encoder", True, f"{encoder.name}, {took}")


def _index(data: Path, encoder: Encoder | None) -> Finding:
    try:
        snapshot = open_current(data, encoder)
    except SnapshotError as error:
        return Finding("index", False, str(error))
    shelves = snapshot.manifest.shelves.items()
    for lang, shelf in snapshot.shelves.items():
        if not SearchEngine(snapshot, encoder).search(shelf.articles[0].title, lang).hits:
            return Finding("index", False, f"{lang} finds nothing: run `sportello index --full`.")
    counts = ", ".join(f"{lang} {shelf.articles}" for lang, shelf in shelves)
    return Finding("index", True, f"{snapshot.manifest.id}, articles: {counts}")
