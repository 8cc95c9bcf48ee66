"""Booking APIs: one protocol, its clients, and the built-in clinic that speaks FHIR itself."""
