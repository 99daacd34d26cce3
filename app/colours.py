"""An operator's accent colour: whether it can be read (WCAG 2.2, 1.4.3 and 1.4.11), and its dark twin."""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from typing import Final

# What the accent is written on, lightest and darkest of each scheme: as in static/sportello.css.
PAPERS: Final = {"light": ("#fffdf9", "#f0e9dd"), "dark": ("#171512", "#2a2621")}
# What is written on the accent.
INKS: Final = {"light": "#ffffff", "dark": "#171512"}
MINIMUM: Final = 4.5
# A derived colour costs nobody a choice, so it reads better than it must, and glows less at night.
_DARK_CONTRAST: Final = 7.5
_DARK_SATURATION: Final = 0.6
_STRONGER: Final = 0.08
_STEPS: Final = 400


class ColourError(ValueError):
    """A colour that cannot be used, in one sentence that names one that can."""


@dataclass(frozen=True, slots=True)
class Accent:
    """One scheme's accent: itself, what it becomes under the pointer, and what is written on it."""

    plain: str
    strong: str
    ink: str


@dataclass(frozen=True, slots=True)
class Brand:
    """The accent in both schemes."""

    light: Accent
    dark: Accent

    def css(self) -> str:
        """The custom properties that sportello.css defines, redefined."""
        return f":root{{{_properties(self.light)}}}" + (
            f"@media (prefers-color-scheme:dark){{:root{{{_properties(self.dark)}}}}}"
        )


def brand(accent: str) -> Brand:
    """Both schemes from one `#rrggbb` or `#rgb`. Raises ColourError where it could not be read."""
    colour = _canonical(accent)
    ratio = _least_contrast(colour, "light")
    if ratio < MINIMUM:
        raise ColourError(
            f"its contrast is {_shown(ratio)}:1 where text needs {MINIMUM}:1; "
            f"the nearest colour that passes is {nearest_readable(colour)}"
        )
    light = Accent(colour, _moved(colour, -_STRONGER), INKS["light"])
    dark = _dark(colour)
    return Brand(light, Accent(dark, _moved(dark, _STRONGER), INKS["dark"]))


def nearest_readable(colour: str) -> str:
    """The same hue, as little darker as it takes to be read on light paper."""
    hue, lightness, saturation = _hls(colour)
    for step in range(_STEPS + 1):
        candidate = _hex(hue, lightness * (1 - step / _STEPS), saturation)
        if _least_contrast(candidate, "light") >= MINIMUM:
            return candidate
    raise AssertionError("black is readable on light paper")


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two `#rrggbb` colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _dark(colour: str) -> str:
    hue, lightness, saturation = _hls(colour)
    for step in range(_STEPS + 1):
        candidate = _hex(hue, lightness + (1 - lightness) * step / _STEPS, min(saturation, _DARK_SATURATION))
        if _least_contrast(candidate, "dark") >= _DARK_CONTRAST:
            return candidate
    raise AssertionError("white is readable on dark paper")


def _least_contrast(colour: str, scheme: str) -> float:
    return min(contrast(colour, other) for other in (*PAPERS[scheme], INKS[scheme]))


def _canonical(written: str) -> str:
    match = re.fullmatch(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", written.strip().lower())
    if match is None:
        raise ColourError("it is no colour such as #12596b")
    digits = match[0][1:]
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def _moved(colour: str, by: float) -> str:
    hue, lightness, saturation = _hls(colour)
    return _hex(hue, min(max(lightness + by, 0), 1), saturation)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _hls(colour: str) -> tuple[float, float, float]:
    return rgb_to_hls(*_channels(colour))


def _hex(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(c * 255):02x}" for c in hls_to_rgb(hue, lightness, saturation))


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _shown(ratio: float) -> str:
    """Rounded down: 4.49 must not be said as 4.5."""
    return f"{int(ratio * 10) / 10}"


def _properties(accent: Accent) -> str:
    return f"--accent:{accent.plain};--accent-strong:{accent.strong};--on-accent:{accent.ink}"
