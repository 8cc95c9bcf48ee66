"""Draws Haven's mark, a shelter over calm water, as PNG: by whole numbers only, so every machine draws the same bytes.

Source of the format: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)".
"""

import struct
import zlib
from collections.abc import Callable
from typing import Final

COLOUR: Final = (0x1E, 0x5B, 0x66)
"""The blue-green behind the mark; white stands on it with a contrast of 7.65 to 1."""

_SAMPLES: Final = 4  # a side, of every pixel
_SIDE: Final = 192  # units of the drawing below
_STORED: Final = 0xFFFF  # bytes of one uncompressed block

Inside = Callable[[int, int], bool]


def colour(size: int = 192) -> bytes:
    """Return the mark in white on its colour, `size` pixels square."""
    return _png(size, lambda cover: (*(a + (255 - a) * cover // 16 for a in COLOUR), 255), (0, 0, _SIDE))


def outline(size: int = 32) -> bytes:
    """Return the mark in white on nothing, `size` pixels square, without a margin."""
    return _png(size, lambda cover: (255, 255, 255, 255 * cover // 16), (28, 31, 136))


def _mark(unit: int) -> Inside:
    """Return whether a point is inside of the mark; a unit of the drawing is `unit` of the point's."""

    def ring(x: int, y: int, cx: int, cy: int, radius: int, half: int) -> bool:
        far = (x - cx * unit) ** 2 + (y - cy * unit) ** 2
        return ((radius - half) * unit) ** 2 <= far <= ((radius + half) * unit) ** 2

    def disc(x: int, y: int, cx: int, cy: int, radius: int) -> bool:
        return (x - cx * unit) ** 2 + (y - cy * unit) ** 2 <= (radius * unit) ** 2

    def wave(x: int, y: int, level: int) -> bool:
        # three arcs, 40 wide; radius 52 puts the centres 48 off the level, and the arcs meet on the line through both
        for left, off in ((36, 48), (76, -48), (116, 48)):
            across, up = x - (left + 20) * unit, (y - (level + off) * unit) * (-1 if off > 0 else 1)
            if up > 0 and 48 * abs(across) <= 20 * up and ring(x, y, left + 20, level + off, 52, 5):
                return True
        return disc(x, y, 36, level, 5) or disc(x, y, 156, level, 5)

    def inside(x: int, y: int) -> bool:
        shelter = y <= 98 * unit and ring(x, y, 96, 98, 54, 8)
        ends = disc(x, y, 42, 98, 8) or disc(x, y, 150, 98, 8)
        return shelter or ends or disc(x, y, 96, 90, 15) or wave(x, y, 131) or wave(x, y, 155)

    return inside


def _png(size: int, paint: Callable[[int], tuple[int, ...]], view: tuple[int, int, int]) -> bytes:
    """Return a PNG of the square `view` (left, top, side) of the drawing; `paint` takes a cover of 0 to 16."""
    left, top, side = view
    unit = 2 * size * _SAMPLES
    inside = _mark(unit)
    across = [left * unit + (2 * at + 1) * side for at in range(size * _SAMPLES)]
    down = [top * unit + (2 * at + 1) * side for at in range(size * _SAMPLES)]
    rows = bytearray()
    for row in range(size):
        rows.append(0)  # no filter
        ys = down[row * _SAMPLES : (row + 1) * _SAMPLES]
        for column in range(size):
            xs = across[column * _SAMPLES : (column + 1) * _SAMPLES]
            rows += bytes(paint(sum(inside(x, y) for y in ys for x in xs)))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (_chunk(b"IHDR", header), _chunk(b"IDAT", _zlib(bytes(rows))), _chunk(b"IEND", b""))
    )


def _zlib(data: bytes) -> bytes:
    """Return a stream of stored blocks: libraries compress differently. Sources: RFC 1950, RFC 1951."""
    blocks = [data[at : at + _STORED] for at in range(0, len(data), _STORED)]
    told = b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block for block in blocks
    )
    return b"\x78\x01" + told + struct.pack(">I", zlib.adler32(data))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
