"""The pairs as staff see them: with their article, what they weigh, and why they lift or not. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from app.learning.pairs import Pair
from search.analysis import fold
from search.records import Article

State = Literal["lifts", "vetoed", "worn", "gone"]
STATES: Final[tuple[State, ...]] = get_args(State)

# The article of a language, if it has it, and in whichever language there is it.
Find = Callable[[str, str], Article | None]


@dataclass(frozen=True, slots=True)
class Listed:
    """A pair under a `name` that tells nothing of it; `question` is null where too few asked it to be told.

    `article` is null where no language has it; where only the question's has not, the state is `gone` too.
    """

    name: str
    pair: Pair
    question: str | None
    article: Article | None
    weight: float
    state: State

    @property
    def title(self) -> str:
        """What the article is called, else its id."""
        return self.article.title if self.article else self.pair.article


def listed(
    pairs: Iterable[Pair], find: Find, name: Callable[[Pair], str], told: frozenset[Pair], today: date
) -> tuple[Listed, ...]:
    """Every pair, in the order given; `told` are those whose question may be said in words."""
    return tuple(
        _listed(pair, find(pair.lang, pair.article), name(pair), pair in told, today) for pair in pairs
    )


def _listed(pair: Pair, article: Article | None, name: str, told: bool, today: date) -> Listed:
    here = article is not None and article.lang == pair.lang
    weight = pair.weight(article.updated if article else None, today)
    state: State = "lifts"
    if pair.vetoed:
        state = "vetoed"
    elif not here:
        state = "gone"
    elif weight == 0:
        state = "worn"
    return Listed(
        name, pair, pair.question if told else None, article, weight if state == "lifts" else 0.0, state
    )


def matching(found: Sequence[Listed], text: str, state: str) -> tuple[Listed, ...]:
    """Those in a state, if one is named, that have every word of a text in their question or article."""
    wanted = fold(text).split()
    return tuple(
        one
        for one in found
        if state in ("", one.state)
        and all(word in fold(f"{one.question or ''} {one.title}") for word in wanted)
    )
