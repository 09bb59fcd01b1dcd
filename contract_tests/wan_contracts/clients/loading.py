"""Loads the object that ``package.module:attribute`` or ``file.py:attribute`` names."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from wan_mockserver.testing.fake_time import TOOLS
from wan_validators.command import UsageError
from wan_validators.messages.formatting import clip
from wan_validators.messages.suggestions import suggest

from .error_formatting import find_error_location, format_error
from .process_state import preserve_process_state

__all__ = ["ClientLoader", "load"]

MAX_LISTED_NAMES: Final = 8
"""Maximum number of names in a message."""


def load(spec: str) -> Any:
    """Loads the object that *spec* names, as ``package.module:attribute`` or ``file.py:attribute``.

    The attribute may be dotted. Modules are also searched in the current directory. A file can
    import modules from its own directory. Output during the import goes to standard error.
    Raises UsageError if the object does not exist or the import fails.
    """
    home, colon, path = spec.rpartition(":")
    names = path.split(".")
    if not (home and all(map(str.isidentifier, names))):
        raise UsageError(_describe_bad_spec(home or path if colon else spec))
    with preserve_process_state():
        module = _load_file(Path(home)) if home.endswith(".py") else _load_module(home)
    found: Any = module
    for depth, name in enumerate(names):
        if not hasattr(found, name):
            owner = ".".join([home, *names[:depth]])
            raise UsageError(f"{owner} has no {name!r}; {_suggest_name(found, name)}")
        found = getattr(found, name)
    return found


class ClientLoader:
    """Loads the client that *spec* names, and later loads it anew, without the state it has."""

    def __init__(self, spec: str) -> None:
        self._spec = spec
        self._before = frozenset(sys.modules)

    def load(self) -> Any:
        """Loads the client like :func:`load`."""
        return load(self._spec)

    def reload(self) -> Any:
        """Loads the client anew, with each module of its folder or package loaded since.

        Raises UsageError if that fails, for example because a file has changed.
        """
        home = self._spec.rpartition(":")[0]
        is_file = home.endswith(".py")
        folder = Path(home).resolve().parent if is_file else Path.cwd()
        package = "" if is_file else home.partition(".")[0]
        removed = {
            name: sys.modules.pop(name)
            for name, module in [*sys.modules.items()]
            if name not in self._before
            and (name.partition(".")[0] == package or _is_of_client(name, module, folder))
        }
        try:
            return load(self._spec)
        except UsageError:
            sys.modules.update(removed)
            raise


def _is_of_client(name: str, module: ModuleType, folder: Path) -> bool:
    """Returns True if *module* is in *folder*, and neither installed nor a part of wanproof."""
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or name.partition(".")[0] in TOOLS:
        return False
    path = Path(file)
    return path.is_relative_to(folder) and "site-packages" not in path.parts


def _describe_bad_spec(home: str) -> str:
    example = f"{home or 'package.module'}:make_client"
    return (
        f"a client in Python is given as package.module:attribute or path/to/file.py:attribute, "
        f"for example {clip(example)}"
    )


def _suggest_name(owner: Any, name: str) -> str:
    public = [each for each in dir(owner) if not each.startswith("_")]
    suggestion = suggest(name, public)
    if suggestion:
        return suggestion
    if isinstance(owner, ModuleType):
        public = [each for each in public if _is_defined_in(owner, each)]
    listed = ", ".join(public[:MAX_LISTED_NAMES]) + (
        ", …" if len(public) > MAX_LISTED_NAMES else ""
    )
    return f"it has {listed or 'no public names'}"


def _is_defined_in(module: ModuleType, name: str) -> bool:
    """Returns True if *module* defines *name* itself."""
    return getattr(getattr(module, name), "__module__", None) == module.__name__


def _load_module(name: str) -> ModuleType:
    if not all(map(str.isidentifier, name.split("."))):
        raise UsageError(f"{clip(name)!r} is neither a module name nor a path that ends in .py")
    _add_to_sys_path(Path.cwd())
    try:
        return import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        absent = error.name if isinstance(error, ModuleNotFoundError) else None
        if absent and f"{name}.".startswith(f"{absent}."):
            raise UsageError(_describe_missing_module(absent)) from error
        raise UsageError(_describe_import_error(name, error)) from error


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        suggestion = suggest(
            path.name, _list_module_names(path.parent, suffix=".py"), show=path.with_name
        )
        raise UsageError("; ".join(filter(None, (f"there is no file {path}", suggestion))))
    _add_to_sys_path(path.parent.resolve())
    # The prefix avoids shadowing another module with the same name.
    name = f"wanproof_client_{path.stem}"
    loader = SourceFileLoader(name, str(path.resolve()))
    spec = spec_from_loader(name, loader)
    assert spec is not None
    module = sys.modules[name] = module_from_spec(spec)
    try:
        loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        del sys.modules[name]
        raise UsageError(_describe_import_error(str(path), error)) from error
    return module


def _add_to_sys_path(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _describe_missing_module(name: str) -> str:
    package, _, last = name.rpartition(".")
    if package:
        return f"there is no module {name!r}: {package!r} was found, but it has no {last!r}"
    flaw = f"there is no module {name!r}, neither in the current directory nor installed"
    return "; ".join(filter(None, (flaw, suggest(name, _list_module_names(Path.cwd())))))


def _list_module_names(folder: Path, suffix: str = "") -> Iterable[str]:
    """Returns the names of modules in *folder*; none if the folder does not exist."""
    return [f"{path.stem}{suffix}" for path in folder.glob("*.py")]


def _describe_import_error(name: str, error: BaseException) -> str:
    place = find_error_location(error)
    return f"{name} cannot be imported: {format_error(error)}{f' ({place})' if place else ''}"
