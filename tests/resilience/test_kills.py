"""kill -9 at random moments of `sportello index`: what is served is always whole."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import publish
from indexer.update import update_index
from search.encoders import Encoder
from search.engine import SearchEngine

# The seed is fixed so that a failure can be looked at again; the moments it gives are spread over a build.
SEED = 20_261_121


def write_all(content: Path, articles: int, write_article: Callable[..., Path], edition: int) -> None:
    for number in range(articles):
        body = (
            f"Edizione {edition}. " + f"Il pezzo {number} si smonta con la chiave da {number} e olio. " * 12
        )
        write_article(content, f"it/pezzi/pezzo-{number}", f"Come smonto il pezzo {number}?", body)


def index_command(content: Path, data: Path) -> list[str]:
    return [sys.executable, "-m", "app", "index", "--content", str(content), "--data", str(data)]


def campaign(
    kills: int,
    articles: int,
    tmp_path: Path,
    encoder: Encoder,
    models: Path,
    write_article: Callable[..., Path],
) -> None:
    content, data = tmp_path / "content", tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models, target_is_directory=True)
    write_all(content, articles, write_article, edition=0)
    started = time.monotonic()
    subprocess.run(index_command(content, data), check=True, capture_output=True)
    whole = time.monotonic() - started
    chance = random.Random(SEED)
    died = 0
    for edition in range(1, kills + 1):
        write_all(content, articles, write_article, edition)
        process = subprocess.Popen(
            index_command(content, data), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0, whole))
        process.kill()
        died += process.wait() != 0
        opened = publish.open_current(data, encoder)
        found = SearchEngine(opened, encoder).search("come smonto il pezzo 7", "it").hits
        assert len(opened.knowledge.articles) == articles
        assert found[0].article.id == "pezzi/pezzo-7"
    assert died, "every index ended before its kill: this proved nothing"
    report = update_index(content, data, encoder)
    assert report.articles == articles
    latest = publish.open_current(data, encoder).knowledge.articles[0]
    assert latest.sections[0].paragraphs[0].startswith(f"Edizione {kills}.")
    assert not [p for p in publish.snapshots_folder(data).iterdir() if p.name.startswith(".")]


def test_a_few_kills(
    tmp_path: Path, encoder: Encoder, models: Path, write_article: Callable[..., Path]
) -> None:
    campaign(2, 40, tmp_path, encoder, models, write_article)


@pytest.mark.soak
def test_many_kills(
    tmp_path: Path, encoder: Encoder, models: Path, write_article: Callable[..., Path]
) -> None:
    campaign(40, 120, tmp_path, encoder, models, write_article)
