"""SearchEngine.search: a question in, answers and a verdict out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from search import answerability
from search.analysis import normalise
from search.calibration import nearest
from search.dense import Cosines
from search.encoders import Encoder, Vectors
from search.excerpts import asked_terms, most_matching
from search.fusion import Fused
from search.learning import Confirmed, Learned, learn
from search.meanings import KEPT, Meanings
from search.messages import what_is_asked
from search.missing import missing
from search.recent import Recent
from search.records import Article, Evidence, Hit, Mode, Phase, SearchResult, Suggestions, Verdict
from search.retrieval import Candidates, Question, allowed, retrieve, weigh
from search.snapshot import Shelf, Snapshot
from search.spelling import Spelled, Speller, forms_in
from search.suggest import TitleIndex
from search.synonyms import Synonyms, Word

# The longest question searched for: four screens of a phone. A message is read further, for what it asks.
QUERY_LIMIT = 2_000
MESSAGE_LIMIT = 8_000
# Answers that are remembered: 3 kB each. A longer question is hardly asked twice in the same words.
_ANSWERS, _REPEATED = 1_024, 300


# Halfway from a stranger to the same: below it, a small collection's "related" are whatever else there is.
_NEAR = 0.5
# An article begins with its answer, and goes on with exceptions: what comes later is shown only where it is
# nearer by this much of the scale. Of 75 questions for the demo whose article has several passages, 11 more
# are shown the first one; read one by one, it answered better for eight of them, the other for three.
_AS_NEAR = 0.04


@dataclass(frozen=True, slots=True)
class _Asked:
    """A search as it was asked: `text` is what was `typed`, put right, and `vector` its meaning."""

    text: str
    typed: str
    vector: Vectors | None
    lexical: bool
    category: str | None
    phase: Phase | None
    limit: int
    hurried: bool


# What decides an answer: query, language, limit, category, phase, mode.
_Asking = tuple[str, str, int, str | None, Phase | None, Mode]


@dataclass(frozen=True, slots=True)
class _Found:
    """One shelf's hits, best first, and the verdict on them."""

    hits: tuple[Hit, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is made of a shelf's articles when it is opened, and what of: the shelf's digest, the synonyms."""

    digest: str
    synonyms: Mapping[str, Sequence[str]]
    titles: TitleIndex
    about: frozenset[str]
    speller: Speller


_NOTHING = _Found((), answerability.NOTHING)


class SearchEngine:
    """Searches one snapshot, from any thread. Without an encoder every search is lexical.

    `confirmed` are the questions it has learned the answers to. `earlier` is the engine of an earlier
    snapshot: it shares those of its parts that would come out the same.
    """

    def __init__(
        self, snapshot: Snapshot, encoder: Encoder | None, *, confirmed: Sequence[Confirmed] = (),
        cached_vectors: int = KEPT, earlier: "SearchEngine | None" = None,
    ) -> None:  # fmt: skip
        self.snapshot = snapshot
        self._taught: tuple[Sequence[Confirmed], Mapping[str, Vectors]] = (confirmed, {})
        self.meanings = _meanings(encoder, cached_vectors, earlier)
        self._answers: Recent[_Asking, SearchResult] = Recent(_ANSWERS)
        shelves = snapshot.shelves
        known = snapshot.knowledge.synonyms
        self._parts = {lang: _parts(s, known.get(lang, {}), snapshot, earlier) for lang, s in shelves.items()}
        self._titles = {lang: parts.titles for lang, parts in self._parts.items()}
        self._known = {lang: parts.about for lang, parts in self._parts.items()}
        self._spellers = {lang: parts.speller for lang, parts in self._parts.items()}
        self._numbers = {lang: {a.id: n for n, a in enumerate(s.articles)} for lang, s in shelves.items()}
        self._boosts = {lang: _boosts(shelf) for lang, shelf in shelves.items()}
        self._learned = {lang: self._learn(s, confirmed, {}) for lang, s in shelves.items()}
        self._synonyms = {lang: Synonyms(known.get(lang, {}), s.analyzer) for lang, s in shelves.items()}

    def with_confirmed(
        self, confirmed: Sequence[Confirmed], vectors: Mapping[str, Vectors] | None = None
    ) -> "SearchEngine":
        """The same engine, which learned this and nothing else: a copy that shares all but that.

        `vectors` are those of questions as `encode` made them; what they lack is encoded now.
        """
        taught = copy(self)
        taught._teach(confirmed, vectors or {})  # noqa: SLF001  a copy of ours
        return taught

    def beside(self, encoder: Encoder, shelf: Shelf | None = None) -> "SearchEngine":
        """A copy for asking what visitors do not: `encoder` is asked in place of its own, which keeps what
        it remembers for them. With a `shelf` in place of that of its language, its words too; what
        completes a question while it is typed stays as it was.
        """
        other = copy(self)
        other._stand_aside(encoder, shelf)  # noqa: SLF001  a copy of ours
        return other

    @property
    def encoder(self) -> Encoder | None:
        """What it was opened with; null where every search is lexical."""
        return self.meanings.encoder if self.meanings else None

    def encode(self, questions: Sequence[str]) -> Mapping[str, Vectors]:
        """The vector of each, for `with_confirmed`; none without an encoder."""
        if self.meanings is None or not questions:
            return {}
        texts = [normalise(question, QUERY_LIMIT) for question in questions]
        return dict(zip(questions, self.meanings.encoder.encode(texts, "query"), strict=True))

    def search(
        self, query: str, lang: str | None = None, *, limit: int = 10, category: str | None = None,
        phase: Phase | None = None, mode: Mode = "hybrid", hurried: bool = False,
    ) -> SearchResult:  # fmt: skip
        """Answer `query` in `lang`; where that does not answer, other languages follow, marked.

        Whoever is `hurried` is answered by words alone while too many wait for the encoder; others wait. They
        are many, and ask the same: what they were answered is remembered.
        """
        started = perf_counter()
        lang = self.language(lang)
        asking = (query, lang, limit, category, phase, mode)
        if hurried and (kept := self._answers.get(asking)):
            return replace(kept, took_ms=(perf_counter() - started) * 1000, encode_ms=0.0, remembered=True)
        found = self._search(asking, started, hurried=hurried)
        if hurried and not found.degraded and len(query) <= _REPEATED:
            self._answers.keep(asking, found)
        return found

    def suggest(self, prefix: str, lang: str | None = None, *, limit: int = 5) -> Suggestions:
        """What `prefix` may be the beginning of; never asks the encoder."""
        titles = self._titles.get(self.language(lang))
        return titles.suggest(normalise(prefix, QUERY_LIMIT), limit) if titles else Suggestions((), ())

    def related(self, article: Article, limit: int = 5) -> tuple[Article, ...]:
        """The articles of its language that are nearest in meaning to `article`, if any is near."""
        number = self._numbers.get(article.lang, {}).get(article.id)
        if number is None:
            return ()
        shelf = self.snapshot.shelves[article.lang]
        title = shelf.dense.title(number)
        others = shelf.dense.nearest(title, 2 * limit + 1)
        others = others[others != number]
        if not len(others):
            return ()
        cosines, _ = shelf.dense.among(others).seen_by(title)
        near = [
            answerability.evidence(
                answerability.Found(question, passage, None, None), 0.5, shelf.calibration.unrelated
            )
            for question, passage in zip(cosines.question.tolist(), cosines.passage.tolist(), strict=True)
        ]
        ranked = sorted(zip(near, others.tolist(), strict=True), reverse=True)[:limit]
        return tuple(shelf.articles[n] for evidence, n in ranked if evidence >= _NEAR)

    def matched(self, hit: Hit) -> tuple[str, ...]:
        """The asked words that a hit's article has, as terms, sorted."""
        shelf = self.snapshot.shelves[hit.article.lang]
        return shelf.lexical.present(hit.terms, self._numbers[shelf.lang][hit.article.id])

    def meaning(self, question: str) -> Vectors | None:
        """The vector of a question as it is searched for; null without an encoder."""
        return self.meanings.of(normalise(question, QUERY_LIMIT)) if self.meanings else None

    def understood(self, query: str, lang: str | None) -> str:
        """What `query` is searched for as: of a message what it asks, its misspelt words put right."""
        return self._meant(query, self.language(lang))[1].text

    def language(self, lang: str | None) -> str:
        """The shelf for a language tag: its own, or its base's ("pt-BR" → "pt"); none asked: the largest."""
        if not lang:
            return next(iter(self.snapshot.shelves), "")
        base = lang.split("-")[0].lower()
        return base if lang not in self.snapshot.shelves and base in self.snapshot.shelves else lang

    def _search(self, asking: _Asking, started: float, *, hurried: bool) -> SearchResult:
        query, lang, limit, category, phase, mode = asking
        typed, spelled = self._meant(query, lang)
        encoding = perf_counter()
        by_meaning = self.meanings is not None and bool(typed) and mode != "lexical"
        vector = self._vector(spelled.text, hurried=hurried) if by_meaning else None
        encoded = perf_counter()
        lexical = mode != "dense" or vector is None
        asked = _Asked(spelled.text, typed, vector, lexical, category, phase, limit, hurried)
        found = self._ask(asked, lang) if typed else _NOTHING
        return SearchResult(
            query=normalise(query, QUERY_LIMIT), understood=spelled.text, lang=lang,
            verdict=found.verdict, hits=found.hits, did_you_mean=spelled.shown,
            took_ms=(perf_counter() - started) * 1000, encode_ms=(encoded - encoding) * 1000,
            snapshot=self.snapshot.manifest.id, degraded=by_meaning and vector is None,
        )  # fmt: skip

    def _meant(self, query: str, lang: str) -> tuple[str, Spelled]:
        """What `query` asks, and that put right by the words of `lang`."""
        shelf = self.snapshot.shelves.get(lang)
        if shelf is None:
            typed = normalise(query, QUERY_LIMIT)
            return typed, Spelled(typed, None)
        # Line by line: a line's end is where people end a sentence without saying so.
        lines = (normalise(line, MESSAGE_LIMIT) for line in query[:MESSAGE_LIMIT].splitlines())
        message = "\n".join(lines)[:MESSAGE_LIMIT]
        asked = what_is_asked(message, shelf.analyzer, self._known[lang])
        typed = normalise(asked, QUERY_LIMIT)
        spelled = self._spellers[lang].correct(typed)
        return typed, spelled if asked == message else Spelled(spelled.text, None)

    def _stand_aside(self, encoder: Encoder, shelf: Shelf | None) -> None:
        self.meanings = Meanings(encoder)
        self._answers = Recent(_ANSWERS)
        if shelf is None:
            return
        lang = shelf.lang
        self.snapshot = replace(self.snapshot, shelves={**self.snapshot.shelves, lang: shelf})
        self._spellers = {**self._spellers, lang: _speller(shelf, self._parts[lang].synonyms)}
        self._known = {**self._known, lang: _about(shelf)}
        self._numbers = {**self._numbers, lang: {a.id: n for n, a in enumerate(shelf.articles)}}
        self._boosts = {**self._boosts, lang: _boosts(shelf)}
        self._learned = {**self._learned, lang: self._learn(shelf, *self._taught)}

    def _teach(self, confirmed: Sequence[Confirmed], known: Mapping[str, Vectors]) -> None:
        self._answers = Recent(_ANSWERS)
        shelves = self.snapshot.shelves.items()
        self._taught = (confirmed, known)
        self._learned = {lang: self._learn(s, confirmed, known) for lang, s in shelves}

    def _learn(self, shelf: Shelf, confirmed: Sequence[Confirmed], known: Mapping[str, Vectors]) -> Learned:
        ours = [c for c in confirmed if c.lang == shelf.lang] if self.meanings else []
        vectors = [self._known_or_made(c.query, known) for c in ours]
        return learn(
            zip(ours, vectors, strict=True),
            self._numbers[shelf.lang],
            [a.updated for a in shelf.articles],
            shelf.calibration.unrelated,
            datetime.now(UTC).date(),
        )

    def _vector(self, text: str, *, hurried: bool) -> Vectors | None:
        if self.meanings is None:
            return None
        return self.meanings.soon(text) if hurried else self.meanings.of(text)

    def _known_or_made(self, question: str, known: Mapping[str, Vectors]) -> Vectors:
        vector = known.get(question)
        if vector is None:
            vector = self.meaning(question)
        if vector is None:
            raise ValueError("this engine was opened without an encoder")
        return vector

    def _ask(self, asked: _Asked, lang: str) -> _Found:
        own = (
            self._ask_shelf(asked, self.snapshot.shelves[lang]) if lang in self.snapshot.shelves else _NOTHING
        )
        if own.verdict.answer == "yes":
            return own
        others = [s for s in self.snapshot.shelves.values() if s.lang != lang]
        if others and asked.typed != asked.text:
            # Another language's words look misspelt: those who answer in it read what was typed.
            vector = self._vector(asked.typed, hurried=asked.hurried) if asked.vector is not None else None
            asked = replace(asked, text=asked.typed, vector=vector)
        return _merge(own, [self._ask_shelf(asked, s, foreign=True) for s in others], asked.limit)

    def _ask_shelf(self, asked: _Asked, shelf: Shelf, *, foreign: bool = False) -> _Found:
        words = self._synonyms[shelf.lang].expand(shelf.analyzer.weigh(asked.text))
        mask = allowed(shelf.articles, asked.category, asked.phase)
        question = Question(words if asked.lexical else None, asked.vector, mask, asked.limit)
        candidates = retrieve(shelf, question)
        if not len(candidates.documents):
            return _NOTHING
        fused = weigh(shelf, question, candidates)
        boosts = self._boosts[shelf.lang][candidates.documents]
        scores = fused.score * boosts
        if asked.vector is not None:
            scores += self._learned[shelf.lang].lift(asked.vector, candidates.documents, scores)
        ranked = [int(at) for at in np.argsort(-scores, kind="stable")[: asked.limit]]
        hits = _hits(shelf, words, candidates, ranked, scores=scores, fused=fused, foreign=foreign)
        verdict = _judge(shelf, candidates, ranked[0], asked.vector, foreign=foreign)
        return _Found(hits, verdict if foreign else self._with_missing(verdict, asked.text, shelf, words))

    def _with_missing(self, verdict: Verdict, text: str, shelf: Shelf, words: Sequence[Word]) -> Verdict:
        known = {word.term for word in words if any(t in shelf.lexical.numbers for t in word.terms)}
        weights = {word.term: word.weight for word in words}
        return answerability.lacking(verdict, missing(text, weights, known, shelf.analyzer))


def _meanings(encoder: Encoder | None, kept: int, earlier: SearchEngine | None) -> Meanings | None:
    """The earlier engine's, if it has the same encoder: what it remembers is true still."""
    if earlier and earlier.meanings and earlier.meanings.encoder is encoder:
        return earlier.meanings
    return Meanings(encoder, kept) if encoder else None


def _parts(
    shelf: Shelf, synonyms: Mapping[str, Sequence[str]], snapshot: Snapshot, earlier: SearchEngine | None
) -> _Parts:
    """A shelf's parts: the earlier ones where their makings, by digest and in full, are the same."""
    digest = snapshot.manifest.shelves[shelf.lang].digest
    made = earlier._parts.get(shelf.lang) if earlier else None  # noqa: SLF001  one of ours
    if made and (made.digest, made.synonyms) == (digest, synonyms):
        return made
    # Most edits are of what an article answers, few of what it is asked.
    alike = made and earlier and _asked_alike(shelf, earlier.snapshot.shelves[shelf.lang])
    titles = made.titles.of(shelf.articles) if made and alike else TitleIndex(shelf.articles, shelf.analyzer)
    return _Parts(digest, synonyms, titles, _about(shelf), _speller(shelf, synonyms))


def _asked_alike(shelf: Shelf, other: Shelf) -> bool:
    """Whether two shelves' articles say the same of what they answer, in the same order."""
    asked, asked_there = ([(a.id, a.title, a.questions, a.tags) for a in s.articles] for s in (shelf, other))
    return asked == asked_there


def _speller(shelf: Shelf, synonyms: Mapping[str, Sequence[str]]) -> Speller:
    """Of what a shelf says, and of what its editors know customers to say."""
    known = forms_in(text for theirs, ours in synonyms.items() for text in (theirs, *ours))
    return Speller(known + Counter(shelf.written), shelf.analyzer)


def _boosts(shelf: Shelf) -> NDArray[np.float32]:
    return np.array([article.boost for article in shelf.articles], np.float32)


def _about(shelf: Shelf) -> frozenset[str]:
    """The terms of what a shelf's articles say they answer."""
    return shelf.lexical.terms_in({"title", "questions", "tags"})


def _judge(
    shelf: Shelf, candidates: Candidates, top: int, vector: Vectors | None, *, foreign: bool
) -> Verdict:
    cosines = candidates.cosines
    covered = _of(candidates.covered, top)
    if cosines is None or vector is None:
        return answerability.judge(covered or 0.0, shelf.calibration)
    found = answerability.Found(
        float(cosines.question[top]),
        float(cosines.passage[top]),
        float(cosines.wording[top]) if shelf.dense.sharpened else None,
        # Another language has other words for the same.
        None if foreign else covered,
        nearest(shelf.everyday, vector),
        nearest(shelf.unanswered, vector),
    )
    evidence = answerability.evidence(found, shelf.passage_share, shelf.calibration.unrelated)
    verdict = answerability.judge(evidence, shelf.calibration)
    is_listed = found.unanswered is not None and found.unanswered > found.question
    return answerability.listed(verdict) if is_listed else verdict


def _hits(
    shelf: Shelf, words: Sequence[Word], candidates: Candidates, ranked: Sequence[int],
    *, scores: NDArray[np.float32], fused: Fused, foreign: bool,
) -> tuple[Hit, ...]:  # fmt: skip
    """The candidates at `ranked`, best first."""
    terms = asked_terms(words)
    cosines = candidates.cosines
    both = cosines.both if cosines else None
    fusion = fused.score
    hits = []
    for at in ranked:
        number = int(candidates.documents[at])
        article, score = shelf.articles[number], float(scores[at])
        if cosines:
            passage = shelf.passages[_to_show(shelf, number, cosines, at)]
        else:
            first, end = shelf.passage_starts[number : number + 2]
            passage = shelf.passages[first + most_matching(shelf.passages[first:end], terms, shelf.analyzer)]
        evidence = Evidence(
            lexical=_of(candidates.lexical, at) or None,
            dense=_of(both, at),
            lexical_share=float(fused.lexical[at]),
            dense_share=float(fused.dense[at]),
            learned=max(score - float(fusion[at]) * article.boost, 0.0),
        )
        hits.append(Hit(article, passage, terms, score, foreign, evidence))
    return tuple(hits)


def _to_show(shelf: Shelf, number: int, cosines: Cosines, at: int) -> int:
    """The passage nearest to a question, or its article's first if that is about as near; of a guide each
    step is a place of its own."""
    if shelf.articles[number].guide:
        return int(cosines.row[at])
    as_near = cosines.passage[at] - cosines.begun[at] <= _AS_NEAR * (1 - shelf.calibration.unrelated)
    return int(shelf.passage_starts[number] if as_near else cosines.row[at])


def _of(values: NDArray[np.float32] | None, at: int) -> float | None:
    return None if values is None else float(values[at])


def _merge(own: _Found, others: list[_Found], limit: int) -> _Found:
    """Own language first, unless it has no answer and another has one; each article in one language."""
    answering = [f for f in others if f.verdict.answer != "no"]
    best = max(answering, key=lambda f: f.verdict.confidence, default=None)
    if best is None:
        return own if own.hits else max(others, key=lambda f: f.verdict.confidence, default=own)
    order = (own, *answering) if own.verdict.answer != "no" else (*answering, own)
    hits: dict[str, Hit] = {}
    for hit in (h for f in order for h in f.hits):
        hits.setdefault(hit.article.id, hit)
    # The customer asked in another language than the answer's: at best it may serve.
    verdict = own.verdict if own.verdict.answer != "no" else answerability.in_other_language(best.verdict)
    return _Found(tuple(hits.values())[:limit], verdict)
