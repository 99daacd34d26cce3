"""Gaps as they may lie in the store, for tests of what is made of them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.store import Store
from app.store.gaps_records import Doubt, Evidence, Gap, GapQuestion, Review
from app.store.searches import Search

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
INJECTED = "'\"><script>alert(1)</script>\nstatus: published # [x]: {{ 7*7 }}"
ARABIC = "كيف أدفع بالتقسيط"


def asked(
    wording: str, unanswered: int = 1, unopened: int = 0, lang: str = "it", lately: int = 1, before: int = 0
) -> GapQuestion:
    """A wording that was asked for the first time three weeks ago."""
    weight = unanswered + unopened / 2
    since = NOW - timedelta(days=21)
    return GapQuestion(
        Doubt(lang, wording, unanswered, unopened, lately, before, weight, since, NOW, ("a/b",))
    )


MISSING = Gap(
    "missing", "open", NOW - timedelta(days=3), NOW, nearest="pagamenti/carte",
    questions=(
        asked("si può pagare a rate", 12, 3, lately=9, before=4),
        asked("pagamento in tre volte", 4, 1, lately=1, before=2),
        asked("can I pay in instalments", 2, 0, "en", lately=0, before=1),
        asked(ARABIC, 1, 0, "ar"),
        asked("accettate klarna", 1, 1),
        asked(INJECTED, 1, 0),
    ),
)  # fmt: skip
NOT_FOUND = Gap(
    "notfound", "open", NOW - timedelta(days=3), NOW, nearest="pagamenti/carte",
    evidence=(Evidence("consegna/tempi", 3, 2, 1), Evidence("a/gone", 1, 0, 0)),
    questions=(
        asked("dove sta la mia roba", 6, 2, lately=3, before=3),
        asked("where is my stuff", 2, 0, "en", lately=2, before=3),
        asked("où est mon colis", 1, 0, "fr", lately=0, before=0),
    ),
)  # fmt: skip
DRAFTED = Gap(
    "drafted", "open", NOW - timedelta(days=9), NOW, draft="it/pagamenti/fattura.md",
    questions=(asked("x" * 300, 2), asked("mi serve la fattura per l’azienda", 1)),
)  # fmt: skip
WORDLESS = Gap("wordless", "open", NOW, NOW, questions=(asked("?!…"),))
ANSWERED = Gap(
    "answered", "answered", NOW - timedelta(days=30), NOW - timedelta(days=2), article="consegna/tempi",
    questions=(
        GapQuestion(asked("quanto tempo ci mette", 5).doubt, "consegna/tempi", NOW - timedelta(days=2)),
    ),
)  # fmt: skip
DISMISSED = Gap(
    "dismissed", "dismissed", NOW, NOW, "somebody", questions=(asked("chi ha vinto la partita", 2),)
)
ALL = (MISSING, NOT_FOUND, DRAFTED, WORDLESS, ANSWERED, DISMISSED)


def ask_twice(store: Store) -> None:
    """Have each wording used by two visits."""
    store.searches.write(searches({question.doubt.wording for gap in ALL for question in gap.questions}))


def searches(wordings: Iterable[str], times: int = 2) -> list[Search]:
    """So many visits' searches for each."""
    return [
        Search(uuid4().hex, NOW, "site", "it", wording, wording, "no", 0.0, (), "x", 1.0)
        for wording in wordings
        for _ in range(times)
    ]


def fill(store: Store, gaps: Sequence[Gap] = ALL) -> None:
    """Have these in the store, and no others."""
    store.gaps.rewrite(Review(NOW, "played"), lambda _: gaps)
