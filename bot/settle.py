"""What a process does that is to run for long, once it has loaded what it needs."""

import gc
from typing import Final

SELDOM: Final = (50_000, 20, 100)


def settle() -> None:
    """Tell Python that what is loaded stays. To look all of it through, for what is in use no more, takes 0.2 s each
    time, in which nobody is answered. What comes and goes is seldom in cycles: it is looked through less often, too."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
