"""What forks the tests' commands tells each its own end, and says so when it is gone itself."""

import os

import pytest
import warm

ENDS = "import sys; print('heard'); print('said', file=sys.stderr); sys.exit(7)"


def run(program, timeout=60):
    return warm.run(program, (), env=dict(os.environ), cwd=".", timeout=timeout)


def test_a_command_s_end_and_words_come_back():
    assert run(ENDS) == (7, "heard\n", "said\n")


@pytest.mark.long
def test_who_is_too_late_does_not_lend_its_end_to_the_next():
    with pytest.raises(TimeoutError):
        run("import time; time.sleep(3)", timeout=0.1)
    assert run(ENDS)[0] == 7


@pytest.mark.long
def test_a_forking_process_that_is_gone_is_no_good_end():
    with pytest.raises(RuntimeError, match="gone"):
        run("import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(1)")
    assert run(ENDS)[0] == 7
