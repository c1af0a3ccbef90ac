"""Bytes counted while they are unpacked: a few hundred of them can stand for a gigabyte.

HTTP bodies come plain, as gzip or as deflate, once; archives hold one file, stored or deflated. Nothing here ever holds
more than its limit and one piece beyond it.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable

from foresto_cli.errors import BadPayload

ENCODINGS = "gzip, deflate"
"""What is asked for. Brotli and Zstandard, whose libraries count nothing, are not."""
PIECE = 262_144
MOST_MEMBERS = 64
"""A gzip file may consist of several; of an answer it is one."""
HIGHEST_RATIO = 200
"""The list of companies is 8 times as large as its archive; deflate itself reaches 1,032."""
MEGABYTE = 1_000_000

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1


def body_of(pieces: Iterable[bytes], encoding: str, largest: int, label: str) -> bytes:
    """Return a whole HTTP body, unpacked.

    Args:
        pieces: as they come over the wire.
        encoding: the header ``Content-Encoding``.
        largest: bytes, packed or unpacked.
        label: what Korean messages call the upstream.

    Raises:
        BadPayload: more than ``largest``, packed in a way that was not asked for, damaged, or cut off.
    """
    kind = encoding.strip().lower()
    if kind not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise BadPayload(f"{label}: 요청하지 않은 방식으로 압축된 응답이 왔습니다.")
    body = bytearray()
    unpack = None if kind in ("", "identity") else _Unpacker(_ZLIB if kind == "deflate" else _GZIP)
    packed = 0
    for piece in pieces:
        packed += len(piece)
        for part in (piece,) if unpack is None else unpack.parts(piece, label):
            body += part
            if max(len(body), packed) > largest:
                raise BadPayload(f"{label}: 응답이 {largest // MEGABYTE} MB를 넘습니다.")
    if unpack is not None and packed and not unpack.is_whole:
        raise BadPayload(f"{label}: 압축된 응답이 중간에서 잘렸습니다.")
    return bytes(body)


class _Unpacker:
    """Unpacks gzip or deflate a small part at a time."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self._members = 1
        self._started = False

    @property
    def is_whole(self) -> bool:
        return self._stream.eof

    def parts(self, piece: bytes, label: str) -> Iterable[bytes]:
        if not self._started and piece:
            self._started = True
            # Some servers say deflate and send it without the frame of zlib.
            if self._window == _ZLIB and not _has_frame(piece):
                self._stream = zlib.decompressobj(_RAW)
        left = piece
        try:
            while left:
                if self._stream.eof and not self._next_member(left):
                    return
                yield self._stream.decompress(left, PIECE)
                left = self._stream.unconsumed_tail or self._stream.unused_data
            while not self._stream.eof and (more := self._stream.decompress(b"", PIECE)):
                yield more
        except zlib.error:
            raise BadPayload(f"{label}: 압축된 응답을 풀 수 없습니다.") from None

    def _next_member(self, left: bytes) -> bool:
        """Go on with a further member of the file; what follows the last one is no matter."""
        if self._window != _GZIP or not left.startswith(b"\x1f") or self._members >= MOST_MEMBERS:
            return False
        self._stream = zlib.decompressobj(_GZIP)
        self._members += 1
        return True


def _has_frame(piece: bytes) -> bool:
    first, second = piece[0], piece[1] if len(piece) > 1 else 0
    return first & 0x0F == zlib.DEFLATED and (len(piece) == 1 or (first * 256 + second) % 31 == 0)


def only_file(archive: bytes, largest: int, label: str) -> bytes:
    """Return the only file of a zip archive; its name and dates are not looked at.

    Raises:
        BadPayload: no archive, damaged, encrypted, packed otherwise than by deflate, of several files, or too large.
    """
    broken = BadPayload(f"{label}: 압축 파일이 깨졌거나 잘렸습니다.", archive)
    # Counted before zipfile makes an object of each.
    if archive.count(_ENTRY) > MOST_MEMBERS:
        raise broken
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            (inside,) = opened.infolist()
            if inside.compress_type not in _METHODS or inside.flag_bits & _ENCRYPTED:
                raise BadPayload(f"{label}: 압축 파일이 모르는 방식으로 압축되었거나 암호가 걸려 있습니다.", archive)
            if inside.file_size > min(largest, HIGHEST_RATIO * max(len(archive), 1)):
                raise BadPayload(
                    f"{label}: 압축 파일이 풀면 너무 커집니다(한도 {largest // MEGABYTE} MB).", archive[:MEGABYTE]
                )
            with opened.open(inside) as file:
                # The size is a claim; no more is read than that.
                return file.read(inside.file_size + 1)
    # A damaged header or body shows itself in whatever the reader stumbles over.
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, LookupError):
        raise broken from None
