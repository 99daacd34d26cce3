"""The days that are not over yet, counted ahead where they hold much: a file that processes share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from app.insights.columns import Frame, frame_of, pack, unpack
from app.insights.days import RULES, begin, day_of
from app.insights.material import gather
from app.store import Store
from app.store.insights import Look
from app.store.insights_rows import Span

# Fewer searches are counted for each page anew: that is no wait.
MANY: Final = 5_000
FILE: Final = "insights-open"
# The last day ends here, however long the file is believed.
_AHEAD: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Opened:
    """What began since a moment, as it was found at another; `mark` changes when any of it does."""

    since: datetime
    at: datetime
    mark: Sequence[int]
    frame: Frame


def write_opened(
    store: Store, data: Path, since: datetime, now: datetime, known: Sequence[int]
) -> Sequence[int]:
    """Count what began since then, where it is much, and keep it; its mark.

    Nothing is counted where the mark is the one that is `known`. Raises StoreError and OSError.
    """
    with store.insights.look() as look:
        mark, file = look.mark(since), data / FILE
        if mark[0] < MANY:
            file.unlink(missing_ok=True)
            return mark
        if mark == known and file.exists():
            return mark
        frame = frame_of(gather(look, Span(since, begin(day_of(now)) + _AHEAD)))
    head = {"rules": RULES, "since": since, "at": now, "mark": mark, "texts": list(frame.texts.values())}
    # Not synced: after a power cut it is made anew.
    draft = file.with_suffix(".new")
    draft.write_bytes(orjson.dumps(head) + b"\n" + pack([frame]))
    draft.chmod(0o600)
    draft.replace(file)
    return mark


def read_opened(data: Path) -> Opened | None:
    """What was kept last; null: nothing, or by another program's rules."""
    try:
        content = (data / FILE).read_bytes()
        line, _, packed = content.partition(b"\n")
        head = orjson.loads(line)
    except (OSError, ValueError):  # also what a power cut left of it
        return None
    if head["rules"] != RULES:
        return None
    (frame,) = unpack(packed)
    hashes = frame.wordings["hash"].tolist()
    texts = dict(zip(hashes, head["texts"], strict=True))
    since, at = (datetime.fromisoformat(head[name]) for name in ("since", "at"))
    return Opened(since, at, head["mark"], replace(frame, texts=texts))


def is_true(opened: Opened, look: Look) -> bool:
    """Whether nothing has changed since."""
    return list(look.mark(opened.since)) == list(opened.mark)
