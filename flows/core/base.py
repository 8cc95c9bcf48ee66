"""The one base of every value in the grammar: frozen, closed, comparable."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen model that refuses unknown keys, so a stale or forged payload never slips in."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
