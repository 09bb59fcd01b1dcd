"""Checks a payload against the rules of its model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from . import finding_copies  # noqa: F401  (findings can be pickled)
from .catalog import UnknownModel, find_all, find_flat_form, suggest_model, vendors
from .constraints.basic import OBJECT, Anything
from .constraints.media import AddressesFile, Unexpired
from .finding import Finding, Report
from .finding_limit import (
    DEFAULT_MAX_FINDINGS,
    get_rule_key,
    limit_findings,
)
from .frozen import replace
from .messages.context import Context
from .model_choice import build_ambiguity_finding, choose_model
from .omitted import LimitedFindings, get_omitted
from .ready_model import READY_MODELS, ReadyModel, engine, lint_wrapper, prepare_model
from .source.data_uris import is_cut
from .source.json_pointer import MISSING, iter_values, text
from .source.parser import Data, Document, decode_for_display, locate_findings, read_carefully
from .source.plain_reader import has_query, has_unique_names, is_unambiguous, parse_plain
from .spec import ModelSpec, Rule
from .wrappers import is_nested, unwrap_all

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["Moment", "engine", "find_findings", "lint", "lint_read_text"]

Moment: TypeAlias = "datetime | float"
"""A moment, as a datetime or in seconds since 1970."""

_Given: TypeAlias = "tuple[str | None, Moment | None, Path | str | None, int]"


def lint(
    payload: Any,
    model: str | None = None,
    *,
    now: Moment | None = None,
    media_root: Path | str | None = None,
    max_findings: int = DEFAULT_MAX_FINDINGS,
) -> Report:
    """Reports every documented rule that *payload* breaks.

    *payload* is JSON text (str or bytes), or the result of ``json.loads``. It is not
    changed. *model* is a model's name, or a path with it, such as
    ``/vendors/alibaba/v1/wan2.5-i2i-preview/generation``. Without *model*, the payload's
    member ``model`` decides. If several vendors have a model of this name, the form of the
    payload decides; ``vendor/name`` names one of them. A vendor's wrapper is unwrapped, and
    pointers start at it.
    *now* is the current time, as a datetime or in seconds since 1970. Without it, no
    signature of a URL counts as expired. With *media_root*, the headers of images and audio
    files in this folder are read if the payload names them in place of a URL.

    At most *max_findings* are listed, errors before warnings, and the first of each rule before
    its others; ``omitted`` of the report counts what is not listed.

    Raises UnknownModel if *model* is not a known model. Never raises for a bad payload.
    """
    if type(payload) is dict and model is None and now is None and media_root is None:
        try:
            ready = READY_MODELS[payload["model"]]
        except (KeyError, TypeError):
            pass  # unknown, not yet compiled, or not a name
        else:
            found = ready.check(payload, max_findings)
            if isinstance(found, int):
                return Report(ready.id, [], payload)
            usual = _report_usual(ready, payload, found, max_findings, is_named=False)
            if usual is not None:
                return usual
    elif isinstance(payload, (str, bytes, bytearray)):
        return _lint_data(payload, (model, now, media_root, max_findings))
    options = _build_options(model, now, media_root, max_findings)
    return _limit_report(_lint_value(payload, options), max_findings)


def find_findings(
    spec: ModelSpec, payload: Any, limit: int = DEFAULT_MAX_FINDINGS
) -> list[Finding]:
    """Returns the findings of *spec* in *payload*, which may have its vendor's wrapper.

    If there are more than *limit*, the result is a LimitedFindings.
    """
    found = engine(spec)(payload, limit)
    return limit_findings(lint_wrapper(spec, payload, found, (), limit), limit) if found else found


class _Options(NamedTuple):
    """What a caller gave: the models, the current time, a folder with media, the limit."""

    specs: Sequence[ModelSpec] | None
    now: float | None
    media_root: Path | str | None
    limit: int


def _build_options(
    model: str | None, now: Moment | None, root: Path | str | None, limit: int
) -> _Options:
    """Builds the options. Raises UnknownModel if *model* is not a known model."""
    specs = None if model is None else find_all(model)
    if model is not None and not specs:
        raise UnknownModel(model)
    seconds = now if now is None or isinstance(now, int | float) else now.timestamp()
    return _Options(specs, seconds, root, limit)


def _report_usual(
    ready: ReadyModel, payload: Any, found: list[Finding], limit: int, *, is_named: bool
) -> Report | None:
    """Returns the report of a payload in its written form, in which *found* was found, or None."""
    if _find_flat(ready.spec, payload, is_named=is_named):
        return None
    return _limit_report(ready.report(payload, found, limit, is_named=is_named), limit)


def _lint_data(data: Data, given: _Given) -> Report:
    """Lints *data*; the text of a payload in the written form of a compiled model in fewer steps.

    *given* has the arguments of :func:`lint`.
    """
    model, now, media_root, limit = given
    value, names = parse_plain(data)
    if media_root is None and (now is None or not has_query(data)):
        try:
            ready = READY_MODELS[value["model"] if model is None else model]
        except (KeyError, TypeError):
            pass  # unknown, not yet compiled, or not a name
        else:
            found, is_named = ready.check(value, limit), model is not None
            if not isinstance(found, int):
                read = value, names
                usual = lint_read_text(ready, data, read, found, limit, is_named=is_named)
                if usual is not None:
                    return usual
            elif has_unique_names(names, found):
                return Report(ready.id, [], value)
    return _lint_text(data, value, names, _build_options(*given))


def lint_read_text(
    ready: ReadyModel,
    data: Data,
    read: tuple[Any, bytes | bytearray],
    found: list[Finding],
    limit: int,
    *,
    is_named: bool,
) -> Report | None:
    """Returns the report of *data*, in whose value *found* was found, or None if it is unusual.

    *read* has the value, and the text that has its names. If *is_named* is true, the model is
    known without the payload's member.
    """
    value, names = read
    if not is_unambiguous(value, names):
        return None
    report = _report_usual(ready, value, found, limit, is_named=is_named)
    if report is not None and report.findings:
        # Without its megabytes of media, a text is decoded and searched in no time.
        shown = names if is_cut(names) else data
        text = shown if isinstance(shown, str) else shown.decode()
        report.findings = locate_findings(report.findings, text, value)
    return report


def _lint_text(data: Data, value: Any, names: bytes | bytearray, options: _Options) -> Report:
    """Lints *data* with the *value* that was parsed fast, and the text that has its *names*."""
    is_unique = is_unambiguous(value, names)
    if options.now is not None and not has_query(data):
        options = options._replace(now=None)
    document = Document(value, "", []) if is_unique else read_carefully(data)
    if document.value is MISSING:
        specs = options.specs
        report = Report(specs[0].id if specs else None, document.findings)
        return _limit_report(report, options.limit)
    report = _lint_value(document.value, options)
    report.payload = document.value
    if document.findings:
        report.findings = [*document.findings, *report.findings]
        if document.has_more:
            key = get_rule_key(document.findings[-1])
            report.omitted = report.omitted.add(key, 1, is_exact=False)
    if report.findings:
        report = _limit_report(report, options.limit)
        # Without its megabytes of media, a text is decoded and searched in no time.
        is_short = is_unique and is_cut(names)
        shown = document.text or decode_for_display(names if is_short else data)
        unique_value = document.value if is_unique else MISSING
        report.findings = locate_findings(report.findings, shown, unique_value)
    return report


def _limit_report(report: Report, limit: int) -> Report:
    """Returns *report* with at most *limit* findings."""
    if len(report.findings) <= limit:
        return report
    kept = limit_findings(LimitedFindings(report.findings, report.omitted), limit)
    return Report(report.model, list(kept), report.payload, get_omitted(kept))


def _lint_value(payload: Any, options: _Options) -> Report:
    """Lints *payload*; the engine, but no other part, keeps to the limit."""
    specs, now, root, limit = options
    is_named = specs is not None
    if specs is None:
        specs = find_all(_get_model_name(payload)) if type(payload) is dict else ()
    if not specs:
        return Report(None, [_build_no_model_finding(payload)])
    spec, is_certain = choose_model(specs, payload)
    ready = prepare_model(spec)
    found = ready.engine(payload, limit)
    flat = _find_flat(spec, payload, is_named=is_named) if found else None
    if flat:
        spec, ready, is_certain = flat, prepare_model(flat), True
        found = ready.engine(payload, limit)
    report = Report(ready.id, found, payload)
    if found:
        report = ready.report(payload, found, limit, is_named=is_named)
    if not is_certain:
        report.findings = [build_ambiguity_finding(specs, spec), *report.findings]
    if root is not None:
        from .local_media import lint_local_media

        inner, outer = unwrap_all(spec, payload)
        context = Context(spec, inner, engine(spec), outer)
        report.findings = lint_local_media(report.findings, spec, inner, context, root)
    expired = [] if now is None else list(_find_expired(spec, payload, now))
    if expired:
        report.findings = [*report.findings, *expired]
    return report


def _find_flat(spec: ModelSpec, payload: Any, *, is_named: bool) -> ModelSpec | None:
    """Returns the spec for the flat form of *payload*, or None if it has another form."""
    if type(payload) is dict and is_nested(payload):
        return None
    flat = find_flat_form(spec)
    if flat is None:
        return None
    from .flat_form import has_flat_form

    return flat if has_flat_form(flat, payload, is_named=is_named) else None


def _find_expired(spec: ModelSpec, payload: Any, now: float) -> Iterator[Finding]:
    """Yields the URLs in *payload* whose signature expired before *now*.

    The engine does not know the time, so that its verdicts depend on the payload alone.
    """
    payload, outer = unwrap_all(spec, payload)
    context = Context(spec, payload, engine(spec), outer)
    for rule in spec.rules:
        if isinstance(rule.constraint, AddressesFile):
            limit = Unexpired(rule.constraint.view)
            row = replace(rule, id=rule.id.replace("address", "expired"), constraint=limit)
            for path, item in iter_values(payload, rule.path):
                if not limit.is_satisfied_at(item, now):
                    yield Finding(row, context.to_outer(text(path)), item, origin=context)


def _get_model_name(payload: dict[str, Any]) -> Any:
    """Returns the member ``model`` of *payload*, or of the payload in a vendor's wrapper."""
    if "model" not in payload:
        for open_wrapper in filter(None, (vendor.unwrap for vendor in vendors())):
            if inner := open_wrapper(payload):
                return inner.payload.get("model")
    return payload.get("model")


def _build_no_model_finding(payload: Any) -> Finding:
    if type(payload) is not dict:
        return Finding(Rule("payload-type", "", OBJECT), "", payload)
    name = payload.get("model", MISSING)
    if name is MISSING:
        message = "the payload has no member model, and no model was given"
    else:
        message = "wanproof knows no model of this name"
    suggestion = suggest_model(name if type(name) is str else "")
    message = f"{message}; {suggestion}; --model NAME names one for all payloads"
    row = Rule("model-known", "/model", Anything(), required=True, message=message)
    return Finding(row, "/model", name)
