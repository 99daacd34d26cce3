"""A mail server that is spoken to in private, signed in to, and not believed when it falls silent."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from app.contact.mailing import DeliveryError, reach, send
from app.settings import Settings


class Signed:
    """Lets one user in."""

    def __call__(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, said: LoginPassword
    ) -> AuthResult:
        known = said.login == b"anna" and said.password == "pässword".encode()
        return AuthResult(success=known, handled=False)


class Cut:
    """Takes the mail, and the connection breaks before it says so."""

    async def handle_DATA(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        assert server.transport
        server.transport.abort()  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key


@contextmanager
def serving(handler: object, context: ssl.SSLContext | None = None) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    private: dict[str, Any] = {"tls_context": context, "require_starttls": True} if context else {}
    controller = Controller(
        handler, "127.0.0.1", port, authenticator=Signed(), auth_required=bool(context), **private
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def settings(port: int, **options: str) -> Settings:
    said = {"smtp_host": "127.0.0.1", "smtp_port": str(port), "mail_from": "ciao@example.com", **options}
    return Settings.model_validate(said)


def context_of(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*map(str, certificate))
    return context


def test_a_private_connection_and_a_password_from_a_file(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    secret = tmp_path / "password"
    secret.write_text("pässword\n", "utf-8")
    with serving(object(), context_of(certificate)) as port:
        asyncio.run(reach(settings(port, smtp_user="anna", smtp_password_file=str(secret))))
        secret.write_text("another", "utf-8")
        with pytest.raises(DeliveryError, match="refuses the sign-in") as refused:
            asyncio.run(reach(settings(port, smtp_user="anna", smtp_password_file=str(secret))))
        with pytest.raises(DeliveryError, match="cannot be used"):
            asyncio.run(reach(settings(port, smtp_user="anna", smtp_password_file=str(tmp_path / "none"))))
    assert not refused.value.permanent  # the mail waits until the operator has mended it


def test_a_certificate_that_nobody_vouches_for_is_not_believed(certificate: tuple[Path, Path]) -> None:
    with (
        serving(object(), context_of(certificate)) as port,
        pytest.raises(DeliveryError, match="cannot be used") as refused,
    ):
        asyncio.run(reach(settings(port)))
    assert not refused.value.uncertain


def test_a_server_that_cannot_be_private_is_not_used() -> None:
    with serving(object()) as port, pytest.raises(DeliveryError, match="cannot be used"):
        asyncio.run(reach(settings(port)))


def mail() -> EmailMessage:
    letter = EmailMessage(policy=WIRE)
    letter["To"] = "anna@example.com"
    letter["From"] = "ciao@example.com"
    letter.set_content("Ciao")
    return letter


async def nothing() -> None:
    """Nobody notes it."""


def test_what_breaks_after_the_mail_was_handed_over_is_not_known() -> None:
    with serving(Cut()) as port, pytest.raises(DeliveryError) as silent:
        asyncio.run(send(settings(port, smtp_tls="none"), mail(), "ciao@example.com", nothing))
    assert silent.value.uncertain
    assert not silent.value.permanent


def test_what_cannot_be_reached_has_no_mail_of_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with pytest.raises(DeliveryError) as refused:
        asyncio.run(send(settings(port, smtp_tls="none"), mail(), "ciao@example.com", nothing))
    assert not refused.value.uncertain
