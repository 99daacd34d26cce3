"""All gaps, to be taken away: as CSV and as one object."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, get_args

from app.gaps.told import Told, told
from app.insights.sheets import comma_separated
from app.store import Store
from app.store.gaps_records import GapQuestion, GapState

_AT_ONCE = 200
_HEADER = (
    "gap", "state", "verdict", "question", "languages", "unanswered", "doubtful_unopened", "lately", "before",
    "wordings", "not_told", "article", "nearest", "found_at", "changed_at",
)  # fmt: skip


def every(store: Store, least: int) -> list[Told]:
    """Each gap of each state, the heaviest first. Raises StoreError."""
    found: list[Told] = []
    for state in get_args(GapState):
        offset, total = 0, 1
        while offset < total:
            some, total = store.gaps.listed(state, offset=offset, limit=_AT_ONCE)
            found += told(store, some, least)
            offset += _AT_ONCE
    return found


def written(gaps: Sequence[Told]) -> str:
    """A row each, under a header."""
    return comma_separated(_HEADER, _rows(gaps))


def as_object(gaps: Sequence[Told]) -> dict[str, Any]:
    """All that is known of each."""
    return {"gaps": [_gap(one) for one in gaps]}


def _rows(gaps: Sequence[Told]) -> Iterator[Sequence[object]]:
    for one in gaps:
        gap = one.gap
        yield (
            gap.id, gap.state, gap.verdict, one.name.doubt.wording if one.name else "",
            " ".join(gap.languages), gap.unanswered, gap.unopened, gap.lately, gap.before,
            len(gap.questions), one.hidden,
            _article(one), gap.nearest, gap.found_at.isoformat(), gap.changed_at.isoformat(),
        )  # fmt: skip


def _article(one: Told) -> str | None:
    """The article that closed it, else the one that most speaks for."""
    return one.gap.article or next((evidence.article for evidence in one.gap.evidence), None)


def _gap(one: Told) -> dict[str, Any]:
    gap = one.gap
    return {
        "id": gap.id,
        "state": gap.state,
        "verdict": gap.verdict,
        "found_at": gap.found_at,
        "changed_at": gap.changed_at,
        "unanswered": gap.unanswered,
        "doubtful_unopened": gap.unopened,
        "lately": gap.lately,
        "before": gap.before,
        "languages": gap.languages,
        "article": gap.article,
        "nearest": gap.nearest,
        "evidence": [asdict(evidence) for evidence in gap.evidence],
        "draft": gap.draft,
        "questions": [_question(question) for question in one.questions],
        "not_told": {"wordings": one.hidden, "times": one.hidden_count},
    }


def _question(question: GapQuestion) -> dict[str, Any]:
    doubt = question.doubt
    return {
        "question": doubt.wording,
        "lang": doubt.lang,
        "unanswered": doubt.unanswered,
        "doubtful_unopened": doubt.unopened,
        "lately": doubt.lately,
        "before": doubt.before,
        "first_at": doubt.first_at,
        "last_at": doubt.last_at,
        "answered_by": question.answered_by,
        "answered_at": question.answered_at,
    }
