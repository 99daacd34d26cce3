"""Mail servers, web servers and both databases, for contacts."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.store import Store, open_store
from tests.contact.servers import Hook, MailServer, mail_server, webhook
from tests.served import SHOP, Serve

SECRET = "a secret of both sides"


@pytest.fixture(scope="session")
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="session")
def hook() -> Iterator[Hook]:
    with webhook() as server:
        yield server


@pytest.fixture(scope="session")
def shop_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop") / "data"


@pytest.fixture(scope="session")
def kept(shop: httpx.Client, shop_data: Path) -> Iterator[Store]:
    """What the shop has written down."""
    assert shop
    opened = open_store("", shop_data)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shop(serve: Serve, mails: MailServer, hook: Hook, shop_data: Path) -> Iterator[httpx.Client]:
    """The demo shop with a mail server, a mailbox and a webhook."""
    options = {
        "site_name": "Tornigallo",
        "base_url": "https://help.tornigallo.example",
        "email_reply_hours": "24",
        "contact_hours": "mo-fr 09:00-18:00",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(mails.port),
        "smtp_tls": "none",
        "mail_from": "ciao@tornigallo.example",
        "support_mailbox": "desk@tornigallo.example",
        "webhook_url": hook.url,
        "webhook_secret": SECRET,
        "privacy_url": "https://tornigallo.example/privacy",
        "limit_tickets": "0",
        "limit_feedback": "0",
        "log_level": "error",
    }
    with serve(SHOP, shop_data, **options) as client:
        yield client
