"""What the wire lets through: only our own server, only bounded answers."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.providers.fhir_wire import Fixed, Lost, Unsent, Wire
from tests.bot.providers.conftest import serving

EMPTY = {"resourceType": "Bundle", "type": "searchset"}


class Scripted:
    """Answers by a function of the request, and remembers what it was asked."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self.asked: list[httpx.URL] = []
        self.headers: list[Any] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append(httpx.URL(str(request.url)))
        self.headers.append(request.headers)
        await self.answer(request)(scope, receive, send)


def wire(answer: Callable[[Request], Response], base: str = "https://a.example/fhir") -> tuple[Wire, Scripted]:
    server = Scripted(answer)
    return Wire(base, Fixed("t0ken"), 1.0, httpx.AsyncClient(transport=httpx.ASGITransport(server))), server


def constantly(response: Response) -> Callable[[Request], Response]:
    return lambda _request: response


def next_link(url: str) -> dict[str, Any]:
    return EMPTY | {"link": [{"relation": "next", "url": url}]}


@pytest.mark.parametrize(
    "url",
    [
        "https://b.example/fhir/Slot?p=2",
        "http://a.example/fhir/Slot?p=2",
        "https://a.example:444/fhir/Slot?p=2",
        "//b.example/fhir",
        "https://a.example/other?p=2",
    ],
)
async def test_a_next_page_elsewhere_is_not_asked_for(url: str) -> None:
    opened, server = wire(lambda _request: JSONResponse(next_link(url)))
    with pytest.raises(Lost):
        [page async for page in opened.pages("Slot", [])]
    assert len(server.asked) == 1


@pytest.mark.parametrize("url", ["https://a.example/fhir/Slot?p=2", "Slot?p=2", "?p=2", "https://a.example/fhir?p=2"])
async def test_a_next_page_here_is_asked_for_with_its_own_query(url: str) -> None:
    opened, server = wire(lambda request: JSONResponse(EMPTY if request.query_params.get("p") else next_link(url)))
    assert len([page async for page in opened.pages("Slot", [("status", "free")])]) == 2
    assert [one.query for one in server.asked] == [b"status=free", b"p=2"]


async def test_pages_without_end_are_an_answer_lost() -> None:
    opened, server = wire(lambda _request: JSONResponse(next_link("?p=2")))
    with pytest.raises(Lost):
        [page async for page in opened.pages("Slot", [])]
    assert len(server.asked) == 20


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_names_nowhere(status: int) -> None:
    for where in ("https://b.example/fhir/", "https://a.example/other/", "//b.example/fhir/"):
        moved = Response(status_code=status, headers={"Location": where})
        opened, server = wire(constantly(moved))
        assert (await opened.transact({})).status == status
        assert (await opened.get("Slot/1")).status == status
        assert len(server.asked) == 2


async def test_only_a_missing_slash_is_mended() -> None:
    def answer(request: Request) -> Response:
        if request.url.path.endswith("/"):
            return JSONResponse({})
        return Response(status_code=307, headers={"Location": "https://a.example/fhir/"})

    opened, server = wire(answer)
    assert [(await opened.transact({})).status for _ in range(2)] == [200, 200]
    assert [one.path for one in server.asked] == ["/fhir", "/fhir/", "/fhir/"]


async def test_an_answer_without_end_is_given_up() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100_000):
            yield b" " * 65_536

    with serving(Scripted(lambda _request: StreamingResponse(endless()))) as url:
        opened = Wire(url, None, 20.0, None)
        async with asyncio.timeout(10):
            with pytest.raises(Lost):
                await opened.get("Slot/1")
        await opened.close()


async def test_a_compressed_answer_is_not_asked_for_and_not_let_to_swell() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    opened, server = wire(lambda _request: Response(bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(Lost):
        await opened.get("Slot/1")
    assert server.headers[0]["accept-encoding"] == "identity"


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 100_000])
async def test_a_success_that_is_no_object_is_lost(body: bytes) -> None:
    opened, _ = wire(lambda _request: Response(body))
    with pytest.raises(Lost):
        await opened.get("Slot/1")
    opened, _ = wire(lambda _request: Response(body, 412))
    assert (await opened.get("Slot/1")).status == 412


async def test_what_was_surely_not_done_is_told_from_what_may_have_been() -> None:
    for status, error in ((429, Unsent), (500, Lost), (502, Lost), (503, Lost), (504, Lost)):
        opened, _ = wire(constantly(Response(status_code=status)))
        with pytest.raises(error):
            await opened.get("Slot/1")


async def test_every_request_brings_the_token() -> None:
    opened, server = wire(lambda _request: JSONResponse({}))
    resource = {"resourceType": "Slot", "id": "1"}
    await opened.get("Slot/1")
    await opened.put(resource, 'W/"1"')
    await opened.create(resource, "identifier=a|b")
    await opened.transact({})
    assert {one["authorization"] for one in server.headers} == {"Bearer t0ken"}
    assert server.headers[1]["if-match"] == 'W/"1"'
    assert server.headers[2]["if-none-exist"] == "identifier=a|b"
    assert {one.get("content-type") for one in server.headers[1:]} == {"application/fhir+json"}


async def test_no_proxy_of_the_environment_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = (Scripted(lambda _request: JSONResponse({})) for _ in range(2))
    with serving(proxy) as proxy_url, serving(server) as url:
        monkeypatch.setenv("HTTP_PROXY", proxy_url)
        monkeypatch.setenv("ALL_PROXY", proxy_url)
        monkeypatch.setenv("NO_PROXY", "")
        opened = Wire(url, None, 5.0, None)
        await opened.get("Slot/1")
        await opened.close()
    assert (len(proxy.asked), len(server.asked)) == (0, 1)


@pytest.mark.parametrize("base", ["https://a.example", "http://127.0.0.1:1", "http://localhost:1/fhir", "http://[::1]"])
async def test_bases_that_are_safe(base: str) -> None:
    opened = Wire(base, None, 1.0, None)
    await opened.close()
