"""Slack: the only place that knows its SDK, its payloads and its limits."""
