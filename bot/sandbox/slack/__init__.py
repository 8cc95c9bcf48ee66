"""A stand-in Slack: Web API, signed deliveries, people, limits and errors."""
