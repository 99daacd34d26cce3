"""A mail, handed to the mail server; what the server says decides whether it is tried again."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from app.settings import Settings

# Until it answers at all; then, until it has taken the whole mail, as RFC 5321 asks of its clients.
_CONNECT_SECONDS: Final = 30
_DATA_SECONDS: Final = 600
_PERMANENT: Final = 500


@dataclass(frozen=True)
class DeliveryError(Exception):
    """It did not arrive, in one sentence. `permanent`: nor will it; `uncertain`: or perhaps it did."""

    reason: str
    permanent: bool = False
    uncertain: bool = False


async def send(
    settings: Settings, letter: EmailMessage, sender: str, handing: Callable[[], Awaitable[None]]
) -> None:
    """Send a mail; `handing` is awaited when the server may have it from then on. Raises DeliveryError."""
    client = _client(settings)
    try:
        await _connect(client, settings)
        await handing()
        await _hand_over(client, letter, sender)
    finally:
        client.close()


async def reach(settings: Settings) -> None:
    """Connect and sign in, and send nothing. Raises DeliveryError."""
    client = _client(settings)
    try:
        await _connect(client, settings)
    finally:
        client.close()


def _client(settings: Settings) -> SMTP:
    return SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        timeout=_CONNECT_SECONDS,
    )


async def _connect(client: SMTP, settings: Settings) -> None:
    """Whatever goes wrong here is the operator's to mend, and the mail waits for it."""
    try:
        await client.connect()
        if settings.smtp_user:
            await client.login(settings.smtp_user, _password(settings))
    except SMTPAuthenticationError as error:
        raise DeliveryError(f"the mail server refuses the sign-in: {_line(error.message)}") from error
    except (SMTPException, OSError, ValueError) as error:
        raise DeliveryError(f"the mail server cannot be used: {_line(str(error))}") from error


async def _hand_over(client: SMTP, letter: EmailMessage, sender: str) -> None:
    try:
        await client.send_message(
            letter, sender=sender, recipients=[letter["To"].addresses[0].addr_spec], timeout=_DATA_SECONDS
        )
    except SMTPRecipientsRefused as error:
        refused = error.recipients[0]
        raise _refusal(refused.code, refused.message) from error
    except SMTPResponseException as error:
        raise _refusal(error.code, error.message) from error
    except (SMTPNotSupported, ValueError) as error:
        raise DeliveryError(
            f"the mail server cannot take such an address: {_line(str(error))}", True
        ) from error
    except (SMTPException, OSError) as error:
        said = _line(str(error))
        raise DeliveryError(f"the mail server fell silent: {said}", uncertain=True) from error
    with suppress(SMTPException, OSError):  # it has the mail: what comes after says nothing about that
        await client.quit()


def _refusal(code: int, message: str) -> DeliveryError:
    return DeliveryError(f"the mail server says {code} {_line(message)}", permanent=code >= _PERMANENT)


def _password(settings: Settings) -> str:
    """Read each time, so that a changed file needs no restart. Raises OSError and ValueError."""
    file: Path | None = settings.smtp_password_file
    return file.read_text("utf-8").strip() if file else settings.smtp_password


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
