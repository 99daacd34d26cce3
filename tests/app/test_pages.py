"""The pages as a browser without JavaScript gets them."""

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.served import Serve

PAGES = (
    "/it/",
    "/en/",
    "/it/c/consegna",
    "/it/a/consegna/seguire-il-pacco",
    "/it/search",
    "/it/search?q=reso",
    "/it/search?phase=after",
    "/it/contact",
    "/it/nulla",
    "/api/v1/docs",
)


def text_of(html: str) -> str:
    """What is read: no tags, single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def links(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a [^>]*href="([^"]*)"', html)]


@pytest.mark.parametrize("accepts", ["it", "it-CH, en;q=0.9", "de, it;q=0.5", "xx", "", "*"])
def test_the_first_address_leads_to_the_visitors_language(demo: httpx.Client, accepts: str) -> None:
    response = demo.get("/", headers={"Accept-Language": accepts})
    assert (response.status_code, response.headers["location"]) == (302, "/it/")
    assert response.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    "accepts", ["en", "EN-gb", "it;q=0.4, en;q=0.8", "fr;q=1, en-US;q=0.1", "it;q=0, en"]
)
def test_english_for_who_reads_it(demo: httpx.Client, accepts: str) -> None:
    assert demo.get("/", headers={"Accept-Language": accepts}).headers["location"] == "/en/"


def test_a_default_that_the_content_lacks_gives_way_to_the_largest_language(odd: httpx.Client) -> None:
    assert odd.get("/", headers={"Accept-Language": "xx"}).headers["location"] == "/it/"


def test_home_asks_and_shows_all_there_is(demo: httpx.Client) -> None:
    page = demo.get("/it/").text
    assert "Come possiamo aiutarti?" in page
    assert 'name="q"' in page
    shown = text_of(page)
    assert "Consegna Tempi, costi e viaggio del tuo pacco" in shown
    assert (
        "come ordinare, cambiare o annullare quello che hai scelto. 1 articolo Pagamenti e fatture" in shown
    )
    assert shown.index("Ordini") < shown.index("Consegna") < shown.index("Account")
    assert "/it/search?phase=before" in links(page)


def test_every_link_of_every_page_leads_somewhere(demo: httpx.Client) -> None:
    seen: set[str] = set()
    waiting = ["/it/", "/en/", "/it/search?q=reso", "/it/search?q=zzzz", "/api/v1/docs"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        response = demo.get(path)
        assert response.status_code == (302 if path == "/" else 200), path
        inside = {href.partition("#")[0] for href in links(response.text) if href.startswith("/")}
        # Filters combine without end; one of them has been followed.
        waiting += [h for h in inside - seen - set(waiting) if h.count("=") < 2]
    assert len(seen) > 40


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_well_built(demo: httpx.Client, path: str) -> None:
    page = demo.get(path).text
    assert page.startswith("<!doctype html>\n<html lang=")
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert all(f'id="{anchor}"' in page for anchor in re.findall(r'(?:for|aria-labelledby)="([^"]*)"', page))
    assert not re.search(r"<style| style=| on[a-z]+=", page)
    # A script is a file of ours; what is written in the page is data.
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    assert all(
        bool(re.search(r' src="/(?:static|widget/v1)/', a))
        != (text != "" and 'type="application/ld+json"' in a)
        for a, text in scripts
    )
    assert (
        re.findall(
            r'(?:src|<link[^>]*href)="(?!/)', re.sub(r"<link rel=\"(canonical|alternate)[^>]*>", "", page)
        )
        == []
    )


def test_an_article_says_all_it_has(demo: httpx.Client) -> None:
    page = demo.get("/it/a/consegna/seguire-il-pacco").text
    shown = text_of(page)
    assert "Centro assistenza Consegna Dov’è il mio pacco?" in shown
    assert "mostra il viaggio e il giorno previsto" in shown
    assert '<time datetime="2026-10-06">6 ottobre 2026</time>' in page
    assert "Articoli collegati Quanto tempo ci vuole per la consegna e quanto costa?" in shown
    assert '<h2 id="se-non-sei-in-casa">' in page
    base = str(demo.base_url).rstrip("/")
    for tag in ("it", "en"):
        assert (
            f'<link rel="alternate" hreflang="{tag}" href="{base}/{tag}/a/consegna/seguire-il-pacco">' in page
        )
    assert '<a href="/en/a/consegna/seguire-il-pacco" lang="en" hreflang="en">English</a>' in page


def test_the_interface_speaks_the_pages_language(demo: httpx.Client) -> None:
    english = text_of(demo.get("/en/a/consegna/seguire-il-pacco").text)
    assert "Last updated: October 6, 2026" in english
    assert "Related articles" in english


def test_a_language_without_a_catalogue_gets_english_marked_as_such(odd: httpx.Client) -> None:
    page = odd.get("/he/a/ordini/nuovo").text
    assert '<html lang="he" dir="rtl">' in page
    assert '<p class="updated" lang="en" dir="ltr">Last updated:' in page
    assert '<header class="top" lang="en" dir="ltr">' in page


def test_titles_are_text_and_never_markup(odd: httpx.Client) -> None:
    for path in ("/it/a/ordini/nuovo", "/it/c/ordini", "/it/search?q=annullo"):
        page = odd.get(path).text
        assert "<annullo>" not in page
        assert "Come &lt;annullo&gt; l’ordine &amp; perché?" in page


def test_an_answer_is_given_with_its_passage_and_its_place(demo: httpx.Client) -> None:
    page = demo.get("/it/search", params={"q": "il tracking è fermo da ieri"}).text
    assert '<h2 id="best">La risposta</h2>' in page or "Forse la risposta è qui" in page
    first = re.search(r'<article class="result".*?</article>', page, re.DOTALL)
    assert first
    assert "/it/a/consegna/seguire-il-pacco" in first[0]
    assert demo.get("/it/search", params={"q": "pezzo rotto"}).text.count("<mark>") > 0


def test_a_link_leads_to_the_passage(demo: httpx.Client) -> None:
    page = demo.get("/it/search", params={"q": "ho aperto la scatola ed è tutto in frantumi"}).text
    path = next(h for h in links(page) if "#" in h and h != "#content")
    article, _, anchor = path.partition("#")
    assert f'id="{anchor}"' in demo.get(article).text


def test_no_answer_is_said_plainly_and_a_person_offered(demo: httpx.Client) -> None:
    page = demo.get("/it/search", params={"q": "ricetta della carbonara con guanciale"}).text
    shown = text_of(page)
    assert "Ci dispiace: non abbiamo un articolo che risponda" in shown
    assert "+39 0546 000 214" in shown
    assert 'href="tel:+390546000214"' in page
    assert "Resi, rimborsi e garanzia" in shown
    assert 'class="passage"' not in page


def test_what_another_language_answers_is_marked(odd: httpx.Client) -> None:
    page = odd.get("/he/search", params={"q": "Dove trovo il numero dell’ordine?"}).text
    assert '<article class="result" lang="it">' in page
    assert '<p class="label" lang="en">In Italian</p>' in page


def test_filters_are_links_that_keep_the_question(demo: httpx.Client) -> None:
    page = demo.get("/it/search", params={"q": "quanto costa", "phase": "before"}).text
    assert "/it/search?q=quanto+costa&category=consegna&phase=before" in links(page)
    assert (
        '<a href="/it/search?q=quanto+costa&amp;phase=before" aria-current="true">Prima di comprare</a>'
        in page
    )
    results = re.findall(r'<article class="result".*?<a href="/it/a/([^"#]*)', page, re.DOTALL)
    assert set(results) <= {
        "consegna/tempi-di-consegna",
        "pagamenti/metodi-di-pagamento",
        "ordini/ordinare-modificare-annullare",
    }


@pytest.mark.parametrize("query", ["", "   ", "\x00", "\u200b"])
def test_an_empty_question_is_met_with_help(demo: httpx.Client, query: str) -> None:
    page = demo.get("/it/search", params={"q": query})
    assert page.status_code == 200
    assert "Scrivi la tua domanda qui sopra o scegli un argomento" in page.text


def test_a_phase_alone_lists_its_articles(demo: httpx.Client) -> None:
    page = demo.get("/it/search?phase=after").text
    assert '<h1 class="asked">Dopo l’acquisto</h1>' in page
    assert "/it/a/consegna/seguire-il-pacco" in links(page)
    assert "Nessun articolo corrisponde" in demo.get("/it/search?phase=after&category=nulla").text


def test_contact_shows_what_is_configured(demo: httpx.Client) -> None:
    page = demo.get("/it/contact").text
    assert 'href="mailto:assistenza@tornigallo.example"' in page
    assert page.count("<form") == 2  # the question box and the message


def test_a_message_can_be_written_where_nothing_is_configured(odd: httpx.Client) -> None:
    page = odd.get("/it/contact").text
    assert "mailto:" not in page
    assert 'name="message"' in page
    assert "/it/contact" in links(odd.get("/it/").text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/faq.php?id=7", "/it/a/ordini/nuovo"),
        ("/vecchio/annullare", "/it/a/ordini/nuovo"),
        ("/vecchio/annullare/?utm=x", "/it/a/ordini/nuovo"),
        ("/it/a/vecchio/annullare", "/it/a/ordini/nuovo"),
        ("/gi%C3%A0%20spostato", "/it/a/ordini/nuovo"),
        ("/it/a/ordini/nuovo/", "/it/a/ordini/nuovo"),
        ("/it/a/ordini/solo%20qui/", "/it/a/ordini/solo%20qui"),
        ("/it", "/it/"),
    ],
)
def test_old_addresses_lead_on_for_good(odd: httpx.Client, old: str, new: str) -> None:
    response = odd.get(old)
    assert (response.status_code, response.headers.get("location")) == (301, new)
    assert odd.get(new).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/xx/",
        "/xx",
        "/de/a/ordini/nuovo",
        "/it/c/nulla",
        "/it/a/nulla",
        "/it/a/",
        "/it/altro",
        "/faq.php?id=8",
    ],
)
def test_what_does_not_exist_is_a_page_that_helps(odd: httpx.Client, path: str) -> None:
    response = odd.get(path, headers={"Accept-Language": "it"})
    assert response.status_code == 404
    assert "Questa pagina non esiste" in response.text
    assert 'name="robots" content="noindex"' in response.text


def test_a_wrong_address_becomes_a_question(demo: httpx.Client) -> None:
    page = demo.get("/en/a/consegna/delivery-times_and-costs.html").text
    assert 'value="delivery times and costs" lang="en"' in page


def test_an_article_missing_in_a_language_is_offered_in_another(odd: httpx.Client) -> None:
    page = odd.get("/fr/a/ordini/solo qui").text
    assert '<a href="/it/a/ordini/solo%20qui" lang="it" hreflang="it">' in page


def test_drafts_are_nowhere(odd: httpx.Client) -> None:
    assert odd.get("/it/a/ordini/bozza").status_code == 404
    assert "Bozza" not in odd.get("/it/c/ordini").text


def part(html: str, pattern: str) -> str:
    """The one stretch of a page that a pattern finds."""
    found = re.findall(pattern, html, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


LETTER = """Gentile redazione,

