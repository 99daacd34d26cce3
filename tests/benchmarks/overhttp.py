"""`make bench-http`: one help centre over HTTP, at any size: starting, memory, answers, an edit.

By itself: `python -m tests.benchmarks.overhttp FOLDER [SIZE …]`, with the folder that holds the labelled sets.
The collection is as in `speed`; its server is Sportello's own, which encodes questions for real. Latencies are of
one client that asks one thing after another; what a second holds is wrk's, on the same cores as the server.
"""

import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx
import numpy as np

from indexer.labelled import LabelledSet, read_labelled_set
from indexer.update import update_index
from indexer.vectors import VectorCache
from search.encoders import open_encoder
from search.records import Article
from tests.asking import until
from tests.benchmarks.recombined import LineEncoder, recombined

SIZES = (3_000, 10_000)
BUILD = Path(__file__).parents[2] / "build"
# So many clients at once for each core: enough to keep it busy, too few to be shed.
_CLIENTS: Final = 4
_SECONDS: Final = 8
_ASKED: Final = 300
_EDITS: Final = 7
# Counts what was answered by words alone, which would not be the work that is measured.
_SCRIPT: Final = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at, degraded = 0, 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
response = function(status, headers, body)
  if body:find('"degraded":true', 1, true) then degraded = degraded + 1; print("degraded " .. degraded) end
end
"""


@dataclass(frozen=True, slots=True)
class Server:
    """One that answers: where, its process, and how long it took to be ready."""

    url: str
    pid: int
    ready: float

    @property
    def megabytes(self) -> float:
        """Resident, of the process that was started."""
        return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())[0]) / 1024


def main(folder: Path, sizes: Sequence[int]) -> None:
    """Print a table, a size a column, as soon as all of them are measured."""
    columns = [dict(_measured(folder, size)) for size in sizes]
    print(f"| | {' | '.join(f'{size:,} articles' for size in sizes)} |\n|---|{'---|' * len(sizes)}")
    for name in columns[0]:
        print(f"| {name} | {' | '.join(column[name] for column in columns)} |")


def _measured(folder: Path, size: int) -> Iterator[tuple[str, str]]:
    labelled = recombined(
        read_labelled_set(folder / "qa4faq_it"), folder / "markdown" / "m365_alchemy_it.tgz", size
    )
    questions = _questions(labelled)
    with tempfile.TemporaryDirectory() as place:
        content, data = Path(place) / "content", Path(place) / "data"
        for article in labelled.articles:
            _write(content, article)
        (data / "models").parent.mkdir()
        (data / "models").symlink_to(BUILD / "test-models")
        with VectorCache(open_encoder("", BUILD / "test-models"), BUILD / "benchmark-vectors") as encoder:
            update_index(content, data, LineEncoder(encoder, encoder.name))
            started = time.perf_counter()
            update_index(content, data, LineEncoder(encoder, encoder.name))
            yield "index, nothing changed, s", f"{time.perf_counter() - started:.1f}"
        with _served(content, data, workers=1) as server:
            yield "first start to ready, with the database to make, s", f"{server.ready:.1f}"
            yield "resident when ready, MB", f"{server.megabytes:.0f}"
            yield from _latencies(server, questions)
            yield "resident afterwards, MB", f"{server.megabytes:.0f}"
            yield (
                "an edit, from the file to the answer that has it: median, worst, s",
                _edited(server, content),
            )
        with _served(content, data, workers=1) as server:
            yield "another start to ready, s", f"{server.ready:.1f}"
        with _served(content, data, workers=2) as server:
            yield from _throughput(server, questions, labelled)


def _questions(labelled: LabelledSet) -> Iterator[str]:
    """Real questions, and then each with the end of another: none twice."""
    chance = random.Random(20261122)
    asked = [query.text for query in labelled.queries]
    yield from asked
    while True:
        first, second = chance.sample(asked, 2)
        yield f"{first} {' '.join(second.split()[-3:])}"


def _write(content: Path, article: Article) -> None:
    path = content / article.lang / f"{article.id}.md"
    if "/" not in article.id:
        path = content / article.lang / "faq" / f"{article.id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    matter = {"title": article.title, "questions": list(article.questions), "tags": list(article.tags)}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in matter.items() if value]
    body = "\n\n".join(text for s in article.sections for text in s.paragraphs)
    path.write_text("---\n" + "\n".join(lines) + f"\n---\n\n{body or article.title}\n", "utf-8")


@contextmanager
def _served(content: Path, data: Path, workers: int) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app", "serve", "--content", content, "--data", data]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*map(str, command), "--port", str(port), "--workers", str(workers)],
        env={**os.environ, "SPORTELLO_LOG_LEVEL": "error"},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _ready(url), 120)
        yield Server(url, process.pid, time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def _latencies(server: Server, questions: Iterator[str]) -> Iterator[tuple[str, str]]:
    with httpx.Client(base_url=server.url, timeout=60) as client:

        def timed(path: str, asked: Sequence[dict[str, str]]) -> str:
            times = []
            for fields in asked:
                started = time.perf_counter()
                client.get(path, params=fields).raise_for_status()
                times.append(time.perf_counter() - started)
            middle, high = np.percentile(times[20:], [50, 95]) * 1e3  # the first find everything cold
            return f"{middle:.1f} / {high:.1f}"

        asked = [{"q": next(questions), "lang": "it"} for _ in range(_ASKED)]
        yield "a new question, p50 / p95, ms", timed("/api/v1/search", asked)
        yield "the same again, p50 / p95, ms", timed("/api/v1/search", asked)
        letters = [{"q": fields["q"][: 3 + n % 9], "lang": "it"} for n, fields in enumerate(asked)]
        yield "suggest, p50 / p95, ms", timed("/api/v1/suggest", letters)
        yield "results page, p50 / p95, ms", timed("/it/search", [{"q": fields["q"]} for fields in asked])


def _edited(server: Server, content: Path) -> str:
    """The server's own time to publish, apart from the client: it looks only ten times a second."""
    chance, times = random.Random(7), []
    files = sorted(content.rglob("*.md"))
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for number in range(_EDITS):
            file = chance.choice(files)
            word = f"zafferano{number}{chance.randrange(10**6)}"
            aside = file.with_name(".aside")
            aside.write_text(f"{file.read_text('utf-8')}\n\nNota: {word}.\n", "utf-8")
            article = file.relative_to(content / "it").with_suffix("").as_posix()
            started = time.perf_counter()
            aside.replace(file)
            place = f"/api/v1/articles/{article}"
            while word not in client.get(place, params={"lang": "it"}).text:
                time.sleep(0.05)
            times.append(time.perf_counter() - started)
            time.sleep(1)
    return f"{np.median(times):.2f}, {max(times):.2f}"


