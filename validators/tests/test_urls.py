"""Which texts are URLs, and which of those a machine elsewhere could reach."""

from __future__ import annotations

from typing import Any

import pytest

from wan_validators.media import urls
from wan_validators.media.reference import (
    KNOWN_GOOD,
    Media,
    parse_audio_reference,
    parse_image_reference,
)

PUBLIC = [
    "https://example.com/cat.jpg",
    "http://wanx.alicdn.com/material/xxx.jpeg",
    "http://example.com",
    "HTTPS://EXAMPLE.COM/CAT.JPG",
    "https://example.com:8443/cat.jpg?size=1#top",
    "https://example.com:65535/",
    "https://example.com./cat.jpg",
    "https://user:secret@example.com/cat.jpg",
    "https://example.com/a@127.0.0.1/cat.jpg",
    "https://b\u00fccher.example.com/b\u00fcch.jpg",
    "https://xn--bcher-kva.example.com/",
    "https://\u4f8b\u3048.jp/\u732b.png",
    "http://8.8.8.8/cat.jpg",
    "http://134744072/",
    "http://[2606:4700:4700::1111]/cat.jpg",
    "https://localhost.example.com/",
    "https://intranet.example.com/",
    "https://home.arpanet.com/",
]

OUT_OF_REACH = [
    "http://localhost/cat.jpg",
    "http://LOCALHOST:8000/cat.jpg",
    "http://localhost./cat.jpg",
    "http://app.localhost/",
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/cat.jpg",
    "http://127.1/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.20/cat.jpg",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/cat.jpg",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[ff02::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://nas/cat.jpg",
    "http://nas.local/cat.jpg",
    "http://nas.LOCAL/cat.jpg",
    "http://files.internal/",
    "http://wiki.intranet/",
    "http://pc.lan/",
    "http://pc.home/",
    "http://pc.home.arpa/",
    "http://pc.corp/",
    "http://cat.test/",
    "http://cat.invalid/",
    "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/",
    "http://example.com%2f@localhost/",
]

NO_URLS = [
    "",
    "cat.jpg",
    "/home/me/cat.jpg",
    "C:\\cat.jpg",
    "example.com/cat.jpg",
    "//example.com/cat.jpg",
    "ftp://example.com/cat.jpg",
    "file:///cat.jpg",
    "s3://bucket/cat.jpg",
    "blob:https://example.com/0",
    "http:",
    "http://",
    "http:///cat.jpg",
    "http:/example.com/cat.jpg",
    "http//example.com",
    " https://example.com/cat.jpg",
    "https://example.com/cat.jpg ",
    "https://example.com/my cat.jpg",
    "https://example.com/cat.jpg\n",
    "https://exam\x00ple.com/",
    "https://example.com:99999/",
    "https://example.com:65536/",
    "https://example.com:port/",
    "http://[::1/cat.jpg",
    "http://[not-an-address]/",
    "https://example.com\uff0fcat/",
]


@pytest.mark.parametrize("url", PUBLIC)
def test_a_public_url_is_fine(url: str) -> None:
    assert urls.is_url(url)
    assert urls.is_public(url)
    assert parse_image_reference(url) is KNOWN_GOOD
    spoken = parse_audio_reference(url)
    assert spoken is not None
    assert spoken.public


@pytest.mark.parametrize("url", OUT_OF_REACH)
def test_an_address_that_only_the_sender_reaches_is_not_public(url: str) -> None:
    assert urls.is_url(url)
    assert not urls.is_public(url)
    assert (
        parse_image_reference(url) == parse_audio_reference(url) == Media(form="url", public=False)
    )


@pytest.mark.parametrize("text", NO_URLS)
def test_what_is_no_http_url_is_neither_url_nor_public(text: str) -> None:
    assert not urls.is_url(text)
    assert not urls.is_public(text)
    assert parse_image_reference(text) == parse_audio_reference(text) == Media(form="other")


@pytest.mark.parametrize("quickly", [urls.is_plain_public, urls.match_plain_file])
def test_the_quick_ways_never_call_public_what_is_not(quickly: Any) -> None:
    assert [text for text in OUT_OF_REACH + NO_URLS if quickly(text)] == []
    assert quickly("https://example.com/cat.jpg")
