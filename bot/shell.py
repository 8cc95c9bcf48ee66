"""What every command of `haven` has in common: where it prints, and how it stops."""

from typing import NoReturn

import typer
from rich.console import Console

from bot.settings import Settings, SettingsTrouble, load_settings

OUT, ERR = (Console(stderr=err, highlight=False, soft_wrap=True, markup=False) for err in (False, True))


def stop(message: str) -> NoReturn:
    """End with status 2 and a message that says what to do."""
    ERR.print(message)
    raise typer.Exit(2)


def settings_or_stop(**given: str) -> Settings:
    """Return the settings, or say what is wrong with them."""
    try:
        return load_settings(**given)
    except SettingsTrouble as error:
        stop(str(error))
