"""The built-in clinic: a booking server of its own that speaks a subset of FHIR R4 over HTTP."""
