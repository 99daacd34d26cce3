"""The content folder, brought live: what changes, what stays, and what a broken file cannot do."""

import errno
import os
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer import publish, update
from indexer.build import texts_of
from indexer.update import EmptyContentError, IndexReport, update_index
from indexer.vectors import VectorCache, read_known
from search.encoders import Encoder
from search.engine import SearchEngine
from search.snapshot import SnapshotError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def index(content: Path, data: Path, cached_encoder: VectorCache) -> Callable[..., IndexReport]:
    return lambda **more: update_index(content, data, cached_encoder, **more)


@pytest.fixture
def first(data: Path, cached_encoder: VectorCache) -> Callable[[str], str]:
    """The title of the first hit in what is served now."""
    return lambda query: (
        SearchEngine(publish.open_current(data, cached_encoder), cached_encoder)
        .search(query, "it")
        .hits[0]
        .article.title
    )


def test_publishes_what_the_folder_says(index: Callable[..., IndexReport], data: Path) -> None:
    report = index()
    assert report.changed
    assert report.articles == 5
    assert publish.current_folder(data).name == report.snapshot
    assert (publish.current_folder(data) / "manifest.json").is_file()


def test_nothing_changed_publishes_nothing(index: Callable[..., IndexReport]) -> None:
    before = index()
    after = index()
    assert not after.changed
    assert after.snapshot == before.snapshot


def test_only_what_changed_is_encoded(content: Path, data: Path, encoder: Encoder) -> None:
    assert update_index(content, data, encoder).encoded > 10
    path = content / "it/bici/freni.md"
    path.write_text(path.read_text("utf-8").replace("mezzo giro", "un quarto di giro"), "utf-8")
    report = update_index(content, data, encoder)
    assert report.changed
    assert report.encoded == 1
    assert update_index(content, data, encoder, full=True).encoded > 10


def test_what_is_edited_leaves_the_files_that_a_first_index_of_it_would(
    content: Path, tmp_path: Path, cached_encoder: VectorCache
) -> None:
    followed, afresh = tmp_path / "followed", tmp_path / "afresh"
    update_index(content, followed, cached_encoder)
    path = content / "it/bici/freni.md"
    path.write_text(path.read_text("utf-8").replace("mezzo giro", "un quarto di zuppiera è"), "utf-8")
    update_index(content, followed, cached_encoder)
    (content / "it/furto/denuncia.md").unlink()
    shutil.copyfile(path, path.with_name("altri-freni.md"))
    for data in (followed, afresh):
        update_index(content, data, cached_encoder)
    there = {f.name: f.read_bytes() for f in (publish.current_folder(afresh) / "it").iterdir() if f.is_file()}
    for name, written in there.items():
        assert (publish.current_folder(followed) / "it" / name).read_bytes() == written, name
    assert b"zuppiera" in there["written.json"]


def test_an_untouched_language_keeps_its_files(
    index: Callable[..., IndexReport], content: Path, data: Path
) -> None:
    index()
    before = (publish.current_folder(data) / "en/passages.json").stat().st_ino
    (content / "it/furto/denuncia.md").unlink()
    index()
    assert (publish.current_folder(data) / "en/passages.json").stat().st_ino == before


def test_a_broken_article_leaves_its_last_good_version_live(
    index: Callable[..., IndexReport], content: Path, first: Callable[[str], str]
) -> None:
    index()
    (content / "it/bici/freni.md").write_text("---\ntitle: [\n---\n\nX\n", "utf-8")
    (content / "it/bici/gomme.md").write_text(
        "---\ntitle: Gomme nuove\n---\n\nCambiale ogni anno.\n", "utf-8"
    )
    report = index()
    assert report.kept == ("it/bici/freni",)
    assert [p.path for p in report.problems if p.severity == "error"] == ["it/bici/freni.md"]
    assert first("come regolo i freni") == "Come regolo i freni della bicicletta?"
    assert first("gomme nuove") == "Gomme nuove"


def test_a_deleted_article_goes(
    index: Callable[..., IndexReport], content: Path, first: Callable[[str], str]
) -> None:
    index()
    (content / "it/bici/freni.md").unlink()
    index()
    assert first("come regolo i freni") != "Come regolo i freni della bicicletta?"


@pytest.mark.parametrize(("more", "wait"), [(20, "_GONE"), (0, "_MANY_GONE")])
def test_what_comes_back_in_a_moment_was_never_gone(
    content: Path, index: Callable[..., IndexReport], write_article: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch, more: int, wait: str,
) -> None:  # fmt: skip
    """As when git removes a file and writes it anew: one of many, or a tenth of all and more."""
    for name in ("_GONE", "_MANY_GONE"):
        monkeypatch.setattr(update, name, 60.0 if name == wait else 0.0)
    for number in range(more):
        write_article(content, f"it/bici/parte-{number}", f"Dove trovo la parte {number}?", "In bottega.")
    before = index()
    path = content / "it/bici/freni.md"
    text = path.read_bytes()
    path.unlink()
    back = threading.Timer(0.3, path.write_bytes, [text])
    back.start()
    after = index()
    back.join()
    assert not after.changed
    assert after.snapshot == before.snapshot


