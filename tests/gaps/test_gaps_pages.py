"""The pages about gaps: what is missing, a draft of it, wordings into articles; and nobody's own words told."""

import csv
import html
import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from filelock import FileLock

from app.gaps.drafts import title_of
from app.store import Store, open_store
from app.store.gaps_records import Gap
from app.store.searches import Search
from indexer.articles import read_content
from search.records import Article
from tests import gapsplayed as played
from tests.databases import database
from tests.office import Office, Visitor
from tests.served import Serve


@dataclass
class Scene:
    """A help centre with gaps, whose questions nobody looks at anew, and who may do what."""

    office: Office
    content: Path
    editor: Visitor
    viewer: Visitor

    @property
    def store(self) -> Store:
        return self.office.store


def write(root: Path, where: str, text: str) -> Path:
    path = root / f"{where}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def content_of(folder: Path) -> Path:
    root = folder / "content"
    write(
        root, "it/consegna/tempi", '---\r\ntitle: "Quanto ci mette il pacco?" # sì\r\n---\r\nTre giorni.\r\n'
    )
    write(
        root,
        "en/consegna/tempi",
        "---\ntitle: How long does delivery take?\nquestions: [delivery]\n---\nThree days.\n",
    )
    write(root, "it/pagamenti/carte", "---\ntitle: Con quali carte si paga?\n---\nTutte.\n")
    write(root, "it/pagamenti/rotto", "---\ntitle: Rotto\nquestions: [a, b\n---\nTesto.\n")
    write(root, "it/consegna/_category", "---\ntitle: Consegna & ritiro\n---\n")
    return root  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def scene(
    request: pytest.FixtureRequest, serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("gaps")
    data = folder / "data"
    data.mkdir()
    address = ""
    if request.param == "postgresql":
        address = database(request.getfixturevalue("postgresql"), "gaps_pages")
    with ExitStack() as stack:
        # As while another process looks at the questions: what is filled in stays.
        stack.enter_context(FileLock(data / "gaps.lock"))
        client = stack.enter_context(
            serve(
                content_of(folder),
                data,
                trusted_proxies="127.0.0.1",
                time_zone="UTC",
                database_url=address,
                k_anonymity="2",
            )
        )
        store = open_store(address, data)
        stack.callback(store.close)
        office = Office(str(client.base_url), store, data)
        for role in ("viewer", "editor"):
            office.user(f"{role}@example.com", role)
        played.ask_twice(store)
        yield Scene(office, folder / "content", office.member("editor"), office.member("viewer"))


@pytest.fixture(autouse=True)
def filled(request: pytest.FixtureRequest) -> None:
    if "scene" in request.fixturenames:
        played.fill(request.getfixturevalue("scene").store)


def article(root: Path, lang: str, name: str) -> Article:
    """As the indexer reads it."""
    return {(a.lang, a.id): a for a in read_content(root).knowledge.articles}[lang, name]


# The list


def test_what_is_missing_is_listed_with_its_numbers_apart(scene: Scene) -> None:
    page = scene.viewer.get("/admin/gaps").text
    first = page.partition('<ol class="gaps">')[2].partition("</li>")[0]
    assert '<span lang="it" dir="auto">si può pagare a rate</span>' in first
    assert re.findall(r"<strong>(\d+)</strong> ([\w, ]+)", first) == [
        ("21", "without an answer"), ("5", "doubtful, none opened")
    ]  # fmt: skip
    assert "13 in the last 14 days, 7 in those before: more often" in first
    assert "No article" in first
    assert 'href="/it/a/pagamenti/carte"' in first
    assert "Italian, English, Arabic" in first
    assert "and 2 more" in first
    second = page.partition('<ol class="gaps">')[2].split("</li>")[1]
    assert "There, but not found" in second
    for said in (
        "sent with 1 reply",
        "2 askers said that it was the answer",
        "3 askers opened it later",
        "less often",
    ):
        assert said in second
    assert "Last looked through: Nov 22, 2026" in page
    assert 'aria-current="page">Missing answers</a>' in page  # fmt: skip


def test_each_state_has_its_tab(scene: Scene) -> None:
    answered = scene.viewer.get("/admin/gaps?state=answered").text
    assert "quanto tempo ci mette" in answered
    assert re.search(
        r"Closed on <time[^>]*>November 20, 2026</time>, since this answers it: <a href=\"/it/a/consegna/tempi\"",
        answered,
    )
    assert "si può pagare" not in answered
    assert "chi ha vinto la partita" in scene.viewer.get("/admin/gaps?state=dismissed").text
    assert re.findall(r'class="number">(\d)<', answered) == ["4", "1", "1"]


def test_a_language_is_chosen(scene: Scene) -> None:
    page = scene.viewer.get("/admin/gaps?lang=fr").text
    assert "dove sta la mia roba" in page
    assert "si può pagare" not in page
    assert "None of these were asked in this language." in scene.viewer.get("/admin/gaps?lang=de").text
    assert '<option value="de" selected>German</option>' in scene.viewer.get("/admin/gaps?lang=de").text


def test_many_come_page_by_page(scene: Scene) -> None:
    scene.store.searches.write(played.searches([f"domanda {n}" for n in range(45)]))
    many = [
        replace(played.MISSING, id=f"many{n}", questions=(played.asked(f"domanda {n}", 100 - n),))
        for n in range(45)
    ]
    played.fill(scene.store, many)
    seen, path = [], "/admin/gaps?lang=it"
    while path:
        page = scene.viewer.get(path).text
        seen += re.findall(r'href="/admin/gaps/many(\d+)"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert seen == [str(n) for n in range(45)]
    assert "There are none on this page." in scene.viewer.get("/admin/gaps?page=9").text


def test_where_there_are_none_it_is_said_what_to_expect(scene: Scene) -> None:
    played.fill(scene.store, [])
    said = {
        "": "Nothing is missing",
        "?state=answered": "None has closed yet",
        "?state=dismissed": "Nobody has dismissed",
    }
    for asked, sentence in said.items():
        assert sentence in scene.viewer.get(f"/admin/gaps{asked}").text


@pytest.mark.parametrize(
    "asked",
    [
        "state=nowhere",
        "page=0",
        "page=-1",
        "page=99999999",
        "page=²",
        "lang=%00%ff%ed%a0%80",
        "lang=" + "x" * 5_000,
    ],
)
def test_strangers_addresses(scene: Scene, asked: str) -> None:
    assert scene.viewer.get(f"/admin/gaps?{asked}").status_code == 200


@pytest.mark.parametrize("name", ["none", "%00", "..%2F..", "x" * 500, "%ed%a0%80", "missing%27--"])
def test_what_is_not_there_is_gone(scene: Scene, name: str) -> None:
    assert scene.viewer.get(f"/admin/gaps/{name}").status_code == 404
    for action in ("dismiss", "reopen", "draft", "questions"):
        assert scene.editor.post(f"/admin/gaps/{name}/{action}").status_code == 404


def test_insights_lead_there(scene: Scene) -> None:
    at = datetime.now(UTC)
    scene.store.searches.write([Search("s1", at, "site", "it", "boh", "boh", "no", 0.0, (), "x", 1.0)])
    assert '<a class="onward" href="/admin/gaps">' in scene.viewer.get("/admin/insights?days=2").text


# One of them


def test_a_gap_shows_all_that_is_known(scene: Scene) -> None:
    page = scene.viewer.get("/admin/gaps/notfound").text
    assert "There is an article, and it is not found" in page
    assert '<span lang="fr" dir="auto">où est mon colis</span>' in page
    assert '<span class="mono">a/gone</span>' in page
    assert "<form" not in page.partition("<main")[2]
    answered = scene.viewer.get("/admin/gaps/answered").text
    assert re.search(
        r"answered since <time[^>]*>November 20, 2026</time> by <a href=\"/it/a/consegna/tempi\"", answered
    )


def test_what_was_asked_is_shown_as_text(scene: Scene) -> None:
    for member in (scene.viewer, scene.editor):
        page = member.get("/admin/gaps/missing").text
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_dismissed_and_taken_back(scene: Scene) -> None:
    gone = scene.editor.post("/admin/gaps/missing/dismiss")
    assert gone.headers["location"] == "/admin/gaps/missing?done=dismissed#content"
    assert "Dismissed. It stays out of the way" in scene.editor.get(gone.headers["location"]).text
    found = scene.store.gaps.get("missing")
    assert found
    assert found.state == "dismissed"
    assert scene.editor.post("/admin/gaps/missing/dismiss").headers["location"].endswith("done=#content")
    back = scene.editor.post("/admin/gaps/missing/reopen")
    assert "It is open again." in scene.editor.get(back.headers["location"]).text
    assert scene.store.gaps.counts()["open"] == 4


# A draft


def suggested(page: str) -> dict[str, str]:
    """The fields of the form as they are filled in."""
    form = page.partition('action="/admin/gaps/')[2]
    title = re.search(r'name="title" type="text" value="([^"]*)"', page)
    asked = re.search(r'<textarea id="questions"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    chosen = {
        name: re.search(rf'<select id="{name}".*?value="([^"]*)" selected', form, re.DOTALL)
        for name in ("category", "lang")
    }
    assert title
    assert asked
    return {
        "title": html.unescape(title[1]), "questions": html.unescape(asked[1]),
        **{name: found[1] for name, found in chosen.items() if found},
    }  # fmt: skip


def test_a_draft_is_begun_where_it_belongs(scene: Scene) -> None:
    fields = suggested(scene.editor.get("/admin/gaps/missing").text)
    assert (fields["title"], fields["category"], fields["lang"]) == (
        "Si può pagare a rate?",
        "pagamenti",
        "it",
    )
    assert fields["questions"].splitlines()[:2] == ["pagamento in tre volte", "accettate klarna"]
    done = scene.editor.post("/admin/gaps/missing/draft", None, **fields)
    assert done.headers["location"] == "/admin/gaps/missing?done=drafted#content"
    path = scene.content / "it/pagamenti/si-puo-pagare-a-rate.md"
    page = scene.editor.get(done.headers["location"]).text
    assert f'<code class="path" dir="ltr">{path}</code>' in page
    assert "status: published" in page
    written = article(scene.content, "it", "pagamenti/si-puo-pagare-a-rate")
    assert written.status == "draft"
    assert written.html == "<p>La risposta a questa domanda è ancora da scrivere.</p>"
    assert written.questions[:2] == ("pagamento in tre volte", "accettate klarna")
    assert scene.office.visitor().get("/it/a/pagamenti/si-puo-pagare-a-rate").status_code == 404
    again = scene.editor.post("/admin/gaps/missing/draft", None, **fields)
    assert again.status_code == 303
    assert (path.parent / "si-puo-pagare-a-rate-2.md").exists()
    for made in path.parent.glob("si-puo*"):
        made.unlink()
    assert "is not there any more" in scene.editor.get("/admin/gaps/missing").text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("x" * 300, "x" * 100),
        ("a: b\nstatus: published\n---\n<script>", "a-b-status-published-script"),
        ("../../../etc/passwd", "etc-passwd"),
        ("NUL", "nul-1"),
        ("؟!", "article"),
        (played.ARABIC, "كيف-أدفع-بالتقسيط"),
    ],
)
def test_any_title_ends_well(scene: Scene, title: str, name: str) -> None:
    done = scene.editor.post(
        "/admin/gaps/missing/draft", title=title, category="consegna", lang="en", questions="a\r\n\r\n# b"
    )
    assert done.status_code == 303
    path = scene.content / f"en/consegna/{name}.md"
    (made,) = [p for p in path.parent.iterdir() if p.name.startswith(name[:60])]
    found = article(scene.content, "en", f"consegna/{made.stem}")
    made.unlink()
    assert found.title == " ".join(title.split())
    assert (found.status, found.questions) == ("draft", ("a", "# b"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": " \0 "}, "needs a title"),
        ({"category": "../x"}, "one of the topics"),
        ({"category": ""}, "one of the topics"),
        ({"lang": ".."}, "one of the topics"),
        ({"lang": "de"}, "one of the topics"),
    ],
)
def test_what_cannot_be_begun_is_said_and_nothing_is_lost(
    scene: Scene, fields: dict[str, str], said: str
) -> None:
    before = sorted(scene.content.rglob("*"))
    form = {
        "title": "Il mio titolo",
        "category": "consegna",
        "lang": "it",
        "questions": "la mia\nfatica",
        **fields,
    }
    answer = scene.editor.post("/admin/gaps/missing/draft", None, **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert suggested(answer.text)["questions"] == "la mia\nfatica"
    assert sorted(scene.content.rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_said(scene: Scene) -> None:
    """Where the topic's folder should be made, a file lies."""
    (scene.content / "en/pagamenti").write_text("")
    answer = scene.editor.post(
        "/admin/gaps/missing/draft", title="T", category="pagamenti", lang="en", questions=""
    )
    (scene.content / "en/pagamenti").unlink()
    assert answer.status_code == 500
    assert "cannot be written from here, so nothing was written" in answer.text
    assert 'value="download"' in answer.text
    found = scene.store.gaps.get("missing")
    assert found
    assert found.draft is None


def test_a_draft_is_downloaded(scene: Scene) -> None:
    fields = {
        "title": "Il tïtolo: é",
        "category": "consegna",
        "lang": "en",
        "questions": "x",
        "do": "download",
    }
    answer = scene.editor.post("/admin/gaps/missing/draft", None, **fields)
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="il-titolo-e.md"'
    assert answer.text == (
        '---\ntitle: "Il tïtolo: é"\nquestions:\n  - x\nstatus: draft\n---\n'
        "The answer to this question is still to be written.\n"
    )
    for name, saved in (
        ("missing", "si-puo-pagare-a-rate"),
        ("wordless", "una-domanda-senza-nome"),
        ("notfound", "dove-sta-la-mia-roba"),
    ):
        got = scene.viewer.get(f"/admin/gaps/{name}/draft.md")
        assert got.headers["content-disposition"] == f'attachment; filename="{saved}.md"'


# Wordings into articles


def add(scene: Scene, article: str, *wordings: str, gap: str = "notfound", **more: str) -> httpx.Response:
    fields = [("form_token", scene.editor.token()), ("article", article), ("do", "add"), *more.items()]
    body = "&".join(f"{quote(a)}={quote(b)}" for a, b in [*fields, *(("wordings", w) for w in wordings)])
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return scene.editor.client.post(f"/admin/gaps/{gap}/questions", content=body, headers=kind)


def test_wordings_go_into_the_article_in_their_own_language(scene: Scene) -> None:
    italian, english = (scene.content / f"{lang}/consegna/tempi.md" for lang in ("it", "en"))
    was = italian.read_bytes(), english.read_bytes()
    answer = add(
        scene, "consegna/tempi", "it dove sta la mia roba", "en where is my stuff", "fr où est mon colis"
    )
    assert answer.headers["location"] == "/admin/gaps/notfound?done=added&written=2&already=0&left=1#content"
    assert italian.read_bytes() == was[0].replace(
        b"# s\xc3\xac\r\n", b"# s\xc3\xac\r\nquestions:\r\n  - dove sta la mia roba\r\n"
    )
    assert english.read_bytes() == was[1].replace(b"[delivery]", b"[delivery, where is my stuff]")
    page = scene.editor.get(answer.headers["location"]).text
    assert "2 wordings are in the article now." in page
    assert "1 was left out: the article is not written in its language." in page
    again = add(scene, "consegna/tempi", "it dove sta la mia roba")
    assert (
        "The article has all of these wordings already." in scene.editor.get(again.headers["location"]).text
    )
    italian.write_bytes(was[0])
    english.write_bytes(was[1])


@pytest.mark.parametrize(
    ("article", "wordings", "status", "said"),
    [
        ("", ["it dove sta la mia roba"], 422, "Please choose the article"),
        ("consegna/none", ["it dove sta la mia roba"], 422, "Please choose the article"),
        ("../../x", ["it dove sta la mia roba"], 422, "Please choose the article"),
        ("consegna/tempi", [], 422, "at least one wording"),
        ("consegna/tempi", ["it never asked", "de dove sta la mia roba"], 422, "at least one wording"),
        ("pagamenti/carte", ["en where is my stuff"], 422, "not written in the language"),
    ],
)
def test_what_cannot_be_added_is_said(
    scene: Scene, article: str, wordings: list[str], status: int, said: str
) -> None:
    before = {path: path.read_bytes() for path in scene.content.rglob("*.md")}
    answer = add(scene, article, *wordings)
    assert answer.status_code == status
    assert said in answer.text
    assert {path: path.read_bytes() for path in scene.content.rglob("*.md")} == before


def test_a_file_that_is_broken_since_is_left_alone(scene: Scene) -> None:
    path = scene.content / "it/pagamenti/carte.md"
    was = path.read_bytes()
    path.write_bytes(was.replace(b"title: ", b"title: [a, "))
    answer = add(scene, "pagamenti/carte", "it dove sta la mia roba")
    broken = path.read_bytes()
    path.write_bytes(was)
    assert answer.status_code == 422
    assert "has a mistake, so nothing was written" in answer.text
    assert broken == was.replace(b"title: ", b"title: [a, ")


def test_another_article_is_looked_for(scene: Scene) -> None:
    answer = add(scene, "consegna/tempi", "en where is my stuff", q="con che carta pago", do="find")
    assert answer.status_code == 200
    page = answer.text
    assert 'value="consegna/tempi" checked' in page
    assert 'name="article" value="pagamenti/carte"' in page
    assert page.count('name="wordings"') == 3
    assert page.count('name="wordings" value="en where is my stuff" checked') == 1
    assert page.count("checked>") == 2


def test_a_form_holds_as_many_as_can_be_sent(scene: Scene) -> None:
    wordings = [f"dove sta la roba numero {n}" for n in range(150)]
    scene.store.searches.write(played.searches(wordings))
    many = tuple(played.asked(text, 200 - n) for n, text in enumerate(wordings))
    played.fill(scene.store, [replace(played.NOT_FOUND, questions=many)])
    page = scene.editor.get("/admin/gaps/notfound").text
    assert page.count('name="wordings"') == 60
    assert len(re.findall(r'name="wordings" value="[^"]*" checked', page)) == 20
    assert "and 90 more" in page
    path = scene.content / "it/consegna/tempi.md"
    was = path.read_bytes()
    shown = re.findall(r'name="wordings" value="([^"]*)"', page)
    answer = add(scene, "consegna/tempi", *shown)
    path.write_bytes(was)
    assert "written=60" in answer.headers["location"]


# Too few to be told, and taken away


def test_nobodys_own_words_are_told(scene: Scene) -> None:
    """Each was used by one visit, but for one that two used."""
    common = "pagamento rateale"
    own = [
        f"{text} {n}" for n, text in enumerate(["la mia ex non paga", "sono Ugo Rossi", "perché io no"] * 2)
    ]
    scene.store.searches.write([*played.searches([common]), *played.searches(own, times=1)])
    told = replace(played.MISSING, id="told", questions=tuple(map(played.asked, (*own[:2], common))))
    hidden = replace(played.NOT_FOUND, id="hidden", questions=tuple(map(played.asked, own[2:4])))
    closed = replace(played.ANSWERED, id="closed", questions=tuple(map(played.asked, own[4:])))
    played.fill(scene.store, [told, hidden, closed])
    paths = ["", "?state=answered", "/export.csv", "/export.json"]
    paths += [f"/{gap}{what}" for gap in ("told", "hidden", "closed") for what in ("", "/draft.md")]
    pages = {path: scene.editor.get(f"/admin/gaps{path}").text for path in paths}
    begun = scene.editor.post("/admin/gaps/told/draft", None, **suggested(pages["/told"]))
    assert begun.status_code == 303
    draft = scene.content / "it/pagamenti/pagamento-rateale.md"
    texts = [*pages.values(), draft.read_text("utf-8")]
    draft.unlink()
    for text in texts:
        assert [wording for wording in own if wording in html.unescape(text)] == []
    assert "Pagamento rateale" in texts[-1]
    assert "2 wordings, asked 2 times, are not shown: fewer than 2 visits used them." in pages["/told"]
    assert "2 wordings of too few visitors to be told" in pages["/hidden"]
    assert add(scene, "consegna/tempi", f"it {own[0]}", gap="told").status_code == 422


def test_everything_can_be_taken_away(scene: Scene) -> None:
    answer = scene.viewer.get("/admin/gaps/export.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="gaps.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["gap"] for row in rows] == [
        "missing",
        "notfound",
        "drafted",
        "wordless",
        "answered",
        "dismissed",
    ]
    assert (rows[0]["unanswered"], rows[0]["doubtful_unopened"], rows[0]["languages"]) == (
        "21",
        "5",
        "it en ar",
    )
    assert (rows[1]["verdict"], rows[1]["article"]) == ("not_found", "consegna/tempi")
    scene.store.searches.write(played.searches(["=cmd|'x'!A1"]))
    played.fill(scene.store, [replace(played.MISSING, questions=(played.asked("=cmd|'x'!A1", 1),))])
    sheet = scene.viewer.get("/admin/gaps/export.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sheet, newline=""))
    assert row["question"] == "'=cmd|'x'!A1"
    played.fill(scene.store)
    told = scene.viewer.get("/admin/gaps/export.json").json()["gaps"]
    assert [len(gap["questions"]) for gap in told] == [6, 3, 2, 1, 1, 1]
    assert told[4]["questions"][0]["answered_by"] == "consegna/tempi"


# Titles


@pytest.mark.parametrize(
    ("wording", "lang", "title"),
    [
        ("come pago", "it", "Come pago?"),
        ("Come pago?", "it", "Come pago?"),
        ("si può pagare a rate..", "it", "Si può pagare a rate?"),
        ("pacco smarrito", "it", "Pacco smarrito"),
        ("COME PAGO", "it", "Come pago?"),
        ("- perché no, ", "it-CH", "Perché no?"),
        ("how can i pay", "en", "How can i pay?"),
        ("comment payer", "fr", "Comment payer ?"),
        ("wie zahle ich", "de", "Wie zahle ich?"),
        ("cómo pago", "es", "¿Cómo pago?"),
        ("cómo pago?", "es", "¿Cómo pago?"),
        ("tarjeta perdida", "es", "Tarjeta perdida"),
        ("iPhone rotto", "it", "iPhone rotto"),
        (played.ARABIC, "ar", played.ARABIC),
        ("如何付款", "zh", "如何付款"),
        ("?!…", "it", ""),
        ("ﬃ x", "it", "ﬃ x"),
    ],
)
def test_a_wording_becomes_a_title(wording: str, lang: str, title: str) -> None:
    assert title_of(wording, lang) == title


def test_a_long_title_ends_at_a_word() -> None:
    title = title_of("come mai " + "parole " * 60, "it")
    assert len(title) <= 120
    assert title.endswith("parole…")
    assert len(title_of("x" * 500, "it")) <= 120


# With the questions asked again


def test_wordings_that_are_added_close_their_gap(serve: Serve, tmp_path: Path) -> None:
    content = content_of(tmp_path)
    with serve(content, tmp_path / "data") as client:
        store = open_store("", tmp_path / "data")
        office = Office(str(client.base_url), store, tmp_path / "data")
        office.user("editor@example.com", "editor")
        editor, at = office.member("editor"), datetime.now(UTC) - timedelta(hours=1)
        wording = "frullini sbrindellati zuzzurelloni"
        store.searches.write(
            [Search(f"s{n}", at, "site", "it", wording, wording, "no", 0.0, (), "x", 1.0) for n in range(3)]
        )
        gap = wait_for(lambda: next(iter(store.gaps.listed("open")[0]), None))
        assert wording in editor.get("/admin/gaps").text
        form = {"article": "pagamenti/carte", "wordings": f"it {wording}", "do": "add"}
        assert editor.post(f"/admin/gaps/{gap.id}/questions", None, **form).status_code == 303
        closed = wait_for(lambda: next(iter(store.gaps.listed("answered")[0]), None))
        assert closed.article == "pagamenti/carte"
        assert "since this answers it:" in editor.get("/admin/gaps?state=answered").text
        store.close()


def wait_for(look: Callable[[], Gap | None], seconds: float = 60) -> Gap:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.2)
    return found
