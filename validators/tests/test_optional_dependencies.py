"""What to install, by the library that is missing and by who asks for it."""

from __future__ import annotations

import pytest

from wan_validators.optional_dependencies import explain_missing_extra, format_install_hint


@pytest.mark.parametrize(
    ("module", "asking", "extra"),
    [
        ("flask", "wan_mockserver.http.wsgi", "mock"),
        ("flask", "wan_contracts.commands.check", "contract"),
        ("flask", "somebody.elses", "mock"),
        ("av.container", "wan_mockserver.artefacts.films", "video"),
        ("redis", "wan_mockserver.state.stores.redis", "redis"),
        ("redis", "wan_contracts.runner.harness", "redis"),
        ("respx", "wan_mockserver.http.httpx_transport", "contract"),
    ],
)
def test_the_extra_of_the_package_comes_first_then_the_smallest(
    module: str, asking: str, extra: str
) -> None:
    name = module.partition(".")[0]
    says = f'{name} is not installed; get it with: pip install "wanproof[{extra}]"'
    assert format_install_hint(ModuleNotFoundError(name=module), asking) == says


@pytest.mark.parametrize("name", ["no_such_module", None])
def test_a_library_of_no_extra_has_no_remedy(name: str | None) -> None:
    error = ModuleNotFoundError("as it was", name=name)
    assert format_install_hint(error, "wan_mockserver.http.wsgi") is None
    with pytest.raises(ModuleNotFoundError) as raised, explain_missing_extra():
        raise error
    assert raised.value is error


def test_a_library_of_an_extra_is_named_with_it() -> None:
    says = r'^flask is not installed; get it with: pip install "wanproof\[mock\]"$'
    with pytest.raises(ModuleNotFoundError, match=says) as raised, explain_missing_extra():
        raise ModuleNotFoundError("No module named 'flask.views'", name="flask.views")
    assert raised.value.name == "flask.views"
