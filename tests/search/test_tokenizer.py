from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from search.analysis import normalise
from search.bundled import ensure_onnx
from search.tokenizer import BOS, EOS, Unigram
from search.weights import MAX_TOKENS


@pytest.fixture(scope="module")
def unigram(models: Path) -> Unigram:
    return Unigram.read(ensure_onnx(models))


@pytest.fixture(scope="module")
def theirs(multilingual_folder: Path) -> Tokenizer:
    """Hugging Face's, by the tokenizer.json unpacked."""
    tokenizer = Tokenizer.from_file(str(multilingual_folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80))
@example(text="Come posso richiedere il rimborso di un ordine?")
@example(text="返品したいのですが、どうすればいいですか")
@example(text="😡😡😡 dov'è il mio pacco???")
@example(text="Buongiorno, ho ordinato due paia di scarpe e me ne è arrivato uno solo. " * 60)
@example(text="می\u200cخواهم ▁ \ufffd ꧁꧂ \U0001fae8x\U0001fae8\U0001fae8")
def test_token_ids_are_those_of_hugging_face_s_tokenizer(
    unigram: Unigram, theirs: Tokenizer, text: str
) -> None:
    clean = normalise(text, 4_000)
    # Special tokens' names are plain text to ours, and theirs puts marks in order once more.
    if "<" in clean or normalise(clean, 4_000) != clean:
        return
    assert unigram.encode(clean, MAX_TOKENS) == theirs.encode(clean).ids


def test_known_token_ids(unigram: Unigram) -> None:
    assert unigram.encode("", 9) == [BOS, EOS]
    assert unigram.encode("query: il rimborso", 9) == [0, 41, 1294, 12, 211, 24045, 3422, 991, 2]
    assert unigram.encode("query: il rimborso", 6) == [0, 41, 1294, 12, 211, 2]


def test_a_stranger_s_text_holds_no_special_token(unigram: Unigram) -> None:
    ids = unigram.encode("<s></s><pad><mask>", MAX_TOKENS)
    assert not {0, 1, 2, 250_001} & set(ids[1:-1])
