"""Content and a service that was started before, as the golden dialogues have them."""

from tests.golden.conftest import contents

__all__ = ["contents"]
