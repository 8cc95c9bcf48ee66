"""Teams' own limits, as the stand-in counts them: what is turned away comes again, and all of it arrives."""

import asyncio

from adapters.platform import Address
from adapters.teams.reference import Reference
from bot.sandbox.teams.pace import Pace
from bot.sandbox.teams.workspace import Person
from tests.adapters.teams.conftest import World, public


async def test_more_than_a_chat_may_hear_in_a_second_arrives_all_the_same(here: World) -> None:
    here.workspace.pace = Pace()
    await asyncio.gather(*(here.platform.post(here.sam, public(f"line {n}").public()) for n in range(10)))
    assert sorted(here.texts()) == [f"line {n}" for n in range(10)]
    assert throttled(here) > 0


async def test_more_than_a_tenant_may_ask_in_a_second_arrives_all_the_same(here: World) -> None:
    """A Monday morning: everybody's check-in at once, 16 at a time, as the errands send them."""
    people = [install(here, number) for number in range(120)]
    here.workspace.pace = Pace()
    sixteen = asyncio.Semaphore(16)

    async def send(address: Address) -> str:
        async with sixteen:
            return await here.platform.post(address, public("How are you?").public())

    sent = await asyncio.gather(*map(send, people))
    assert all(sent)
    assert all(here.texts(address.user) == ["How are you?"] for address in people)


def install(world: World, number: int) -> Address:
    workspace = world.workspace
    person = workspace.join(Person(f"29:1p{number}", f"5d000000-0000-4000-8000-{number:012}", f"Person {number}"))
    chat = workspace.personal(person.id)
    chat.installed = True
    reference = Reference(
        service=workspace.service_url,
        conversation=chat.id,
        bot=workspace.bot_id,
        user=person.id,
        tenant=workspace.tenant_id,
    )
    world.references.kept[person.aad_object_id] = reference.model_dump_json()
    return world.address(person.id)


def throttled(world: World) -> int:
    return [call.error for call in world.workspace.recorded].count("Throttled")
