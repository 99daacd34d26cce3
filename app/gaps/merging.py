"""Gaps as they are after a look at the questions, from those there were. Pure but for new ids."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from app.store.gaps_records import Doubt, Evidence, Found, Gap, GapQuestion

Key = tuple[str, str]  # language, wording

# What answers half of those who asked in vain closes the gap; the others' wordings begin another.
_CLOSES: Final = 0.5
# Fewer that found an article by themselves may have been looking for something else.
_SPEAKS_FOR: Final = 0.1


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the questions saw: those in vain in `groups` of one meaning each.

    `answers`, by language and wording, are the articles that now answer others; `found` is what askers came
    upon in the end.

    Gaps that closed before `since` are forgotten.
    """

    now: datetime
    since: datetime
    groups: Sequence[Sequence[Doubt]]
    answers: Mapping[Key, str]
    found: Sequence[Found]


def merge(was: Sequence[Gap], look: Look) -> list[Gap]:
    """The gaps there are now; what keeps most of a gap's wordings keeps its id, state and draft."""
    evidence = _evidence(look.found)
    in_vain = {key_of(doubt) for some in look.groups for doubt in some}
    closed = [
        left for gap in was if gap.state == "answered" and (left := _still_answered(gap, in_vain, look.since))
    ]
    alive = [gap for gap in was if gap.state != "answered"]
    heirs = _heirs(alive, look.groups)
    merged = []
    for group, heir in zip(look.groups, heirs, strict=True):
        merged += _grown(group, alive[heir] if heir is not None else None, look, evidence)
    # Of those that nobody inherits, none of the questions is in vain any more.
    orphans = [gap for number, gap in enumerate(alive) if number not in heirs]
    answered = [_answered(gap, _now_answered(gap, look), look.now) for gap in orphans]
    return [*closed, *merged, *(gap for gap in answered if gap)]


def key_of(doubt: Doubt) -> Key:
    """What tells it from others."""
    return doubt.lang, doubt.wording


def _grown(
    group: Sequence[Doubt], was: Gap | None, look: Look, evidence: Mapping[Key, Sequence[Found]]
) -> list[Gap]:
    """One gap; or the one that was, closed, and another for what it leaves open."""
    questions = tuple(GapQuestion(doubt) for doubt in group)
    done = _now_answered(was, look) if was else ()
    left = sum(doubt.weight for doubt in group)
    closed = _answered(was, done, look.now) if was and was.state == "open" else None
    if was is None or (closed and closed.weight >= _CLOSES * (closed.weight + left)):
        fresh = Gap(uuid4().hex, "open", look.now, look.now)
        gap = _described(replace(fresh, questions=questions), evidence)
        return [closed, gap] if closed else [gap]
    return [_described(replace(was, questions=(*questions, *done)), evidence)]


def _described(gap: Gap, evidence: Mapping[Key, Sequence[Found]]) -> Gap:
    """With what speaks for which article, by the questions that are still in vain."""
    times: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for question in gap.questions:
        for found in evidence.get(key_of(question.doubt), ()):
            for at, count in enumerate((found.opened, found.solved, found.sent)):
                times[found.article][at] += count
    least = _SPEAKS_FOR * (gap.unanswered + gap.unopened)
    told = [Evidence(article, *counts) for article, counts in times.items() if sum(counts) >= least]
    # Staff who sent it and askers who said so know; who opened it may have been looking.
    told.sort(key=lambda one: (-(one.sent + one.solved), -one.opened, one.article))
    heaviest = max(gap.questions, key=lambda question: question.doubt.weight)
    return replace(gap, evidence=tuple(told), nearest=next(iter(heaviest.doubt.shown), None))


def _now_answered(gap: Gap, look: Look) -> tuple[GapQuestion, ...]:
    """Those of its questions that have their answer."""
    found = []
    for question in gap.questions:
        article = look.answers.get(key_of(question.doubt)) or question.answered_by
        if article:
            at = question.answered_at if question.answered_by else look.now
            found.append(replace(question, answered_by=article, answered_at=at))
    return tuple(found)


def _answered(gap: Gap, questions: Sequence[GapQuestion], now: datetime) -> Gap | None:
    """The gap, closed by these questions; null where none is answered: it was asked too long ago to count."""
    if not questions:
        return None
    weight: dict[str, float] = defaultdict(float)
    for question in questions:
        weight[question.answered_by or ""] += question.doubt.weight
    article = min(weight, key=lambda name: (-weight[name], name))
    return replace(
        gap, state="answered", changed_at=now, changed_by=None, article=article, questions=tuple(questions)
    )


def _still_answered(gap: Gap, in_vain: set[Key], since: datetime) -> Gap | None:
    """Without the wordings that were asked in vain again."""
    kept = tuple(question for question in gap.questions if key_of(question.doubt) not in in_vain)
    return replace(gap, questions=kept) if kept and gap.changed_at >= since else None


def _heirs(gaps: Sequence[Gap], groups: Sequence[Sequence[Doubt]]) -> list[int | None]:
    """For each group the number of the gap whose questions it has most of; no gap twice."""
    owner = {key_of(q.doubt): number for number, gap in enumerate(gaps) for q in gap.questions}
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for at, group in enumerate(groups):
        for doubt in group:
            if key_of(doubt) in owner:
                shared[at, owner[key_of(doubt)]] += doubt.weight
    heirs: list[int | None] = [None] * len(groups)
    taken: set[int] = set()
    for at, number in sorted(shared, key=lambda pair: (-shared[pair], pair)):
        if heirs[at] is None and number not in taken:
            heirs[at] = number
            taken.add(number)
    return heirs


def _evidence(found: Iterable[Found]) -> dict[Key, list[Found]]:
    by_wording: dict[Key, list[Found]] = defaultdict(list)
    for one in found:
        by_wording[one.lang, one.wording].append(one)
    return by_wording
