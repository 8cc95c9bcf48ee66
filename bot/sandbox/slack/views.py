"""What is on people's screens: stacks of modals, App Home tabs, and what has been entered into them."""

import copy

from bot.clock import token
from bot.sandbox.slack.blockkit import STATEFUL
from bot.sandbox.slack.limits import STACK_MOST, check_view, elements
from bot.sandbox.slack.workspace import Json, SlackError, View, Workspace

EMPTY: dict[str, tuple[str, str]] = {
    # element type -> (what its state calls the value, what the element calls its first value)
    "radio_buttons": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
}


def complete(workspace: Workspace, blocks: list[Json]) -> list[Json]:
    """Return the blocks with what Slack adds: missing block and action ids, emoji and verbatim flags."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", token(workspace.clock, 3))
        for _, element in elements(block):
            element.setdefault("action_id", token(workspace.clock, 3))
        _flag(block)
    return blocks


def _flag(part: object) -> None:
    if isinstance(part, list):
        for each in part:
            _flag(each)
    elif isinstance(part, dict):
        if part.get("type") == "plain_text":
            part.setdefault("emoji", True)
        elif part.get("type") == "mrkdwn":
            part.setdefault("verbatim", False)
        for each in part.values():
            _flag(each)


def initial(element: Json) -> Json:
    """Return the state of an element that nobody has touched."""
    name, first = EMPTY[element["type"]]
    nothing: object = [] if name == "selected_options" else None
    return {"type": element["type"], name: element.get(first, nothing)}


def stateful(view: Json) -> dict[tuple[str, str], Json]:
    """Return the elements of a completed view or message that hold a value, by block id and action id."""
    return {
        (block["block_id"], element["action_id"]): element
        for block in view["blocks"]
        for _, element in elements(block)
        if element["type"] in STATEFUL
    }


def draw(workspace: Workspace, view: View, payload: Json) -> View:
    """Put a checked payload on the screen: a new hash; what was entered stays where the same ids remain."""
    entered = view.values
    view.payload = {**payload, "blocks": complete(workspace, payload["blocks"])}
    view.hash = f"{int(workspace.clock.now().timestamp())}.{token(workspace.clock, 4)}"
    view.errors = {}
    view.values = {}
    for (block, action), element in stateful(view.payload).items():
        kept = entered.get(block, {}).get(action)
        same = kept is not None and kept["type"] == element["type"]
        view.values.setdefault(block, {})[action] = kept if same and kept else initial(element)
    return view


def stack(workspace: Workspace, user: str) -> list[View]:
    """Return the modals open on somebody's screen, the lowest first."""
    return workspace.modals.setdefault(user, [])


def put_on_top(workspace: Workspace, user: str, payload: object) -> View:
    """Open a modal, above those that are open. Raises SlackError."""
    checked = check_view(payload, "modal")
    views = stack(workspace, user)
    if len(views) >= STACK_MOST:
        raise SlackError("push_limit_reached")
    _refuse_external_twice(workspace, checked, None)
    view = draw(workspace, View(workspace.draw("V"), user, {}, ""), checked)
    view.root = views[0].id if views else view.id
    view.previous = views[-1].id if views else None
    views.append(view)
    return view


def redraw(workspace: Workspace, view: View, payload: object) -> View:
    """Replace what an open view shows, under the same id. Raises SlackError."""
    checked = check_view(payload, view.payload["type"])
    _refuse_external_twice(workspace, checked, view)
    return draw(workspace, view, checked)


def publish(workspace: Workspace, user: str, payload: object, hash_: str | None) -> View:
    """Put a view on somebody's App Home. Raises SlackError."""
    checked = check_view(payload, "home")
    workspace.member(user)
    home = workspace.homes.get(user)
    if hash_ and home and home.hash != hash_:
        raise SlackError("hash_conflict")
    _refuse_external_twice(workspace, checked, home)
    if home is None:
        home = View(workspace.draw("V"), user, {}, "")
        home.root = home.id
    workspace.homes[user] = draw(workspace, home, checked)
    return home


def _refuse_external_twice(workspace: Workspace, payload: Json, itself: View | None) -> None:
    external = payload.get("external_id")
    if external and any(view.payload.get("external_id") == external for view in _all(workspace) if view is not itself):
        raise SlackError("duplicate_external_id")


def _all(workspace: Workspace) -> list[View]:
    return [*workspace.homes.values(), *(view for views in workspace.modals.values() for view in views)]


def find(workspace: Workspace, view_id: str | None, external_id: str | None) -> View:
    """Return an open view. Raises SlackError not_found if it is closed or never was."""
    for view in _all(workspace):
        if view.id == view_id or (external_id and view.payload.get("external_id") == external_id):
            return view
    raise SlackError("not_found")


def wire(workspace: Workspace, view: View) -> Json:
    """Return a view as Slack sends it, with the state of every element that holds a value."""
    payload = view.payload
    return {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": payload["type"],
        "blocks": payload["blocks"],
        "private_metadata": payload.get("private_metadata", ""),
        "callback_id": payload.get("callback_id", ""),
        "state": {"values": copy.deepcopy(view.values)},
        "hash": view.hash,
        "title": payload.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": payload.get("clear_on_close", False),
        "notify_on_close": payload.get("notify_on_close", False),
        "close": _flagged(payload.get("close")),
        "submit": _flagged(payload.get("submit")),
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": workspace.app_id,
        "external_id": payload.get("external_id", ""),
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }


def _flagged(label: Json | None) -> Json | None:
    return None if label is None else {"emoji": True, **label}
