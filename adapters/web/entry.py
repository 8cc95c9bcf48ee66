"""How a page is opened: a link from the chat shows a form, and the code beside the link lets its person in."""

import logging

from fastapi import Request, Response

from adapters.web import pages
from adapters.web.answers import PATH, Answers
from adapters.web.guard import form
from adapters.web.language import Language, Speak
from adapters.web.links import Guest, Links, Wrong, digits
from adapters.web.log import event
from adapters.web.secret import Secret
from adapters.web.sessions import Sessions


class Entry:
    """The page of a link."""

    def __init__(self, links: Links, sessions: Sessions, secret: Secret, speak: Speak, answers: Answers) -> None:
        self._links, self._sessions, self._secret, self._speak = links, sessions, secret, speak
        self._answers = answers

    async def look(self, request: Request, token: str) -> Response:
        """Show a link's page. Looking uses nothing up: previews and scanners look, too."""
        fate, locale = self._links.look(token)
        if fate != "open":
            return self._answers.state(request, fate, locale)
        visit = self._secret.draw(16)
        answer = self._answers.page(self._page(self._speak(locale), token, visit))
        self._answers.keep(answer, self._answers.visit, visit)
        return answer

    async def enter(self, request: Request, token: str) -> Response:
        """Take a link's code: open the page, or say how many tries are left."""
        sent, visit = await form(request), request.cookies.get(self._answers.visit, "")
        fate, locale = self._links.look(token)
        if fate != "open":
            return self._answers.state(request, fate, locale)
        if not sent or not visit or not self._answers.meant(request, sent, self._form(token, visit)):
            return self._answers.state(request, "refused", locale)
        language = self._speak(locale)
        code = digits(sent.get("code", ""))
        if not code:
            return self._answers.page(self._page(language, token, visit, str(language.words.code_missing)), 422)
        opened = self._links.open(token, code)
        if isinstance(opened, Wrong):
            event("room_wrong_code", logging.WARNING)
            wrong = language.words.code_wrong.fill(left=str(opened.left))
            return self._answers.page(self._page(language, token, visit, wrong), 403)
        if not isinstance(opened, Guest):
            event("room_link_closed", logging.WARNING)
            return self._answers.state(request, opened, locale)
        answer = self._answers.onwards()
        self._answers.keep(answer, self._answers.cookie, self._sessions.begin(opened))
        self._answers.drop(answer, self._answers.visit)
        return answer

    def _page(self, language: Language, token: str, visit: str, wrong: str = "") -> str:
        return pages.door(language, action=f"{PATH}/open/{token}", form=self._form(token, visit), wrong=wrong)

    def _form(self, token: str, visit: str) -> str:
        """Return what the form of a link's page must bring back from this browser."""
        return self._secret.of("visit", visit, token).hex()
