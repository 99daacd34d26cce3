"""How readers rate articles. Every method raises StoreError when the database cannot be read."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from app.store.database import READING, said_plainly
from app.store.tables import EVENTS


@dataclass(frozen=True, slots=True)
class Helpfulness:
    """How many said that an article helped, and that it did not."""

    yes: int = 0
    no: int = 0

    @property
    def share(self) -> float:
        """Of those who said anything, 0 to 1; 0 where nobody did."""
        return self.yes / (self.yes + self.no) if self.yes else 0.0


class Helpful:
    """Reads, and never writes; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url
        self._reader = engine.execution_options(**{READING: True})

    def by_article(self) -> Mapping[tuple[str, str], Helpfulness]:
        """By language and id; those that nobody rated are not in it."""
        asked = (
            select(EVENTS.c.lang, EVENTS.c.article, EVENTS.c.value, func.count())
            .where(EVENTS.c.type == "rated", EVENTS.c.article.is_not(None), EVENTS.c.lang.is_not(None))
            .group_by(EVENTS.c.lang, EVENTS.c.article, EVENTS.c.value)
        )
        counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        with said_plainly(self._url), self._reader.connect() as connection:
            for lang, article, value, count in connection.execute(asked):
                counts[lang, article][value or ""] = count
        return {key: Helpfulness(said.get("yes", 0), said.get("no", 0)) for key, said in counts.items()}
