"""The demo in the browser: the whole service, stand-ins for Slack and Teams, and a look behind the scenes."""
