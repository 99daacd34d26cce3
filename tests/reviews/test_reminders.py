"""Reminders of articles to read again: to whom, once a week, and never twice for a date."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine

from app.contact.letters import Letters
from app.contact.outbox import Courier, Knowledge
from app.digest.letters import Bulletins
from app.digest.weeks import due
from app.languages import load_interfaces
from app.ledger import Ledger
from app.live import NotReadyError
from app.reviews.letters import Reminders
from app.reviews.watch import ReviewWatch
from app.settings import Settings
from app.store import Store, StoreError, open_store
from app.store.database import database_url
from app.subscriptions.letters import Notices
from search.records import Article
from tests.conftest import WriteArticle
from tests.contact.servers import MailServer, until
from tests.digest.conftest import MONDAY, SITE, joins, settings
from tests.served import Serve

INTERFACES = load_interfaces()
WEEK = timedelta(days=7)
SUNDAY = date(2026, 11, 1)


def article(name: str, due: date | None, owner: str = "", lang: str = "it") -> Article:
    title = f"Come <{name}>, e perché?"
    return Article(f"bici/{name}", lang, title, "bici", "<p>Testo.</p>", (), review_by=due, owner=owner)


def look(
    store: Store, data: Path, articles: Sequence[Article], now: datetime = MONDAY, **more: str
) -> int | None:
    """A process that has just started looks."""
    wanted = settings(data, **more)
    return ReviewWatch(wanted, Ledger(wanted), lambda: articles).look(store, now)


def due_mails(store: Store) -> list[str]:
    """To whom a reminder is on its way, by id; they are claimed, and come no second time."""
    now = datetime.now(UTC)
    claimed = store.outbox.claim("a test", now, now + timedelta(hours=1), 99)
    assert {parcel.kind for parcel in claimed} <= {"review"}
    return sorted(parcel.user_id or "" for parcel in claimed)


@contextmanager
def courier(wanted: Settings) -> Iterator[None]:
    """One that carries what is in the store of these settings."""
    ledger = Ledger(wanted)
    knowledge = Knowledge(lambda: True, lambda _: (), lambda _, __: ())
    carries = Courier(
        wanted, ledger, Letters(wanted, INTERFACES), Notices(wanted, INTERFACES),
        Bulletins(wanted, INTERFACES), Reminders(wanted, INTERFACES), knowledge,
    )  # fmt: skip
    ledger.start()
    carries.start()
    try:
        yield
    finally:
        carries.stop()
        ledger.stop()


def zone_past_monday() -> ZoneInfo:
    """A clock on which it is not Monday before eight."""
    zones = map(ZoneInfo, ("Europe/Rome", "Pacific/Auckland", "Pacific/Honolulu"))
    return next(zone for zone in zones if due(datetime.now(UTC), zone))


def parts(mail: EmailMessage) -> tuple[str, str]:
    """Its text and its HTML."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text
    assert html
    return text.get_content().replace("\r\n", "\n"), html.get_content()


# To whom, and when


def test_an_owner_of_the_staff_is_told_and_else_all_who_edit(store: Store, tmp_path: Path) -> None:
    owner, editor = joins(store, "owner", "viewer"), joins(store, "editor", "editor")
    admin, viewer = joins(store, "admin", "admin"), joins(store, "viewer", "viewer")
    gone = joins(store, "gone", "editor")
    store.users.remove(gone.email, MONDAY)
    owned = article("freni", SUNDAY, "Olga <OWNER@shop.example>")
    assert look(store, tmp_path, [owned]) == 1
    assert due_mails(store) == [owner.id]
    others = [
        article("gomme", SUNDAY, "nobody@elsewhere.example"), article("sella", SUNDAY, gone.email),
        article("catena", SUNDAY, "the workshop"),
    ]  # fmt: skip
    assert look(store, tmp_path, [owned, *others], MONDAY + WEEK) == 2
    assert due_mails(store) == sorted([editor.id, admin.id])
    assert viewer.id not in due_mails(store)


def test_what_is_due_by_sunday_is_named_and_nothing_later(store: Store, tmp_path: Path) -> None:
    joins(store, "editor", "editor")
    shown = [article("a", SUNDAY), article("b", date(2019, 1, 1)), article("c", SUNDAY + timedelta(days=1))]
    shown += [article("d", None)]
    assert look(store, tmp_path, shown, MONDAY - timedelta(seconds=2)) is None
    assert look(store, tmp_path, shown) == 1
    kept = store.reviews.get(date(2026, 10, 26))
    assert kept
    assert ("bici/a" in kept, "bici/c" in kept, "bici/d" in kept) == (True, False, False)


