"""The golden questions at the desk: how they fare, and the file, of which only what is changed changes."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.routes.admin import places
from tests.articles.conftest import Newsroom, git, open_newsroom, shop
from tests.served import Serve

GOLDEN = """\
# kept by hand
questions:
  - ask: "il pacco dov'è finito"   # Giulia
    lang: it
    expect: consegna/pacco
    why: "tracciamento"
  - {ask: quanto pago di consegna, lang: it, expect: consegna/pacco, why: la risposta sbagliata}
unanswerable:
  - ask: "vendete trattori?"
    lang: it
    why: "non li vendiamo"
"""

IN: dict[str, Any] = {"in": "it"}
ODD: dict[str, Any] = {"ask": "una <b>cosa</b>", "in": "it", "expect": "-", "why": "così & via"}


@pytest.fixture(scope="module")
def newsroom(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    root = tmp_path_factory.mktemp("golden")
    content = shop(root / "content")
    git(content, "init", "-q", "-b", "main")
    git(content, "add", ".")
    git(content, "commit", "-q", "-m", "By hand")
    yield from open_newsroom(serve, root)


@pytest.fixture(autouse=True)
def file(newsroom: Newsroom) -> Path:
    path = newsroom.content / "golden.yaml"
    path.write_text(GOLDEN, "utf-8")
    return path


def page(newsroom: Newsroom, query: str = "") -> str:
    answer = newsroom.editor.get(f"{places.GOLDEN}{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(answer.text))


def keep(newsroom: Newsroom, do: str = "keep", status: int = 303, **typed: Any) -> str:
    answer = newsroom.editor.post(places.GOLDEN_QUESTION, do=do, **typed)
    assert answer.status_code == status, answer.text
    return answer.headers.get("location", "") or html.unescape(answer.text)


def row(text: str, ask: str) -> str:
    return next(item for item in text.partition('<ul class="goldens">')[2].split("<li") if ask in item)


def test_each_question_is_listed_with_how_it_fares(newsroom: Newsroom) -> None:
    text = page(newsroom)
    assert "finds it first" in row(text, "il pacco dov'è finito")
    wrong = row(text, "quanto pago di consegna")
    assert "finds it as number 2" in wrong
    assert 'first now: <a href="/it/a/consegna/costi"' in wrong
    assert "Must get no answer" in row(text, "vendete trattori?")
    # Those that fare badly come first.
    assert text.index("quanto pago di consegna") < text.index("il pacco dov'è finito")
    assert "quanto pago" not in page(newsroom, "?state=right")
    assert "il pacco dov'è" not in page(newsroom, "?q=quanto+CONSÈGNA")
    assert "Nothing matches" in page(newsroom, "?lang=en")


def test_one_is_tried_kept_changed_and_taken_out_and_put_back(newsroom: Newsroom, file: Path) -> None:
    typed: dict[str, Any] = {"ask": "non  mi arriva\nniente", "in": "it", "why": "colloquiale: “niente”"}
    tried = newsroom.editor.post(places.GOLDEN_QUESTION, do="try", **typed).text
    assert "Now: it gets" in tried or "Now: it is told" in tried
    assert 'name="expect" value="consegna/pacco"' in tried
    assert file.read_text("utf-8") == GOLDEN
    assert keep(newsroom, **typed, expect="consegna/pacco").endswith("?done=added")
    added = '  - ask: "non mi arriva niente"\n    lang: it\n    expect: consegna/pacco\n    why: "colloquiale: “niente”"\n'
    assert file.read_text("utf-8") == GOLDEN.replace("unanswerable:", added + "unanswerable:")
    assert "non mi arriva niente" in page(newsroom)
    was: dict[str, Any] = {"was_lang": "it", "was_ask": "non mi arriva niente"}
    keep(newsroom, **typed, **was, expect="consegna/pacco", other="consegna/costi")
    assert file.read_text("utf-8") == GOLDEN.replace(
        "unanswerable:", added.replace("consegna/pacco", "consegna/costi") + "unanswerable:"
    )
    form = newsroom.editor.get(places.golden_question(lang="it", ask="non mi arriva niente")).text
    assert re.search(r'value="consegna/costi" checked', form)
    gone = keep(newsroom, "remove", **typed, **was, expect="consegna/costi")
    assert file.read_text("utf-8") == GOLDEN
    shown = newsroom.editor.get(gone).text
    fields = re.findall(r'<input type="hidden" name="(ask|in|expect|why)" value="([^"]*)"', shown)
    back: dict[str, Any] = {name: html.unescape(value) for name, value in fields}
    keep(newsroom, **back)
    assert "expect: consegna/costi" in file.read_text("utf-8")


def test_each_change_is_a_commit_of_who_made_it(newsroom: Newsroom) -> None:
    keep(newsroom, ask="una domanda", **IN, expect="-", why="perché sì")
    last = git(newsroom.content, "log", "-1", "--format=%an <%ae> %s")
    assert last.strip() == "Editor <editor@example.com> Add a golden question: una domanda"
    assert "golden.yaml" in git(newsroom.content, "show", "--stat", "HEAD")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ask": ""}, "Write the question as a customer would ask it."),
        ({"in": "xx"}, "Choose a language that has articles."),
        ({"expect": ""}, "Choose the article that it must find, or that nothing must answer."),
        ({"expect": "no/such"}, "There is no such article in this language"),
        ({"expect": "../../etc/passwd"}, "There is no such article in this language"),
        ({"why": " "}, "Write in a few words why"),
        ({"ask": "vendete trattori?"}, "This question is in the list already"),
    ],
)
def test_bad_input_gets_one_sentence_and_loses_nothing(
    newsroom: Newsroom, file: Path, typed: dict[str, Any], said: str
) -> None:
    text = keep(
        newsroom,
        status=422,
        **{**ODD, **typed},
    )
    assert text.count('role="alert"') == 1
    assert said in text
    assert file.read_text("utf-8") == GOLDEN
    if "why" not in typed:
        assert "così & via" in text
    if "ask" not in typed:
        assert "una <b>cosa</b>" in text


def test_what_is_gone_meanwhile_and_a_broken_file_are_said(newsroom: Newsroom, file: Path) -> None:
    typed = {
        "ask": "nuova",
        "in": "it",
        "expect": "-",
        "why": "così",
        "was_lang": "it",
        "was_ask": "mai stata",
    }
    assert "Somebody has taken this question out" in keep(newsroom, status=404, **typed)
    file.write_text(GOLDEN + 'questions: "unclosed\n', "utf-8")
    broken = file.read_bytes()
    assert "golden.yaml has a mistake" in keep(newsroom, status=422, **{**typed, "was_ask": ""})
    assert file.read_bytes() == broken
    assert "mistake" in page(newsroom)
    file.unlink()
    assert "There are none yet" in page(newsroom)
    keep(newsroom, ask="la prima", **IN, expect="consegna/pacco", why="comincio")
    assert "la prima" in page(newsroom)


@pytest.mark.parametrize(
    "ask",
    [
        "<script>alert(1)</script>",
        "a: - # {b} [c] \"d\" 'e' | > & * ! %",
        "x" * 5_000,
        "\u202eabc\u2028d",
        "😀",
        "no",
        "- x",
    ],
)
def test_whatever_is_typed_is_kept_as_it_was_typed(newsroom: Newsroom, file: Path, ask: str) -> None:
    keep(newsroom, ask=ask, **IN, expect="-", why=ask)
    text = newsroom.editor.get(places.GOLDEN).text
    assert "<script>alert" not in text
    assert file.read_text("utf-8").startswith(GOLDEN.rstrip("\n"))
    assert "mistake" not in text


@pytest.mark.parametrize(
    "query",
    ["?page=99", "?page=²", "?state=x", "?q=%00%ff", "?done=removed&ask=%3Cb%3E", "?lang=" + "x" * 3_000],
)
def test_strangers_golden_addresses(newsroom: Newsroom, query: str) -> None:
    assert "<b>" not in newsroom.editor.get(f"{places.GOLDEN}{query}").text
    assert newsroom.editor.get(f"{places.GOLDEN_QUESTION}{query}").status_code == 200
