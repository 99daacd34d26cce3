"""Labelled sets to measures: what share of real questions finds its answer, and how well "no" is said.

Definitions: success@1, mrr, recall and ndcg (Järvelin & Kekäläinen 2002, https://doi.org/10.1145/582415.582418)
over the answerable queries, of the best 25 and without abstention; c@1 (Peñas & Rodrigo 2011,
https://aclanthology.org/P11-1142) over all of them, with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import fmean

import numpy as np

from search.engine import SearchEngine
from search.records import Answer, Mode

DEPTH = 25

Relevant = Mapping[str, Mapping[str, int]]
"""By query id, the ids of the articles that answer it, with their grades above 0."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one query of a set got: article ids best first, with their scores, and the verdict."""

    query_id: str
    ranked: tuple[str, ...]
    scores: tuple[float, ...]
    answer: Answer
    confidence: float
    took_ms: float
    encode_ms: float


@dataclass(frozen=True, slots=True)
class Query:
    """One question of a labelled set."""

    id: str
    text: str
    lang: str


def ask(
    engine: SearchEngine, queries: Sequence[Query], mode: Mode, progress: Callable[[int], None] | None = None
) -> tuple[Outcome, ...]:
    """Ask every query; open the engine with `cached_vectors=0`, or a repeated query flatters the times."""
    outcomes = []
    for query in queries:
        result = engine.search(query.text, query.lang, limit=DEPTH, mode=mode)
        outcomes.append(
            Outcome(
                query.id,
                tuple(h.article.id for h in result.hits),
                tuple(h.score for h in result.hits),
                result.verdict.answer,
                result.verdict.confidence,
                result.took_ms,
                result.encode_ms,
            )
        )
        if progress:
            progress(1)
    return tuple(outcomes)


def measure(outcomes: Sequence[Outcome], relevant: Relevant) -> dict[str, float | int | None]:
    """Every measure by its name in `evaluate --json`; null where the set has nothing to measure it on."""
    answerable = [o for o in outcomes if relevant.get(o.query_id)]
    unanswerable = [o for o in outcomes if not relevant.get(o.query_id)]
    took = [o.took_ms for o in outcomes]
    return {
        "queries": len(outcomes),
        "answerable": len(answerable),
        "success@1": _mean(_reciprocal_rank(o, relevant) == 1 for o in answerable),
        "mrr": _mean(_reciprocal_rank(o, relevant) for o in answerable),
        "recall@5": _mean(_recall(o, relevant, 5) for o in answerable),
        "recall@10": _mean(_recall(o, relevant, 10) for o in answerable),
        "ndcg@10": _mean(_ndcg(o, relevant, 10) for o in answerable),
        "c@1": _c_at_1(outcomes, relevant),
        "auroc": _auroc([o.confidence for o in answerable], [o.confidence for o in unanswerable]),
        "no_answer_recall": _mean(o.answer == "no" for o in unanswerable),
        "false_no_answer": _mean(o.answer == "no" for o in answerable),
        "p50_ms": _percentile(took, 50),
        "p95_ms": _percentile(took, 95),
        "search_p50_ms": _percentile([o.took_ms - o.encode_ms for o in outcomes], 50),
    }


def trec_run(outcomes: Sequence[Outcome]) -> str:
    """A TREC run, `qid Q0 docid rank score tag`, with the verdict as the tag."""
    return "".join(
        f"{o.query_id} Q0 {doc} {rank} {score:.6f} {o.answer}\n"
        for o in outcomes
        for rank, (doc, score) in enumerate(zip(o.ranked, o.scores, strict=True), 1)
    )


def _reciprocal_rank(outcome: Outcome, relevant: Relevant) -> float:
    ranks = (rank for rank, doc in enumerate(outcome.ranked[:DEPTH], 1) if doc in relevant[outcome.query_id])
    return 1 / next(ranks, float("inf"))


def _recall(outcome: Outcome, relevant: Relevant, depth: int) -> float:
    wanted = relevant[outcome.query_id]
    return len(wanted.keys() & set(outcome.ranked[:depth])) / len(wanted)


def _ndcg(outcome: Outcome, relevant: Relevant, depth: int) -> float:
    grades = relevant[outcome.query_id]
    ideal = sorted(grades.values(), reverse=True)[:depth]
    return _gain([grades.get(doc, 0) for doc in outcome.ranked[:depth]]) / _gain(ideal)


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, 1))


def _c_at_1(outcomes: Sequence[Outcome], relevant: Relevant) -> float | None:
    if not outcomes:
        return None
    right = sum(
        o.answer != "no" and bool(relevant.get(o.query_id)) and _reciprocal_rank(o, relevant) == 1
        for o in outcomes
    )
    unanswered = sum(o.answer == "no" for o in outcomes)
    return (right + unanswered * right / len(outcomes)) / len(outcomes)


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that an answerable query is surer than an unanswerable one, ties counting half."""
    if not positive or not negative:
        return None
    ranked = np.sort(negative)
    below = np.searchsorted(ranked, positive, "left") + np.searchsorted(ranked, positive, "right")
    return float(below.sum() / 2 / len(positive) / len(negative))


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return fmean(listed) if listed else None


def _percentile(values: Sequence[float], percent: int) -> float | None:
    return float(np.percentile(values, percent)) if values else None
