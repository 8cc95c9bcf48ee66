"""Many people, a year, and a clock that is moved: the real flows, schedule and store, to look at what goes out when."""
