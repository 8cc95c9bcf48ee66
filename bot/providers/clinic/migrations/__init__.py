"""The history of the clinic's tables, apart from every other database of the service."""
