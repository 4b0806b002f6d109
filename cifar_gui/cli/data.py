"""A data set for a command, with progress, and with what a command line can do about a missing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cifar_gui.cli.console import Progress

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData


def load_data(source: str) -> ImageData:
    """ "cifar10", "shapes", or the path of an archive or folder. Raises DataError, DataMissing if it is not there."""
    from cifar_gui.data.sources import load
    from cifar_gui.errors import DataMissing

    try:
        with Progress() as progress:
            return load(source, progress)
    except DataMissing as error:
        raise DataMissing(f"{error} Without any files there is --data shapes; otherwise --data PATH.") from error
