"""A Sphinx extension: the page ``playground`` runs the linter in the browser, under Pyodide.

The page has the comment ``<!-- playground -->`` where the form belongs. The extension puts HTML in
its place, and writes the archive of the linter's code beside the script ``playground.js``.
"""

from __future__ import annotations

from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from wan_validators.catalog import models_of, vendors

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["EXAMPLE", "PYODIDE_URL", "PYODIDE_VERSION", "setup", "write_archive"]

PYODIDE_VERSION: Final = "314.0.7"
"""The version on the npm registry, which the CDN serves. Its tests pin the archive's hash."""

PYODIDE_URL: Final = f"https://cdn.jsdelivr.net/npm/pyodide@{PYODIDE_VERSION}/"

EXAMPLE: Final = """\
{
  "model": "wan26_i2i",
  "input": {
    "messages": [
      {
        "role": "user",
        "content": [
          {"text": "Put the cup on the table"},
          {"image": "http://localhost/cup.png"}
        ]
      }
    ]
  },
  "parameters": {
    "n": 9,
    "negativ_prompt": "blurry"
  }
}
"""
"""A payload with some findings, which the page shows first."""

_PAGE: Final = "playground"
_COMMENT: Final = "<!-- playground -->"
_ARCHIVE: Final = "_static/wanproof.zip"
_PACKAGES: Final = ("wan_validators", "pybase64")
"""What ``lint`` imports. pybase64 works without its compiled module, and has its licence inside."""

_POLICY: Final = (
    '<meta http-equiv="Content-Security-Policy" content="'
    f"default-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' {PYODIDE_URL}; "
    "img-src 'self' data:; form-action 'none'\" />\n"
)
"""The browser lets the page contact this site and Pyodide's address only. The theme has inline
scripts, and Pyodide compiles WebAssembly."""

_FORM: Final = """\
```{{raw}} html
<form id="playground-form"
  data-pyodide="{pyodide}" data-archive="{archive}" data-version="{version}">
  <p id="playground-state" role="status" data-state="error">This page needs JavaScript.</p>
  <label for="playground-model">Model</label>
  <select id="playground-model" autocomplete="off">
    <option value="">Automatic: the member model</option>
{models}
  </select>
  <label for="playground-payload">Payload in JSON</label>
  <textarea id="playground-payload" rows="20" spellcheck="false" autocomplete="off"
    autocapitalize="off" aria-describedby="playground-summary">
{example}</textarea>
  <button type="button" id="playground-example">Show the example</button>
  <h2 id="playground-heading">Findings</h2>
  <p id="playground-summary" role="status"></p>
  <ol id="playground-findings" aria-labelledby="playground-heading"></ol>
</form>
```
"""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Registers the extension."""
    app.connect("source-read", _insert_form)
    app.connect("html-page-context", _add_files)
    app.connect("build-finished", _on_build_finished)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_archive(file: Path) -> None:
    """Writes the modules that the linter needs to *file*; equal code gives equal bytes."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for package in _PACKAGES:
            spec = find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            folder = Path(spec.origin).parent
            for module in sorted(folder.rglob("*.py")):
                name = module.relative_to(folder.parent).as_posix()
                archive.writestr(ZipInfo(name), module.read_bytes(), ZIP_DEFLATED)


def _insert_form(app: Sphinx, page: str, source: list[str]) -> None:
    if page == _PAGE:
        form = _FORM.format(
            pyodide=escape(PYODIDE_URL),
            archive=escape(_ARCHIVE),
            version=escape(app.config.release),
            models="\n".join(_format_models()),
            example=escape(EXAMPLE),
        )
        source[0] = source[0].replace(_COMMENT, form)


def _format_models() -> list[str]:
    """Formats the options of the selector, grouped by vendor."""
    return [
        f'    <optgroup label="{escape(vendor.name)}">'
        + "".join(f"<option>{escape(spec.id)}</option>" for spec in models_of(vendor).values())
        + "</optgroup>"
        for vendor in vendors()
    ]


def _add_files(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Adds the script, the style and the policy to this page only."""
    if page == _PAGE:
        context["metatags"] = context.get("metatags", "") + _POLICY
        app.add_js_file("playground.js", type="module")
        app.add_css_file("playground.css")


def _on_build_finished(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        write_archive(app.outdir / _ARCHIVE)
