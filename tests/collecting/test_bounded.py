"""Work and memory that an answer costs are bounded, whatever it is: a few hundred bytes can stand for a gigabyte."""

import gzip
import io
import json
import subprocess
import sys
import time
import zipfile
import zlib
from datetime import date, timedelta

import pytest
from hostile import POLICY, serving, session_of
from hostile import http as answer

from foresto_cli.errors import BadPayload
from foresto_cli.upstream import _readers, dart, fsc
from foresto_cli.upstream._unpack import body_of, only_file

MEGABYTE = 1_000_000
MOST_MEMORY = 200 * MEGABYTE
LARGEST = 3 * MEGABYTE
DAY = date(2026, 11, 19)


def bomb(method, size, *, names=("CORPCODE.xml",)):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            with archive.open(name, "w", force_zip64=False) as file:
                for _ in range(size // MEGABYTE):
                    file.write(b"\0" * MEGABYTE)
    return out.getvalue()


def raw_deflate(content):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


TEXT = json.dumps({"list": list(range(40_000)), "한글": "가" * 9_000}).encode()
PACKED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]),
    " GZIP ": gzip.compress(TEXT) + b"garbage",
    "deflate": zlib.compress(TEXT),
    "Deflate": raw_deflate(TEXT),
}


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("size", [1, 7, 1_000, 10**9])
def test_what_is_packed_as_it_may_be_is_unpacked(encoding, size):
    packed = PACKED[encoding]
    pieces = [packed[place : place + size] for place in range(0, len(packed), size)]
    assert body_of(pieces, encoding, LARGEST, "누구") == TEXT


def test_no_body_at_all_is_none():
    assert body_of([], "gzip", LARGEST, "누구") == b""


@pytest.mark.parametrize(("packed", "encoding"), [
    (gzip.compress(TEXT)[:-9], "gzip"),
    (zlib.compress(TEXT)[:-9], "deflate"),
    (gzip.compress(TEXT)[:500] + b"\xff" * 500, "gzip"),
    (TEXT, "gzip"),
    (TEXT, "br"),
    (TEXT, "zstd"),
    (gzip.compress(gzip.compress(TEXT)), "gzip, gzip"),
    (gzip.compress(b"\0" * 4 * MEGABYTE), "gzip"),
    (zlib.compress(b"\0" * 4 * MEGABYTE), "deflate"),
    (raw_deflate(b"\0" * 4 * MEGABYTE), "deflate"),
    (b"\0" * 4 * MEGABYTE, ""),
])  # fmt: skip
def test_what_is_packed_otherwise_damaged_or_too_large_is_not_believed(packed, encoding):
    with pytest.raises(BadPayload):
        body_of([packed], encoding, LARGEST, "누구")


def test_half_an_answer_that_is_packed_is_a_broken_line_and_tried_again():
    whole = answer(gzip.compress(TEXT), "Content-Encoding: gzip")
    with serving(whole[:-500]) as (port, heard):
        with pytest.raises(Exception, match="끊겼"):
            session_of().get(f"http://127.0.0.1:{port}/")
        assert len(heard) == 4


def test_what_is_asked_for_is_what_is_counted():
    with serving(answer(gzip.compress(TEXT), "Content-Encoding: gzip")) as (port, heard):
        response = session_of().get(f"http://127.0.0.1:{port}/", headers={"Accept-Encoding": "br, zstd"})
    assert response.json()["list"][-1] == 39_999
    assert b"Accept-Encoding: gzip, deflate\r\n" in heard[0]


ARCHIVES = {
    "bzip2": lambda: bomb(zipfile.ZIP_BZIP2, 100 * MEGABYTE),
    "lzma": lambda: bomb(zipfile.ZIP_LZMA, 10 * MEGABYTE),
    "large": lambda: bomb(zipfile.ZIP_DEFLATED, 100 * MEGABYTE),
    "ratio": lambda: bomb(zipfile.ZIP_DEFLATED, 2 * MEGABYTE),
    "two": lambda: bomb(zipfile.ZIP_STORED, MEGABYTE, names=("a", "b")),
    "thousands": lambda: bomb(zipfile.ZIP_STORED, 0, names=[f"{number}" for number in range(3_000)]),
    "nothing": lambda: b"PK",
    "empty": lambda: b"PK\x05\x06" + b"\0" * 18,
    "cut": lambda: bomb(zipfile.ZIP_DEFLATED, MEGABYTE)[:-30],
}
"""Made when they are needed: packing a hundred megabytes of nothing takes its time."""


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_one_file_of_a_known_kind_and_size(name):
    with pytest.raises(BadPayload):
        only_file(ARCHIVES[name](), dart.LARGEST_MEMBER, "누구")


