"""What an editor is told while they write, and that asking for it changes nothing."""

import html
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.impact.questions import DAYS
from app.routes.admin import places
from app.store import open_store
from app.store.searches import Search
from tests.office import Office, Visitor
from tests.served import SHOP, Serve

ASKED = "che differenza c'è tra gres e porcellana?"
LONELY = "la porcellana di zia Ulderica è gres?"
OLD = "una volta il gres era porcellana?"
IMPACT = places.article("it", "ordini/gres", "impact")
DRAFT: dict[str, Any] = {
    "title": "Meglio il gres o la porcellana?",
    "questions": "in cosa sono diversi gres e porcellana?\nche cos’è il gres?",
    "body": "Il gres cuoce a 1250 gradi ed è più spesso e robusto; la porcellana è più bianca e sottile.",
    "status": "draft",
}


@dataclass(frozen=True)
class Scene:
    """The shop, with what its customers asked."""

    office: Office
    content: Path
    editor: Visitor

    def told(self, **typed: str) -> str:
        answer = self.editor.post(f"{IMPACT}?part=1", **{**DRAFT, **typed})
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", html.unescape(answer.text))


def asked(text: str, times: int, days: float = 1, lang: str = "it") -> list[Search]:
    at = datetime.now(UTC) - timedelta(days=days)
    return [
        Search(uuid4().hex, at - timedelta(hours=n), "site", lang, text, text, "no", 0.1, (), "s", 1.0)
        for n in range(times)
    ]


@pytest.fixture(scope="module")
def scene(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    root = tmp_path_factory.mktemp("impact-pages")
    shutil.copytree(SHOP, root / "content")
    options: dict[str, Any] = {"trusted_proxies": "127.0.0.1", "k_anonymity": "2", "log_level": "error"}
    with serve(root / "content", root / "data", **options) as client:
        store = open_store("", root / "data")
        office = Office(str(client.base_url), store, root / "data")
        office.user("editor@example.com", "editor")
        store.searches.write(
            [*asked(ASKED, 5), *asked(LONELY, 1), *asked("quanto costa spedire a Palermo", 3)]
        )
        store.searches.write(asked(OLD, 4, DAYS + 5))
        found = Scene(office, root / "content", office.member("editor"))
        until_read(found)
        yield found
        store.close()


def until_read(scene: Scene) -> None:
    deadline = time.monotonic() + 60
    while ASKED not in scene.told():
        assert time.monotonic() < deadline, "the past questions were not read"
        time.sleep(0.3)


def test_what_would_find_an_answer_is_told_with_its_volume(scene: Scene) -> None:
    told = scene.told()
    assert "Would now find an answer: 1 question, asked 5 times in 90 days." in told
    assert re.search(
        rf'<span lang="it" dir="auto">{re.escape(ASKED)}</span> <span class="small">asked 5 times', told
    )
    assert "2 in this language" in told


def test_what_too_few_asked_is_not_told_even_to_whoever_guesses_it(scene: Scene) -> None:
    told = scene.told(title=LONELY, questions="Ulderica")
    assert "di zia" not in told.partition("The text itself")[0]
    assert "1 question is left out, because fewer than 2 visits asked it." in told
    assert OLD not in told


def test_another_text_is_told_otherwise(scene: Scene) -> None:
    told = scene.told(title="Come si lavano i piatti?", questions="", body="A mano, con acqua tiepida.")
    assert ASKED not in told


def test_nothing_is_written_or_published_by_it(scene: Scene) -> None:
    def everything() -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in scene.content.rglob("*") if file.is_file()}

    def served() -> str:
        return scene.editor.get("/api/v1/search?q=gres&lang=it").text.partition('"snapshot"')[2]

    before, live = everything(), served()
    scene.told()
    assert everything() == before
    assert served() == live


def test_without_a_script_a_page_keeps_what_was_typed(scene: Scene) -> None:
    address = places.article("it", "pagamenti/fattura", "impact")
    typed: dict[str, Any] = {
        **DRAFT,
        "version": "0",
        "base": "",
        "body": "Prima <riga>.\n\nSeconda & ultima.",
    }
    page = scene.editor.post(address, **typed)
    assert page.status_code == 200
    assert "<h1>What it will answer</h1>" in page.text
    kept: dict[str, Any] = {
        html.unescape(n): html.unescape(v)
        for n, v in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    }
    kept |= {
        n: html.unescape(v)
        for n, v in re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', page.text, re.DOTALL)
    }
    assert kept.items() >= typed.items()
    back = scene.editor.post(places.article("it", "pagamenti/fattura"), **{**kept, "do": "preview"})
    assert "Seconda &amp; ultima." in back.text
    assert DRAFT["title"] in back.text


def test_what_would_make_the_text_better_is_said(scene: Scene) -> None:
    told = scene.told(
        title="IL GRES E LA PORCELLANA",
        questions="Come chiedo la fattura?",
        body="Guarda ![](no.png) e [qui](../no/where.md) o [là](../pagamenti/fattura.md#no-such).",
    )
    assert "The title is all in capitals" in told
    assert "The title is no question" in told
    assert 'A link leads nowhere: <code dir="ltr">../no/where.md</code>' in told
    assert "A link leads to a heading that is not there:" in told
    assert 'There is no such file: <code dir="ltr">no.png</code>' in told
    assert "An image says nothing to people who cannot see it" in told
    assert re.search(
        r"“Come chiedo la fattura\?” asks what another article answers already: <a[^>]*fattura", told
    )
    fine = scene.told(body="Il ceramista incide il nome che vuoi. Costa poco. Ci vogliono tre giorni. " * 6)
    assert re.search(r"Reading ease \(Gulpease\): \d+ of 100\. Easy to read\.", fine)
    hard = (
        "Conseguentemente all’impossibilità contrattualmente predeterminata di restituzione personalizzata "
        * 9
    )
    assert "Hard to read" in scene.told(body=hard)


def test_what_cannot_be_told_is_said_in_a_sentence(scene: Scene) -> None:
    assert "Write a title and an answer first" in scene.told(title="", body="")
    assert "Only your team may read this article" in scene.told(visibility="internal")
    french = scene.editor.post(places.article("fr", "a/b", "impact") + "?part=1", **DRAFT)
    assert "no article in this language is on the site" in french.text


@pytest.mark.parametrize(
    "typed",
    [
        {"title": "<script>alert(1)</script>" * 50},
        {"body": "x" * 900_000},
        {"body": "[a](" * 5_000},
        {"body": "\0\ud800".encode("utf-8", "surrogatepass").decode("latin-1")},
        {"questions": "\n".join(f"domanda {n}" for n in range(400))},
        {"boost": "inf", "publish_at": "never", "status": "x"},
    ],
    ids=["markup", "huge", "deep", "binary", "many", "nonsense"],
)
def test_the_worst_that_is_typed_is_answered(scene: Scene, typed: dict[str, Any]) -> None:
    assert "<script>alert" not in scene.editor.post(f"{IMPACT}?part=1", **{**DRAFT, **typed}).text


def test_a_place_that_is_none_is_answered(scene: Scene) -> None:
    for place in ("it/..%2F..%2Fetc", "xx/%00", "it/" + "x" * 300):
        answer = scene.editor.post(f"/admin/articles/{place}/impact?part=1", **DRAFT)
        assert answer.status_code in (200, 404)
