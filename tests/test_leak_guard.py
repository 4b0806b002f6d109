"""The guard in conftest.py, tried on tests that leave something behind."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).parent / "conftest.py"

LEAKS = {
    "thread": """
        import threading
        STOP = threading.Event()
        def test_leaves_something_running():
            threading.Thread(target=STOP.wait, name="left").start()
        def test_next():
            STOP.set()
    """,
    "timer": """
        from PySide6.QtCore import QTimer
        KEPT = []
        def test_leaves_something_running(qapp):
            KEPT.append(QTimer())
            KEPT[0].start(1000)
        def test_next(qapp):
            pass
    """,
}


@pytest.mark.parametrize("what", LEAKS)
def test_a_test_that_leaves_something_behind_fails_and_the_line_is_named(pytester: pytest.Pytester, what: str) -> None:
    pytester.makeconftest(
        CONFTEST.read_text().replace("Path(__file__).resolve().parent.parent", "Path(__file__).parent")
    )
    pytester.makepyfile(LEAKS[what])
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines([f"*left behind: {what}*started at *test_a_test_that_leaves*.py:*"])
