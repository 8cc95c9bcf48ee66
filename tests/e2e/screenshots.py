"""Takes the pictures of the demo that README shows.

python -m tests.e2e.screenshots       writes docs/screenshots/demo.png, demo-dark.png and demo-phone.png
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.browser import Pages, launch
from tests.e2e.process import start_haven

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"


def play(page: Page) -> None:
    """Bring everybody to something worth a look: a private check, help in a crisis, a reminder."""
    sam, priya, morgan = (page.locator(f"#pane-{who}") for who in ("sam", "priya", "morgan"))
    for pane in (sam, morgan):
        pane.get_by_label("Message as").fill("hello")
        pane.get_by_role("button", name="Send").click()
        pane.get_by_role("button", name="I agree, let's start").click()
    for label in ("Remind my team", "Customer Support", "A gentle reminder"):
        morgan.get_by_role("button", name=label).last.click()
    expect(morgan.get_by_role("button", name="Send it")).to_be_visible()
    priya.get_by_role("button", name="Add Haven").click()
    priya.get_by_label("Message as").fill("I want to die")
    priya.get_by_role("button", name="Send").click()
    expect(priya.get_by_role("log")).to_contain_text("Samaritans")
    sam.get_by_role("button", name="Private check").click()
    window = sam.get_by_role("dialog")
    for group in window.locator("fieldset").all()[:2]:
        group.get_by_label("Several days").check()
    window.locator(".window-body").evaluate("body => { body.scrollTop = 0 }")


def main() -> None:
    """Start a demo of its own, play, and take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        demo = start_haven(Path(made), "demo", "--at", "2026-11-23T08:00Z", ready="/")
        pages = Pages(launch(playwright))
        try:
            page = pages.open(demo.url, size=(1440, 900))
            play(page)
            page.goto(f"{demo.url}/?step=check")
            page.mouse.move(0, 0)
            page.screenshot(path=FOLDER / "demo.png")
            pages.open(f"{demo.url}/?panel=stored", size=(1440, 900), dark=True).screenshot(
                path=FOLDER / "demo-dark.png"
            )
            pages.open(f"{demo.url}/?view=priya", size=(390, 844)).screenshot(path=FOLDER / "demo-phone.png")
        finally:
            pages.close()
            demo.stop()


if __name__ == "__main__":
    main()
