"""What a person sees of a card."""

from bot.sandbox.teams.look import buttons_of, fields_of, links_of, text_of
from tests.bot.sandbox.teams.kit import FORM, card, dialog, fetch, message, submit, words
from tests.bot.sandbox.teams.test_cards import COLUMNS, FACTS, IMAGE, LINK, RICH, SHOW, TABLE


def test_every_word_is_read_in_order() -> None:
    whole = card(words("One"), RICH, IMAGE, FACTS, {"type": "Container", "items": [words("Two"), COLUMNS]}, TABLE)
    lines = ["One", "Hello you", "A lighthouse", "When Monday", "Two", "Hello", "Hello"]
    assert text_of(message(whole)).splitlines() == lines
    assert text_of(whole).splitlines() == lines


def test_a_message_without_a_card_is_its_text() -> None:
    assert text_of(message(text="Hello", attachments=[])) == "Hello"
    assert buttons_of(message(text="Hello")) == []


def test_buttons_wherever_they_are() -> None:
    row = {"type": "ActionSet", "actions": [submit("A", token="t")]}
    whole = message(card(row, actions=[fetch("B"), LINK, {**submit("C"), "mode": "secondary"}, SHOW]))
    seen = buttons_of(whole)
    assert [one.label for one in seen] == ["A", "B", "Read", "C", "More"]
    assert (seen[0].data, seen[0].fetches, seen[1].fetches) == ({"token": "t"}, False, True)
    assert (seen[2].url, seen[3].hidden, seen[0].hidden) == ("https://example.org", True, False)


def test_links_among_the_words() -> None:
    assert links_of(message(card(RICH, {**IMAGE, "selectAction": LINK}))) == ["https://example.org"] * 2
    assert links_of(message(card(words(), actions=[LINK]))) == []


def test_fields() -> None:
    fields = fields_of(dialog(FORM)["task"]["value"])
    assert [field.label for field in fields] == ["Name", "Mood", "Days", "Age", "Day", "Hour", "Agree", "Zip"]
    assert [field.required for field in fields] == [True, True] + [False] * 6
    assert (fields[1].options, fields[1].type, fields[1].id) == (("Good", "Bad"), "ChoiceSet", "mood")
