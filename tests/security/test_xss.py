"""Whatever strangers write, wherever it goes: nothing of it runs, in a real browser, with the policy and without."""

import csv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, Page

from app.routes.prose import prose
from app.staff.roles import ROLES
from app.store import open_store
from indexer.articles import read_content
from indexer.importing.run import Format, import_source
from indexer.markdown import MarkdownError, render
from tests.office import PASSWORD, Office
from tests.security.vectors import BODIES, DRAWINGS, NAMES
from tests.security.watching import AUDIT, watched, written
from tests.served import Serve

# So many share an article: in fields they are plain text. Of bodies each is looked at alone, and a third here.
_TOGETHER = 18
_ON_A_SHELF = 3
_W = "http://schemas.openxmlformats.org"


def groups(vectors: Sequence[str], size: int) -> list[Sequence[str]]:
    return [vectors[start : start + size] for start in range(0, len(vectors), size)]


def rendered(vector: str) -> str:
    """A vector's HTML as an article's page has it; empty where it is refused."""
    try:
        html = render(vector, lang="it", article_id="ordini/prova").html
    except MarkdownError:
        return ""
    return str(prose(html, 'Table" onclick="alert(1)', "Code"))


def write_corpus(content: Path) -> list[str]:
    """The vectors as an editor's folder: in every field, in bodies, in names; the pages' paths."""
    paths = []
    for number, together in enumerate(groups(BODIES, _TOGETHER)):
        shelf, place = divmod(number, _ON_A_SHELF)
        said = " ".join(together)
        written(
            content, f"it/c{shelf:02}/v{place}.md", "\n\n".join(together[::3]), title=f"V{number} {said}", questions=together[:2],
            summary=said, tags=together, owner=said, redirect_from=together, related=together, review_by="2020-01-01",
        )  # fmt: skip
        paths.append(f"/it/a/c{shelf:02}/v{place}")
    for shelf, together in enumerate(groups(BODIES, _TOGETHER * _ON_A_SHELF)):
        written(
            content,
            f"it/c{shelf:02}/_category.md",
            together[0],
            title=" ".join(together[:9]),
            description=" ".join(together),
        )
        paths.append(f"/it/c/c{shelf:02}")
    for name in NAMES:
        written(content, f"it/names/{name}.md", "Testo.", title=f"Di nome {name}")
        written(content, f"it/{name}/x.md", "Testo.", title=f"In {name}")
        paths += [f"/it/a/names/{quote(name)}", f"/it/c/{quote(name, safe='')}"]
    for number, drawing in enumerate(DRAWINGS):
        (content / f"it/c00/d{number}.svg").write_text(drawing, "utf-8")
    written(
        content,
        "it/c00/drawings.md",
        "\n\n".join(f"![x](d{n}.svg)" for n in range(len(DRAWINGS))),
        title="Disegni",
    )
    return [*paths, "/it/a/c00/drawings"]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return write_corpus(tmp_path_factory.mktemp("xss", numbered=False) / "content")


