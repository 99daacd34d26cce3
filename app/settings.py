"""Every option with its type, default and meaning: the only reader of the environment."""

import os
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.branding import check_logo
from app.colours import brand
from app.contact.daysoff import days_off
from app.hours import parse_hours
from app.notices import parse_notice
from app.origins import parse_origins
from app.proxies import parse_proxies
from search.errors import UnfitError

# An origin and nothing more: pages link to each other from the root.
_ORIGIN = r"^(https?://[^/\s?#@\\]+)?/?$"
# What a tel: or mailto: link can carry and a page can show without breaking.
_PHONE = r"^[+()./0-9 -]*$"
_EMAIL = r"^([^@\s<>\"]+@[^@\s<>\"]+)?$"
# Prometheus' own library looks for it, when it is first imported.
_METRICS = "PROMETHEUS_MULTIPROC_DIR"
# Fewer characters can be tried out.
_LEAST_SECRET = 16


class Settings(BaseSettings):
    """Read once, when the process starts; each option is `SPORTELLO_` and its name in capitals.

    An empty variable counts as absent.
    """

    model_config = SettingsConfigDict(env_prefix="SPORTELLO_", env_ignore_empty=True, frozen=True)

    content: Path = Field(
        default=Path("content"), description="The folder of articles: <language>/<category>/<name>.md."
    )
    data: Path = Field(
        default=Path("data"),
        description="The folder for all that Sportello makes: snapshots, models, vectors.",
    )
    models: Path | None = Field(
        default=None,
        description="The folder where the bundled encoder is unpacked; empty: `models` in `data`.",
    )
    encoder: str = Field(
        default="",
        description="The model that reads questions by meaning: empty for the bundled multilingual one, or "
        "the name or folder of a sentence-transformers model.",
    )
    database_url: str = Field(
        default="",
        description="The database of what visitors say: empty for the SQLite file `sportello.db` in `data`, "
        "or postgresql://user:password@host/name.",
    )
    secret: str = Field(
        default="",
        pattern=r"^([!-~]{32,})?$",
        repr=False,
        description="What widget sessions are signed with, 32 characters or more, for servers that do not "
        "share a data folder; empty: the file `secret` in `data`, made at the first start.",
    )
    allowed_origins: str = Field(
        default="",
        description="The sites that may use the widget, between commas, such as https://shop.example; empty: "
        "this site alone.",
    )
    holdout: float = Field(
        default=0.0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="The share of widget sessions, 0 to 1, that see no answers, to measure what answers do.",
    )
    trusted_proxies: str = Field(
        default="",
        description="The proxies before this server, IP addresses or networks between commas, whose "
        "X-Forwarded-For and X-Forwarded-Proto are believed; empty: none.",
    )
    limit_deflections: int = Field(
        default=60, ge=0, description="Questions of widgets that one client may ask a minute; 0: no limit."
    )
    limit_events: int = Field(
        default=120, ge=0, description="Batches of events that one client may send a minute; 0: no limit."
    )
    limit_tickets: int = Field(
        default=6, ge=0, description="Tickets that one client may open a minute; 0: no limit."
    )
    limit_feedback: int = Field(
        default=20, ge=0, description="Ratings and reasons that one client may send a minute; 0: no limit."
    )
    limit_subscriptions: int = Field(
        default=3,
        ge=0,
        description="Requests to be told of an answer that one client may make a minute; 0: no limit.",
    )
    site_name: str = Field(
        default="Sportello", min_length=1, description="The help centre's name, in the header and titles."
    )
    base_url: str = Field(
        default="",
        pattern=_ORIGIN,
        description="The public address, such as https://help.example, for links that must be whole; empty: "
        "as each request says.",
    )
    default_language: str = Field(
        default="it",
        description="The language for a visitor whose own the content does not have; where the content lacks "
        "this one too, the language with the most articles.",
    )
    contact_phone: str = Field(
        default="", pattern=_PHONE, description="The number where a person answers; empty: none is shown."
    )
    contact_email: str = Field(
        default="", pattern=_EMAIL, description="The address where a person reads; empty: none is shown."
    )
    contact_hours: str = Field(
        default="",
        description="When a person answers, such as mo-fr 09:00-13:00,14:00-18:00; sa 09:00-13:00; empty: "
        "nothing is shown.",
    )
    time_zone: str = Field(default="Europe/Rome", description="The clock that the hours are on.")
    phone_wait_minutes: int | None = Field(
        default=None,
        ge=1,
        le=600,
        description="How long a caller waits at most, in minutes; empty: nothing is promised.",
    )
    email_reply_hours: int | None = Field(
        default=None,
        ge=1,
        le=1_000,
        description="How long an e-mail waits for its reply at most, in hours of working days; empty: "
        "nothing is promised.",
    )
    holidays: str = Field(
        default="IT",
        description="Whose public holidays nobody works on: a country such as IT, or a part of one such as "
        "IT-BZ; none: no holiday is known.",
    )
    attachment_count: int = Field(
        default=5, ge=0, le=20, description="How many files a message may carry; 0: none."
    )
    attachment_megabytes: int = Field(
        default=15, ge=1, le=100, description="How large these files may be together, in megabytes."
    )
    privacy_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s\"<>]+)?$",
        description="The address of your privacy notice, for the form and the mails; empty: no link.",
    )
    smtp_host: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9.:_-]*$",
        description="The mail server that sends for Sportello; empty: no mail is sent, and pages say so.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="The mail server's port.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection is kept private: starttls (port 587), tls (port 465), or none, for a "
        "server on the same machine.",
    )
    smtp_user: str = Field(default="", description="The name to sign in with; empty: no sign-in.")
    smtp_password: str = Field(default="", repr=False, description="Its password.")
    smtp_password_file: Path | None = Field(
        default=None, description="A file that holds the password, in the place of the variable."
    )
    mail_from: str = Field(
        default="",
        pattern=_EMAIL,
        validate_default=True,
        description="The address that mails come from; empty: that of `contact_email`; one of the two is "
        "needed to send mail.",
    )
    support_mailbox: str = Field(
        default="",
        pattern=_EMAIL,
        description="The mailbox that messages are forwarded to, and customers' answers go to; empty: none.",
    )
    webhook_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s\"<>]+)?$",
        description="The address that every message is posted to, signed; empty: none.",
    )
    webhook_secret: str = Field(
        default="",
        repr=False,
        validate_default=True,
        description="What signs these posts, and the calls that tell of replies made elsewhere; at least 16 "
        "characters.",
    )
    notice: str = Field(
        default="",
        max_length=2_000,
        description="What every page says at its top: a text, or a JSON object of texts by language; empty: "
        "nothing.",
    )
    accent: str = Field(
        default="",
        description="The colour of links and buttons, such as #12596b; the dark scheme's is derived; empty: "
        "Sportello's own.",
    )
    logo: Path | None = Field(
        default=None,
        description="An SVG, PNG or WebP file to show in the header instead of the name; empty: the name.",
    )
    organisation: str = Field(
        default="",
        description="Who answers for the site, in the accessibility statement; empty: the site's name.",
    )
    accessibility_status: Literal["", "full", "partial", "none"] = Field(
        default="",
        description="How far the site meets EN 301 549, as its organisation assessed it: full, partial or "
        "none; empty: not assessed yet, and the statement says so.",
    )
    accessibility_date: date | None = Field(
        default=None,
        validate_default=True,
        description="The day of the statement, such as 2026-09-23; needed with a status.",
    )
    accessibility_issues: str = Field(
        default="",
        max_length=10_000,
        validate_default=True,
        description="What is not accessible, and why, one after the other with | between, in the default "
        "language; needed where the status is partial or none.",
    )
    accessibility_law: Literal["", "public", "large", "services"] = Field(
        default="",
        description="Why the site must be accessible in Italy: public (a public body), large (a company of "
        "article 3, paragraph 1-bis, of Law 4/2004), services (the European Accessibility Act); empty: not "
        "said.",
    )
    accessibility_declaration: str = Field(
        default="",
        pattern=r"^(https://[^\s\"<>]+)?$",
        description="The address of the declaration made on form.agid.gov.it; empty: none is linked.",
    )
    review_reminders: bool = Field(
        default=True,
        description="Whether staff are told by e-mail of articles whose `review_by` has come.",
    )
    learning: bool = Field(
        default=True,
        description="Whether an article is lifted for questions that visitors or staff confirmed.",
    )
    record_queue: int = Field(
        default=10_000,
        ge=1,
        le=1_000_000,
        description="How many searches may wait for the database; what comes beyond is not written down, but "
        "counted.",
    )
    retention_days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="For how many days searches, events, widgets' questions and counts of reads are kept.",
    )
    k_anonymity: int = Field(
        default=1,
        ge=1,
        le=1_000,
        description="Reports hide questions that fewer visits than these have asked.",
    )
    metrics_token: str = Field(
        default="",
        pattern=r"^([!-~]{16,})?$",
        repr=False,
        description="What Prometheus must send as `Authorization: Bearer …` to read `/metrics`, 16 "
        "characters or more; empty: anybody may read it.",
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        default="info", description="The least severe messages to write to standard error."
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("there is no time zone of that name")
        return name

    @field_validator("allowed_origins")
    @classmethod
    def _readable_origins(cls, written: str) -> str:
        return ",".join(parse_origins(written))

    @field_validator("trusted_proxies")
    @classmethod
    def _readable_proxies(cls, written: str) -> str:
        return ",".join(parse_proxies(written))

    @field_validator("contact_hours")
    @classmethod
    def _readable_hours(cls, text: str) -> str:
        if text.strip():
            parse_hours(text, ZoneInfo("UTC"))
        return text.strip()

    @field_validator("holidays")
    @classmethod
    def _known_holidays(cls, place: str) -> str:
        days_off(place)
        return place

    @field_validator("mail_from")
    @classmethod
    def _sent_by_somebody(cls, address: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_host") and not (address or info.data.get("contact_email")):
            raise ValueError("mails need an address that they come from")
        return address

    @field_validator("webhook_secret")
    @classmethod
    def _hard_to_guess(cls, secret: str, info: ValidationInfo) -> str:
        if len(secret) < _LEAST_SECRET and (secret or info.data.get("webhook_url")):
            raise ValueError("a secret that signs has at least 16 characters")
        return secret

    @field_validator("notice")
    @classmethod
    def _readable_notice(cls, text: str) -> str:
        parse_notice(text, "")
        return text

    @field_validator("accent")
    @classmethod
    def _readable_accent(cls, colour: str) -> str:
        if colour:
            brand(colour)
        return colour

    @field_validator("logo")
    @classmethod
    def _showable_logo(cls, path: Path | None) -> Path | None:
        if path is not None:
            check_logo(path)
        return path

    @field_validator("accessibility_date")
    @classmethod
    def _dated(cls, day: date | None, info: ValidationInfo) -> date | None:
        if day is None and info.data.get("accessibility_status"):
            raise ValueError("a declared status needs the day of the statement")
        return day

    @field_validator("accessibility_issues")
    @classmethod
    def _explained(cls, text: str, info: ValidationInfo) -> str:
        if info.data.get("accessibility_status") in {"partial", "none"} and not text.strip(" |"):
            raise ValueError("a site that does not fully comply says what is not accessible")
        return text

    @property
    def accessibility_issues_listed(self) -> tuple[str, ...]:
        """Each issue on its own."""
        return tuple(issue.strip() for issue in self.accessibility_issues.split("|") if issue.strip())

    @property
    def models_folder(self) -> Path:
        """Where the bundled encoder is, or will be, unpacked."""
        return self.models or self.data / "models"

    def to_environment(self) -> None:
        """Put every option in the environment, for processes that are started from this one."""
        for name, value in self.model_dump(exclude_none=True).items():
            os.environ[f"SPORTELLO_{name.upper()}"] = str(value)


def share_metrics(folder: Path) -> None:
    """Have the processes that are started from this one keep their numbers in one folder."""
    os.environ[_METRICS] = str(folder)


def shared_metrics() -> Path | None:
    """The folder where several processes keep their numbers; null in one that serves alone."""
    folder = os.environ.get(_METRICS)
    return Path(folder) if folder else None


class SettingsError(UnfitError):
    """An option that cannot be as it is, in one sentence."""


def read_settings(content: Path | None = None, data: Path | None = None) -> Settings:
    """The environment's options, but for what is said here. Raises SettingsError, naming the variable."""
    said: dict[str, Any] = {"content": content, "data": data}
    try:
        return Settings(**{name: value for name, value in said.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        meaning = Settings.model_fields[name.lower()].description
        reason = first["msg"].removeprefix("Value error, ")
        written = "what it is" if name == "SECRET" else repr(first["input"])
        raise SettingsError(f"SPORTELLO_{name} cannot be {written}: {reason}. It is: {meaning}") from None
