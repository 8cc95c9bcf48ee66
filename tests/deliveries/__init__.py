"""What Slack and Teams deliver: again, late, out of order, spoilt and forged."""
