"""What a screen says of itself."""

from flows.core.screen import Button, Field, Screen

AGAIN, DONE = Button(key="look_again", label="Look again"), Button(key="done", label="Done")
HELP = Button(key="help", label="Help now", standing=True)


def test_a_private_screen_that_only_offers_to_look_again_waits() -> None:
    assert Screen(lines=("One moment",), buttons=(AGAIN, HELP), private=True).waits


def test_whoever_has_something_to_do_is_not_waiting() -> None:
    assert not Screen(lines=("Done",), buttons=(DONE,), private=True).waits
    assert not Screen(lines=("Choose",), buttons=(AGAIN, DONE), private=True).waits
    assert not Screen(lines=("Choose",), buttons=(AGAIN,)).waits
    name = Field(key="name", label="Name")
    assert not Screen(lines=("Fill in",), fields=(name,), buttons=(AGAIN,), private=True, submit="Send").waits
