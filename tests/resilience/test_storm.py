"""A file storm beside a serving process: what is served is whole at every moment, and afterwards all that there is."""

import hashlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from indexer import publish
from indexer.update import update_index
from indexer.vectors import VectorCache
from search.encoders import Encoder
from search.engine import SearchEngine
from tests.asking import until

# Fixed, so that a failure can be looked at again; what is read between two operations is chance all the same.
SEED = 20_261_123
_SETTLED = 900
_VERSION = re.compile(r"inizio ([0-9a-f]{8})\b")


def _article(title: str, version: str) -> str:
    """A file that shows whether it is whole: it begins and ends with its version."""
    middle = "\n\n".join(f"Il passo {n} si fa con calma." for n in range(6))
    return f'---\ntitle: "{title}"\n---\n\ninizio {version}\n\n{middle}\n\nfine {version}\n'


class Storm:
    """Random operations in a content folder; `written` are the versions that were ever whole."""

    def __init__(self, content: Path, many: int) -> None:
        self.content, self._many = content, many
        self._chance = random.Random(SEED)
        self.written: set[str] = set()
        self._number = 0
        self.refusals = 0
        # Known from the first to the last moment: nothing in the storm touches it but replacements.
        self.lasting = [self._create("it/fermi") for _ in range(3)]
        for _ in range(many):
            self._create()

    def run(self, operations: int, pause: float) -> None:
        """So many operations, with pauses of random length up to `pause` seconds."""
        kinds: list[Callable[[], object]] = [
            self._create, self._replace, self._replace_lasting, self._in_place, self._in_pieces, self._leftovers,
            self._rename, self._move, self._delete, self._link, self._pipe, self._break, self._junk,
        ]  # fmt: skip
        for number in range(operations):
            if number % (operations // 2) == operations // 4:
                self._pull()
            elif number % (operations // 4) == operations // 8:
                self._vanish()
            else:
                self._chance.choice(kinds)()
            time.sleep(self._chance.uniform(0, pause))

    def _version(self) -> str:
        self._number += 1
        version = f"{self._number:08x}"
        self.written.add(version)
        return version

    def _text(self, path: Path) -> str:
        return _article(f"Come si fa {path.stem}?", self._version())

    def _pick(self) -> Path:
        return self._chance.choice(self._files())

    def _files(self) -> list[Path]:
        return sorted(p for p in self.content.glob("*/c*/*.md") if not p.is_symlink())

    def _folder(self) -> str:
        return f"{self._chance.choice(['it', 'en'])}/c{self._chance.randrange(4)}"

    def _create(self, folder: str = "") -> Path:
        path = self.content / (folder or self._folder()) / f"articolo-{self._number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._text(path), "utf-8")
        return path

    def _replace(self, path: Path | None = None) -> None:
        path = path or self._pick()
        aside = path.with_name(f".{path.name}.tmp")
        aside.write_text(self._text(path), "utf-8")
        aside.replace(path)

    def _replace_lasting(self) -> None:
        path = self._chance.choice(self.lasting)
        self._chance.choice([self._replace, self._in_pieces])(path)

    def _in_place(self) -> None:
        path = self._pick()
        path.unlink()
        path.write_text(self._text(path), "utf-8")

    def _in_pieces(self, path: Path | None = None) -> None:
        """What a slow editor or copy does: half a file is there for longer than any debounce."""
        path = path or self._pick()
        text = self._text(path)
        with path.open("w", encoding="utf-8") as file:
            for piece in (text[:60], text[60:140], text[140:]):
                file.write(piece)
                file.flush()
                time.sleep(self._chance.uniform(0, 0.15))

    def _leftovers(self) -> None:
        path = self._pick()
        for name in (f".{path.name}.swp", f"{path.name}~", f"#{path.name}#", "4913", f"{path.name}.bak"):
            path.with_name(name).write_text("---\ntitle: Avanzo\n---\n\ninizio ffffffff\n", "utf-8")

    def _rename(self) -> None:
        path = self._pick()
        path.rename(path.with_name(f"articolo-{self._number}-{self._chance.randrange(1_000)}.md"))

    def _move(self) -> None:
        path = self._pick()
        target = self.content / self._folder()
        target.mkdir(parents=True, exist_ok=True)
        path.rename(target / path.name)

    def _delete(self) -> None:
        if len(self._files()) > self._many // 2:
            self._pick().unlink()

    def _link(self) -> None:
        path = self.content / self._folder() / f"legame-{self._number}-{self._chance.randrange(1_000)}.md"
        if path.parent.is_dir() and not path.is_symlink():
            path.symlink_to(self._chance.choice(["/etc/hostname", path.name]))
            self.refusals += 1

    def _pipe(self) -> None:
        path = self.content / "it/fermi/tubo.md"
        if not path.exists():
            os.mkfifo(path)
            self.refusals += 1

    def _break(self) -> None:
        self.leave_broken()

    def leave_broken(self) -> str:
        """Break an article; its file's name."""
        path = self._pick()
        path.write_text("---\ntitle: [\n---\n\ninizio ffffffff\n", "utf-8")
        self.refusals += 1
        return path.name

    def _junk(self) -> None:
        self._pick().write_bytes(self._chance.randbytes(2_000))
        self.refusals += 1

    def _pull(self) -> None:
        """As git does: each file removed, then written anew."""
        for path in self._files()[:500]:
            path.unlink()
            path.write_text(self._text(path), "utf-8")

    def _vanish(self) -> None:
        away = self.content.with_name("away")
        self.content.rename(away)
        time.sleep(self._chance.uniform(0, 0.5))
        away.rename(self.content)

    def mend(self) -> None:
        """Whole files in place of the broken, so that nothing that stood in for them remains."""
        for path in sorted(self.content.rglob("*.md")):
            if path.is_symlink() or not path.is_file():
                path.unlink()
            else:
                path.write_text(self._text(path), "utf-8")


class Reader(threading.Thread):
    """Asks all the time, and keeps what it was told."""

    def __init__(self, base: str, storm: Storm) -> None:
        super().__init__()
        self._base, self._storm = base, storm
        self.stopped = threading.Event()
        self.asked = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        with httpx.Client(base_url=self._base, timeout=60) as client:
            while not self.stopped.is_set():
                for path in self._storm.lasting:
                    answer = client.get(f"/api/v1/articles/fermi/{path.stem}", params={"lang": "it"})
                    self._judge(path.stem, answer)
                found = client.get("/api/v1/search", params={"q": "il passo con calma", "lang": "it"}).json()
                for hit in found["results"][:2]:
                    answer = client.get(f"/api/v1/articles/{hit['id']}", params={"lang": hit["lang"]})
                    if answer.status_code != 404:  # deleted or renamed in between
                        self._judge(hit["id"], answer)

    def _judge(self, name: str, answer: httpx.Response) -> None:
        self.asked += 1
        begun = _VERSION.findall(answer.text)
        whole = begun and begun[0] in self._storm.written and f"fine {begun[0]}" in answer.text
        if answer.status_code != 200 or not whole:
            self.wrong.append(f"{name}: {answer.status_code} {answer.text[:400]}")


@contextmanager
def _serving(content: Path, data: Path, log: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app", "serve", "--content", str(content), "--data", str(data)]
    with log.open("wb") as stderr:
        process = subprocess.Popen([*command, "--port", str(port)], stderr=stderr, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _ready(base), _SETTLED)
        yield base
        assert process.poll() is None, "the server ended"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def campaign(
    operations: int, many: int, pause: float, tmp_path: Path, models: Path, encoder: VectorCache
) -> None:
    content, data, log = tmp_path / "content", tmp_path / "data", tmp_path / "log"
    data.mkdir()
    (data / "models").symlink_to(models, target_is_directory=True)
    storm = Storm(content, many)
    update_index(content, data, encoder)
    with _serving(content, data, log) as base:
        reader = Reader(base, storm)
        reader.start()
        try:
            storm.run(operations, pause)
        except BaseException:
            reader.stopped.set()
            raise
        # What the storm broke may have been mended before anybody looked; this one stays.
        named = re.compile(rf"{re.escape(storm.leave_broken())}:\d+: .+")
        until(lambda: bool(named.search(log.read_text("utf-8"))), _SETTLED)
        storm.mend()
        there = {p.relative_to(content).as_posix() for p in content.rglob("*.md")}

        def arrived() -> bool:
            now = publish.open_current(data, None).knowledge.articles
            return {f"{a.lang}/{a.id}.md": a.source_hash for a in now} == _hashes(content, there)

        until(arrived, _SETTLED)
        reader.stopped.set()
        reader.join()
    assert reader.wrong == []
    assert reader.asked > 10
    said = log.read_text("utf-8")
    assert "Traceback" not in said
    _assert_as_fresh(content, data, tmp_path / "fresh", encoder)
    builds = said.count("Published ")
    print(f"{operations} operations, {builds} builds, {reader.asked} answers, {storm.refusals} refusals")


def _hashes(content: Path, names: set[str]) -> dict[str, str]:
    return {n: hashlib.blake2b((content / n).read_bytes(), digest_size=16).hexdigest() for n in names}


def _assert_as_fresh(content: Path, data: Path, fresh: Path, encoder: Encoder) -> None:
    """Article by article, file by file, and in what searches answer."""
    update_index(content, fresh, encoder)
    ours, theirs = (publish.open_current(folder, encoder) for folder in (data, fresh))
    assert ours.knowledge == theirs.knowledge
    assert {lang: s.passages for lang, s in ours.shelves.items()} == {
        lang: s.passages for lang, s in theirs.shelves.items()
    }
    for name in ("terms.txt", "postings.npy", "starts.npy", "documents.npy", "scores.npy"):
        for lang in ours.shelves:
            files = [publish.current_folder(folder) / lang / name for folder in (data, fresh)]
            assert files[0].read_bytes() == files[1].read_bytes(), name
    engines = [SearchEngine(snapshot, encoder) for snapshot in (ours, theirs)]
    for article in ours.knowledge.articles[::20]:
        found = [
            [(h.article.id, round(h.score, 4)) for h in e.search(article.title, "it").hits] for e in engines
        ]
        assert found[0] == found[1]


def test_a_short_storm(tmp_path: Path, models: Path, cached_encoder: VectorCache) -> None:
    campaign(40, 30, 0.1, tmp_path, models, cached_encoder)


@pytest.mark.soak
def test_a_long_storm(tmp_path: Path, models: Path, cached_encoder: VectorCache) -> None:
    campaign(2_000, 600, 0.1, tmp_path, models, cached_encoder)
