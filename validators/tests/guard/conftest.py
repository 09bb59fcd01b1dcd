"""Fixtures of these tests."""

from __future__ import annotations

import pytest

from .fake_vendor import Client, FakeVendor


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


@pytest.fixture(params=["sync", "async"])
def client(vendor: FakeVendor, request: pytest.FixtureRequest) -> Client:
    return Client(vendor, request.param)
