"""The gates that any page must pass: axe-core, a narrow window and roomier text, html-validate."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Each colour scheme and each width once: colours do not depend on the width, nor a layout on colours.
_LOOKS = [("light", 1280), ("dark", 320)]

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
# All of html-validate's rules are on but one: how long a title is, is the editor's affair. Four are loosened to
# what the standards say: a doctype's case, ids with a colon, checkboxes of one name, and the naming of whatever
# may have a name.
_RULES = Path(__file__).parent / "htmlvalidate.json"


def findings(page: Page) -> list[str]:
    """What axe says of a page in each look."""
    found = []
    for scheme, width in _LOOKS:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(
            "open => document.querySelectorAll('details').forEach((d) => (d.open = open))", width < 600
        )
        result: dict[str, Any] = page.evaluate(
            "options => axe.run(options)",
            {"runOnly": TAGS, "rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]},
        )
        found += [
            f"{scheme} {width}: {violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]
    return found


def misfits(page: Page) -> list[str]:
    """What does not fit in a narrow and in a wide window, by itself and with roomier text, or hides its focus."""
    found: list[str] = []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        found += _too_wide(page, width)
        # To a long field the browser scrolls as far as its first line, not to its middle.
        found += page.evaluate(UNSEEN.replace(", textarea", ""))
        page.evaluate(SPACING)
        found += _too_wide(page, width)
        found += page.evaluate(CUT)
    return found


def _too_wide(page: Page, width: int) -> list[str]:
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return [f"{wide} px wide in a window of {width}"] if wide > width else []


def invalid(pages: Mapping[str, bytes], folder: Path, node_modules: Path) -> list[str]:
    """What html-validate says of pages as they were served, by name; `folder` is theirs to be written in."""
    for name, page in pages.items():
        (folder / f"{name}.html").write_bytes(page)
    node = shutil.which("node")
    assert node, "no node on PATH: run `make gates`"
    program = str(node_modules / "html-validate" / "bin" / "html-validate.mjs")
    report = folder / "report.json"  # what it writes to a pipe is cut off
    command = [node, program, "--config", str(_RULES), "--formatter", f"json={report}", str(folder)]
    subprocess.run(command, check=False)
    return [
        f"{Path(file['filePath']).stem}:{m['line']}:{m['column']} {m['ruleId']}: {m['message']}"
        for file in json.loads(report.read_bytes())
        for m in file["messages"]
    ]
