"""A stand-in Microsoft Teams: Bot Connector, login, signing keys, people, dialogs, limits and errors."""
