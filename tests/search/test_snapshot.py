"""A snapshot is opened whole and ours, or refused with a sentence that says why."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from indexer.build import build_snapshot
from indexer.vectors import VectorCache
from search import snapshot
from search.encoders import Encoder
from search.records import Article, KnowledgeBase, Section
from search.snapshot import SnapshotError, open_snapshot


@pytest.fixture
def folder(cached_encoder: VectorCache, tmp_path: Path) -> Path:
    sections = (Section("", "", 0, ("Gira la vite.",)), Section("cavo", "Il cavo", 2, ("Tiralo piano.",)))
    article = Article("bici/freni", "it", "Come regolo i freni?", "bici", "<p>Gira la vite.</p>", sections)
    knowledge = KnowledgeBase((article,), synonyms={"it": {"frenare": ("freni",)}})
    build_snapshot(knowledge, tmp_path / "one", "one", cached_encoder, datetime.now(UTC))
    return tmp_path / "one"


def test_what_is_written_is_read_back(folder: Path, encoder: Encoder) -> None:
    opened = open_snapshot(folder, encoder)
    article = opened.knowledge.articles[0]
    assert article.sections[1].anchor == "cavo"
    assert opened.knowledge.synonyms == {"it": {"frenare": ("freni",)}}
    shelf = opened.shelves["it"]
    assert [p.text for p in shelf.passages] == ["Gira la vite.", "Tiralo piano."]
    assert list(shelf.passage_starts) == [0, 2]
    assert opened.manifest.shelves["it"].articles == 1


@pytest.mark.parametrize("part", ["analysis", "encoder", "format"])
def test_a_snapshot_made_otherwise_is_refused(folder: Path, encoder: Encoder, part: str) -> None:
    path = folder / snapshot.MANIFEST
    manifest = orjson.loads(path.read_bytes())
    manifest[part] = 99 if part == "format" else "another"
    path.write_bytes(orjson.dumps(manifest))
    with pytest.raises(SnapshotError, match="run `sportello index`"):
        open_snapshot(folder, encoder)


def test_without_an_encoder_its_name_does_not_matter(folder: Path) -> None:
    assert open_snapshot(folder, None).shelves


def test_every_damaged_or_missing_file_is_noticed(folder: Path, encoder: Encoder) -> None:
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != snapshot.MANIFEST]
    assert len(files) > 8
    for path in files:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if whole else b"x")
        with pytest.raises(SnapshotError, match="damaged"):
            open_snapshot(folder, encoder)
        path.unlink()
        with pytest.raises(SnapshotError, match="missing"):
            open_snapshot(folder, encoder)
        path.write_bytes(whole)
    assert open_snapshot(folder, encoder).shelves


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b'{"id": 1}', b"\xff"])
def test_an_unreadable_manifest_is_refused(folder: Path, encoder: Encoder, manifest: bytes) -> None:
    (folder / snapshot.MANIFEST).write_bytes(manifest)
    with pytest.raises(SnapshotError, match="cannot be read"):
        open_snapshot(folder, encoder)


def test_no_snapshot_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="run `sportello index`"):
        open_snapshot(tmp_path / "none", None)
