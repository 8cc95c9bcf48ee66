"""The content, and how many requests each endpoint gets: a few hundred here, 10,000 with `make proofs`."""

import pytest

from tests.golden.conftest import contents

__all__ = ["contents"]


@pytest.fixture
def many(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fuzz"))