def test_a_date_is_named_once_and_another_date_again(store: Store, tmp_path: Path) -> None:
    editor = joins(store, "editor", "editor")
    first = article("freni", SUNDAY)
    assert look(store, tmp_path, [first]) == 1
    assert due_mails(store) == [editor.id]
    for weeks in range(4):
        for days in (0, 3):
            found = look(store, tmp_path, [first], MONDAY + weeks * WEEK + timedelta(days=days))
            assert found is None if weeks == 0 or days else found == 0
    twin, moved = article("freni", SUNDAY, lang="en"), replace(first, review_by=SUNDAY + 4 * WEEK)
    assert look(store, tmp_path, [first, twin], MONDAY + 4 * WEEK) == 1
    assert look(store, tmp_path, [moved, twin], MONDAY + 5 * WEEK) == 1
    # And back to the date that was named: it is known.
    assert look(store, tmp_path, [first, twin], MONDAY + 6 * WEEK) == 0


def test_a_date_that_waits_for_years_is_not_named_again(store: Store, tmp_path: Path) -> None:
    joins(store, "editor", "editor")
    waits, ends = article("freni", SUNDAY), article("gomme", SUNDAY)
    assert look(store, tmp_path, [waits, ends]) == 1
    for weeks in (60, 120):
        assert store.reviews.forget(MONDAY + weeks * WEEK) >= 1
        assert look(store, tmp_path, [waits], MONDAY + weeks * WEEK) == 0
    # What was not waited for any more is forgotten by then.
    assert look(store, tmp_path, [waits, ends], MONDAY + 121 * WEEK) == 1


def test_there_is_one_mail_a_week_at_most(store: Store, tmp_path: Path) -> None:
    joins(store, "editor", "editor")
    assert look(store, tmp_path, []) == 0
    assert look(store, tmp_path, [article("freni", SUNDAY)], MONDAY + timedelta(days=2)) is None
    assert look(store, tmp_path, [article("freni", SUNDAY)], MONDAY + WEEK) == 1


def test_a_server_without_an_index_waits_for_it(store: Store, tmp_path: Path) -> None:
    joins(store, "editor", "editor")
    wanted = settings(tmp_path)
    articles: list[Article] = []

    def published() -> Sequence[Article]:
        if not articles:
            raise NotReadyError
        return articles

    watch = ReviewWatch(wanted, Ledger(wanted), published)
    with pytest.raises(NotReadyError):
        watch.look(store, MONDAY)
    articles.append(article("freni", SUNDAY))
    assert watch.look(store, MONDAY + timedelta(minutes=1)) == 1
    assert watch.look(store, MONDAY + timedelta(minutes=2)) is None


def test_two_processes_at_the_same_moment_write_one(store: Store, address: str, tmp_path: Path) -> None:
    readers = sorted(joins(store, f"editor{number}", "editor").id for number in range(4))
    found: list[int | None] = []
    together = threading.Barrier(5)

    def process() -> None:
        with closing(open_store(address, tmp_path)) as mine:
            together.wait()
            found.append(look(mine, tmp_path, [article("freni", SUNDAY)]))

    threads = [threading.Thread(target=process) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str) == [4, None, None, None, None]
    assert due_mails(store) == readers


def test_without_its_mails_nothing_counts_as_named(store: Store, address: str, tmp_path: Path) -> None:
    joins(store, "editor", "editor")
    engine = create_engine(database_url(address, tmp_path))
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO away")
    with pytest.raises(StoreError, match="outbox"):
        look(store, tmp_path, [article("freni", SUNDAY)])
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO outbox")
    engine.dispose()
    assert look(store, tmp_path, [article("freni", SUNDAY)]) == 1


def test_the_digests_switch_leaves_reminders_alone(store: Store, tmp_path: Path) -> None:
    tired, gone = joins(store, "tired", "editor"), joins(store, "gone", "editor")
    assert look(store, tmp_path, [article("freni", SUNDAY)]) == 2
    store.users.choose_digest(tired.id, wanted=False)
    store.users.remove(gone.email, MONDAY)
    assert due_mails(store) == [tired.id]


def test_old_ones_go_with_what_was_never_sent(store: Store, tmp_path: Path) -> None:
    joins(store, "editor", "editor")
    assert look(store, tmp_path, [article("freni", SUNDAY)]) == 1
    assert store.reviews.forget(MONDAY) == 0
    assert store.reviews.forget(MONDAY + timedelta(seconds=1)) == 1
    assert (due_mails(store), store.outbox.backlog().waiting) == ([], 0)


