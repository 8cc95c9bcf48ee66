"""What reading a message for signs of a crisis costs, beside VADER: another reader of texts that runs on the spot.

Goals: 3 ms of CPU at the 95th percentile without the extra `semantics`, 60 ms with it; no attempt to reach a network.
"""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bot import wiring
from bot.clock import SystemClock
from bot.safety.corpus import sentences
from bot.safety.shipped import layers, reader, words
from content import default_root
from content.loader import load
from flows.safety import Reader

CORPUS = Path(__file__).parents[1] / "safety" / "corpus"
EVERY = 15  # so many examples apart


def main() -> None:
    """Print milliseconds of CPU a message: the middle, the 95th percentile, the slowest."""
    content = load(default_root(), wiring.WORDS, SystemClock().now().date())
    texts = [each.text for each in sentences(CORPUS.glob("*.csv"))][::EVERY]
    texts += [" ".join(texts[at : at + 12]) for at in range(0, 240, 12)]  # long ones
    readers: dict[str, Callable[[str], object]] = {
        "lexicon": Reader(content.lexicons).read,
        "lexicon and words": Reader(content.lexicons, (words().read,)).read,
        "all that is installed": reader(content).read,
        "VADER (peer)": SentimentIntensityAnalyzer().polarity_scores,
    }
    print(f"{len(texts)} messages, {len(layers())} learned layer")
    tried: list[object] = []
    with mock.patch.object(socket.socket, "connect", lambda _, address: tried.append(address)):
        for name, read in readers.items():
            spent = sorted(_cpu(read, text) for text in texts)
            middle, high = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
            print(f"{name:24} p50 {middle:7.2f} ms   p95 {high:7.2f} ms   slowest {spent[-1]:7.2f} ms", flush=True)
    print(f"attempts to reach a network: {len(tried)}")


def _cpu(read: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    read(text)
    return (time.process_time() - started) * 1000
