"""Text to unit vectors: the bundled model by onnxruntime, or any sentence-transformers model."""

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.analysis import normalise
from search.bundled import ensure_onnx
from search.onnxmodel import RUNTIME, OnnxModel
from search.tokenizer import Unigram
from search.weights import E5_PROMPTS, MAX_TOKENS, MODEL, SHA256, EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["PASSAGE_LIMIT", "QUERY_LIMIT", "Encoder", "EncoderError", "Role", "Vectors", "open_encoder"]

Role: TypeAlias = Literal["query", "passage"]
Vectors: TypeAlias = NDArray[np.float32]
Progress: TypeAlias = Callable[[int], None]

# Characters kept of a text, so that its cost is bounded whatever comes. A question of 1,000 characters is
# some 160 words, 60 ms; 4,000 fill the model's 512 tokens (200 ms) in any language, and it reads no more.
QUERY_LIMIT = 1_000
PASSAGE_LIMIT = 4_000
LIMITS: dict[Role, int] = {"query": QUERY_LIMIT, "passage": PASSAGE_LIMIT}


class Encoder(Protocol):
    """A model of meaning, safe to share between threads; the same text always gives the same vector."""

    @property
    def name(self) -> str:
        """The identity of its vectors, for manifests and cache keys: model, weights, runtime, precision."""

    @property
    def dimension(self) -> int:
        """The width of a vector."""

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """(len(texts), dimension) unit rows; `progress` is told how many more are done."""


def open_encoder(spec: str, models: Path) -> Encoder:
    """The bundled model for "", unpacked in `models` the first time; else a folder or a hub's name."""
    return _open_bundled(models) if not spec else _open_transformers(spec)


def _open_bundled(models: Path) -> Encoder:
    folder = ensure_onnx(models)
    try:
        return BundledEncoder(OnnxModel.open(folder), Unigram.read(folder))
    except Exception as error:
        raise EncoderError(
            f"the encoder in {folder} is damaged ({_brief(error)}): delete that folder"
        ) from error


def _brief(error: Exception) -> str:
    return str(error).partition("\n")[0]


@dataclass(frozen=True, slots=True)
class BundledEncoder:
    """multilingual-e5-small by onnxruntime, 384 dimensions.

    Each text is run alone: int8 rounds activations by the whole input, so a batch would change vectors.
    """

    model: OnnxModel
    tokenizer: Unigram

    @property
    def name(self) -> str:
        """As `Encoder.name`."""
        return f"{MODEL}:{SHA256[:8]}:{RUNTIME}-{self.model.precision}"

    @property
    def dimension(self) -> int:
        """As `Encoder.dimension`."""
        return self.model.dimension

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """As `Encoder.encode`; many texts share the cores, up to four (onnxruntime releases the GIL)."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        one = partial(self._one, role)
        workers = min(os.cpu_count() or 1, 4, len(texts))
        with ThreadPoolExecutor(max(workers, 1)) as pool:
            rows: Iterable[Vectors] = pool.map(one, texts) if workers > 1 else map(one, texts)
            for i, row in enumerate(rows):
                vectors[i] = row
                if progress:
                    progress(1)
        return vectors

    def _one(self, role: Role, text: str) -> Vectors:
        return self.model.run(self.token_ids(text, role))

    def token_ids(self, text: str, role: Role) -> list[int]:
        """What the model reads of a text: at most 512 tokens."""
        return self.tokenizer.encode(E5_PROMPTS[role] + normalise(text, LIMITS[role]), MAX_TOKENS)


def _open_transformers(spec: str) -> "TransformersEncoder":
    folder = Path(spec)
    local = folder.is_dir()
    if local and not (folder / "modules.json").is_file():
        raise EncoderError(f"{spec} is not a sentence-transformers folder: it has no modules.json")
    if not local and not _HUB_NAME.fullmatch(spec):
        raise EncoderError(f"{spec} is no folder and no model's name: correct SPORTELLO_ENCODER")
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415  with the next, torch: 6 s and 400 MB
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    except ImportError:
        raise EncoderError(
            f"the encoder {spec} needs sentence-transformers: install sportello[transformers]"
        ) from None
    try:
        model = SentenceTransformer(spec, device="cpu", local_files_only=local)
        stored = folder if local else Path(snapshot_download(spec, local_files_only=True))
    except Exception as error:  # each loader below it raises its own
        raise EncoderError(f"cannot load the encoder {spec}: {_brief(error)}") from error
    label = folder.resolve().name if local else spec
    prompts = _prompts(model, _origin(folder) if local else spec)
    name = f"{label}:{_folder_hash(stored)}:torch-fp32"
    dimension = np.asarray(model.encode(".", show_progress_bar=False)).size
    return TransformersEncoder(name, dimension, model, prompts)


@dataclass(frozen=True, slots=True)
class TransformersEncoder:
    """A sentence-transformers model by torch, fp32."""

    name: str
    dimension: int
    model: "SentenceTransformer"
    prompts: Mapping[Role, str]
    # Its tokenizer's padding and truncation are settings of a shared object: one encode at a time.
    lock: threading.Lock = field(default_factory=threading.Lock)

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """As `Encoder.encode`; a batch's padding moves a vector by some 1e-7."""
        ready = [normalise(text, LIMITS[role]) for text in texts]
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(ready), _BATCH):
            batch = ready[start : start + _BATCH]
            with self.lock:
                vectors[start : start + len(batch)] = self.model.encode(
                    batch,
                    prompt=self.prompts[role],
                    batch_size=_PADDED,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
            if progress:
                progress(len(batch))
        return vectors


_BATCH = 32  # between two reports of progress, and between two chances for a waiting query
_PADDED = 8  # padded to their longest, neighbours in length: more waste a CPU's time on padding
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
# The instruct models ask in other words.
_E5_NAME = re.compile(r"(^|[/_-])e5[_-](?!.*instruct)", re.IGNORECASE)
_WEIGHTS = {".safetensors", ".bin", ".json", ".txt", ".model"}


def _prompts(model: "SentenceTransformer", origin: str) -> Mapping[Role, str]:
    """The model's own, else E5's if it is one (https://arxiv.org/abs/2402.05672), else none."""
    own: Mapping[str, str | None] = model.prompts
    passage = own.get("passage") or own.get("document") or ""
    prompts: Mapping[Role, str] = {"query": own.get("query") or "", "passage": passage}
    if any(prompts.values()):
        return prompts
    if _E5_NAME.search(origin):
        return E5_PROMPTS
    return prompts


def _origin(folder: Path) -> str:
    """What a folder's model was called where it came from; the folder's own name if it does not say."""
    with suppress(OSError, ValueError):
        return str(json.loads((folder / "config.json").read_text("utf-8"))["_name_or_path"])
    return folder.resolve().name


def _folder_hash(folder: Path) -> str:
    """Eight hex digits over weights, configuration and tokenizer: .4 s for 480 MB, of the 6 s of loading."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in _WEIGHTS):
        with path.open("rb") as file:
            total.update(path.relative_to(folder).as_posix().encode())
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:8]
