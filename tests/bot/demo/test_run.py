"""The command itself: one address, a clean end, and what it refuses."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

HAVEN = Path(sys.executable).with_name("haven")


def start(folder: Path, *more: str, **settings: str) -> subprocess.Popen[str]:
    """Start the demo in a folder of its own, where temporary files go, too."""
    return subprocess.Popen(
        [HAVEN, "demo", *more],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_says_one_address_and_ends_with_ctrl_c_leaving_nothing(tmp_path: Path) -> None:
    demo = start(tmp_path, "--port", "0")
    assert demo.stdout
    address = re.search(r"http://127\.0\.0\.1:\d+", demo.stdout.readline())
    assert address
    second = demo.stdout.readline()
    assert second == "Everything is in a temporary folder, gone when it ends; --db keeps it. Ctrl-C ends it.\n"
    with httpx.stream("GET", f"{address[0]}/pulse", timeout=10) as pulse:  # somebody looks on
        assert pulse.status_code == 200
        demo.send_signal(signal.SIGINT)
        begun = time.monotonic()
        out, err = demo.communicate(timeout=20)
    assert demo.returncode == 0
    assert time.monotonic() - begun < 10
    assert err == ""
    assert out == ""
    assert [*tmp_path.iterdir()] == []


def test_a_port_that_is_taken_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = start(tmp_path, "--port", str(port))
        _, err = demo.communicate(timeout=60)
    assert demo.returncode == 3
    assert f"Port {port} of this machine cannot be used" in err
    assert f"haven demo --port {port + 1}" in err


def test_production_has_no_demo(tmp_path: Path) -> None:
    demo = start(tmp_path, HAVEN_PROFILE="production")
    _, err = demo.communicate(timeout=60)
    assert demo.returncode == 2
    assert "HAVEN_PROFILE=production: the demo has stand-ins" in err


def test_an_image_is_built_without_it() -> None:
    ignored = (Path(__file__).parents[3] / ".dockerignore").read_text().splitlines()
    for folder in ("bot/demo", "bot/sandbox/slack", "bot/sandbox/teams"):
        assert ignored.index(folder) > ignored.index("!bot")
    kept = "import sys; sys.modules.update({'bot.demo': None, 'bot.sandbox.slack': None, 'bot.sandbox.teams': None}); "
    subprocess.run([sys.executable, "-c", kept + "import bot.cli"], check=True)


def test_a_database_is_kept_where_it_is_asked_for(tmp_path: Path) -> None:
    demo = start(tmp_path, "--port", "0", "--db", f"sqlite:///{tmp_path / 'kept.db'}")
    assert demo.stdout
    assert "http://127.0.0.1" in demo.stdout.readline()
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=20)
    assert {"kept.db", "kept-clinic.db", "kept.keys.json"} <= {each.name for each in tmp_path.iterdir()}
