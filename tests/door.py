"""The real encoder behind a door: a test says when it begins."""

import threading
from collections.abc import Sequence

from search.encoders import Encoder, EncoderError, Progress, Role, Vectors


class Door:
    """An encoder that is let in by `open`; `asked` is what stands before it or went through."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dimension = encoder.name, encoder.dimension
        self.open = threading.Event()
        self.asked: list[str] = []
        self.fails = False

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        self.asked += texts
        assert self.open.wait(120)
        if self.fails:
            raise EncoderError("it broke")
        return self._encoder.encode(texts, role, progress)
