"""The drill of the guides, word for word."""

import os
import re
import subprocess
import sys

import pytest
from support import ROOT, environment_of, run_foresto

BLOCK = re.compile(r"<!-- restore-drill -->\n```sh\n(.*?)```\n<!-- end -->", re.DOTALL)


def drill(name):
    [block] = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    return block


def test_both_languages_have_the_same_drill():
    assert drill("docs/guide.md") == drill("docs/guide.ko.md")


@pytest.mark.slow
def test_the_drill_can_be_done_as_it_is_written(home, private_tmp):
    loaded = run_foresto(home, "--sandbox", "run", "initial")
    assert loaded.returncode == 0, loaded.stderr
    place = private_tmp / "drill"
    program = place / "bin" / "foresto"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m foresto_cli --sandbox "$@"\n')
    program.chmod(0o755)
    around = environment_of(home, HOME=str(place), PATH=f"{program.parent}:{os.environ['PATH']}", PYTHONPATH=str(ROOT))
    done = subprocess.run(
        ["sh", "-e", "-c", drill("docs/guide.md")],
        env=around, cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "데이터베이스를 새로 만들었습니다" in done.stdout
    assert "통과" in done.stdout
    assert (place / "foresto-backup" / "manifest.json").is_file()
    assert not (place / "foresto-drill").exists()
