"""Pages bear what readers do to them: narrow screens, zoom, wider spacing, no motion, the keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Find, open_visit
from tests.browser.visits import Visit

# WCAG 1.4.12, in a sheet that the page's own policy lets pass.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { letter-spacing: 0.12em !important; line-height: 1.5 !important;
    word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
# Elements whose text is cut off; an excerpt shortened to some lines is so by intent.
CUT = """() => [...document.body.querySelectorAll("*")].filter((element) => {
  const style = getComputedStyle(element);
  const hides = (value) => value === "hidden" || value === "clip";
  return element.textContent.trim() && style.display !== "inline" && style.clipPath === "none"
    && style.webkitLineClamp === "none" && (
      (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1)
      || (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1));
}).map((element) => element.outerHTML.slice(0, 200))"""
# Focusable elements that, in focus, have no outline (their own or their card's) or are covered.
UNSEEN = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((element) => element.checkVisibility() && !element.disabled)
  .filter((element) => {
    element.focus();
    const outlined = (one) => one && one !== document.body && (
      (getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth) >= 2)
      || outlined(one.parentElement));
    const box = element.getClientRects()[0];
    // Of a tall field, the first lines: a browser shows where one writes.
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 60) / 2);
    const seen = top && (element.contains(top) || top.contains(element));
    return document.activeElement !== element || !outlined(element) || !seen;
  }).map((element) => element.outerHTML.slice(0, 200))"""
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
