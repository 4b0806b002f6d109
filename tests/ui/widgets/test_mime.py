from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage

from cifar_gui.data.decode import open_picture
from cifar_gui.ui.widgets.mime import Dropped, accept_copy, link_name, picture_sources


@pytest.fixture
def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(buffer, "PNG")
    return buffer.getvalue()


def with_urls(*urls: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(url) for url in urls])
    return mime


def with_text(text: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(text)
    return mime


def with_html(html: str) -> QMimeData:
    mime = QMimeData()
    mime.setHtml(html)
    return mime


def paths_in(dropped: Dropped) -> list[object]:
    return [source.path for source in dropped.sources]


def test_local_files_and_folders_are_taken_in_the_order_given_and_once(make_picture, tmp_path):
    one, two = make_picture("b.png"), make_picture("a.png")
    urls = [QUrl.fromLocalFile(str(path)).toString() for path in (one, two, one, tmp_path)]
    assert paths_in(picture_sources(with_urls(*urls))) == [one, two, tmp_path]


def test_a_file_that_is_not_there_is_refused_by_name_and_the_others_are_taken(make_picture, tmp_path):
    there, gone = make_picture(), tmp_path / "gone.png"
    found = picture_sources(with_urls(*(QUrl.fromLocalFile(str(path)).toString() for path in (gone, there))))
    assert paths_in(found) == [there]
    assert found.refusals == (f"{gone} cannot be opened: there is no such file.",)


@pytest.mark.parametrize("form", [with_urls, with_text])
def test_a_name_that_is_too_long_is_refused_like_one_that_is_not_there(form, make_picture):
    there = make_picture()
    too_long = there.with_name("a" * 400 + ".png")
    links = (QUrl.fromLocalFile(str(path)).toString() for path in (too_long, there))
    found = picture_sources(form(*links) if form is with_urls else form(f"{too_long}\n{there}"))
    assert paths_in(found) == [there]
    assert found.refusals == (f"{too_long} cannot be opened: there is no such file.",)


def test_local_files_win_over_picture_bytes_and_text(make_picture, png):
    path = make_picture()
    mime = with_urls(QUrl.fromLocalFile(str(path)).toString())
    mime.setData("image/png", png)
    mime.setText("https://example.org/other.png")
    assert paths_in(picture_sources(mime)) == [path]


def test_picture_bytes_win_over_web_addresses_so_that_nothing_need_be_fetched(png):
    mime = with_urls("https://example.org/red.png")
    mime.setData("image/png", png)
    found = picture_sources(mime)
    assert (found.sources[0].content, found.links) == (png, ())


@pytest.mark.parametrize("kind", ["image/jpeg", "image/webp", "image/avif", "image/heic"])
def test_encoded_bytes_are_passed_on_untouched(kind):
    mime = QMimeData()
    mime.setData(kind, b"whatever it is")
    assert picture_sources(mime).sources[0].content == b"whatever it is"


def test_an_image_without_bytes_is_encoded_without_loss(qapp):
    image = QImage(5, 4, QImage.Format.Format_RGB32)
    image.fill(QColor(12, 34, 56))
    mime = QMimeData()
    mime.setImageData(image)
    picture = open_picture(picture_sources(mime).sources[0])
    assert (picture.width, picture.height) == (5, 4)
    assert picture.pixels[2, 3].tolist() == [12, 34, 56]


def test_a_web_address_is_only_named_never_fetched():
    found = picture_sources(with_urls("https://example.org/a%20cat.jpg"))
    assert found == Dropped(links=("https://example.org/a%20cat.jpg",))
    assert link_name(found.links[0]) == "a cat.jpg"


def test_of_a_picture_inside_a_link_the_picture_is_meant():
    mime = with_html('<a href="https://shop.example/"><img alt="x" src="https://img.example/1.jpg?a=1&amp;b=2"></a>')
    mime.setUrls([QUrl("https://shop.example/")])
    assert picture_sources(mime).links == ("https://img.example/1.jpg?a=1&b=2",)


def test_a_picture_that_a_page_shows_twice_is_fetched_once():
    one, two = "https://img.example/1.jpg", "https://img.example/2.jpg"
    mime = with_html("".join(f'<img src="{address}">' for address in (one, two, one)))
    assert picture_sources(mime) == Dropped(links=(one, two))


def test_a_picture_inside_its_own_address_is_decoded_here(png):
    found = picture_sources(with_text("data:image/png;base64," + base64.b64encode(png).decode()))
    assert found.sources[0].content == png


@pytest.mark.parametrize(
    ("start", "name"),
    [("data:image/png", "picture.png"), ("DATA:image/JPEG", "picture.jpg"), ("data:image/x", "picture.image")],
)
def test_a_picture_inside_its_own_address_is_named_by_its_kind(png, start, name):
    text = base64.encodebytes(png).decode().replace("\n", "%0A").replace("+", "%2B")
    found = picture_sources(with_html(f"<IMG alt=\"\" SRC = '{start};base64,{text}'>"))
    assert [(source.name, source.content) for source in found.sources] == [(name, png)]


def test_of_several_kinds_of_bytes_the_first_that_holds_any_is_taken(png):
    mime = QMimeData()
    mime.setData("image/webp", b"")
    mime.setData("image/bmp", b"also")
    mime.setData("image/jpeg", png)
    (source,) = picture_sources(mime).sources
    assert (source.name, source.content) == ("picture.jpg", png)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("  HTTPS://example.org/a.png\n", ("HTTPS://example.org/a.png",)),
        ("http://example.org/a.png", ("http://example.org/a.png",)),
        ("http://example.org/a.png and more", ()),
    ],
)
def test_text_that_is_one_web_address_is_a_link(text, links):
    assert picture_sources(with_text(text)).links == links


