"""Run all benches, or those named: `python -m tests.bench [reader ...]`."""

import sys
from importlib import import_module
from pathlib import Path

ALL = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        print(f"\n== {name}", flush=True)
        import_module(f"tests.bench.{name}").main()
