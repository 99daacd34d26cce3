"""All that a customer comes to do, with JavaScript switched off."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def page(browser: Browser, demo: httpx.Client) -> Iterator[Page]:
    """The Italian home page on a phone."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="it"
    )
    opened = context.new_page()
    opened.goto(f"{demo.base_url}/")
    yield opened
    context.close()


def ask(page: Page, question: str) -> None:
    page.get_by_role("searchbox").first.fill(question)
    with page.expect_navigation():
        page.get_by_role("button", name="Cerca").first.click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name).first.click()


def test_a_misspelt_question_is_put_right(page: Page) -> None:
    ask(page, "rimbroso")
    meant = page.locator(".meant a")
    expect(meant).to_have_text("rimborso")
    with page.expect_navigation():
        meant.click()
    expect(page.get_by_role("searchbox")).to_have_value("rimborso")
    expect(page.locator("article.result").first).to_be_visible()


def test_filters_narrow_and_are_taken_away(page: Page) -> None:
    ask(page, "rimborso")
    page.locator("nav.filters summary").click()
    follow(page, "Resi, rimborsi e garanzia")
    expect(page).to_have_url(re.compile("q=rimborso&category=resi-e-rimborsi"))
    for source in page.locator(".result .source").all_inner_texts():
        assert source.startswith("Resi, rimborsi e garanzia")
    follow(page, re.compile("Resi, rimborsi e garanzia.*togli", re.IGNORECASE))
    expect(page).to_have_url(re.compile("q=rimborso(&s=|$)"))


def test_a_question_without_an_answer_is_carried_to_a_person(page: Page) -> None:
    question = "ricetta della carbonara con guanciale"
    ask(page, question)
    expect(page.get_by_role("heading", level=1)).to_contain_text(question)
    expect(page.locator(".answer, .best")).to_have_count(0)
    with page.expect_navigation():
        page.locator(".person a.button").click()
    expect(page.locator("textarea")).to_have_value(question)
    written = page.locator("a[href^='mailto:']").get_attribute("href") or ""
    assert "ricetta%20della%20carbonara%20con%20guanciale" in written


def test_an_article_leads_to_its_relatives_and_twins(page: Page, demo: httpx.Client) -> None:
    page.goto(f"{demo.base_url}/it/a/consegna/seguire-il-pacco")
    page.get_by_label("Articoli collegati").get_by_role("link").first.click()
    page.wait_for_load_state()
    path = page.url.partition("/it/")[2]
    assert path.startswith("a/")
    follow(page, "English")
    expect(page).to_have_url(re.compile(f"/en/{re.escape(path)}$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_guide_is_walked_forth_and_back(page: Page, demo: httpx.Client) -> None:
    page.goto(f"{demo.base_url}/it/a/resi-e-rimborsi/guida-reso")
    follow(page, "Ha un difetto")
    expect(page.get_by_role("heading", name="Quando è comparso il difetto?")).to_be_visible()
    follow(page, "Nel primo anno")
    expect(page.get_by_role("heading", name="Non devi provare nulla")).to_be_visible()
    with page.expect_navigation():
        page.locator(".guide-moves a").first.click()
    expect(page.get_by_role("heading", name="Quando è comparso il difetto?")).to_be_visible()


def test_topics_are_browsed_by_moment_and_by_name(page: Page) -> None:
    follow(page, re.compile("Dopo l’acquisto"))
    expect(page).to_have_url(re.compile("phase=after"))
    page.go_back()
    follow(page, "Consegna")
    expect(page.get_by_role("heading", level=1)).to_have_text("Consegna")
    page.locator("main .articles a").first.click()
    expect(page).to_have_url(re.compile("/it/a/consegna/"))


def rate(page: Page, demo: httpx.Client, answer: str) -> None:
    page.goto(f"{demo.base_url}/it/a/pagamenti/fattura")
    with page.expect_navigation():
        page.get_by_role("button", name=answer, exact=True).click()


def test_a_helpful_article_is_thanked_for(page: Page, demo: httpx.Client) -> None:
    rate(page, demo, "Sì")
    expect(page.get_by_role("heading", level=1)).to_have_text("Grazie")


def test_an_unhelpful_article_is_explained(page: Page, demo: httpx.Client) -> None:
    rate(page, demo, "No")
    with page.expect_navigation():
        page.get_by_role("button", name="Invia").click()
    expect(page.get_by_role("alert")).to_be_visible()  # neither a reason nor a word
    page.get_by_role("radio").nth(1).check()
    page.locator("input[name=comment]").fill("Non capisco «riepilogo».")
    with page.expect_navigation():
        page.get_by_role("button", name="Invia").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grazie")
    with page.expect_navigation():
        page.get_by_role("link", name="Parla con una persona").first.click()
    expect(page).to_have_url(re.compile("/it/contact"))
