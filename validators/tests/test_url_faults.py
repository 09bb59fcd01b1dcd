"""URLs whose own text shows that they are not the file, and URLs like them that may be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from wan_validators import lint
from wan_validators.media.url_faults import find_expiry, find_url_fault

PAGES = [
    *("https://www.youtube.com/watch?v=abc", "https://youtu.be/abc", "https://vimeo.com/12345"),
    *("https://github.com/u/r/blob/main/a.png", "https://gitlab.com/a/b/-/blob/main/a.png"),
    "https://huggingface.co/a/b/blob/main/a.png",
    "https://drive.google.com/file/d/1AbC/view?usp=sharing",
    *("https://drive.google.com/open?id=1", "https://photos.app.goo.gl/abc"),
    *("https://imgur.com/abc123", "https://imgur.com/a/abc", "https://imgur.com/gallery/abc"),
    "https://en.wikipedia.org/wiki/File:Cat.jpg",
    "https://commons.wikimedia.org/wiki/File:Cat.jpg",
    *("https://www.dropbox.com/s/abc/cat.jpg?dl=0", "https://1drv.ms/i/s!abc"),
    *("https://unsplash.com/photos/abc", "https://www.pexels.com/photo/abc-123/"),
    *("https://www.pinterest.com/pin/123/", "https://www.instagram.com/p/abc/"),
    *("https://x.com/u/status/1/photo/1", "https://www.flickr.com/photos/a/123"),
    *("https://ibb.co/abc", "https://www.google.com/imgres?imgurl=x"),
    *("https://example.com/index.html", "https://example.com/a/page.HTM"),
]
PLACEHOLDERS = [
    *("https://.../path/to/image.jpg", "https://example.com/path/to/image.jpg"),
    *("https://your-domain.com/a.jpg", "https://yourdomain.com/a.jpg", "https://xxx.com/a.jpg"),
    *("https://b.s3.amazonaws.com/your-image.jpg", "https://example.com/your_image.jpg"),
    *("https://example.com/undefined", "https://example.com/null", "https://example.com/nan.png"),
    *("https://example.com/{{image}}", "https://example.com/${id}.jpg", "https://a.com/<file>"),
    *("https://example.com/%7B%7Bimage%7D%7D.jpg", "https://example.com/[object%20Object]"),
    *("https://image-url.com/a.jpg", "https://url-to-image.com/a", "https://example.com/image_url"),
    *("https://photo.jpg", "https://photo.png/"),
]
OTHER_FILES = ["https://example.com/a.mp4", "https://example.com/a.heic", "https://a.com/a.pdf"]
FILES = [
    *("https://example.com/a.jpg", "https://example.com/image1.jpg", "https://example.com/photo"),
    *("https://i.imgur.com/abc.jpg", "https://raw.githubusercontent.com/u/r/main/a.png"),
    "https://github.com/u/r/blob/main/a.png?raw=true",
    "https://github.com/u/r/releases/download/v1/a.png",
    "https://drive.google.com/uc?export=download&id=1",
    "https://upload.wikimedia.org/wikipedia/commons/a/a9/Cat.jpg",
    "https://commons.wikimedia.org/wiki/Special:FilePath/Cat.jpg",
    "https://www.dropbox.com/s/abc/cat.jpg?dl=1",
    "https://images.unsplash.com/photo-123?w=800",
    *("http://wanx.alicdn.com/material/xxx.jpeg", "https://cdn.example.com/image?id=3"),
    *("https://placehold.co/600x400", "https://a.com/a.heic?x-oss-process=image/format,jpg"),
    *("https://example.com/null-island.jpg", "https://yourstory.com/a.jpg", "https://myapp.com/a"),
    *("https://my-bucket.oss-cn-hangzhou.aliyuncs.com/a.jpg", "https://a.com/my-image.jpg"),
    *("https://example.com/url/a.png", "https://a.com/a%20b.jpg", "https://a.com/caf%C3%A9.jpg"),
    *("https://[2606:4700:4700::1111]/cat.jpg", "https://example.com", "https://example.com?id=1"),
    "https://huggingface.co/a/b/resolve/main/a.png",
]


def edit(url: str) -> dict[str, Any]:
    return {"prompt": "make it night", "images": [url], "n": 1}


@pytest.mark.parametrize("url", PAGES + PLACEHOLDERS + OTHER_FILES)
def test_a_url_that_cannot_be_the_file_has_a_warning(url: str) -> None:
    report = lint(edit(url), "wan2.5-i2i-preview")

    assert report.valid
    assert [each.rule for each in report.findings] in (["image-address"], ["image-reachable"])
    assert find_url_fault(url) is not None


@pytest.mark.parametrize("url", FILES)
def test_a_url_that_may_be_the_file_has_none(url: str) -> None:
    assert not lint(edit(url), "wan2.5-i2i-preview").findings


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.com/a.mp3", None),
        ("https://example.com/a.jpg", "is the address of a .jpg file, not of a WAV or MP3 file"),
        ("https://example.com/a.m4a", "is the address of a .m4a file, not of a WAV or MP3 file"),
        ("https://photo.jpg", "is the name of a file with http before it, not its address"),
    ],
)
def test_sound_is_not_a_picture(url: str, fault: str | None) -> None:
    assert find_url_fault(url, "audio") == fault


MOMENT = datetime(2025, 1, 1, tzinfo=UTC)
EPOCH = int(MOMENT.timestamp())
SIGNED = [
    "X-Amz-Date=20241231T230000Z&X-Amz-Expires=3600&X-Amz-Signature=a",
    "X-Goog-Date=20241231T235900Z&X-Goog-Expires=60&X-Goog-Signature=a",
    "x-oss-date=20241231T235900Z&x-oss-expires=60",
    f"Expires={EPOCH}&OSSAccessKeyId=a&Signature=b",
    f"Expires={EPOCH}&Signature=b&Key-Pair-Id=c",
    f"Expires={EPOCH}000&token=b",
    f"expires={EPOCH}",
    "Expires=2025-01-01T00:00:00Z&Signature=b",
    "sv=2020&se=2025-01-01T00%3A00%3A00Z&sig=b",
    "se=2025-01-01&sig=b",
    f"q-sign-algorithm=sha1&q-sign-time={EPOCH - 60};{EPOCH}",
    f"ex={EPOCH:x}&is=1&hm=b",
]
UNSIGNED = [
    "",
    "size=5",
    "Expires=soon&Signature=b",
    f"ex={EPOCH}",
    "Expires=é&sig=b",
    "exp=&sig=b",
]
UNSIGNED += ["Expires=5&Signature=b", "X-Amz-Date=20241231T230000Z&X-Amz-Expires=soon"]


@pytest.mark.parametrize("query", SIGNED)
def test_a_signature_expires(query: str) -> None:
    url = f"https://example.com/a.jpg?{query}"

    before = lint(edit(url), "wan2.5-i2i-preview", now=EPOCH - 1)
    after = lint(edit(url), "wan2.5-i2i-preview", now=MOMENT)

    assert find_expiry(url) == EPOCH
    assert not before.findings
    assert after.valid
    [finding] = after.findings
    assert (finding.rule, finding.pointer) == ("image-expired", "/images/0")
    assert finding.message == "images[0] has a signature that has expired; sign the URL again"
    assert not lint(edit(url), "wan2.5-i2i-preview").findings


@pytest.mark.parametrize("query", UNSIGNED)
def test_without_a_time_nothing_expires(query: str) -> None:
    assert find_expiry(f"https://example.com/a.jpg?{query}") is None


def test_the_place_of_an_expired_url_is_found_in_text_in_a_wrapper_and_in_an_envelope() -> None:
    url = f"https://example.com/a.jpg?{SIGNED[0]}"
    text = f'{{"prompt": "a cat",\n "images": [5, "{url}"], "n": 1}}'
    params = {"input": {"prompt": "a cat", "images": [url]}, "parameters": {"n": 1}}
    wrapped = {"model": "wan25_i2i_preview_intl", "input": [{"params": params}]}

    in_text = lint(text, "wan2.5-i2i-preview", now=EPOCH).findings[-1]
    [in_wrapper] = lint(wrapped, now=EPOCH).findings
    payload = {"prompt": "a cat", "images": [url], "n": 1}
    [in_envelope] = lint({"model": "wan2.5-i2i-preview", "payload": payload}, now=EPOCH).findings

    assert (in_text.rule, in_text.line, in_text.column) == ("image-expired", 2, 16)
    assert in_wrapper.pointer == "/input/0/params/input/images/0"
    assert in_envelope.pointer == "/payload/images/0"
