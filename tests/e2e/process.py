"""Programs that run beside a test: found when they answer, ended by their own id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

PATIENCE = 60.0  # seconds until a program answers
_LISTEN = "0A"  # a state of /proc/net/tcp


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int) -> set[str]:
    """Return the addresses on which somebody listens at a port, as the kernel of Linux tells it."""
    found = set()
    for name, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{name}").read_text(encoding="ascii").splitlines()[1:]:
            local, _, state = line.split()[1:4]
            address, hexed = local.split(":")
            if state == _LISTEN and int(hexed, 16) == port:
                words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
                found.add(socket.inet_ntop(family, b"".join(words)))
    return found


@dataclass
class Running:
    """A program that answers on `url`; what it wrote is in `log`."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        """Return the port that it listens on."""
        return int(self.url.rsplit(":", 1)[1])

    def written(self) -> str:
        """Return what it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End it and whatever it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def start(
    command: Sequence[str | Path], port: int, folder: Path, environment: Mapping[str, str], ready: str = "/"
) -> Running:
    """Start a program and wait until `ready` answers with less than 500. Raises AssertionError with what it wrote."""
    log = folder / f"{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Running(f"http://127.0.0.1:{port}", process, log)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(running.url + ready, timeout=5, trust_env=False).status_code < 500:
                return running
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    running.stop()
    raise AssertionError(f"{command} did not answer on {running.url}{ready}:\n{running.written()}")


def start_haven(folder: Path, *command: str, ready: str = "/readyz", **settings: str) -> Running:
    """Start `haven serve`, or another command, on a free port; data in `folder`; settings as HAVEN_SURFACE="room"."""
    port = int(settings.pop("HAVEN_PORT", 0)) or free_port()
    haven = Path(sys.executable).with_name("haven")
    environment = {"HAVEN_PORT": str(port), "HAVEN_DATABASE_URL": f"sqlite:///{folder / 'haven.db'}"}
    return start([haven, *(command or ("serve",))], port, folder, environment | settings, ready)