def _throughput(server: Server, questions: Iterator[str], labelled: LabelledSet) -> Iterator[tuple[str, str]]:
    def searched(question: str) -> str:
        return f"/api/v1/search?{urlencode({'q': question, 'lang': 'it'})}"

    again = [searched(next(questions)) for _ in range(100)]
    pages = [f"/it/a/{a.id if '/' in a.id else f'faq/{a.id}'}" for a in labelled.articles[:200]]
    new = [searched(next(questions)) for _ in range(20_000)]
    _wrk(server, new[:10_000])  # a worker may still be opening the index
    yield "new questions a second, 2 workers", _wrk(server, new[10_000:])
    _wrk(server, again)
    yield "repeated questions a second, 2 workers", _wrk(server, again)
    yield "article pages a second, 2 workers", _wrk(server, pages)


def _wrk(server: Server, paths: Sequence[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder) / "paths", Path(folder) / "ask.lua"
        listed.write_text("\n".join(paths), "utf-8")
        script.write_text(_SCRIPT % listed, "utf-8")
        command = ["wrk", "-t1", f"-c{2 * _CLIENTS}", f"-d{_SECONDS}s", "-s", str(script), server.url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0])
    refused = re.findall(r"Non-2xx or 3xx responses: (\d+)", said)
    degraded = re.findall(r"degraded (\d+)", said)[-1:]
    notes = [f"{count} refused" for count in refused] + [f"{count} by words alone" for count in degraded]
    return f"{rate:,.0f}{' (' if notes else ''}{', '.join(notes)}{')' if notes else ''}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]] or SIZES)
