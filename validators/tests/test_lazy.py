"""Lazy exports: what is imported, when, and what a wrong name says."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from wan_validators.lazy import load

EXPORTS = {
    "wan_validators.source.json_pointer": ("parse", "escape"),
    "wan_validators.linter": ("lint",),
}


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("an_invented_package")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_an_export_is_imported_and_kept(package: ModuleType) -> None:
    from wan_validators.source.json_pointer import escape

    assert load(package.__name__, "escape", EXPORTS) is escape
    assert vars(package)["escape"] is escape


def test_what_is_not_exported_is_no_attribute(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="'an_invented_package' has no attribute 'find'"):
        load(package.__name__, "find", EXPORTS)
