from __future__ import annotations


def test_the_window_shows_the_first_page_and_closes_cleanly(window):
    assert window.findChild(object, "navigation") is not None
    assert window.pages.current_name == "classify"
