"""A browser that notices whatever a page runs, sends, or was kept from running."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, Route

# In every frame before anything else: what a vector calls, and what the policy had to stop.
_SENTINEL = """(() => {
  const say = (what) => console.error("RAN " + what + " in " + location.href);
  for (const name of ["alert", "confirm", "prompt", "msgbox", "print"]) {
    window[name] = (...said) => say(name + "(" + said + ")");
  }
  document.addEventListener("securitypolicyviolation", (event) =>
    say("policy: " + event.effectiveDirective + " " + event.blockedURI + " " + event.sample));
})();"""
# What a document holds that could run something now, or once somebody clicks; the browser's own reading.
AUDIT = """(root, base) => {
  const wrong = [];
  const running = "script:not([src]):not([type='application/ld+json']), iframe, frame, object, embed, applet, svg, math,"
    + "base, meta[http-equiv], style, portal, template";
  const places = ["href", "src", "action", "formaction", "data", "poster", "background", "xlink:href", "srcset", "cite"];
  // What our own templates have; no class and no `data-` that they go by is let through from a text.
  const ours = "svg.counter, template[data-after], template[data-ask], iframe#preview";
  for (const element of root.querySelectorAll("*")) {
    const shown = element.outerHTML.slice(0, 120);
    if (element.matches(running) && !element.matches(ours)) wrong.push("element: " + shown);
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || ["style", "srcdoc", "ping", "autofocus"].includes(name)) wrong.push(name + ": " + shown);
      if (!places.includes(name)) continue;
      let scheme = "https:";
      try { scheme = new URL(value, base).protocol; } catch { continue; }
      if (!["http:", "https:", "mailto:", "tel:"].includes(scheme)) wrong.push(scheme + " " + shown);
    }
  }
  return wrong;
}"""
# Opens pages in frames of one document, a few at a time, and audits each.
_FRAMES = """async ([paths, audit]) => {
  const look = eval(audit), wrong = [];
  const open = async (path) => {
    const frame = document.createElement("iframe");
    const loaded = new Promise((done) => frame.addEventListener("load", done));
    frame.src = path;
    document.body.append(frame);
    await loaded;
    const page = frame.contentDocument;
    if (!page || !page.querySelector("main")) wrong.push(path + " is no page of ours");
    else for (const one of look(page, page.baseURI)) wrong.push(path + " has " + one);
    frame.remove();
  };
  const waiting = [...paths];
  const worker = async () => { while (waiting.length) await open(waiting.shift()); };
  await Promise.all(Array.from({ length: 6 }, worker));
  return wrong;
}"""


@dataclass
class Watch:
    """A browser's window on one site, and what was noticed in it."""

    context: BrowserContext
    home: str
    noticed: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """A new one, watched."""
        return self.context.new_page()

    def frames(self, paths: list[str]) -> list[str]:
        """What is wrong with these pages of the site, and what was noticed while they were open."""
        page = self.page()
        page.goto(f"{self.home}/harness")
        wrong: list[str] = page.evaluate(_FRAMES, [paths, f"({AUDIT})"])
        page.close()
        return wrong + self.noticed

    def fragments(self, fragments: list[str]) -> list[str]:
        """The same for pieces of HTML, all in one document that no policy guards."""
        page = self.page()
        body = "".join(f'<section data-number="{n}">{html}</section>\n' for n, html in enumerate(fragments))
        page.route(
            f"{self.home}/fragments",
            lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=_document(body)),
        )
        page.goto(f"{self.home}/fragments")
        wrong: list[str] = page.evaluate(f"() => ({AUDIT})(document.body, document.baseURI)")
        if page.locator("body > section").count() != len(fragments):
            wrong.append("a fragment reaches out of its place")
        page.close()
        return wrong + self.noticed

    def _heard(self, message: ConsoleMessage) -> None:
        if message.text.startswith("RAN ") or "Content Security Policy" in message.text:
            self.noticed.append(message.text)

    def _asked(self, request: Request) -> None:
        """Pictures may come from everywhere: that is an editor's choice, and the policy's."""
        if urlsplit(request.url).netloc != urlsplit(self.home).netloc and request.resource_type != "image":
            self.noticed.append(f"a {request.resource_type} was asked for: {request.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.noticed.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


@contextmanager
def watched(browser: Browser, home: str, *, bypass_csp: bool = False, **more: Any) -> Iterator[Watch]:
    """A watch over the site at `home`, which has a page of no policy at /harness; the rest of the world is away."""
    context = browser.new_context(bypass_csp=bypass_csp, locale="it-IT", **more)
    context.set_default_timeout(30_000)
    context.add_init_script(_SENTINEL)
    context.route(re.compile(rf"^(?!{re.escape(home)}/)(?!data:)"), lambda route: route.abort())
    context.route(f"{home}/harness", _harness)
    watch = Watch(context, home)
    context.on("console", watch._heard)
    context.on("request", watch._asked)
    context.on("dialog", watch._dialog)
    yield watch
    context.close()


def _harness(route: Route) -> None:
    route.fulfill(content_type="text/html; charset=utf-8", body=_document(""))


def _document(body: str) -> str:
    return f"<!doctype html><html lang=it><meta charset=utf-8><title>x</title><body>\n{body}</body></html>"


def written(folder: Path, place: str, body: str, **matter: object) -> None:
    """A file of content; the fields are quoted as YAML that holds any text."""
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}: {json.dumps(value, ensure_ascii=True)}\n" for name, value in matter.items())
    path.write_text(f"---\n{lines}---\n{body}\n", "utf-8", errors="backslashreplace", newline="")
