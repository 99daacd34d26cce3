"""What a visitor does on a page with the widget."""

from typing import Final

from playwright.sync_api import Locator, Page

QUESTION: Final = "Quanto costa la spedizione a casa mia?"


def region(page: Page) -> Locator:
    """The answers, wherever they stand: Playwright looks into open shadow roots."""
    return page.locator("sportello-answers [role=region]")


def question(page: Page, number: int = 0) -> Locator:
    """What opens an answer."""
    return region(page).locator("summary").nth(number)


def message(page: Page) -> Locator:
    """The form's message field."""
    return page.locator("#contact textarea")


def write(page: Page, text: str = QUESTION) -> None:
    """Add to the message, all at once: letters one by one would pause on a busy machine, and be asked about."""
    message(page).focus()
    page.keyboard.insert_text(text)


def press(page: Page) -> None:
    """Press the form's button, which is none of the widget's."""
    page.locator("#contact button:not([part])").click()


def send(page: Page) -> None:
    """Fill in what the form requires, and send it."""
    page.locator("#contact [type=email]").fill("anna@example.com")
    press(page)


def leave(page: Page) -> None:
    """Go to another page."""
    page.goto("about:blank")