def test_a_size_that_is_a_lie_is_not_believed():
    packed = bytearray(bomb(zipfile.ZIP_DEFLATED, 50 * MEGABYTE))
    size = (50 * MEGABYTE).to_bytes(4, "little")
    packed = bytes(packed).replace(size, (1_000).to_bytes(4, "little"))
    with pytest.raises(BadPayload):
        only_file(packed, dart.LARGEST_MEMBER, "누구")


def entities(depth):
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(depth))
    return f'<?xml version="1.0"?><!DOCTYPE r [{lines}]><r>&e{depth - 1};</r>'.encode()


HOSTILE_XML = {
    "entities": entities(9),
    "doctype": b"<?xml version='1.0'?><!DOCTYPE r SYSTEM 'file:///etc/passwd'><r><status>000</status></r>",
    "deep": b"<?xml version='1.0'?>" + b"<a>" * 100_000 + b"</a>" * 100_000,
    "many": b"<?xml version='1.0'?><r>" + b"<a/>" * 400_000 + b"</r>",
    "attributes": b"<?xml version='1.0'?><r " + b" ".join(b'a%d=""' % n for n in range(400_000)) + b"/>",
    "pieces": b"<?xml version='1.0'?><r>" + b"a\n" * 600_000 + b"</r>",
    "charset": b"<?xml version='1.0' encoding='ebcdic-of-nobody'?><r/>",
    "cut": b"<?xml version='1.0'?><r><a>",
}


@pytest.mark.parametrize("name", HOSTILE_XML)
def test_xml_that_is_no_answer_is_not_understood(name):
    with pytest.raises(BadPayload):
        _readers.xml_root(HOSTILE_XML[name], "누구")


@pytest.mark.parametrize("name", [*HOSTILE_XML, "tag", "field", "companies", "fields"])
def test_a_list_of_companies_that_is_none_is_not_understood(name):
    company = b"<list><corp_code>1</corp_code><stock_code>005930</stock_code></list>"
    more = {
        "tag": b"<r><list><!--" + b"x" * 3 * MEGABYTE + b"--></list></r>",
        "field": b"<r><list><corp_name>" + b"x" * 20_000 + b"</corp_name></list></r>",
        "companies": b"<r>" + company * 60_000 + b"</r>",
        "fields": b"<r><list>" + b"".join(b"<f%d/>" % n for n in range(100)) + b"</list></r>",
    }
    with pytest.raises(BadPayload):
        dart.companies_of((HOSTILE_XML | more)[name])


HOSTILE_JSON = {
    "deep": b"[" * 8 * MEGABYTE,
    "deep objects": b'{"a":' * 1_000_000,
    "lists": b"[" + b"[]," * 300_000 + b"[]]",
    "objects": b"[" + b"{}," * 300_000 + b"{}]",
    "numbers": b"[" + b"1," * 1_000_000 + b"1]",
    "digits": b'{"a":' + b"9" * 5_000 + b"}",
    "text": b'{"a":"' + b"x" * 5 * MEGABYTE + b'"}',
    "utf16": '{"a":"\ud800"}'.encode("utf-16", "surrogatepass")[:-1],
}


@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_json_that_costs_too_much_is_not_understood(name):
    started = time.monotonic()
    with pytest.raises(BadPayload):
        _readers.json_value(HOSTILE_JSON[name], "누구")
    assert time.monotonic() - started < 5


def test_rows_that_have_no_names_in_common_make_no_table():
    rows = [{f"a{number}": "1"} for number in range(20_000)]
    with pytest.raises(BadPayload):
        _readers.refuse_ragged({"OutBlock_1": rows}, "누구", b"")
    _readers.refuse_ragged({"OutBlock_1": [{"a": "1", "b": [{"c": 1}]}] * 20_000, "x": 1}, "누구", b"")


