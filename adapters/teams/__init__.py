"""Microsoft Teams: the only place that knows botbuilder, Teams' payloads and its limits."""
