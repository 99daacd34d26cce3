"""What an operator adds to the looks: an accent colour and a logo, as files to serve."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.colours import brand

# A logo is part of every first view.
LARGEST_LOGO: Final = 40_000
LOGO_TYPES: Final = (".svg", ".png", ".webp")
STYLE: Final = "sportello.css"
ICON: Final = "favicon.svg"
# As in both of them.
OWN_ACCENT: Final = b"#12596b"


class LogoError(ValueError):
    """A logo that cannot be shown, in one sentence."""


@dataclass(frozen=True, slots=True)
class Branding:
    """`files` are served beside, or instead of, those of app/static; `logo` is one of their names."""

    files: Mapping[str, bytes]
    logo: str | None


def branding(static: Path, accent: str, logo: Path | None) -> Branding:
    """The stylesheet with the accent's colours at its end, and the logo. Raises ColourError, LogoError."""
    files = {}
    if accent:
        colours = brand(accent)
        # In the one stylesheet: a second would be a second request before anything is painted.
        files[STYLE] = (static / STYLE).read_bytes() + colours.css().encode()
        files[ICON] = (static / ICON).read_bytes().replace(OWN_ACCENT, colours.light.plain.encode())
    if logo is None:
        return Branding(files, None)
    name = f"logo{logo.suffix.lower()}"
    return Branding(files | {name: check_logo(logo)}, name)


def check_logo(path: Path) -> bytes:
    """The file, if it can be a logo. Raises LogoError."""
    if path.suffix.lower() not in LOGO_TYPES:
        raise LogoError(f"it does not end in {', '.join(LOGO_TYPES)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LogoError(f"it cannot be read: {error.strerror}") from None
    if not 0 < len(content) <= LARGEST_LOGO:
        raise LogoError(f"it has {len(content)} bytes, and 1 to {LARGEST_LOGO} are shown")
    return content
