"""Coming and going in Teams: one welcome, and where somebody is reached, kept and forgotten."""

import pytest

from adapters.platform import Arrival, Busy, Shown, Unreachable
from bot.sandbox.teams import payloads
from bot.sandbox.teams.demo import SAM
from tests.adapters.teams.conftest import World, public


async def test_installing_brings_one_welcome(world: World) -> None:
    world.will(public("Welcome"))
    deliveries = await world.hands.install(SAM)
    await world.settle()
    assert [delivery.status for delivery in deliveries] == [200, 200]
    (arrival,) = world.desk.arrivals
    assert (arrival.event, arrival.token) == (None, "")
    assert world.texts() == ["Welcome"]


@pytest.mark.parametrize("again", ["install", "update"])
async def test_the_welcome_comes_once(world: World, again: str) -> None:
    world.will(public("Welcome"))
    await world.install()
    if again == "install":
        await world.hands.uninstall(SAM)
        await world.hands.install(SAM)
    else:
        place = world.workspace.personal(SAM)
        world.references.kept[world.sam.user] = "{}"
        for action in ("remove-upgrade", "add-upgrade"):
            told = payloads.installation(world.workspace, world.workspace.person(SAM), place, action)
            assert (await world.hands.deliver(told)).status == 200
    await world.settle()
    assert world.texts() == ["Welcome"]
    assert world.desk.arrivals == []
    await world.platform.post(world.sam, public("A check-in").public())  # where the chat is was kept anew
    assert world.texts() == ["Welcome", "A check-in"]


async def test_an_update_keeps_nothing_of_whom_nobody_knows(world: World) -> None:
    told = payloads.installation(
        world.workspace, world.workspace.person(SAM), world.workspace.personal(SAM), "add-upgrade"
    )
    assert (await world.hands.deliver(told)).status == 200
    assert world.references.kept == {}
    assert world.desk.arrivals == []


async def test_a_welcome_that_failed_is_not_lost(world: World) -> None:
    world.fail(Busy())
    *_, installed = await world.hands.install(SAM)
    assert installed.status == 503
    world.will(public("Welcome"))
    assert (await world.hands.again(installed)).status == 200
    await world.settle()
    assert world.texts() == ["Welcome"]


async def test_where_somebody_is_reached_is_kept_and_forgotten(world: World) -> None:
    await world.install()
    (kept,) = world.references.kept.items()
    assert kept[0] == world.sam.user
    assert world.workspace.personal(SAM).id in kept[1]
    await world.hands.uninstall(SAM)
    assert world.references.kept == {world.sam.user: ""}
    assert world.desk.arrivals == []
    with pytest.raises(Unreachable):
        await world.platform.show(world.sam, public("Hello"))


async def test_if_it_cannot_be_forgotten_teams_is_told(here: World) -> None:
    here.references.fails = RuntimeError("CANARY")
    delivery = await here.hands.uninstall(SAM)
    assert (delivery.status, delivery.text) == (500, "")


async def test_a_new_address_replaces_the_old_one(here: World) -> None:
    here.references.kept[here.sam.user] = "{}"
    await here.say("hello")
    await here.platform.post(here.sam, public("Hello").public())
    assert here.texts() == ["Hello"]


async def test_what_is_forgotten_in_a_turn_is_not_kept_after_it(here: World) -> None:
    def forget(arrival: Arrival) -> Shown:
        here.references.kept.clear()
        return public("Everything is gone.")

    here.desk.answer = forget
    await here.say("forget me")
    assert here.texts() == ["Everything is gone."]
    assert here.references.kept == {}


async def test_if_references_cannot_be_kept_people_are_answered_all_the_same(here: World) -> None:
    here.references.fails = RuntimeError("down")
    here.will(public("Call 999"))
    await here.say("help")
    here.workspace.personal(SAM).installed = False
    await here.hands.install(SAM)
    await here.settle()
    assert here.texts() == ["Call 999", "Call 999"]
