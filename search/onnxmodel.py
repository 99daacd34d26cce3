"""The bundled encoder's model in onnxruntime: its precision measured and chosen, then opened and run."""

import json
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from search.weights import Floats, Weights

# A new name whenever onnxgraph.py gives a text another vector: caches and snapshots are keyed by it.
RUNTIME = "onnx"

# int8 is worth its rounding only where the CPU has dot products for it (VNNI: 2.2 times faster), and where
# its sums do not saturate (x86 without VNNI can); the sound cosine to fp32 is .993 to .998.
INT8_MIN_SPEEDUP = 1.3
INT8_MIN_COSINE = 0.98
_SAMPLES = (  # token ids of «query: Come posso richiedere il rimborso di un ordine?», and of «passage: Your
    # parcel is delivered within three working days.»
    (0, 41, 1294, 12, 10592, 39462, 189593, 211, 24045, 3422, 991, 45, 51, 33856, 32, 2),
    (0, 46692, 12, 14804, 141485, 83, 75060, 297, 28032, 17262, 20697, 13312, 5, 2),
)


def write_model(weights: Weights, folder: Path) -> None:
    """Write the faster sound precision: model.onnx, weights.bin, and model.json with what chose it."""
    from search.onnxgraph import write_graph  # noqa: PLC0415  onnx: 12 MB and .1 s, for the first start only

    for precision in ("int8", "fp32"):
        (folder / precision).mkdir()
        write_graph(weights, precision, folder / precision)
    choice = _choose(folder)
    for file in (folder / str(choice["precision"])).iterdir():
        file.rename(folder / file.name)
    for precision in ("int8", "fp32"):
        shutil.rmtree(folder / precision)
    (folder / "model.json").write_text(json.dumps({"dimension": weights.hidden, **choice}), "utf-8")


def _choose(folder: Path) -> dict[str, str | float]:
    """Time both precisions in turn, so that a busy neighbour slows both, and keep int8 if it pays."""
    sessions = {name: _session(folder / name) for name in ("int8", "fp32")}
    cosine = min(float(_run(sessions["int8"], ids) @ _run(sessions["fp32"], ids)) for ids in _SAMPLES)
    ratios = []
    for ids in _SAMPLES * 8:  # sixteen ratios, .3 s: enough for a median
        seconds = {}
        for name, session in sessions.items():
            start = time.perf_counter()
            _run(session, ids)
            seconds[name] = time.perf_counter() - start
        ratios.append(seconds["fp32"] / seconds["int8"])
    speedup = statistics.median(ratios)
    int8 = speedup >= INT8_MIN_SPEEDUP and cosine >= INT8_MIN_COSINE
    return {
        "precision": "int8" if int8 else "fp32",
        "int8_speedup": round(speedup, 2),
        "int8_cosine": round(cosine, 4),
    }


def _session(folder: Path) -> onnxruntime.InferenceSession:
    """One thread per run: callers run several texts side by side, and neighbours keep their cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])


def _run(session: onnxruntime.InferenceSession, ids: Sequence[int]) -> Floats:
    vector: Floats = session.run(None, {"input_ids": np.array([ids], np.int64)})[0][0]
    return vector


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """The model opened, its weights mapped; safe to share between threads."""

    precision: str
    dimension: int
    session: onnxruntime.InferenceSession

    @classmethod
    def open(cls, folder: Path) -> "OnnxModel":
        """From what `write_model` wrote."""
        facts = json.loads((folder / "model.json").read_text("utf-8"))
        return cls(facts["precision"], facts["dimension"], _session(folder))

    def run(self, ids: Sequence[int]) -> Floats:
        """The unit vector of one text's tokens, (dimension,)."""
        return _run(self.session, ids)
