"""The options."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings


def test_every_option_says_what_it_means() -> None:
    for name, field in Settings.model_fields.items():
        assert (field.description or "").endswith("."), name


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPORTELLO_SITE_NAME", "Tornigallo")
    monkeypatch.setenv("SPORTELLO_DATA", "")
    settings = Settings()
    assert settings.site_name == "Tornigallo"
    assert settings.data == Path("data")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "help.example"),
        ("base_url", "https://help.example/path"),
        ("base_url", "javascript:x"),
        ("contact_phone", "call me"),
        ("contact_email", "nobody"),
        ("contact_email", "a@b\nBcc: c@d"),
        ("contact_phone", "+39\n06"),
        ("site_name", ""),
        ("log_level", "loud"),
    ],
)
def test_an_option_that_would_break_pages_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: value})


def test_settings_stay_as_they_are() -> None:
    with pytest.raises(ValidationError):
        Settings().site_name = "other"  # type: ignore[misc]
