"""What has no answer yet. Every method raises StoreError when the database cannot do it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, func, select, tuple_, update

from app.store.database import READING, said_plainly
from app.store.dialects import INSERT
from app.store.gaps_records import Doubt, Evidence, Gap, GapQuestion, GapState, Review
from app.store.gaps_tables import GAP_QUESTIONS, GAP_REVIEWS, GAPS

# Fewer than any database takes in one statement.
_MOST_AT_ONCE: Final = 500
_THE_ONE: Final = 1


class Gaps:
    """Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        self._insert = INSERT[engine.dialect.name]

    def listed(
        self, state: GapState, lang: str = "", offset: int = 0, limit: int = 60
    ) -> tuple[Sequence[Gap], int]:
        """Those of a state, the heaviest first, and how many; if `lang` is named, those asked in it."""
        wanted = GAPS.c.state == state
        if lang:
            asked_so = select(GAP_QUESTIONS.c.gap_id).where(GAP_QUESTIONS.c.lang == lang)
            wanted &= GAPS.c.id.in_(asked_so)
        rows = select(GAPS).where(wanted).order_by(GAPS.c.weight.desc(), GAPS.c.id)
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            total = connection.execute(select(func.count()).select_from(GAPS).where(wanted)).scalar_one()
            return _with_questions(
                connection, connection.execute(rows.offset(offset).limit(limit)).all()
            ), total

    def counts(self) -> Mapping[GapState, int]:
        """How many there are of each state."""
        asked = select(GAPS.c.state, func.count()).group_by(GAPS.c.state)
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            found: dict[GapState, int] = {"open": 0, "answered": 0, "dismissed": 0}
            return found | {row[0]: row[1] for row in connection.execute(asked)}

    def get(self, gap: str) -> Gap | None:
        """The one with this id."""
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            rows = connection.execute(select(GAPS).where(GAPS.c.id == gap)).all()
            return next(iter(_with_questions(connection, rows)), None)

    def review(self) -> Review | None:
        """The last one."""
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            row = connection.execute(select(GAP_REVIEWS.c.at, GAP_REVIEWS.c.snapshot)).first()
            return Review(*row) if row else None

    def dismiss(self, gap: str, user: str, now: datetime) -> bool:
        """Have an open one looked at no more; whether it was open."""
        return self._turn(gap, "open", "dismissed", user, now)

    def reopen(self, gap: str, user: str, now: datetime) -> bool:
        """Take that back; whether it was dismissed."""
        return self._turn(gap, "dismissed", "open", user, now)

    def drafted(self, gap: str, path: str) -> bool:
        """Note the file that was begun for it; whether there is such a gap."""
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            return bool(connection.execute(update(GAPS).where(GAPS.c.id == gap).values(draft=path)).rowcount)

    def rewrite(self, review: Review, change: Callable[[Sequence[Gap]], Sequence[Gap]]) -> None:
        """Replace all gaps by what `change` makes of them, with nobody else's change in between."""
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            values = asdict(review)
            # First, so that of two processes the second one waits here for the first one's gaps.
            connection.execute(
                self._insert(GAP_REVIEWS)
                .values(id=_THE_ONE, **values)
                .on_conflict_do_update(index_elements=GAP_REVIEWS.primary_key, set_=values)
            )
            was = _with_questions(connection, connection.execute(select(GAPS).with_for_update()).all())
            self._write(connection, was, change(was))

    def _turn(self, gap: str, was: GapState, now_is: GapState, user: str, now: datetime) -> bool:
        change = (
            update(GAPS)
            .where(GAPS.c.id == gap, GAPS.c.state == was)
            .values(state=now_is, changed_at=now, changed_by=user)
        )
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            return bool(connection.execute(change).rowcount)

    def _write(self, connection: Connection, was: Sequence[Gap], now: Sequence[Gap]) -> None:
        """Only what changed: most of it did not."""
        old_gaps, gaps = ({gap.id: _gap_row(gap) for gap in some} for some in (was, now))
        old_rows, rows = (
            {(q.doubt.lang, q.doubt.wording): _question_row(gap.id, q) for gap in some for q in gap.questions}
            for some in (was, now)
        )
        for start in range(0, len(gone := sorted(set(old_rows) - set(rows))), _MOST_AT_ONCE):
            key: Any = tuple_(GAP_QUESTIONS.c.lang, GAP_QUESTIONS.c.wording)
            some_gone = gone[start : start + _MOST_AT_ONCE]
            connection.execute(delete(GAP_QUESTIONS).where(key.in_(some_gone)))
        self._put(connection, GAPS, [row for name, row in gaps.items() if old_gaps.get(name) != row])
        self._put(connection, GAP_QUESTIONS, [row for name, row in rows.items() if old_rows.get(name) != row])
        for start in range(0, len(gone_gaps := sorted(set(old_gaps) - set(gaps))), _MOST_AT_ONCE):
            connection.execute(delete(GAPS).where(GAPS.c.id.in_(gone_gaps[start : start + _MOST_AT_ONCE])))

    def _put(self, connection: Connection, table: Any, rows: Sequence[Mapping[str, object]]) -> None:
        if not rows:
            return
        insert = self._insert(table)
        fresh = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
        connection.execute(
            insert.on_conflict_do_update(index_elements=table.primary_key, set_=fresh), list(rows)
        )


def _with_questions(connection: Connection, rows: Iterable[Any]) -> list[Gap]:
    rows = list(rows)
    questions: dict[str, list[GapQuestion]] = defaultdict(list)
    table = GAP_QUESTIONS.c
    for start in range(0, len(rows), _MOST_AT_ONCE):
        some = [row.id for row in rows[start : start + _MOST_AT_ONCE]]
        asked = (
            select(GAP_QUESTIONS)
            .where(table.gap_id.in_(some))
            .order_by(table.weight.desc(), table.last_at.desc(), table.lang, table.wording)
        )
        for row in connection.execute(asked):
            questions[row.gap_id].append(_question(row))
    return [_gap(row, questions[row.id]) for row in rows]


def _gap(row: Any, questions: Sequence[GapQuestion]) -> Gap:
    return Gap(
        row.id, row.state, row.found_at, row.changed_at, row.changed_by,
        tuple(Evidence(**one) for one in row.evidence),
        row.nearest, row.article, row.draft, tuple(questions),
    )  # fmt: skip


def _question(row: Any) -> GapQuestion:
    doubt = Doubt(
        row.lang, row.wording, row.unanswered, row.unopened, row.lately, row.before, row.weight,
        row.first_at, row.last_at, tuple(row.shown),
    )  # fmt: skip
    return GapQuestion(doubt, row.answered_by, row.answered_at)


def _gap_row(gap: Gap) -> dict[str, object]:
    return {
        "id": gap.id,
        "state": gap.state,
        "found_at": gap.found_at,
        "changed_at": gap.changed_at,
        "changed_by": gap.changed_by,
        "evidence": [asdict(one) for one in gap.evidence],
        "nearest": gap.nearest,
        "article": gap.article,
        "draft": gap.draft,
        "weight": gap.weight,
    }


def _question_row(gap: str, question: GapQuestion) -> dict[str, object]:
    doubt = asdict(question.doubt) | {"shown": list(question.doubt.shown)}
    return doubt | {"gap_id": gap, "answered_by": question.answered_by, "answered_at": question.answered_at}
