"""The options."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, SettingsError, read_settings


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
        ("contact_hours", "lun–ven 9–18"),
        ("contact_hours", "mo-fr 09:00-25:00"),
        ("time_zone", "Europe/Faenza"),
        ("time_zone", "../../etc/passwd"),
        ("phone_wait_minutes", "0"),
        ("phone_wait_minutes", "soon"),
        ("email_reply_hours", "-1"),
        ("notice", '{"it": "Ritardi"'),
        ("notice", '{"it": ""}'),
        ("notice", '{"it": 7}'),
        ("accent", "red"),
        ("accent", "#ffcc00"),
        ("logo", "logo.gif"),
        ("logo", "missing.svg"),
        ("logo", "\0.png"),
        ("allowed_origins", "*"),
        ("allowed_origins", "https://shop.example, shop.example"),
        ("trusted_proxies", "10.0.0.0/99"),
        ("trusted_proxies", "proxy"),
        ("holdout", "1.01"),
        ("holdout", "-0.1"),
        ("holdout", "nan"),
        ("limit_events", "-1"),
        ("secret", "too short"),
        ("secret", "with a space " * 5),
    ],
)
def test_an_option_that_would_break_pages_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: value})


def test_settings_stay_as_they_are() -> None:
    with pytest.raises(ValidationError):
        Settings().site_name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "ACCENT",
            "#ffcc00",
            "cannot be '#ffcc00': its contrast is 1.2:1 where text needs 4.5:1; the nearest ",
        ),
        ("CONTACT_HOURS", "mo 9-18", "“9-18” is no span of time such as 09:00-18:00. It is: When a person "),
        ("NOTICE", '{"it": 1}', "each language needs a text that is not empty. It is: What every page "),
        (
            "ALLOWED_ORIGINS",
            "*",
            "“*” would let in sites nobody named; write each one, as https://shop.example. ",
        ),
        ("TRUSTED_PROXIES", "proxy", "“proxy” is no IP address or network such as 10.0.0.0/8. It is: "),
        ("TIME_ZONE", "Mars", "there is no time zone of that name. It is: The clock "),
    ],
)
def test_what_is_refused_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"SPORTELLO_{name}", value)
    with pytest.raises(SettingsError, match=f"^SPORTELLO_{name} cannot be ") as refused:
        read_settings()
    assert said in str(refused.value)


def test_a_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPORTELLO_SECRET", "correct horse")
    with pytest.raises(SettingsError, match=r"^SPORTELLO_SECRET cannot be what it is: ") as refused:
        read_settings()
    assert "horse" not in str(refused.value)
    assert "x" * 40 not in repr(Settings(secret="x" * 40))


def test_a_logo_is_small_and_there(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    for content in (b"", b"x" * 40_001):
        logo.write_bytes(content)
        with pytest.raises(ValidationError, match="bytes, and 1 to 40000 are shown"):
            Settings(logo=logo)
    logo.write_bytes(b"x" * 40_000)
    assert Settings(logo=logo).logo == logo
