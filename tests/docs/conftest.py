"""One server for all that the documents have their readers do."""

from collections.abc import Iterator

import httpx
import pytest

from tests.served import SHOP, Serve

HERE = "http://127.0.0.1:8000"
SECRET = "a-secret-of-sixteen-or-more"
SITE = "https://shop.example"


@pytest.fixture(scope="session")
def server(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The shop with all that the examples need: mail that could be sent, a secret that signs, a site."""
    with serve(
        SHOP,
        tmp_path_factory.mktemp("guides") / "data",
        base_url=HERE,
        allowed_origins=SITE,
        smtp_host="127.0.0.1",  # where nobody takes mail, but it could be sent
        smtp_port="9",
        contact_email="assistenza@tornigallo.example",
        email_reply_hours="24",
        webhook_secret=SECRET,
        log_level="critical",
    ) as client:
        yield client
