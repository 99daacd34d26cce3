"""Questions with the articles that were confirmed to answer them, from the words that were said. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.learning.wordings import bare_of
from app.store.learning import Veto, Word
from search.learning import Confirmed, weight

# Vectors of so many take 8 MB in each process, and a millisecond of each search at most.
MOST: Final = 5_000

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and an article that answers it, as `visits` different visits said, the last one at `last`.

    `question` is its commonest wording, which `alike` of them used; `bare` is what all their wordings are.
    """

    lang: str
    bare: str
    question: str
    article: str
    visits: int
    alike: int
    last: datetime
    veto: Veto | None = None

    @property
    def vetoed(self) -> bool:
        """Whether an editor said that it must not lift."""
        return self.veto is not None and self.veto.stands

    @property
    def confirmed(self) -> Confirmed:
        """The pair as search learns it."""
        return Confirmed(
            self.question, self.article, self.lang, self.visits, self.last.date(), vetoed=self.vetoed
        )

    def weight(self, updated: date | None, today: date) -> float:
        """How much it counts for an article last `updated` then, 0 to 1; a veto is no part of it."""
        return weight(
            Confirmed(self.question, self.article, self.lang, self.visits, self.last.date()), updated, today
        )


def pairs_of(words: Iterable[Word], vetoes: Iterable[Veto], today: date) -> tuple[Pair, ...]:
    """What stands of all that was said, the strongest first, at most `MOST`.

    A visit counts once for a pair, by its own last word; what staff say counts where it said nothing.
    """
    spoken: dict[_Key, dict[str, Word]] = defaultdict(dict)
    for word in words:
        bare = bare_of(word.question)
        if bare:
            of_pair = spoken[(word.lang, bare, word.article)]
            before = of_pair.get(word.visit)
            if before is None or _outweighs(word, before):
                of_pair[word.visit] = word
    decided = {(veto.lang, veto.question, veto.article): veto for veto in vetoes}
    found = (_pair(key, of_pair, decided) for key, of_pair in spoken.items())
    standing = [pair for pair in found if pair]
    standing.sort(
        key=lambda pair: (-pair.weight(None, today), -pair.last.timestamp(), pair.bare, pair.article)
    )
    return tuple(standing[:MOST])


def _outweighs(word: Word, before: Word) -> bool:
    if word.speaker != before.speaker:
        return word.speaker == "visitor"
    return word.at > before.at


def _pair(key: _Key, spoken: Mapping[str, Word], decided: Mapping[_Key, Veto]) -> Pair | None:
    """The pair that some visits confirm; null where none does."""
    confirming = [word for word in spoken.values() if word.solved]
    if not confirming:
        return None
    wording, alike = _commonest(confirming)
    lang, bare, article = key
    last = max(word.at for word in confirming)
    return Pair(lang, bare, wording, article, len(confirming), alike, last, decided.get(key))


def _commonest(words: Sequence[Word]) -> tuple[str, int]:
    wordings = Counter(word.question for word in words)
    return min(wordings.items(), key=lambda found: (-found[1], found[0]))