# The mail


def test_each_reads_what_is_theirs(store: Store, address: str, mails: MailServer, tmp_path: Path) -> None:
    name = "postgresql" if address.startswith("postgresql") else "sqlite"
    owner, editor = joins(store, f"owner-{name}", "editor"), joins(store, f"editor-{name}", "editor")
    shown = [
        article("freni", date(2020, 4, 1), owner.email), article("gomme", date(2020, 3, 1)),
        article("vecchia catena", date(2020, 4, 1), lang="en"),
    ]  # fmt: skip
    wanted = settings(tmp_path, mails.port, database_url=address)
    # The ledger beside it forgets what is old by the clock on the wall.
    assert look(store, tmp_path, shown, datetime.now(UTC), time_zone=zone_past_monday().key) == 2
    with courier(wanted):
        until(lambda: mails.to(owner.email) and mails.to(editor.email))
        until(lambda: store.outbox.backlog().waiting == 0)
    (mine,), (theirs,) = mails.to(owner.email), mails.to(editor.email)
    assert (mine["Subject"], theirs["Subject"]) == ("Articoli da rileggere: 3", "Articoli da rileggere: 2")
    assert (theirs["To"], theirs["Auto-Submitted"]) == (f"{editor.name} <{editor.email}>", "auto-generated")
    text, html = parts(theirs)
    assert "1. Come <gomme>, e perché?\n   italiano · da rivedere entro il 1 marzo 2020\n" in text
    assert f"{SITE}/admin/articles/it/bici/gomme/edit" in text
    assert f"{SITE}/admin/articles/en/bici/vecchia%20catena/edit" in html
    assert "Come &lt;gomme&gt;, e perché?" in html
    assert "freni" not in text + html
    assert "Come <freni>" in parts(mine)[0]


def test_one_who_edits_no_more_gets_nothing(
    store: Store, address: str, mails: MailServer, tmp_path: Path
) -> None:
    name = "postgresql" if address.startswith("postgresql") else "sqlite"
    user = joins(store, f"demoted-{name}", "editor")
    due_long = [article("freni", date(2020, 1, 1))]
    assert look(store, tmp_path, due_long, datetime.now(UTC), time_zone=zone_past_monday().key) == 1
    store.users.add(replace(user, role="viewer"), "hash", replace=True)
    with courier(settings(tmp_path, mails.port, database_url=address)):
        until(lambda: store.outbox.backlog().failed == 1)
    assert not mails.to(user.email)


def test_a_served_shop_reminds_and_says_so_on_the_page(
    serve: Serve, write_article: WriteArticle, mails: MailServer, tmp_path: Path
) -> None:
    """From the file to the mailbox, and what a customer reads meanwhile."""
    content, data = tmp_path / "content", tmp_path / "data"
    write_article(content, "it/bici/freni", "Come regolo i freni?", "Gira la vite.", review_by="2020-01-01")
    write_article(content, "it/bici/gomme", "A che pressione?", "Sei bar.", review_by="2999-01-01")
    write_article(content, "it/bici/sella", "Quanto alta?", "Così.", review_by="2020-01-01", status="draft")
    with closing(open_store("", data)) as store:
        editor = joins(store, "served", "editor")
    wanted = settings(data, mails.port, time_zone=zone_past_monday().key)
    names = {"base_url", "smtp_host", "smtp_port", "smtp_tls", "mail_from", "time_zone"}
    options = {name: str(value) for name, value in wanted.model_dump(include=names).items()}
    with serve(content, data, **options) as client:
        pages = {name: client.get(f"/it/a/bici/{name}").text for name in ("freni", "gomme")}
        until(lambda: mails.to(editor.email), seconds=90)
        text, _ = parts(mails.to(editor.email)[0])
    assert ("In revisione" in pages["freni"], "In revisione" in pages["gomme"]) == (True, False)
    assert "Come regolo i freni?" in text
    assert "A che pressione?" not in text
    assert "Quanto alta?" not in text


@pytest.mark.parametrize("missing", [{"review_reminders": "false"}, {"base_url": ""}, {"smtp_host": ""}, {}])
def test_none_are_written_where_they_are_not_wanted_or_cannot_be_sent(
    missing: dict[str, str], tmp_path: Path
) -> None:
    said = settings(tmp_path, **missing)
    watch = ReviewWatch(said, Ledger(said), list)
    before = set(threading.enumerate())
    watch.start()
    assert [thread.name for thread in set(threading.enumerate()) - before] == ([] if missing else ["reviews"])
    watch.stop()
