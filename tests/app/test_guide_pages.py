"""A guide as a visitor walks it: one step a page, the way in the address, and no JavaScript."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.served import Serve

GUIDE = "/it/a/consegna/guida-pacco-non-arrivato"
ODD = "/it/a/c/guida"

ITALIAN = """Una nota[^1].

## Inizio & fine?

- [Primo <b>modo</b>](#due)
- [Secondo "modo"](#due)
- [Un'altra](#tre)

## Due

Vedi [dentro il tre](#dentro), [qui sotto](#sotto) e [da capo](#inizio-fine), `<a href="#tre">`.

### Sotto

- [Al tre](#tre)
- [All'articolo](altro.md#x)
- [Fuori](https://example.org/?a=1&b=2)

## Tre

- [Torna al due](#due)
- [Basta](#quattro)

### Dentro

Girandole.

## Quattro

Fine[^1].

[^1]: La nota.
"""
ENGLISH = """## Start?

- [One](#two)
- [Two](#two)
- [Three](#three)

## Two

- [On](#three)
- [Article](altro.md)
- [Out](https://example.org/)

## Three

- [Back](#two)
- [Enough](#four)

## Four

End.
"""


@pytest.fixture(scope="module")
def odd_guides(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A guide with all that a guide may have, in two languages, and one in a third that goes other ways."""
    root = tmp_path_factory.mktemp("guides")
    for lang, title, body in (
        ("it", "Guida <strana>?", ITALIAN),
        ("en", "Odd guide?", ENGLISH),
        ("fr", "Guide ?", "## Un\n\n- [deux](#deux)\n\n## Deux\n\nFin."),
        ("de", "Kein Leitfaden?", "## Eins\n\n- [zwei](#zwo)\n\n## Zwei\n\nEnde."),
    ):
        write(root / f"content/{lang}/c/guida.md", f'title: "{title}"\ntype: guide', body)
        write(root / f"content/{lang}/c/altro.md", f"title: Altro {lang}?", "## X\n\nTesto.")
    with serve(root / "content", root / "data", contact_phone="+39 0546 000 214") as client:
        yield client


def write(path: Path, matter: str, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{matter}\n---\n{body}\n", "utf-8")


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def links(page: str) -> dict[str, str]:
    """What each link of the page's own part says → where it leads."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', main_of(page), re.DOTALL)
    return {unescape(re.sub(r"<[^>]*>", "", text)): unescape(href) for href, text in found}


def trail(page: str) -> list[tuple[str, str]]:
    """The steps of the trail, each with the choice taken there."""
    nav = re.search(r'<nav class="trail".*?</nav>', page, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", nav[0], re.DOTALL) if nav else []
    texts = [[unescape(t) for t in re.findall(r">([^<>]+)</(?:a|span)>", item)] for item in items]
    return [(text[0], text[1] if len(text) > 1 else "") for text in texts]


def test_a_guide_begins_with_its_introduction_and_first_step(odd_guides: httpx.Client) -> None:
    page = odd_guides.get(ODD).text
    assert "<title>Guida &lt;strana&gt;? · " in page
    assert page.count("<h1") == 1
    assert "Una nota" in page
    assert "La nota." in page
    assert '<h2 id="inizio-fine">Inizio &amp; fine?</h2>' in page
    assert links(page)["Un'altra"] == f"{ODD}?step=tre&via=inizio-fine"
    assert "feedback" not in main_of(page)
    assert links(page).keys() & {"Indietro", "Ricomincia"} == set()
    base = str(odd_guides.base_url).rstrip("/")
    assert f'<link rel="canonical" href="{base}{ODD}">' in page
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))


def test_a_step_says_where_one_is_and_how_one_came(odd_guides: httpx.Client) -> None:
    first = links(odd_guides.get(ODD).text)
    page = odd_guides.get(first['Secondo "modo"']).text
    assert "<title>Due · Guida &lt;strana&gt;? · " in page
    assert trail(page) == [("Inizio & fine?", 'Secondo "modo"')]
    assert 'name="robots" content="noindex"' in page
    assert 'rel="canonical"' not in page
    here = links(page)
    assert here["Indietro"] == here["Ricomincia"] == ODD
    third = odd_guides.get(here["Al tre"]).text
    assert trail(third) == [("Inizio & fine?", 'Secondo "modo"'), ("Due", "Al tre")]
    assert links(third)["Indietro"] == links(third)["Due"] == first['Secondo "modo"']
    end = odd_guides.get(links(third)["Basta"]).text
    assert [title for title, _ in trail(end)] == ["Inizio & fine?", "Due", "Tre"]


def test_two_choices_to_one_step_are_told_apart(odd_guides: httpx.Client) -> None:
    first = links(odd_guides.get(ODD).text)
    for said in ("Primo modo", 'Secondo "modo"'):
        assert trail(odd_guides.get(first[said]).text) == [("Inizio & fine?", said)]
    assert trail(odd_guides.get(f"{ODD}?step=due&via=inizio-fine~9").text) == [
        ("Inizio & fine?", "Primo modo")
    ]


def test_a_loop_shortens_the_trail(odd_guides: httpx.Client) -> None:
    path = f"{ODD}?step=tre&via=inizio-fine~2&via=due"
    back = links(odd_guides.get(path).text)["Torna al due"]
    assert back == f"{ODD}?step=due&via=inizio-fine~2"
    for _ in range(5):  # round and round: the address never grows
        assert links(odd_guides.get(back).text)["Al tre"] == path
        assert links(odd_guides.get(path).text)["Torna al due"] == back


def test_links_in_the_text_lead_to_steps_too(odd_guides: httpx.Client) -> None:
    page = odd_guides.get(f"{ODD}?step=due&via=inizio-fine").text
    here = links(page)
    assert here["dentro il tre"] == f"{ODD}?step=tre&via=inizio-fine&via=due#dentro"
    assert here["qui sotto"] == "#sotto"
    assert here["da capo"] == ODD
    assert '<code>&lt;a href="#tre"&gt;</code>' in page  # text about a link is no link
    assert here["All'articolo"] == "/it/a/c/altro#x"
    assert 'href="https://example.org/?a=1&amp;b=2" class="leaves" rel="noopener noreferrer"' in page


def test_an_end_asks_whether_it_helped_and_offers_a_person(odd_guides: httpx.Client) -> None:
    page = odd_guides.get(f"{ODD}?step=quattro").text
    form = re.search(r'<form method="post" action="/it/feedback">.*?</form>', page, re.DOTALL)
    assert form
    assert 'name="article" value="c/guida"' in form[0]
    assert 'name="value" value="yes"' in form[0]
    person = odd_guides.get(links(page)["Non è bastato: parla con una persona"])
    assert person.status_code == 200
    assert person.url.params["q"] == "Guida <strana>? › Quattro"
    assert "La nota." in page
    assert trail(page) == []  # come from a search, say
    assert "Indietro" not in links(page)
    assert links(page)["Ricomincia"] == ODD


def test_all_steps_stand_on_one_page_too(odd_guides: httpx.Client) -> None:
    path = links(odd_guides.get(f"{ODD}?step=tre").text)["Vedi tutti i passi in una pagina"]
    page = odd_guides.get(path).text
    assert all(f'id="{anchor}"' in page for anchor in ("inizio-fine", "due", "sotto", "tre", "quattro"))
    assert f'<link rel="canonical" href="{str(odd_guides.base_url).rstrip("/")}{ODD}?all=1">' in page
    assert "noindex" not in page
    assert links(page)["Procedi passo per passo"] == ODD


def test_changing_the_language_keeps_the_place_where_the_ways_are_the_same(odd_guides: httpx.Client) -> None:
    page = odd_guides.get(f"{ODD}?step=tre&via=inizio-fine~2&via=due").text
    switches = dict(re.findall(r'<a href="([^"]*)" lang="(en|fr|de)" hreflang', page))
    there = {lang: unescape(href) for href, lang in switches.items()}
    assert there["en"] == "/en/a/c/guida?step=three&via=start~2&via=two"
    assert trail(odd_guides.get(there["en"]).text) == [("Start?", "Two"), ("Two", "On")]
    assert (there["fr"], there["de"]) == ("/fr/a/c/guida", "/de/a/c/guida")


def test_a_guide_that_cannot_be_walked_is_an_article(odd_guides: httpx.Client) -> None:
    for query in ("", "?step=eins", "?all=1"):
        page = odd_guides.get(f"/de/a/c/guida{query}").text
        assert 'id="eins"' in page
        assert 'id="zwei"' in page
        assert "?all=1" not in main_of(page)


HOSTILE = (
    "",
    "nulla",
    "Tre",
    "tre ",
    "tre~1",
    "sotto",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\x00tre",
    "\r\nSet-Cookie: a=b",
    "x" * 20_000,
)


@pytest.mark.parametrize("value", [*HOSTILE, "inizio-fine"])
def test_a_step_that_is_none_is_the_beginning(odd_guides: httpx.Client, value: str) -> None:
    response = odd_guides.get(ODD, params={"step": value})
    assert (response.status_code, response.headers["location"]) == (302, ODD)


@pytest.mark.parametrize(
    "value", [*HOSTILE[:3], *HOSTILE[6:], "tre", "due~x", "due~0", "due~٣", "due~99999999"]
)
def test_a_trail_keeps_what_it_knows(odd_guides: httpx.Client, value: str) -> None:
    page = odd_guides.get(
        ODD, params={"step": "tre", "via": [value, "inizio-fine", value, "inizio-fine", "due"]}
    )
    assert page.status_code == 200
    kept = ["Due", "Inizio & fine?"] if value.startswith("due") else ["Inizio & fine?", "Due"]
    assert [title for title, _ in trail(page.text)] == kept
    assert "onerror" not in page.text
    assert "alert" not in page.text


@pytest.mark.parametrize(
    "query", ["step=%ff%fe", "step=%ED%A0%80", "step=tre&via=%ED%A0%80", "step=due&step=tre"]
)
def test_bytes_that_are_no_text_break_nothing(odd_guides: httpx.Client, query: str) -> None:
    assert odd_guides.get(f"{ODD}?{query}", follow_redirects=True).status_code == 200


def test_many_steps_gone_by_are_kept_once(odd_guides: httpx.Client) -> None:
    via = "&".join(["via=due", "via=inizio-fine~1"] * 1_000)
    page = odd_guides.get(f"{ODD}?step=quattro&{via}").text
    assert trail(page) == [("Due", ""), ("Inizio & fine?", "")]


def test_search_leads_to_the_step_that_answers(odd_guides: httpx.Client) -> None:
    found = odd_guides.get("/it/search", params={"q": "girandole"}).text
    assert f"{ODD}?step=tre#dentro" in links(found).values()
    hit = odd_guides.get("/api/v1/search", params={"q": "girandole", "lang": "it"}).json()["results"][0]
    assert (hit["url"], hit["anchor"]) == (f"{str(odd_guides.base_url).rstrip('/')}{ODD}", "dentro")


def test_every_way_through_the_demos_guides_ends(demo: httpx.Client) -> None:
    """Each page of them is reached, is well built, and leads somewhere."""
    for lang in ("it", "en"):
        for name in ("consegna/guida-pacco-non-arrivato", "resi-e-rimborsi/guida-reso"):
            waiting, seen, ends = [f"/{lang}/a/{name}"], set[str](), 0
            while waiting:
                path = waiting.pop()
                page = demo.get(path)
                assert page.status_code == 200, path
                choices = re.findall(r'<ul class="choices">.*?</ul>', page.text, re.DOTALL)
                ends += "/feedback" in main_of(page.text)
                assert choices or "/feedback" in main_of(page.text), path
                seen.add(re.sub(r"&.*", "", path))
                inside = [
                    h for h in links(f"<main{''.join(choices)}</main>").values() if f"/{name}?step" in h
                ]
                waiting += [h for h in inside if re.sub(r"&.*", "", h) not in seen]
            article = demo.get(f"/api/v1/articles/{name}", params={"lang": lang}).json()
            assert article["type"] == "guide"
            assert len(seen) == len([h for h in article["headings"] if h["level"] == 2]), name
            assert ends >= 6


@pytest.fixture(params=[390, 1280])
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Without JavaScript, on a phone and at a desk."""
    context = browser.new_context(
        java_script_enabled=False, locale="it", viewport={"width": request.param, "height": 844}
    )
    yield context.new_page()
    context.close()


def test_from_a_search_to_a_step_to_an_end_without_javascript(visitor: Page, demo: httpx.Client) -> None:
    visitor.goto(f"{demo.base_url}/it/")
    visitor.get_by_role("searchbox").fill("il pacco è tornato in bottega, perché?")
    visitor.keyboard.press("Enter")
    visitor.locator(f'article.result a[href*="{GUIDE}"]').first.click()
    expect(visitor).to_have_url(re.compile(re.escape(GUIDE)))
    visitor.goto(f"{demo.base_url}{GUIDE}")
    for choice in ("Spedito", "Il pacco risulta consegnato", "Nessuno lo ha visto"):
        visitor.get_by_role("link", name=choice, exact=True).click()
    expect(visitor.get_by_role("heading", level=2).first).to_have_text("Lo cerchiamo noi")
    assert visitor.title().startswith("Lo cerchiamo noi · Il pacco non è arrivato")
    taken = visitor.get_by_role("navigation", name="La strada fin qui").get_by_role("listitem")
    assert [item.inner_text().split("\n")[-1] for item in taken.all()] == [
        "Spedito",
        "Il pacco risulta consegnato",
        "Nessuno lo ha visto",
    ]
    visitor.get_by_role("button", name="Così ho risolto").click()
    expect(visitor.get_by_text("Grazie").first).to_be_visible()
    visitor.go_back()
    visitor.get_by_role("link", name="Indietro").click()
    expect(visitor.get_by_role("heading", level=2).first).to_have_text("Chi può averlo preso?")
    visitor.get_by_role("link", name="Che stato ha l’ordine?").click()
    expect(visitor).to_have_url(f"{demo.base_url}{GUIDE}".replace("//it", "/it"))


def test_by_keyboard_alone_the_choices_come_right_after_the_text(
    browser: Browser, demo: httpx.Client
) -> None:
    context = browser.new_context(locale="it")
    page = context.new_page()
    page.goto(f"{demo.base_url}{GUIDE}")
    said = "document.activeElement.innerText"
    for choice in ("Ricevuto", "Con bonifico"):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # past the frame, to the content
        for _ in range(6):
            page.keyboard.press("Tab")
            if page.evaluate(said) == choice:
                break
        assert page.evaluate(said) == choice
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Aspettiamo il bonifico")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    stops = []
    for _ in range(7):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(said))
    assert stops[2:] == [
        *("come pagare", "scrivici o chiamaci"),
        *("Così ho risolto", "Non è bastato: parla con una persona", "Indietro"),
    ]
    context.close()


def test_a_link_that_knows_only_the_article_opens_the_list_at_the_step(
    browser: Browser, demo: httpx.Client
) -> None:
    context = browser.new_context(locale="it", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.base_url}{GUIDE}#lo-cerchiamo-noi")
    link = page.locator("#lo-cerchiamo-noi a")
    expect(link).to_be_visible()
    link.click()
    expect(page).to_have_title(re.compile("^Lo cerchiamo noi"))
    context.close()


@pytest.mark.parametrize("place", ["", "?step=lo-cerchiamo-noi&via=che-stato-ha-l-ordine", "?all=1"])
def test_a_narrow_screen_never_scrolls_sideways(browser: Browser, demo: httpx.Client, place: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{demo.base_url}{GUIDE}{place}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.evaluate(
        "[...document.querySelectorAll('main :is(.choices, .guide-moves, .trail, .outcome, .all-steps) :is(a, button, summary)')]"
        ".map(e => e.getBoundingClientRect()).filter(r => r.height && r.height < 24).length"
    )
    assert small == 0
    context.close()
