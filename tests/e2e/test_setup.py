"""The tools themselves: what is missing is said, a page is judged, nothing speaks to another machine."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Error

from tests.e2e import setup
from tests.e2e.browser import PHONE, Pages, violations
from tests.e2e.conftest import StartHaven

ROOT = Path(__file__).parents[2]
GOOD = "<html lang=en><title>Haven</title><main><h1>Hello</h1><label>Name <input></label></main>"
BAD = "<html><title>Haven</title><main><h1>Hello</h1><p style='color:#ccc;background:#fff'>Pale</p><input></main>"


def test_without_npm_the_set_up_says_what_is_missing_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import pathlib, sys, tests.e2e.setup as it; it._STAMP = pathlib.Path('nowhere'); sys.exit(it.main())"
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("make e2e cannot run. npm is missing. It comes with Node")


def test_without_a_browser_the_set_up_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(setup.Missing, match="apt-get install --no-install-recommends chromium"):
        setup.browser()


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = (setup.HERE / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/')


def test_axe_finds_what_is_wrong_with_a_page_and_nothing_with_a_good_one(pages: Pages) -> None:
    page = pages.open(size=PHONE)
    page.set_content(GOOD)
    assert violations(page) == []
    page.set_content(BAD)
    assert {each.split(" ")[0] for each in violations(page)} >= {"html-has-lang", "label", "color-contrast"}


def test_axe_says_that_it_needs_javascript(pages: Pages) -> None:
    page = pages.open(javascript=False)
    page.set_content(GOOD)
    with pytest.raises(ValueError, match="needs JavaScript"):
        violations(page)


def test_a_page_cannot_reach_another_machine(pages: Pages) -> None:
    page = pages.open()
    with pytest.raises(Error, match="ERR_FAILED"):
        page.goto("http://elsewhere.example/")
    assert pages.foreign == ["http://elsewhere.example/"]
    pages.foreign.clear()


def test_haven_runs_as_a_process_and_is_ended(haven: StartHaven) -> None:
    service = haven()
    assert httpx.get(f"{service.url}/healthz").status_code == 200
    service.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{service.url}/healthz")
