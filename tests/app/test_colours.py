"""The accent colour: what is refused, what is suggested, and that both schemes can be read."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.colours import INKS, MINIMUM, PAPERS, Brand, ColourError, brand, contrast, nearest_readable
from app.routes.assets import STATIC

ANY_COLOUR = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#333333", "#ffffff", 12.63),
        ("#12596b", "#12596b", 1.0),
    ],
)
def test_contrast_is_wcags(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def readable(made: Brand) -> bool:
    return all(
        contrast(accent.plain, other) >= MINIMUM
        for scheme, accent in (("light", made.light), ("dark", made.dark))
        for other in (*PAPERS[scheme], INKS[scheme])
    )


@settings(deadline=None)
@given(ANY_COLOUR)
def test_every_colour_is_readable_in_both_schemes_or_refused(colour: str) -> None:
    if min(contrast(colour, paper) for paper in PAPERS["light"]) >= MINIMUM:
        assert readable(brand(colour))
        return
    with pytest.raises(ColourError) as refused:
        brand(colour)
    assert readable(brand(str(refused.value)[-7:]))


@settings(deadline=None)
@given(ANY_COLOUR)
def test_under_the_pointer_it_reads_no_worse(colour: str) -> None:
    made = brand(nearest_readable(colour))
    for scheme, accent in (("light", made.light), ("dark", made.dark)):
        for other in (*PAPERS[scheme], INKS[scheme]):
            assert contrast(accent.strong, other) >= contrast(accent.plain, other)


def test_a_colour_that_passes_is_kept_as_it_is() -> None:
    assert brand(" #8A1C3B ").light.plain == "#8a1c3b"
    assert brand("#814").light.plain == "#881144"
    assert nearest_readable("#8a1c3b") == "#8a1c3b"


def test_a_refusal_says_the_ratio_and_a_colour_of_the_same_hue() -> None:
    with pytest.raises(
        ColourError, match=r"its contrast is 1\.\d:1 where text needs 4\.5:1; the nearest"
    ) as refused:
        brand("#ffcc00")
    red, green, blue = (int(str(refused.value)[-6:][at : at + 2], 16) for at in (0, 2, 4))
    assert red > green > blue == 0
    # Only just dark enough: nothing lighter would have done.
    assert min(contrast(f"#{red:02x}{green:02x}{blue:02x}", p) for p in PAPERS["light"]) < MINIMUM + 0.1


def test_the_ratio_is_never_rounded_up_to_what_is_needed() -> None:
    nearly = next(
        grey for grey in (f"#{v:02x}{v:02x}{v:02x}" for v in range(0x60, 0x80))
        if min(contrast(grey, p) for p in PAPERS["light"]) < MINIMUM
    )  # fmt: skip
    with pytest.raises(ColourError, match=r"is 4\.4:1"):
        brand(nearly)


@pytest.mark.parametrize(
    "written", ["", "red", "#12", "#12345", "#12345g", "#1234567", "rgb(1,2,3)", "#fff;}"]
)
def test_what_is_no_colour_is_refused(written: str) -> None:
    with pytest.raises(ColourError, match="it is no colour such as"):
        brand(written)


def rules(css: str) -> dict[str, dict[str, str]]:
    """The custom properties of the sheet's first `:root` of each scheme."""
    light, dark = re.findall(r":root\s*{([^}]*)}", css)[:2]
    return {
        scheme: dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", block))
        for scheme, block in (("light", light), ("dark", dark))
    }


def test_the_stylesheet_has_the_papers_that_are_checked() -> None:
    """The lightest and the darkest background an accent can be on, in each scheme; and no text there is too faint."""
    sheet = rules((STATIC / "sportello.css").read_text("utf-8"))
    for scheme, own in sheet.items():
        backgrounds = [own[name] for name in ("paper", "surface", "band", "warn")]
        extremes = sorted(backgrounds, key=lambda colour: contrast(colour, "#000000"))
        for background in backgrounds:
            for name in ("ink", "muted", "accent"):
                assert contrast(own[name], background) >= MINIMUM, (scheme, name, background)
            assert contrast(own["edge"], background) >= 3, (scheme, background)
        assert set(PAPERS[scheme]) == {extremes[0], extremes[-1]}
        assert own["on-accent"] == INKS[scheme]
        assert contrast(own["on-accent"], own["accent"]) >= MINIMUM
        assert contrast(own["on-mark"], own["mark"]) >= MINIMUM


def test_the_css_redefines_both_schemes() -> None:
    made = brand("#8a1c3b")
    assert rules(made.css().replace("#fff;", "#ffffff;"))["dark"]["accent"] == made.dark.plain
    assert made.css().count("{") == made.css().count("}") == 3
