"""Charts as SVG pictures, for a wide page or a phone, in the reader's scheme, light or dark. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pygal
from pygal.etree import etree
from pygal.style import Style

# A tone is a name in both schemes: what went well, what is not known, what did not.
_LIGHT: Final = {
    "ink": "#25211c", "muted": "#5c554b", "line": "#dfd6c8",
    "good": "#12596b", "fair": "#6f9fa8", "open": "#b3a894", "poor": "#b4610c", "person": "#6a4a7d",
}  # fmt: skip
_DARK: Final = {
    "ink": "#efe9df", "muted": "#bab1a4", "line": "#433d35",
    "good": "#86c9d6", "fair": "#4e8b97", "open": "#7d7466", "poor": "#e59a4b", "person": "#b79bcb",
}  # fmt: skip
_FONT: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
# In pixels.
WIDE: Final = 720
NARROW: Final = 350
STACKS_HEIGHT: Final = 300
_BAR: Final = 34

Number = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Bar:
    """A named count in a tone."""

    name: str
    count: int
    tone: str


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of counts in a tone."""

    name: str
    counts: Sequence[int]
    tone: str


def bars(listed: Sequence[Bar], number: Number, *, narrow: bool) -> bytes:
    """Horizontal bars, the first one on top, each with its count as `number` writes it."""
    # No legend and no axis: each bar has its name before it and its count behind it.
    chart = pygal.HorizontalBar(
        **_common(("good",), narrow=narrow),
        height=bars_height(len(listed)),
        show_legend=False,
        show_x_labels=False,
        show_x_guides=False,
        print_values=True,
        print_values_position="top",
        range=(0, max((bar.count for bar in listed), default=0) * 1.12 or 1),
        spacing=6,
        value_formatter=number,
        truncate_label=-1,
    )
    upwards = list(reversed(listed))
    chart.x_labels = [bar.name for bar in upwards]
    chart.add(None, [{"value": bar.count, "color": f"var(--{bar.tone})"} for bar in upwards])
    return _drawn(chart)


def stacks(labels: Sequence[str], series: Sequence[Series], number: Number, *, narrow: bool) -> bytes:
    """Upright bars, one a label, of one or more series on top of each other; the first one is the lowest."""
    chart = pygal.StackedBar(
        **_common([one.tone for one in series], narrow=narrow),
        height=STACKS_HEIGHT,
        value_formatter=number,
        min_scale=3,
        max_scale=6,
        legend_at_bottom=True,
        legend_at_bottom_columns=1 if narrow else len(series),
        legend_box_size=13,
        show_minor_x_labels=False,
        show_y_guides=True,
        truncate_label=-1,
        truncate_legend=-1,
    )
    chart.x_labels = list(labels)
    step = max(1, -(-len(labels) // (4 if narrow else 8)))
    chart.x_labels_major = list(labels)[::step]
    for one in series:
        chart.add(one.name, list(one.counts))
    return _drawn(chart)


def bars_height(number: int) -> int:
    """How high so many bars are, in pixels."""
    return _BAR * number + 24


def _common(tones: Sequence[str], *, narrow: bool) -> dict[str, Any]:
    size = 13 if narrow else 14
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--ink)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--line)",
        guide_stroke_color="var(--line)",
        major_guide_stroke_color="var(--line)",
        guide_stroke_dasharray="none",
        major_guide_stroke_dasharray="none",
        font_family=_FONT,
        label_font_size=size,
        major_label_font_size=size,
        value_font_size=size,
        value_label_font_size=size,
        legend_font_size=size,
        no_data_font_size=size,
        opacity="1",
        stroke_opacity="1",
        stroke_width="0",
        transition="0s",
        value_colors=("var(--ink)",) * 8,
        colors=tuple(f"var(--{tone})" for tone in tones),
    )
    return {
        "style": style,
        "width": NARROW if narrow else WIDE,
        "explicit_size": True,
        "js": [],
        "css": ["file://style.css", "file://graph.css", f"inline:{_SCHEMES}"],
        "margin": 4,
        "no_data_text": "–",
        "print_zeroes": True,
        "pretty_print": False,
        "disable_xml_declaration": True,
    }


def _properties(tones: dict[str, str]) -> str:
    return "svg{" + ";".join(f"--{name}:{colour}" for name, colour in tones.items()) + "}"


_SCHEMES: Final = (
    _properties(_LIGHT)
    + "@media (prefers-color-scheme: dark){"
    + _properties(_DARK)
    + "}.tooltip{display:none}"
    # Behind its bar, not across its end.
    + ".text-overlay .value{text-anchor:start}"
)


def _drawn(chart: pygal.Graph) -> bytes:
    """As a picture: without the script and the texts for it, which would make it more than that."""
    tree = chart.render_tree()
    for parent in list(tree.iter()):
        for child in [child for child in parent if child.tag in {"script", "desc"}]:
            parent.remove(child)
    drawn: bytes = etree.tostring(tree, encoding="utf-8")
    return drawn
