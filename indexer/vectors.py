"""The vectors already made, on disk: a text is encoded once by each encoder, whatever becomes of a build."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

import lmdb
import numpy as np

from search.encoders import Encoder, Role, Vectors

# Address space, not disk: LMDB's file grows as it fills, and 8 GiB holds five million vectors.
_MAP_SIZE = 8 << 30
# What a kill can cost: so many texts are encoded again, some seconds of work.
_BATCH = 64


class VectorCache:
    """An encoder that remembers. It is one itself; close it, or use it in a `with` statement."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._store = lmdb.open(str(folder), map_size=_MAP_SIZE)
        self._used: set[bytes] = set()
        self.encoded = 0

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
        """As `Encoder.encode`, but only what no earlier build encoded; kept from each batch on."""
        keys = [self._key(text, role) for text in texts]
        self._used.update(keys)
        vectors = np.empty((len(texts), self.dimension), np.float32)
        with self._store.begin(buffers=True) as transaction:
            known = [transaction.get(key) for key in keys]
            for row, value in enumerate(known):
                if value is not None:
                    vectors[row] = np.frombuffer(value, np.float32)
            missing = [row for row, value in enumerate(known) if value is None]
        if progress:
            progress(len(texts) - len(missing))
        rows_of: dict[bytes, list[int]] = {}
        for row in missing:
            rows_of.setdefault(keys[row], []).append(row)
        todo = list(rows_of.items())
        for start in range(0, len(todo), _BATCH):
            batch = todo[start : start + _BATCH]
            made = self._encoder.encode([texts[rows[0]] for _, rows in batch], role)
            self._keep({key: vector for (key, _), vector in zip(batch, made, strict=True)})
            for (_, rows), vector in zip(batch, made, strict=True):
                vectors[rows] = vector
            if progress:
                progress(sum(len(rows) for _, rows in batch))
        return vectors

    def forget_unused(self, served: Callable[[], Iterable[tuple[Sequence[str], Role]]], count: int) -> None:
        """Drop what was not asked for since this was opened and is not `served`, once more than `count` is.

        `count` is how many texts are served; which they are is asked only then: most builds ask for those of
        one language, and the others' vectors are wanted as long as their articles are there.
        """
        with self._store.begin() as transaction:
            if transaction.stat()["entries"] <= 2 * max(count, len(self._used)):
                return
        for texts, role in served():
            self._used.update(self._key(text, role) for text in texts)
        with self._store.begin(write=True) as transaction:
            with transaction.cursor() as cursor:
                stale = [bytes(key) for key in cursor.iternext(values=False) if bytes(key) not in self._used]
            for key in stale:
                transaction.delete(key)

    def _key(self, text: str, role: Role) -> bytes:
        return _key(self.name, text, role)

    def _keep(self, vectors: dict[bytes, Vectors]) -> None:
        with self._store.begin(write=True) as transaction:
            for key, vector in vectors.items():
                transaction.put(key, vector.tobytes())
        self.encoded += len(vectors)

    def __enter__(self) -> "VectorCache":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.close()


def read_known(folder: Path, encoder: str, texts: Sequence[str], role: Role) -> list[Vectors | None]:
    """What a cache in `folder` has for each text by the encoder of that name, without opening the encoder."""
    if not (folder / "data.mdb").is_file():
        return [None] * len(texts)
    store = lmdb.open(str(folder), readonly=True, map_size=_MAP_SIZE)
    try:
        with store.begin(buffers=True) as transaction:
            found = [transaction.get(_key(encoder, text, role)) for text in texts]
            return [None if value is None else np.frombuffer(value, np.float32).copy() for value in found]
    finally:
        store.close()


def _key(encoder: str, text: str, role: Role) -> bytes:
    return blake2b(f"{encoder}\0{role}\0{text}".encode("utf-8", "surrogatepass"), digest_size=20).digest()
