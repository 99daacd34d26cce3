"""Every option with its type, default and meaning: the only reader of the environment."""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

# An origin and nothing more: pages link to each other from the root.
_ORIGIN = r"^(https?://[^/\s?#@\\]+)?/?$"
# What a tel: or mailto: link can carry and a page can show without breaking.
_PHONE = r"^[+()./0-9 -]*$"
_EMAIL = r"^([^@\s<>\"]+@[^@\s<>\"]+)?$"


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
        default="", description="When a person answers, in words; empty: nothing is shown."
    )
    log_level: Literal["critical", "error", "warning", "info", "debug"] = Field(
        default="info", description="The least severe messages to write to standard error."
    )

    @property
    def models_folder(self) -> Path:
        """Where the bundled encoder is, or will be, unpacked."""
        return self.models or self.data / "models"

    def to_environment(self) -> None:
        """Put every option in the environment, for processes that are started from this one."""
        for name, value in self.model_dump(exclude_none=True).items():
            os.environ[f"SPORTELLO_{name.upper()}"] = str(value)


class SettingsError(Exception):
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
        raise SettingsError(
            f"SPORTELLO_{name} cannot be {first['input']!r}: {first['msg']}. It is: {meaning}"
        ) from None
