"""Reads what a page of ours sends into Arrivals."""

from collections.abc import Mapping
from typing import Final

from adapters.platform import Arrival
from adapters.web import pages
from adapters.web.secret import Secret
from adapters.web.sessions import Kept, Session
from flows.core.events import Answered, Said

_LONGEST: Final = 4000  # characters of a typed text


def kept(sent: Mapping[str, str]) -> Kept:
    """Return what was filled in beside what was done, and the form that it belongs to: nothing if that was sent."""
    return Kept() if "send" in sent else Kept(sent.get("kept", ""), _filled(sent))


def _filled(sent: Mapping[str, str]) -> dict[str, str]:
    fields = {key.removeprefix(pages.FIELD): value for key, value in sent.items() if key.startswith(pages.FIELD)}
    return {key: " ".join(value[:_LONGEST].splitlines()) for key, value in fields.items()}  # nothing else has lines


def read(session: Session, sent: Mapping[str, str], secret: Secret) -> Arrival:
    """Return what was done. A page's own name and what was pressed there name the delivery: a second click on the
    same button is the same thing, and takes place once."""
    page, token, text = sent.get("page", ""), sent.get("token", ""), sent.get("text", "")[:_LONGEST]
    said: Said | Answered | None = None
    if "send" in sent:
        token = sent["send"]
        said = Answered(values={key: value for key, value in _filled(sent).items() if value.strip()})
    elif "say" in sent or text:
        token, said = "", Said(text=sent.get("say") or text)
    done = "\0".join((page, token, *sorted(f"{key}={value}" for key, value in sent.items())))
    return Arrival(
        id=f"room:{secret.of('done', session.form, done).hex()}",
        address=session.guest.address,
        event=said,
        token=token,
        profile=session.guest.profile,
        secluded=True,
        place="page",
    )
