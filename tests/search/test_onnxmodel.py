import json
from pathlib import Path

import numpy as np
import pytest

from search import onnxmodel
from search.bundled import ensure_onnx
from search.encoders import BundledEncoder, Encoder
from search.onnxgraph import Precision, write_graph
from search.weights import Weights

TEXTS = ["Come posso richiedere il rimborso?", "My parcel is late", "返品したいのですが", "5 €"]


@pytest.mark.soak
@pytest.mark.parametrize(("precision", "least"), [("int8", 0.99), ("fp32", 0.999_99)])
def test_each_precision_agrees_with_the_same_weights_by_torch(
    weights: Weights,
    encoder: BundledEncoder,
    transformers_encoder: Encoder,
    scratch: Path,
    precision: Precision,
    least: float,
) -> None:
    """Both are written and run here, whichever this machine's CPU chose."""
    write_graph(weights, precision, scratch)
    session = onnxmodel._session(scratch)
    ours = np.stack([onnxmodel._run(session, encoder.token_ids(text, "query")) for text in TEXTS])
    assert (ours * transformers_encoder.encode(TEXTS, "query")).sum(axis=1).min() > least


def test_the_model_says_why_it_has_its_precision(models: Path) -> None:
    facts = json.loads((ensure_onnx(models) / "model.json").read_text("utf-8"))
    fast = facts["int8_speedup"] >= onnxmodel.INT8_MIN_SPEEDUP
    sound = facts["int8_cosine"] >= onnxmodel.INT8_MIN_COSINE
    assert facts["precision"] == ("int8" if fast and sound else "fp32")


def test_the_samples_timed_are_the_sentences_they_claim_to_be(encoder: BundledEncoder) -> None:
    question = encoder.token_ids("Come posso richiedere il rimborso di un ordine?", "query")
    passage = encoder.token_ids("Your parcel is delivered within three working days.", "passage")
    assert [list(ids) for ids in onnxmodel._SAMPLES] == [question, passage]
