"""What of a frame is wanted. Pure."""

from collections.abc import Sequence

import numpy as np

from app.insights.columns import SOURCES, Frame, Table, micros
from app.insights.wanted import Wanted


def selected(frame: Frame, table: Table, wanted: Wanted) -> Table:
    """The rows of one of its tables that the days and filters leave, in their order.

    Visits are all a widget's; a rating has no source.
    """
    span = wanted.span
    start, end = np.searchsorted(table["at"], [micros(span.since), micros(span.until)])
    cut = {name: column[start:end] for name, column in table.items()}
    mask = np.ones(end - start, bool)
    if wanted.lang:
        mask &= cut["lang"] == _place(frame.langs, wanted.lang)
    if wanted.category:
        mask &= cut["category"] == _place(frame.categories, wanted.category)
    if wanted.source and "source" in cut:
        mask &= cut["source"] == SOURCES.index(wanted.source)
    elif wanted.source and not ("outcome" in cut and wanted.source == "widget"):
        mask[:] = False
    return cut if mask.all() else {name: column[mask] for name, column in cut.items()}


def _place(texts: Sequence[str], text: str) -> int:
    """-1, which no row has, for one that is not there."""
    return texts.index(text) if text in texts else -1
