"""Pages bear what readers do to them: narrow screens, zoom, wider spacing, no motion, the keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Find, open_visit
from tests.browser.gates import CUT, SPACING, UNSEEN
from tests.browser.visits import Visit

MOVING = """() => [...document.querySelectorAll("*")].filter((element) => {
  const style = getComputedStyle(element);
  return style.scrollBehavior === "smooth" || style.animationName !== "none"
    || style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0.01);
}).map((element) => element.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page zoomed to 200 %, for a reader who wants no motion."""
    context = browser.new_context(
        viewport={"width": 640, "height": 400}, device_scale_factor=2, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def test_a_page_bears_zoom_and_narrowness_and_spacing(page: Page, find: Find, visit: Visit) -> None:
    page.set_viewport_size({"width": 640, "height": 400})
    open_visit(page, visit, find(visit))
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    assert page.evaluate(UNSEEN) == []
    assert page.evaluate(MOVING) == []
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(UNSEEN) == []
    page.evaluate(SPACING)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(CUT) == []
