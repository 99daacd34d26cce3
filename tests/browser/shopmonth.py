"""A month of the demo shop, for pictures of the staff's pages: its golden questions asked, some in vain."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import yaml

from app.store import Deflection, Event, Store
from app.store.searches import Search
from tests.lessons import confirm
from tests.traffic import Played, keep

# What the shop has no article about, in customers' words, and how often it is asked in a month.
IN_VAIN: Final = (
    ("fate lista nozze?", 9), ("vorrei aprire una lista di nozze da voi", 6), ("lista regalo per matrimonio", 5),
    ("posso visitare il laboratorio", 7), ("si può venire a vedere come fate i piatti", 4),
    ("organizzate corsi di ceramica", 8), ("corso al tornio per principianti", 5),
    ("comprate ceramiche antiche", 3), ("do you buy antique pottery", 2),
)  # fmt: skip
# A day's ordinary questions, and how many of them are asked in a widget.
_A_DAY: Final = 34
_IN_WIDGET: Final = 0.35
_DAYS: Final = 30


def fill(store: Store, content: Path, site: httpx.Client, seed: int = 20261122) -> None:
    """Write the month into an empty store; `site` says what it answers to what is asked in vain."""
    chance = Random(seed)
    golden = yaml.safe_load((content / "golden.yaml").read_text("utf-8"))
    asked = [(q["ask"], q["lang"], q["expect"]) for q in golden["questions"]]
    now = datetime.now(UTC)
    played = Played()
    for day in range(_DAYS):
        for _ in range(round(_A_DAY * chance.uniform(0.7, 1.3))):
            moment = now - timedelta(days=day, seconds=chance.randrange(60, 50_000))
            query, lang, article = chance.choice(asked)
            (_in_widget if chance.random() < _IN_WIDGET else _on_site)(
                played, chance, moment, query, lang, article
            )
    for query, times in IN_VAIN:
        found = site.get(
            "/api/v1/search", params={"q": query, "lang": "it"}, headers={"Purpose": "prefetch"}
        ).json()
        for _ in range(times):
            moment = now - timedelta(days=chance.triangular(0, _DAYS, 2), minutes=5)
            played.searches.append(_unopened(chance, moment, found))
    keep(played, store)
    for query, lang, article in chance.sample(asked, 3):
        confirm(store, query, article, visits=chance.randint(2, 5), lang=lang)


def _name(chance: Random) -> str:
    return f"{chance.getrandbits(128):032x}"


def _unopened(chance: Random, at: datetime, found: dict[str, Any]) -> Search:
    """A search as it was answered, of which nothing was opened."""
    return Search(
        _name(chance), at, "site", found["lang"], found["query"], found["query"], found["answer"],
        found["confidence"], tuple(hit["id"] for hit in found["results"]), found["snapshot"], 9.0,
    )  # fmt: skip


def _on_site(played: Played, chance: Random, at: datetime, query: str, lang: str, article: str) -> None:
    search = Search(_name(chance), at, "site", lang, query, query, "yes", 0.8, (article,), "s", 9.0)
    played.searches.append(search)
    if chance.random() < 0.7:
        opened = at + timedelta(seconds=12)
        played.events.append(
            Event(
                _name(chance), "clicked", opened, search_id=search.id, article=article, lang=lang, position=1
            )
        )
    if chance.random() < 0.15:
        rated, value = at + timedelta(seconds=70), "yes" if chance.random() < 0.8 else "no"
        played.events.append(Event(_name(chance), "rated", rated, article=article, lang=lang, value=value))


def _in_widget(played: Played, chance: Random, at: datetime, query: str, lang: str, article: str) -> None:
    session = _name(chance)
    asked = Deflection(
        _name(chance), session, at, _name(chance), lang, query, "yes", 0.8, "s", ((lang, article),)
    )
    played.deflections.append(asked)
    kinds = [
        ("shown",), ("shown", "opened"), ("shown", "opened", "solved"), ("shown", "opened", "submitted"),
        ("shown", "submitted"),
    ]  # fmt: skip
    for number, kind in enumerate(chance.choices(kinds, (2, 2, 4, 1, 2))[0]):
        played.events.append(
            Event(
                _name(chance), kind, at + timedelta(seconds=5 + 20 * number), session=session,  # type: ignore[arg-type]
                deflection_id=asked.id, article=article, position=1,
            )
        )  # fmt: skip
