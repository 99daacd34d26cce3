"""The real browser, opened once for all tests that need one."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# As long as Playwright waits for all else: what is waited for comes late on a machine that does three things at
# once, and only a failing test waits so long.
expect.set_options(timeout=30_000)

# Our scripts give up on a server that takes 1.5 s (the widget) or 2.5 s (suggestions). Here it may take twenty
# times as long: what it says is tested, and that a slow one is given up has tests of its own.
_PATIENT = """(() => {
    const wait = window.setTimeout;
    window.setTimeout = (then, ms, ...rest) => wait(then, [1500, 2500].includes(ms) ? 20 * ms : ms, ...rest);
})()"""


def patient(context: BrowserContext) -> BrowserContext:
    """The same, for tests of a real server: its pages' scripts do not give it up for being slow."""
    context.add_init_script(_PATIENT)
    return context


def chromium_path() -> str:
    """Debian's build without a window where it is installed; any other is slower."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path, "no chromium on PATH: run `make browser`"
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield launched
        launched.close()
