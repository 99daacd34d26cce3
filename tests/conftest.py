"""What every test may share: the real encoder, opened once, and the folder of labelled sets.

The service on a socket is in `served`, the databases in `databases`, the browser in `chromium`.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest

from indexer.vectors import VectorCache
from search.encoders import Encoder, open_encoder

# How long an example takes says nothing on a machine that does three things at once.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

pytest_plugins = ("tests.databases", "tests.served", "tests.chromium", "tests.terminal")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a browser come last: from its first test on, Playwright's loop runs in the process,
    and `asyncio.run` is refused beside it. Of either kind the large files come first, so that no worker
    is left alone with one."""
    with_browser = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    sizes = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path in with_browser, -sizes[item.path], str(item.path)))


REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def models() -> Path:
    """Where the bundled encoder is unpacked, once a checkout: the first test pays some seconds."""
    return Path(os.environ.get("SPORTELLO_TEST_MODELS") or REPOSITORY / "build" / "test-models")


@pytest.fixture(scope="session")
def encoder(models: Path) -> Encoder:
    return open_encoder("", models)


@pytest.fixture(scope="session")
def cached_encoder(
    encoder: Encoder, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[VectorCache]:
    """The same, remembering: for tests that index the same articles again and again, in each worker."""
    folder = tmp_path_factory.getbasetemp()
    with VectorCache(encoder, (folder if worker_id == "master" else folder.parent) / "vectors") as cache:
        yield cache


@pytest.fixture(scope="session")
def labelled_set() -> Callable[[str], Path]:
    """A labelled set's folder by name; the test is skipped, and says so, where it is not at hand."""
    root = os.environ.get("SPORTELLO_LABELLED_SETS")

    def find(name: str) -> Path:
        if not root or not (Path(root) / name).is_dir():
            pytest.skip(
                f"measures on the labelled set {name}: put it in the folder SPORTELLO_LABELLED_SETS names"
            )
        return Path(root) / name

    return find


class WriteArticle(Protocol):
    """Write `root/where.md`; `where` is language/category/slug."""

    def __call__(self, root: Path, where: str, title: str, body: str, **front_matter: object) -> Path: ...


@pytest.fixture(scope="session")
def write_article() -> WriteArticle:
    def write(root: Path, where: str, title: str, body: str, **front_matter: object) -> Path:
        path = root / f"{where}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}: {value}" for name, value in {"title": f'"{title}"', **front_matter}.items()]
        path.write_text("---\n" + "\n".join(lines) + f"\n---\n\n{body}\n", "utf-8")
        return path

    return write


@pytest.fixture
def content(tmp_path: Path, write_article: WriteArticle) -> Path:
    """A small content folder in two languages, about nothing that the demo's is about."""
    root = tmp_path / "content"
    write_article(
        root, "it/bici/freni", "Come regolo i freni della bicicletta?", "Gira la vite del cavo di mezzo giro."
    )
    write_article(root, "it/bici/gomme", "A che pressione gonfio le gomme?", "Tra quattro e sei bar.")
    write_article(root, "it/furto/denuncia", "Mi hanno rubato la bici", "Fai denuncia ai carabinieri.")
    write_article(
        root, "en/bici/freni", "How do I adjust the brakes?", "Turn the cable screw by half a turn."
    )
    write_article(
        root, "en/furto/lucchetto", "Which lock should I buy?", "One of hardened steel, with a key."
    )
    return root
