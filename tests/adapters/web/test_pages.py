"""What a page makes of a line: addresses lead there, numbers dial, and everything else is just text."""

from adapters.web.pages import linked


def test_numbers_that_can_be_dialled_dial_and_stay_text() -> None:
    line = linked("Samaritans: call 116 123, <b>day and night</b>. Not 9999 and not 999.", ("999", "116 123"))
    assert line == (
        'Samaritans: call <a class="dial" dir="ltr" href="tel:116123">116 123</a>, &lt;b&gt;day and night&lt;/b&gt;. '
        'Not 9999 and not <a class="dial" dir="ltr" href="tel:999">999</a>.'
    )


def test_only_the_numbers_of_the_screen_dial_and_addresses_stay_addresses() -> None:
    assert linked("Call 555 1234") == "Call 555 1234"
    led = linked("See https://find.example/999 or call +44 20 7946 0000", ("999", "+44 20 7946 0000"))
    assert led.count("<a ") == 2
    assert 'href="https://find.example/999"' in led
    assert 'href="tel:+442079460000"' in led
