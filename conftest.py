"""The tests depend neither on who starts them nor on how: what they inherit is put aside."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

ASIDE = {
    *("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PY_COLORS"),
    *("PYTHONWARNINGS", "PYTHONIOENCODING", "PYTEST_ADDOPTS", "WANPROOF_DEBUG"),
    "WANPROOF_ADMIN_TOKEN",
}


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported that looks, and for all processes that are started."""
    for name in [*os.environ]:
        if name in ASIDE or name.lower().endswith("_proxy"):
            del os.environ[name]
    # Hypothesis keeps there what it knows of characters and modules; a process saves a second.
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(Path(__file__).parent / ".hypothesis")
    # Tests run pytest on the installed suite from elsewhere, even without Hypothesis.
    if config.rootpath == Path(__file__).parent:
        import hypothesis_profiles

        hypothesis_profiles.load()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keeps the garbage collector away from what stays until the end.

    Each full collection would look at all modules and tests again, which takes 0.3 s.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _few_certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    """One certificate instead of all: each new httpx client loads them, which takes 25 ms."""
    import certifi

    end = "-----END CERTIFICATE-----\n"
    first = Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0]
    file = tmp_path_factory.mktemp("certificates") / "one.pem"
    file.write_text(first + end, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(file))
        yield patched


@pytest.fixture(scope="module")
def all_certificates(_few_certificates: pytest.MonkeyPatch) -> Iterator[None]:
    """The usual certificates, for tests that use a package index."""
    few = os.environ["SSL_CERT_FILE"]
    _few_certificates.undo()
    yield
    _few_certificates.setenv("SSL_CERT_FILE", few)


@pytest.fixture
def few_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of pytest in other processes load only our own plugins, which saves a second each."""
    names = ("hypothesispytest", "xdist", "xdist.looponfail", "pytest_cov", "respx", "anyio")
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(f"-p no:{name}" for name in names))


@pytest.fixture(scope="session", autouse=True)
def _signals() -> Iterator[None]:
    """Jobs in the background inherit that Ctrl-C is ignored, and hand it on to what they start."""
    usual: dict[signal.Signals, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGCHLD: signal.SIG_DFL,
    }
    handlers = {number: signal.signal(number, handler) for number, handler in usual.items()}
    mask = signal.pthread_sigmask(signal.SIG_SETMASK, ())
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    for number, handler in handlers.items():
        signal.signal(number, handler)
