"""An encoder that remembers what it read, for questions that are asked again and again."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from search.encoders import Encoder, Role, Vectors


class Memory:
    """Safe to share between threads: at worst two of them read one text. A vector takes 1.5 kB."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[Role, str], Vectors] = {}

    @property
    def name(self) -> str:
        """The name of the encoder within."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """The width of a vector."""
        return self._encoder.dimension

    def encode(
        self, texts: Sequence[str], role: Role, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """As `Encoder.encode`, of what was not read before."""
        known = self._known
        new = [text for text in dict.fromkeys(texts) if (role, text) not in known]
        made = dict(zip(new, self._encoder.encode(new, role, progress), strict=True)) if new else {}
        rows = [made[text] if text in made else known[role, text] for text in texts]
        self._known = {**self._known, **{(role, text): vector for text, vector in made.items()}}
        return np.array(rows, np.float32).reshape(-1, self.dimension)

    def lacks(self, questions: Iterable[str]) -> list[str]:
        """Those that it would have to read, each once."""
        return [text for text in dict.fromkeys(questions) if ("query", text) not in self._known]

    def keep(self, questions: Iterable[str]) -> None:
        """Forget all else."""
        wanted = {("query", text) for text in questions}
        self._known = {key: vector for key, vector in self._known.items() if key in wanted}

    @property
    def size(self) -> int:
        """How many texts it remembers."""
        return len(self._known)
