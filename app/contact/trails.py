"""What a customer searched, read and rejected before they wrote, as the widget tells it."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

# Twice what the widget sends.
LARGEST: Final = 8_000

_Id = Annotated[str, Field(min_length=1, max_length=300)]
_Ids = Annotated[list[_Id], Field(max_length=100)]


class Trail(BaseModel):
    """The trail, version 1: ids of deflections and articles, and texts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1]
    session: Annotated[str, Field(max_length=500)] = ""
    deflections: _Ids = []
    searched: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=20)] = []
    opened: _Ids = []
    rejected: _Ids = []
    solved: _Ids = []

    @property
    def known(self) -> frozenset[str]:
        """The articles that the customer has seen: they need not be sent again."""
        return frozenset((*self.opened, *self.rejected, *self.solved))


def read_trail(text: str) -> str | None:
    """A trail as it is stored; null for what is none: nobody's message is refused for it."""
    trail = trail_of(text)
    return trail.model_dump_json() if trail else None


def trail_of(text: str | None) -> Trail | None:
    """The trail in a text."""
    if not text or len(text) > LARGEST:
        return None
    try:
        # A NUL, escaped, would be one more way to say what no database takes.
        return Trail.model_validate_json(text.encode("utf-8", "replace").replace(b"\\u0000", b""))
    except ValidationError:
        return None


def passed_over(trail: str, searched: str, articles: tuple[str, ...]) -> str:
    """A trail with a search and the articles it showed added, as those that did not help."""
    before = trail_of(trail) or Trail(v=1)
    added = before.model_copy(
        update={
            "searched": [*before.searched, searched[:200]][-5:],
            "rejected": list(dict.fromkeys((*before.rejected, *articles))),
        }
    )
    return added.model_dump_json()
