"""Debian's Chromium, which may speak to this machine only, and axe-core to judge a page."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route

from tests.e2e.setup import chromium, module

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PHONE, DESK = (360, 740), (1280, 800)  # pixels of the page
WAIT = 15_000  # milliseconds; two slow cores under load


def launch(playwright: Playwright) -> Browser:
    """Start the machine's Chromium, without a window."""
    return playwright.chromium.launch(executable_path=str(chromium()), headless=True, args=list(FLAGS))


@dataclass
class Pages:
    """Opens pages, each in a context of its own: no cookie or store is shared between two people.

    What a page asks of another machine is refused and noted in `foreign`; at the end of the test that must be empty.
    """

    browser: Browser
    foreign: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        url: str = "",
        *,
        size: tuple[int, int] = DESK,
        dark: bool = False,
        javascript: bool = True,
        **more: Any,
    ) -> Page:
        """Open a page; `more` is what Playwright's `new_context` takes, as `reduced_motion="reduce"`."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            service_workers="block",
            **more,
        )
        self._contexts.append(context)
        context.set_default_timeout(WAIT)
        context.route("**/*", self._only_here)
        page = context.new_page()
        if url:
            page.goto(url)
        return page

    def close(self) -> None:
        """Close all of them."""
        for each in self._contexts:
            each.close()

    def _only_here(self, route: Route) -> None:
        where = urlsplit(route.request.url)
        if where.scheme in {"data", "blob"} or where.hostname in {"127.0.0.1", "localhost"}:
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page, one text each: rule, weight, where and why.

    Raises ValueError for a page without JavaScript: axe-core would wait for ever there.
    """
    if page.evaluate("matchMedia('(scripting: none)').matches"):
        raise ValueError("axe-core needs JavaScript: open the same page with it to have it judged")
    page.evaluate(Path(module("axe-core/axe.min.js")).read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(done => JSON.stringify(done.violations))"
    )
    return [
        f"{each['id']} ({each['impact']}): {node['target']}: {' '.join(node['failureSummary'].split())}"
        for each in json.loads(found)
        for node in each["nodes"]
    ]
