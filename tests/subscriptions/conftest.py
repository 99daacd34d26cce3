"""A shop that sends mail, and both databases, for those who wait for an answer."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.store import Store, open_store
from tests.asking import indexed
from tests.conftest import WriteArticle
from tests.contact.servers import MailServer, mail_server
from tests.served import Serve

SITE = "https://help.tornigallo.example"


@pytest.fixture(scope="session")
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def with_mail(mails: MailServer, **more: str) -> dict[str, str]:
    """The settings of a shop that can tell people."""
    return {
        "site_name": "Tornigallo",
        "base_url": SITE,
        "smtp_host": "127.0.0.1",
        "smtp_port": str(mails.port),
        "smtp_tls": "none",
        "mail_from": "ciao@tornigallo.example",
        "support_mailbox": "desk@tornigallo.example",
        "privacy_url": "https://tornigallo.example/privacy",
        "log_level": "error",
    } | more


@pytest.fixture(scope="session")
def shop_content(tmp_path_factory: pytest.TempPathFactory, write_article: WriteArticle) -> Path:
    """A small shop's articles, in two languages; none is about hiring."""
    root = tmp_path_factory.mktemp("waiting") / "content"
    write_article(root, "it/bici/freni", "Come regolo i freni?", "Gira la vite del cavo di mezzo giro.")
    write_article(root, "it/bici/gomme", "A che pressione gonfio le gomme?", "Tra quattro e sei bar.")
    write_article(root, "it/furto/denuncia", "Mi hanno rubato la bici", "Fai denuncia ai carabinieri.")
    write_article(root, "en/bici/freni", "How do I adjust the brakes?", "Turn the screw by half a turn.")
    return root


@pytest.fixture(scope="session")
def shop(serve: Serve, mails: MailServer, shop_content: Path) -> Iterator[httpx.Client]:
    """That shop, with a mail server."""
    with serve(shop_content, shop_content.parent / "data", **with_mail(mails)) as client:
        yield client


@pytest.fixture(scope="session")
def kept(shop: httpx.Client, shop_content: Path) -> Iterator[Store]:
    """What the shop has written down."""
    assert shop
    opened = open_store("", shop_content.parent / "data")
    yield opened
    opened.close()


@pytest.fixture
def borrowed(shop: httpx.Client, shop_content: Path, tmp_path: Path) -> Path:
    """A data folder of one's own, with what the shop has indexed."""
    assert shop
    return indexed(shop_content.parent / "data", tmp_path / "data")
