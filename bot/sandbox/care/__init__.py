"""A stand-in for the staffed contact's desk: it speaks its protocol and refuses what a real one would."""