def test_markup_without_a_picture_is_passed_over_for_the_address_it_came_with():
    mime = with_html("<a href='https://shop.example/'>shop</a>")
    mime.setUrls([QUrl("https://shop.example/a.png")])
    assert picture_sources(mime).links == ("https://shop.example/a.png",)


@pytest.mark.parametrize(
    ("address", "name"),
    [("https://example.org/b/a%20cat.jpg?x=1", "a cat.jpg"), ("https://example.org/", "example.org")],
)
def test_what_is_fetched_is_called_by_its_path_or_its_host(address, name):
    assert link_name(address) == name


@pytest.mark.parametrize(
    ("possible", "proposed", "taken"),
    [
        (Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.DropAction.MoveAction, Qt.DropAction.CopyAction),
        (Qt.DropAction.LinkAction, Qt.DropAction.LinkAction, Qt.DropAction.LinkAction),
    ],
)
def test_what_is_dropped_stays_where_it_came_from(possible, proposed, taken):
    mime, none = with_text("x"), Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(1, 1), possible, mime, Qt.MouseButton.LeftButton, none)
    event.setDropAction(proposed)
    event.ignore()
    accept_copy(event)
    assert (event.isAccepted(), event.dropAction()) == (True, taken)


def test_a_damaged_picture_inside_its_address_is_refused():
    assert "damaged" in picture_sources(with_text("data:image/png;base64,!!!")).refusals[0]


@pytest.mark.parametrize("scheme", ["ftp", "smb", "javascript"])
def test_other_kinds_of_addresses_are_refused_by_name(scheme):
    found = picture_sources(with_urls(f"{scheme}://somewhere/cat.jpg"))
    assert not found
    assert scheme in found.refusals[0]


@pytest.mark.parametrize("address", ["http://[bad/cat.png", "ftp://[bad/cat.png"])
def test_an_address_that_cannot_be_read_is_refused_and_the_others_are_taken(address):
    found = picture_sources(with_html(f'<img src="{address}"><img src="https://img.example/1.jpg">'))
    assert found.links == ("https://img.example/1.jpg",)
    assert found.refusals == ("This address cannot be opened: drop a file, or a picture from a web page.",)


@pytest.mark.parametrize("form", ["{}", '"{}"', "'{}'", "  {}\n", "file://{}"])
def test_text_that_is_the_path_of_a_picture_is_that_picture(make_picture, form):
    path = make_picture("with space.png")
    assert paths_in(picture_sources(with_text(form.format(path)))) == [path]


def test_a_path_may_begin_at_home(make_picture, monkeypatch):
    path = make_picture("mine.png")
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("USERPROFILE", str(path.parent))
    assert paths_in(picture_sources(with_text("~/mine.png"))) == [path]


@pytest.mark.parametrize("text", ["/" + "x/" * 2048, "/null\0character.png"])
def test_a_path_that_cannot_be_is_refused_as_text(text):
    assert "is neither a picture nor the path of one" in picture_sources(with_text(text)).refusals[0]


def test_several_lines_of_text_are_several_paths(make_picture):
    paths = [make_picture("1.png"), make_picture("2.png")]
    assert paths_in(picture_sources(with_text("\n\n".join(map(str, paths))))) == paths


@pytest.mark.parametrize("text", ["a cat", "relative/cat.png", "~nobody-of-this-name/cat.png", "x" * 5000])
def test_text_that_is_no_path_is_refused_and_quoted(text):
    refusal = picture_sources(with_text(text)).refusals[0]
    assert text[:20] in refusal
    assert len(refusal) < 120


def test_text_that_is_a_path_of_nothing_says_so(tmp_path):
    assert "no such file" in picture_sources(with_text(str(tmp_path / "missing.png"))).refusals[0]


def test_what_holds_no_picture_is_refused_with_what_it_holds():
    mime = QMimeData()
    mime.setData("text/calendar", b"BEGIN")
    assert picture_sources(mime).refusals == ("There is no picture in this: it holds text/calendar.",)


def test_nothing_at_all_is_refused():
    found = picture_sources(QMimeData())
    assert not found
    assert "holds nothing" in found.refusals[0]
