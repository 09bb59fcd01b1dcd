"""Reads the headers of local files, without loading the files."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import Final, cast
from urllib.parse import unquote, urlsplit

from .reference import Media, Reader

__all__ = ["find_path", "read_file"]

_NAME: Final = re.compile(
    r"[^\x00-\x1f<>|{}\"?*]{0,1000}\.(?:jpe?g|jfif|png|bmp|webp|gif|tiff?|avif|heic|heif|svg|ico|"
    r"wav|mp3|m4a|ogg|opus|flac|aac|aiff?|mp4|mov|webm)",
    re.IGNORECASE,
)
_URL: Final = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]+:", re.IGNORECASE)


class _MappedFile(mmap.mmap):
    """A file as the readers of headers need it: only what they look at is loaded."""

    def startswith(self, prefix: bytes | tuple[bytes, ...], start: int = 0) -> bool:
        longest = len(prefix) if isinstance(prefix, bytes) else max(map(len, prefix))
        return self[start : start + longest].startswith(prefix)


def find_path(text: str) -> str | None:
    """Returns the path in *text*, which may be a ``file:`` URL. None if it is something else."""
    if _URL.match(text) or not _NAME.fullmatch(text):
        return None
    return unquote(urlsplit(text).path) if text[:5].lower() == "file:" else text


def read_file(path: Path, read: Reader) -> Media:
    """Reads the header of the file *path*. Raises OSError."""
    size = path.stat().st_size
    if size == 0:
        return Media(form="url", size=0)
    with path.open("rb") as file, _MappedFile(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return Media(form="url", size=size, header=read(cast("bytes", data)))
