"""How deliveries are signed, and when they come again."""

from datetime import timedelta

import httpx
from fastapi import Response
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from bot.clock import ShiftedClock
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.workspace import Message, Workspace
from tests.bot.sandbox.slack.forms import Bot, sent


async def test_everything_is_signed(hands: Hands, bot: Bot, workspace: Workspace, posted: Message) -> None:
    await hands.say("U0SAM", "naïve €")
    await hands.tap("U0SAM", "D0SAM", posted.ts, "Open")
    await hands.command("U0SAM", "", "/haven", "help now")
    verifier = SignatureVerifier(workspace.signing_secret)
    assert len(bot.got) == 3
    for headers, body in bot.got:
        assert verifier.is_valid_request(body, headers)
        assert not verifier.is_valid_request(body + b" ", headers)
        assert not SignatureVerifier("another").is_valid_request(body, headers)


async def test_the_signature_tells_the_clocks_time(hands: Hands, bot: Bot, clock: ShiftedClock) -> None:
    clock.later(timedelta(days=1))
    await hands.say("U0SAM", "hello")
    assert abs(int(bot.got[0][0]["x-slack-request-timestamp"]) - clock.now().timestamp()) < 5

    class Later(SlackClock):
        def now(self) -> float:
            return clock.now().timestamp() + 301

    late = SignatureVerifier(hands.workspace.signing_secret, Later())
    assert not late.is_valid_request(bot.got[0][1], bot.got[0][0])


async def test_an_event_is_retried_until_it_is_taken(hands: Hands, bot: Bot) -> None:
    bot.script = [Response(status_code=503), Response(status_code=500)]
    delivery = await hands.say("U0SAM", "hello")
    assert [answer.status for answer in delivery.answers] == [503, 500, 200]
    assert len({body for _, body in bot.got}) == 1
    assert [headers.get("x-slack-retry-num") for headers, _ in bot.got] == [None, "1", "2"]
    assert bot.got[1][0]["x-slack-retry-reason"] == "http_error"


async def test_three_retries_and_no_more_or_none_if_so_asked(hands: Hands, bot: Bot) -> None:
    bot.script = [Response(status_code=500) for _ in range(9)]
    assert len((await hands.say("U0SAM", "hello")).answers) == 4
    bot.script = [Response(status_code=500, headers={"X-Slack-No-Retry": "1"})]
    assert len((await hands.say("U0SAM", "hello")).answers) == 1


async def test_an_event_that_takes_too_long_comes_again(hands: Hands, bot: Bot) -> None:
    bot.gate = [1.0]
    delivery = await hands.say("U0SAM", "hello")
    assert [answer.status for answer in delivery.answers] == [0, 200]
    assert delivery.answers[0].seconds >= 0.5
    assert bot.got[1][0]["x-slack-retry-reason"] == "http_timeout"


async def test_an_interaction_is_not_retried(hands: Hands, bot: Bot, posted: Message) -> None:
    bot.script = [Response(status_code=500)]
    assert (await hands.tap("U0SAM", "D0SAM", posted.ts, "Open")).status == 500
    assert len(bot.got) == 1


async def test_nobody_there(workspace: Workspace, clock: ShiftedClock) -> None:
    gone = Hands(workspace, "http://127.0.0.1:1", clock, retries=0)
    assert (await gone.say("U0SAM", "hello")).status == 0


async def test_the_same_event_again(hands: Hands, bot: Bot) -> None:
    delivery = await hands.say("U0SAM", "hello")
    await hands.again(delivery)
    assert bot.got[0][1] == bot.got[1][1]
    assert bot.got[1][0]["x-slack-retry-num"] == "1"


async def test_raw_sends_what_it_is_told(hands: Hands, bot: Bot) -> None:
    answer = await hands.raw(b"x", {"X-Slack-Signature": "v0=no"})
    assert answer.status == 200
    assert "x-slack-request-timestamp" not in bot.got[0][0]


async def test_the_address_is_checked(hands: Hands, bot: Bot) -> None:
    await hands.url_verification()
    assert sent(bot)["type"] == "url_verification"
    assert sent(bot)["challenge"]


async def test_without_a_network(workspace: Workspace, clock: ShiftedClock, bot: Bot) -> None:
    transport = httpx.ASGITransport(app=bot.app())
    hands = Hands(workspace, "http://bot", clock, transport=transport)
    assert (await hands.say("U0SAM", "hello")).status == 200


async def test_patience_holds_without_a_network_too(workspace: Workspace, clock: ShiftedClock, bot: Bot) -> None:
    bot.gate = [0.3]
    transport = httpx.ASGITransport(app=bot.app())
    hands = Hands(workspace, "http://bot", clock, patience=0.05, retries=0, transport=transport)
    assert (await hands.say("U0SAM", "hello")).status == 0
