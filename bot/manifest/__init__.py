"""What a platform wants to be told about the app before anybody can install it: generated, never written by hand."""