@pytest.fixture(scope="module")
def office(serve: Serve, paths: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A help centre whose every text is a vector."""
    folder = tmp_path_factory.getbasetemp() / "xss"
    assert paths
    with serve(folder / "content", folder / "data", site_name="<script>alert(1)</script>") as client:
        store = open_store("", folder / "data")
        found = Office(str(client.base_url).rstrip("/"), store, folder / "data")
        for role in ROLES:
            found.user(f"{role}@example.com", role)
        yield found
        store.close()


# The tests themselves


def test_there_are_enough() -> None:
    assert len(set(BODIES)) == len(BODIES) >= 400


def test_the_watch_sees_what_runs(browser: Browser) -> None:
    """Without a sanitiser they do run: what is found below is not found by looking away."""
    running = [
        vector for vector in BODIES if vector.startswith(("<script>alert", "<img src=x onerror", "<script/"))
    ]
    with watched(browser, "http://xss.test") as watch:
        wrong = watch.fragments([*(v for v in BODIES if v.startswith('<a href="j')), *running])
    assert any("RAN alert(1)" in one for one in wrong)
    assert any("script was asked for: http" in one for one in wrong)
    assert any(one.startswith("javascript: ") for one in wrong)
    assert any(one.startswith("onerror: ") for one in wrong)


# Without any policy: each vector alone, as the sanitiser leaves it


def test_each_body_is_harmless_by_itself(browser: Browser) -> None:
    with watched(browser, "http://xss.test") as watch:
        assert watch.fragments([rendered(vector) for vector in BODIES]) == []
        # And where more than one rule of parsing applies: within what Markdown makes of its surroundings.
        nested = [
            f'> - **{v}**\n\n| a |\n|---|\n| {v} |\n\n!!! note "{v}"\n    {v}\n\n[x]({v} "{v}")'
            for v in BODIES
        ]
        assert watch.fragments([rendered(vector) for vector in nested]) == []


def as_csv(folder: Path) -> Path:
    with (folder / "faq.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["title", "body", "category", "tags"])
        table.writerows([f"V{n} {v}", v, v[:40], v] for n, v in enumerate(printed()))
    return folder / "faq.csv"


def as_pages(folder: Path) -> Path:
    root = folder / "pages"
    root.mkdir()
    for number, vector in enumerate(BODIES):
        title = f"<title>V{number} {escape(vector)}</title><meta name=description content='{escape(vector)}'>"
        page = f"<!doctype html><html lang=it><head>{title}</head><body><h1>V{number}</h1><p>Testo.</p>{vector}</body></html>"
        (root / f"v{number}.html").write_text(page, "utf-8", errors="replace")
    for number, drawing in enumerate(DRAWINGS):
        (root / f"d{number}.svg").write_text(drawing, "utf-8")
    return root


def as_word(folder: Path) -> Path:
    """Texts, links and pictures' descriptions; XML has no controls."""
    vectors = printed()
    runs = "".join(
        f'<w:p><w:hyperlink r:id="h{n}"><w:r><w:t>{escape(v)}</w:t></w:r></w:hyperlink></w:p>'
        for n, v in enumerate(vectors)
    )
    heading = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'
    headings = "".join(heading.format(escape(v)) for v in vectors[:40])
    body = f'<w:document xmlns:w="{_W}/wordprocessingml/2006/main" xmlns:r="{_W}/officeDocument/2006/relationships">'
    links = "".join(
        f'<Relationship Id="h{n}" Type="{_W}/officeDocument/2006/relationships/hyperlink" Target="{escape(v)}" '
        'TargetMode="External"/>' for n, v in enumerate(vectors)
    )  # fmt: skip
    kinds = (
        f'<Types xmlns="{_W}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    rels = f'<Relationships xmlns="{_W}/package/2006/relationships">{{}}</Relationships>'
    first = f'<Relationship Id="r1" Type="{_W}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    with zipfile.ZipFile(folder / "faq.docx", "w") as package:
        package.writestr("[Content_Types].xml", kinds)
        package.writestr("_rels/.rels", rels.format(first))
        package.writestr("word/_rels/document.xml.rels", rels.format(links))
        package.writestr("word/document.xml", f"{body}<w:body>{headings}{runs}</w:body></w:document>")
    return folder / "faq.docx"


def printed() -> list[str]:
    """The vectors without the characters that neither XML nor a spreadsheet has."""
    return ["".join(c for c in v if c >= " " or c in "\n\t") for v in BODIES]


@pytest.mark.parametrize(
    ("make", "kind"), [(as_csv, "csv"), (as_pages, "html"), (as_word, "docx")], ids=["csv", "html", "docx"]
)
def test_what_is_imported_is_harmless(
    browser: Browser, tmp_path: Path, make: Callable[[Path], Path], kind: Format
) -> None:
    report = import_source(make(tmp_path), tmp_path / "content", format=kind, lang="it")
    articles = read_content(tmp_path / "content").knowledge.articles
    assert report.written == len(articles) >= (1 if kind == "docx" else 300)
    with watched(browser, "http://xss.test") as watch:
        assert watch.fragments([str(prose(article.html, "x", "x")) for article in articles]) == []


# The site


@pytest.mark.parametrize("bypass", [False, True], ids=["with the policy", "without"])
def test_no_page_runs_what_is_written_in_it(
    browser: Browser, office: Office, paths: list[str], bypass: bool
) -> None:
    queries = [" ".join(together) for together in groups(BODIES, 30)]
    asked = [f"/it/search?q={quote(query[:1_900])}&category={quote(query[:90])}" for query in queries]
    missing = [f"/it/{quote(query[:300], safe='')}" for query in queries[::3]]
    client = httpx.Client(base_url=office.url, timeout=60)
    there = [path for path in paths if client.get(path).status_code == 200]
    # Of names, some can be no address.
    assert len(there) > len(paths) - 2 * len(NAMES) + 20
    more = [] if bypass else [*asked, *missing, "/it/", "/it/contact"]
    with watched(browser, office.url, bypass_csp=bypass) as watch:
        assert watch.frames([*there, *more]) == []


def test_what_is_served_beside_pages_runs_nothing(browser: Browser, office: Office) -> None:
    query = quote(" ".join(BODIES[:40])[:1_900])
    with watched(browser, office.url, bypass_csp=True) as watch:
        page = watch.page()
        for path in ("/feed.xml", "/sitemap.xml", "/llms.txt", f"/api/v1/search?q={query}&lang=it",
                     f"/api/v1/suggest?q={query}&lang=it", "/api/v1/articles/c00/v0?lang=it"):  # fmt: skip
            page.goto(office.url + path)
        assert watch.noticed == []


def test_a_drawing_opened_by_itself_is_saved_and_not_shown(browser: Browser, office: Office) -> None:
    """Within a page none of its scripts runs; by itself it would be a page of ours."""
    with watched(browser, office.url, bypass_csp=True) as watch:
        for number in range(len(DRAWINGS)):
            page = watch.page()
            with page.expect_download():
                page.evaluate("path => location.assign(path)", f"{office.url}/media/it/c00/d{number}.svg")
        assert watch.noticed == []


def test_suggestions_show_texts_and_no_markup(browser: Browser, office: Office) -> None:
    with watched(browser, office.url, bypass_csp=True) as watch:
        page = watch.page()
        page.goto(f"{office.url}/it/")
        box = page.locator("input[data-suggest]").first
        for word in ("V1 script alert", "onerror img alert", "javascript alert"):
            box.fill("")
            box.press_sequentially(word)
            page.locator("[role=listbox] [role=option]").first.wait_for()
            assert page.evaluate(f"() => ({AUDIT})(document.body, document.baseURI)") == []
        assert watch.noticed == []


# The editor


def sign_in(page: Page, office: Office) -> None:
    page.goto(f"{office.url}/admin/login")
    page.locator("[name=email]").fill("editor@example.com")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main [type=submit]").click()
    page.wait_for_url("**/admin/tickets")


@pytest.mark.parametrize("bypass", [False, True], ids=["with the policy", "without"])
def test_the_editors_preview_runs_nothing(browser: Browser, office: Office, bypass: bool) -> None:
    with watched(browser, office.url, bypass_csp=bypass) as watch:
        page = watch.page()
        sign_in(page, office)
        page.goto(f"{office.url}/admin/articles/it/c00/v0/edit")
        for number, together in enumerate(groups(BODIES, 108)):
            page.locator("#title").fill(" ".join(together))
            page.locator("#body").fill(f"Fine {number}.\n\n" + "\n\n".join(together))
            frame = page.frame_locator("#preview")
            frame.get_by_text(f"Fine {number}.", exact=True).wait_for()
            assert in_preview(page) == []
        assert watch.noticed == []


def in_preview(page: Page) -> list[str]:
    """What could run in the preview's own document, but for what our template puts there."""
    found: list[str] = page.evaluate(
        f"() => {{ const page = document.querySelector('#preview').contentDocument;"
        f" return ({AUDIT})(page.querySelector('main'), document.baseURI) }}"
    )
    return found