mia nonna preparava ogni domenica un piatto magnifico e oggi purtroppo lei non c'è più da tanti anni. In
famiglia nessuno ha conservato il suo quaderno, che andò perduto durante il trasloco.

Mi date la ricetta della carbonara con guanciale?

Cordiali saluti,
Lucia Bianchi
Tel. 333 1234567"""


def test_what_was_understood_and_what_no_article_has(demo: httpx.Client) -> None:
    shown = text_of(demo.get("/it/search", params={"q": LETTER}).text)
    assert "Abbiamo cercato questo: Mi date la ricetta della carbonara con guanciale?" in shown
    assert re.search(r"Nessun nostro articolo parla di: [^.]*carbonara", shown)
    # Of a question that is all there is, the heading has said so.
    short = text_of(demo.get("/it/search", params={"q": "ricetta della carbonara con guanciale"}).text)
    assert "Abbiamo cercato" not in short
    assert "Nessun nostro articolo parla di" not in short


def test_no_answer_names_the_nearest_topics_and_then_the_others(demo: httpx.Client) -> None:
    page = demo.get("/it/search", params={"q": "ricetta della carbonara con guanciale"}).text
    shelves = [href for href in links(page) if "/c/" in href]
    assert len(shelves) == len(set(shelves)) == 6
    assert page.index("Gli argomenti più vicini") < page.index("Gli altri argomenti")


def test_a_filter_is_taken_off_by_its_own_link(demo: httpx.Client) -> None:
    page = demo.get("/it/search?q=reso&category=resi-e-rimborsi&phase=after").text
    chosen = part(page, r'<ul class="chips chosen">.*?</ul>')
    assert links(chosen) == ["/it/search?q=reso&phase=after", "/it/search?q=reso&category=resi-e-rimborsi"]
    assert "Dopo l’acquisto · togli questo filtro" in text_of(chosen)


def test_a_long_article_lists_its_headings_and_a_short_one_does_not(
    demo: httpx.Client, odd: httpx.Client
) -> None:
    page = demo.get("/it/a/consegna/seguire-il-pacco").text
    anchors = [href.removeprefix("#") for href in links(part(page, r'<nav class="contents.*?</nav>'))]
    assert len(anchors) >= 3
    assert all(f'id="{anchor}"' in page for anchor in anchors)
    assert "In breve Il link nell’e-mail" in text_of(page)
    assert "In questa pagina" not in odd.get("/it/a/ordini/nuovo").text


def test_home_shows_how_others_put_it(demo: httpx.Client) -> None:
    page = demo.get("/it/").text
    examples = links(part(page, r'<ul aria-labelledby="examples">.*?</ul>'))
    assert len(examples) == 3
    for href in examples:
        assert "Nessuna risposta" not in demo.get(href).text


def test_what_editors_push_is_asked_most_until_readers_say(serve: Serve, tmp_path: Path) -> None:
    content = tmp_path / "content"
    for name, boost in (("uno", 1.0), ("due", 1.5), ("tre", 2.0)):
        file = content / f"it/ordini/{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\ntitle: Domanda {name}?\nboost: {boost}\n---\nRisposta {name}.\n", "utf-8")
    with serve(content, tmp_path / "data") as client:
        page = client.get("/it/").text
    assert links(part(page, r'<ul class="asked-most">.*?</ul>')) == ["/it/a/ordini/tre", "/it/a/ordini/due"]


def test_more_than_two_other_languages_fold(serve: Serve, odd: httpx.Client, tmp_path: Path) -> None:
    for lang in ("it", "en", "fr", "de"):
        file = tmp_path / f"content/{lang}/x/y.md"
        file.parent.mkdir(parents=True)
        file.write_text("---\ntitle: Uno?\n---\nDue.\n", "utf-8")
    with serve(tmp_path / "content", tmp_path / "data") as client:
        page = client.get("/it/a/x/y").text
    assert re.search(r"<summary>Altre lingue</summary>\s*<ul>", page)
    assert {"/en/a/x/y", "/fr/a/x/y", "/de/a/x/y"} <= set(links(page))
    assert "<summary>Altre lingue" not in odd.get("/it/").text


def test_a_remembered_page_is_everybodys(demo: httpx.Client) -> None:
    """Made once for many, and yet for each address of the site, and never with the search that led one there."""
    path, person = "/it/a/consegna/seguire-il-pacco", {"Sec-Fetch-Mode": "navigate"}
    plain = [demo.get(path).text for _ in range(2)]
    assert plain[0] == plain[1]
    other = [demo.get(path, headers={"Host": "aiuto.example"}).text for _ in range(2)]
    assert all("http://aiuto.example/it/a/" in page for page in other)
    assert "aiuto.example" not in demo.get(path).text
    found = demo.get("/it/search?q=dove+si+trova+il+pacco", headers=person).text
    (mine,) = set(re.findall(rf"{path}\?s=([^&#]+)", "\n".join(links(found))))
    assert mine in demo.get(path, params={"s": mine}, headers=person).text
    assert mine not in demo.get(path).text
