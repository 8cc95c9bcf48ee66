"""Tests of the Teams adapter, over real HTTP against the stand-in Bot Connector."""