def test_a_folder_that_never_rests_holds_up_no_update_for_ever(
    content: Path, index: Callable[..., IndexReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "_MANY_GONE", 60.0)
    monkeypatch.setattr(update, "_LONGEST", 0.2)
    before = index().articles
    (content / "it/bici/freni.md").unlink()
    assert index().articles == before - 1


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_what_lies_in_a_closed_folder_is_not_gone(content: Path, index: Callable[..., IndexReport]) -> None:
    before = index()
    closed = content / "it/bici"
    closed.chmod(0)
    try:
        after = index()
    finally:
        closed.chmod(0o755)
    assert after.kept == ("it/bici/freni", "it/bici/gomme")
    assert not after.changed
    assert after.snapshot == before.snapshot
    assert any(p.path == "it/bici" and p.code == "unreadable" for p in after.problems)


def test_what_lies_in_a_folder_that_cannot_be_listed_is_not_gone(
    content: Path, index: Callable[..., IndexReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for who is root, to whom no folder is closed: a disk that fails."""
    (content / "it/bici/_category.md").write_text("---\ntitle: La bicicletta\n---\nTutto.\n", "utf-8")
    before, listed = index(), os.scandir

    def scan(folder: str | Path) -> object:
        if Path(folder) == content / "it/bici":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return listed(folder)

    monkeypatch.setattr(os, "scandir", scan)
    after = index()
    assert after.kept == ("it/bici/freni", "it/bici/gomme")
    assert not after.changed
    assert after.snapshot == before.snapshot


def test_what_cannot_be_read_is_what_it_was(content: Path, index: Callable[..., IndexReport]) -> None:
    """Synonyms, contexts and a category's name, in whose place pipes are."""
    files = {
        "it/synonyms.yaml": "bicicletta: [bici]\n",
        "it/unanswered.yaml": "treni: orario dei treni\n",
        "it/bici/_category.md": "---\ntitle: La bicicletta\n---\nTutto.\n",
        "contexts.yaml": "- name: cart\n  articles: [bici/freni]\n",
    }
    for name, text in files.items():
        (content / name).write_text(text, "utf-8")
    before = index()
    for name in files:
        (content / name).unlink()
        os.mkfifo(content / name)
    assert index().snapshot == before.snapshot
    for name in files:
        (content / name).unlink()
    assert index().changed  # now they are gone


def test_drafts_internal_and_future_articles_are_not_shown(
    index: Callable[..., IndexReport], content: Path, write_article: Callable[..., Path]
) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    write_article(content, "it/bici/bozza", "Una bozza", "Testo.", status="draft")
    write_article(content, "it/bici/interno", "Per noi", "Testo.", visibility="internal")
    write_article(content, "it/bici/domani", "Da domani", "Testo.", publish_at=soon.isoformat())
    report = index()
    assert report.articles == 5
    assert report.due is not None
    assert abs(report.due - soon) < timedelta(seconds=1)


def test_an_emptied_folder_never_empties_the_site(
    index: Callable[..., IndexReport], content: Path, first: Callable[[str], str]
) -> None:
    index()
    shutil.rmtree(content / "it")
    shutil.rmtree(content / "en")
    with pytest.raises(EmptyContentError, match="no article to publish"):
        index()
    assert first("freni") == "Come regolo i freni della bicicletta?"


def test_the_last_three_are_kept_and_leftovers_of_a_kill_go(
    index: Callable[..., IndexReport], content: Path, data: Path
) -> None:
    for turn in range(5):
        (content / "it/bici/freni.md").write_text(f"---\ntitle: Freni {turn}\n---\n\nTesto.\n", "utf-8")
        (publish.snapshots_folder(data) / ".killed").mkdir(parents=True, exist_ok=True)
        index()
    kept = sorted(p.name for p in publish.snapshots_folder(data).iterdir())
    assert len(kept) == publish.KEPT
    assert publish.current_folder(data).name == kept[-1]


def test_rollback_holds_until_the_content_changes(
    index: Callable[..., IndexReport], content: Path, data: Path, cached_encoder: VectorCache,
    first: Callable[[str], str],
) -> None:  # fmt: skip
    old = index()
    path = content / "it/bici/freni.md"
    path.write_text("---\ntitle: Uno sbaglio\n---\n\nTesto sbagliato sui freni.\n", "utf-8")
    new = index()
    assert publish.roll_back(data, cached_encoder) == old.snapshot
    assert first("come regolo i freni") == "Come regolo i freni della bicicletta?"
    held = index()
    assert not held.changed
    assert held.note
    assert index(full=True).snapshot > new.snapshot
    publish.roll_back(data, cached_encoder)
    path.write_text("---\ntitle: Freni, come si deve\n---\n\nTesto giusto.\n", "utf-8")
    assert index().changed
    assert first("freni come si deve") == "Freni, come si deve"


def test_there_must_be_something_to_go_back_to(
    index: Callable[..., IndexReport], data: Path, cached_encoder: VectorCache
) -> None:
    with pytest.raises(SnapshotError, match="no index yet"):
        publish.roll_back(data, cached_encoder)
    index()
    with pytest.raises(SnapshotError, match="nothing to go back to"):
        publish.roll_back(data, cached_encoder)


def test_a_damaged_snapshot_is_replaced_by_the_next_index(
    index: Callable[..., IndexReport], data: Path, first: Callable[[str], str]
) -> None:
    before = index()
    (publish.current_folder(data) / "it/scores.npy").write_bytes(b"")
    after = index()
    assert after.snapshot != before.snapshot
    assert first("freni") == "Come regolo i freni della bicicletta?"


def test_every_text_that_is_served_is_known(content: Path, tmp_path: Path, encoder: Encoder) -> None:
    """So that an edit in one language costs the others nothing when it is their turn."""
    data = tmp_path / "data"
    update_index(content, data, encoder)
    opened = publish.open_current(data, encoder)
    for shelf in opened.shelves.values():
        for texts, role in texts_of(shelf):
            assert texts
            assert None not in [
                v if v is None else 1 for v in read_known(data / "vectors", encoder.name, texts, role)
            ]
