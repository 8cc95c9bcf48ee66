"""What keeps programs of others on this machine: each test goes red with the guard left out."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e import setup

LISTEN = (
    "const s = require('node:http').createServer().listen(%s, () => { console.log(s.address().address); s.close(); })"
)
TRIES = {
    "fetch": "fetch('http://192.0.2.1/').catch((e) => console.log(e.cause.message))",
    "connect": "require('node:net').connect(80, '192.0.2.1').on('error', (e) => console.log(e.message))",
    "tls": "require('node:tls').connect(443, 'elsewhere.example').on('error', (e) => console.log(e.message))",
    "name": "require('node:dns').lookup('elsewhere.example', (e) => console.log(e.message))",
    "names": "require('node:dns/promises').resolve4('elsewhere.example').catch((e) => console.log(e.message))",
    "datagram": """
        try { require('node:dgram').createSocket('udp4').send('x', 53, '192.0.2.1') }
        catch (e) { console.log(e.message) }
    """,
}


def run(folder: Path, code: str) -> tuple[str, str]:
    log = folder / "guard.log"
    command = [str(setup.node()), "-r", str(setup.HERE / "guard.cjs"), "-e", code]
    done = subprocess.run(command, env={"GUARD_LOG": str(log)}, capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.strip(), log.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("where", ["0", "0, '0.0.0.0'", "{ port: 0 }", "{ port: 0, host: '::' }", "'0'"])
def test_a_program_listens_here_only(tmp_path: Path, where: str) -> None:
    said, noted = run(tmp_path, LISTEN % where)
    assert said == "127.0.0.1"
    assert noted.startswith("listen ")


@pytest.mark.parametrize("how", TRIES)
def test_a_program_reaches_nothing_beyond_this_machine_and_is_noted(tmp_path: Path, how: str) -> None:
    said, noted = run(tmp_path, TRIES[how])
    assert said.startswith("guard: ")
    assert noted.startswith("refused ")


def test_a_program_may_call_itself(tmp_path: Path) -> None:
    code = """
        const server = require('node:http').createServer((_, answer) => answer.end('here'));
        server.listen(0, async () => {
          const { port } = server.address();
          console.log(JSON.stringify([await (await fetch(`http://localhost:${port}`)).text()]));
          server.close();
        });
    """
    said, noted = run(tmp_path, code)
    assert json.loads(said) == ["here"]
    assert "refused" not in noted
