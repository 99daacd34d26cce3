import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from search.bundled import ensure_onnx, unpack_sentence_transformers
from search.encoders import EncoderError, open_encoder
from search.weights import Weights

CONVERT = (
    "import sys; from pathlib import Path; from search import bundled; bundled.ensure_onnx(Path(sys.argv[1]))"
)
UNPACK = CONVERT.replace("ensure_onnx", "unpack_sentence_transformers")


def start(code: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", code, str(folder)], stderr=subprocess.PIPE, text=True)


def kill_while_writing(process: "subprocess.Popen[str]", folder: Path) -> None:
    """Kill it once its working folder, hidden beside the target, holds something."""
    deadline = time.monotonic() + 60
    while not any(folder.glob(".*.partial/*")):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def contents(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix != ".lock"]


def test_the_conversion_is_reused(models: Path) -> None:
    folder = ensure_onnx(models)
    before = (folder / "model.onnx").stat()
    assert ensure_onnx(models) == folder
    assert (folder / "model.onnx").stat() == before


def test_two_processes_converting_at_once_both_succeed(scratch: Path) -> None:
    processes = [start(CONVERT, scratch) for _ in range(2)]
    errors = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert contents(scratch) == [ensure_onnx(scratch).name]
    assert open_encoder("", scratch).encode(["sì"], "query").shape == (1, 384)


def test_a_killed_conversion_leaves_no_half_made_model_and_the_next_one_cleans_up(scratch: Path) -> None:
    kill_while_writing(start(CONVERT, scratch), scratch)
    assert all(name.endswith(".partial") for name in contents(scratch))
    assert open_encoder("", scratch).encode(["sì"], "query").shape == (1, 384)
    assert contents(scratch) == [ensure_onnx(scratch).name]


def test_a_killed_unpacking_leaves_no_half_made_folder(scratch: Path) -> None:
    kill_while_writing(start(UNPACK, scratch / "e5"), scratch)
    assert not (scratch / "e5").exists()


def test_unpacking_refuses_a_folder_in_use_and_leaves_it_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", "utf-8")
    with pytest.raises(EncoderError, match="not an empty folder"):
        unpack_sentence_transformers(tmp_path)
    with pytest.raises(EncoderError, match="not an empty folder"):
        unpack_sentence_transformers(tmp_path / "mine.txt")
    assert contents(tmp_path) == ["mine.txt"]


def test_what_unpacking_writes_is_read_by_safetensors(multilingual_folder: Path, weights: Weights) -> None:
    tensors = load_file(multilingual_folder / "model.safetensors")
    assert np.array_equal(tensors["embeddings.word_embeddings.weight"], weights.array("emb.word"))
    assert np.array_equal(tensors["encoder.layer.11.output.dense.weight"], weights.array("l11.fo.w"))
    assert not tensors["pooler.dense.weight"].any()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(EncoderError, match=r"cannot write the encoder to .*file"):
        ensure_onnx(tmp_path / "file" / "models")
