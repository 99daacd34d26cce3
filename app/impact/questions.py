"""What was asked in the past, as far as it may be told. Pure."""

from dataclasses import dataclass
from typing import Final

from app.insights.asked import Listed

# How far back is looked.
DAYS: Final = 90
# The commonest ones: their vectors take 5 MB, and reading them once half a minute.
MOST: Final = 3_000


@dataclass(frozen=True, slots=True)
class Question:
    """A question in its commonest wording, scrubbed, and how many episodes ended with it."""

    text: str
    lang: str
    count: int


@dataclass(frozen=True, slots=True)
class Past:
    """The questions there are, the commonest first.

    `hidden` more were asked by too few visits to be told: nothing is said of them. `rest` more are rarer than
    these. `unread` of these are not known to search yet, and left out until they are.
    """

    questions: tuple[Question, ...] = ()
    hidden: int = 0
    rest: int = 0
    unread: int = 0


def past_of(listed: Listed) -> Past:
    """What the insights list, as questions."""
    questions = tuple(Question(one.question, one.languages[0], one.count) for one in listed.questions)
    return Past(questions, listed.hidden, listed.told - len(questions))