@pytest.mark.parametrize("content", [
    b"," * 100_000 + b"\n", b"a,b\n" + b"1,2\n" * 200_000, b"\r" * 200_000, (b"," * 999 + b"\n") * 2_000,
])  # fmt: skip
def test_a_csv_file_that_is_no_table_of_ours_is_not_understood(content):
    with pytest.raises(BadPayload):
        _readers.refuse_wide_csv(content, "누구")


def test_a_table_that_claims_to_be_endless_is_not_read(open_world, no_waiting, monkeypatch):
    monkeypatch.setattr(fsc, "MOST_ROWS", 1)
    monkeypatch.setattr(dart, "MOST_LIST_PAGES", 0)
    with open_world(patience=1) as world:
        with pytest.raises(BadPayload, match="까지만 믿습니다"):
            world.app.fsc.bonds(DAY)
        with pytest.raises(BadPayload, match="까지만 믿습니다"):
            world.app.dart.filings(DAY - timedelta(days=80), DAY)
        assert len(world.asked()) == 2


ASK = """
import resource, sys
sys.path.insert(0, "tests")
from hostile import session_of
from foresto_cli.errors import BadPayload
from foresto_cli.upstream import _bodies, dart, fdr, krx
what, port = sys.argv[1], sys.argv[2]
session = session_of()
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    response = session.get(f"http://127.0.0.1:{port}/")
    if what == "zip":
        dart.companies_of(dart._member(response))
    elif what == "xml":
        dart.status_of(response)
    else:
        krx.inspect(response)
    print("believed", end=" ")
except BadPayload as error:
    print("refused", end=" ")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) * (1 if sys.platform == "darwin" else 1024))
"""


def gzip_bomb(size):
    packer = zlib.compressobj(1, wbits=16 + zlib.MAX_WBITS)
    return b"".join([packer.compress(b"\0" * MEGABYTE) for _ in range(size // MEGABYTE)] + [packer.flush()])


def small_bzip2_bomb():
    """A few hundred bytes that stand for 400 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive, archive.open("CORPCODE.xml", "w") as file:
        for _ in range(400):
            file.write(b"\0" * MEGABYTE)
    assert len(out.getvalue()) < 1_000
    return out.getvalue()


COSTLY = {
    "gzip": lambda: (gzip_bomb(400 * MEGABYTE), "gzip"),
    "gzip of gzip": lambda: (gzip.compress(gzip_bomb(400 * MEGABYTE)), "gzip, gzip"),
    "zip": lambda: (small_bzip2_bomb(), ""),
    "zip of text": lambda: (bomb(zipfile.ZIP_DEFLATED, 400 * MEGABYTE), ""),
    "deep": lambda: (b"[" * 15 * MEGABYTE, ""),
    "names": lambda: (json.dumps({f"k{n}": f"v{n}" for n in range(700_000)}).encode(), ""),
    "rows": lambda: (json.dumps({"a": [{"b": f"{n}"} for n in range(190_000)]}).encode(), ""),
    "wide text": lambda: (('{"a":["' + '","'.join(["x" * 1_900_000] * 7) + '😀"]}').encode(), ""),
    "xml": lambda: (b"<?xml version='1.0'?><r>" + b"<a>\xea\xb0\x80\n</a>" * 200_000 + b"</r>", ""),
}  # fmt: skip


IN_EVERY_RUN = ("gzip", "zip", "deep")


@pytest.mark.long
@pytest.mark.parametrize(
    "name", [name if name in IN_EVERY_RUN else pytest.param(name, marks=pytest.mark.slow) for name in COSTLY]
)
def test_no_answer_takes_more_than_200_megabytes(name):
    body, encoding = COSTLY[name]()
    with serving(answer(body, f"Content-Encoding: {encoding}")) as (port, _):
        done = subprocess.run(
            [sys.executable, "-c", ASK, name.split()[0], str(port)],
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
    became, peak = done.stdout.split()
    assert int(peak) < MOST_MEMORY, f"{became}: {int(peak) / MEGABYTE:.0f} MB"
    assert POLICY.largest == 16 * MEGABYTE
