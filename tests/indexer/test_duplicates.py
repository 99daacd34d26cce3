"""Questions compared by meaning: with real vectors, from a real index."""

from pathlib import Path

import pytest

from indexer.articles import read_content
from indexer.duplicates import Alike, compare_questions
from indexer.update import update_index
from indexer.vectors import VectorCache
from search.encoders import Encoder
from tests.conftest import WriteArticle

NOWHERE = Path("no-models")


@pytest.fixture
def root(tmp_path: Path, write_article: WriteArticle) -> Path:
    root = tmp_path / "content"
    text = "Apri la pagina del tuo ordine, premi «Rendi» e stampa l’etichetta. Il ritiro è gratuito."
    write_article(root, "it/resi/a", "Come faccio a restituire un articolo?", text)
    write_article(root, "it/resi/b", "Come posso restituire un articolo?", text + " Hai trenta giorni.")
    write_article(root, "it/resi/c", "Errore 41 della bilancia", "Sposta la bilancia su un piano.")
    write_article(root, "it/resi/d", "Errore 42 della bilancia", "Sposta la bilancia su un piano.")
    write_article(root, "it/conto/e", "Come attivo gli avvisi?", "Apri il profilo e accendi gli avvisi.")
    write_article(root, "it/conto/f", "Come disattivo gli avvisi?", "Apri il profilo e spegni gli avvisi.")
    return root


@pytest.fixture
def data(root: Path, tmp_path: Path, encoder: Encoder) -> Path:
    update_index(root, tmp_path / "data", encoder)
    return tmp_path / "data"


def compare(root: Path, data: Path, models: Path = NOWHERE) -> Alike:
    return compare_questions(read_content(root), data, "", models)


def test_the_same_question_in_other_words_is_found_and_another_is_not(root: Path, data: Path) -> None:
    alike = compare(root, data)
    assert [(p.path, p.severity, p.code) for p in alike.problems] == [
        ("it/resi/b.md", "warning", "similar-question")
    ]
    assert "it/resi/a.md" in alike.problems[0].message
    assert (alike.left_out, alike.note) == (0, "")


def test_new_questions_without_the_encoder_are_said_to_be_left_out(
    root: Path, data: Path, write_article: WriteArticle
) -> None:
    write_article(root, "it/resi/nuovo", "Come si fa a restituire un articolo?", "Premi «Rendi».")
    alike = compare(root, data)
    assert (len(alike.problems), alike.left_out) == (1, 1)
    assert "1 new question " in alike.note


def test_a_few_new_questions_are_encoded_and_kept(
    root: Path, data: Path, models: Path, encoder: Encoder, write_article: WriteArticle
) -> None:
    text = (root / "it/resi/a.md").read_text("utf-8").rpartition("---\n")[2].strip()
    write_article(root, "it/resi/nuovo", "Come si può restituire un articolo?", text)
    alike = compare(root, data, models)
    assert {p.path for p in alike.problems} == {"it/resi/b.md", "it/resi/nuovo.md"}
    assert alike.left_out == 0
    with VectorCache(encoder, data / "vectors") as cache:
        cache.encode(["Come si può restituire un articolo?"], "query")
        assert cache.encoded == 0


def test_without_an_index_nothing_is_compared_and_it_is_said(root: Path, tmp_path: Path) -> None:
    alike = compare(root, tmp_path / "nothing")
    assert (alike.problems, alike.left_out) == ((), 6)
    assert "sportello index" in alike.note
    assert not (tmp_path / "nothing").exists()


def test_archived_articles_are_not_compared(root: Path, data: Path, write_article: WriteArticle) -> None:
    text = "Apri la pagina del tuo ordine, premi «Rendi» e stampa l’etichetta. Il ritiro è gratuito."
    write_article(root, "it/resi/a", "Come faccio a restituire un articolo?", text, status="archived")
    assert compare(root, data).problems == ()
