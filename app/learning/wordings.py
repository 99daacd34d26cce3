"""Which wordings are the same question. Pure."""

import re
from functools import lru_cache
from typing import Final

from search.analysis import fold

_WORD: Final = re.compile(r"\w+")
# The same are asked again and again; a question is at most half a kilobyte.
_KEPT: Final = 10_000


@lru_cache(maxsize=_KEPT)
def bare_of(question: str) -> str:
    """A question without what does not tell it from another: capitals, accents, spaces, punctuation."""
    return " ".join(_WORD.findall(fold(question)))
