"""``wanproof check``: a client in any language, held to the documents and to the mock."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wan_validators.catalog import catalog, model, vendors
from wan_validators.command import DONE, FINDINGS, Command, UsageError

from . import choosing
from .asking import arguments as asking
from .asking import outputs

if TYPE_CHECKING:
    from wan_validators.spec import ModelSpec

    from ..replay import Named
    from ..report import Report
    from ..runner import Plan
    from ..tally import Tally

INTERRUPTED: Final = 128 + 2

SEEDS: Final = 2**31


def arguments(parser: ArgumentParser) -> None:
    choosing.arguments(parser)
    asking(parser)


def run(options: Namespace) -> int:
    if options.list:
        return _listed()
    if options.schema:
        return _schema(options.schema)
    who = choosing.named(options)
    if who is None:
        raise UsageError("name a client: --client PLACE for one in Python, or a command after --")
    files = outputs(options)
    plan = _plan(options, who)
    known = _known(options)
    report = _checked(who, plan, options, known)
    if not report.cases - report.unsupported:
        raise UsageError(_nothing(report))
    _told(report, options, files)
    if report.notes:
        return INTERRUPTED
    return DONE if _is_good(report, strict=options.strict) else FINDINGS


def _plan(options: Namespace, who: Named) -> Plan:
    from ..laws import LAWS, MONEY_SAFE, law
    from ..runner import EXAMPLES, Plan

    try:
        laws = [law(name) for name in dict.fromkeys(options.law)]
    except LookupError as error:
        raise UsageError(str(error)) from error
    if not laws:
        safe = options.profile == "money-safe"
        laws = [each for each in LAWS if not safe or each.id in MONEY_SAFE]
    once = who.form == "command"
    usual = 0 if once else EXAMPLES
    if options.examples is None and options.seconds is not None:
        usual = sys.maxsize
    return Plan(
        specs=tuple(_specs(options.model)),
        laws=laws,
        scenarios=_scenarios(options.scenario),
        profile="laws" if options.law else options.profile,
        seed=options.seed if options.seed is not None else _any_seed(),
        examples=usual if options.examples is None else options.examples,
        seconds=options.seconds,
        edges=not once,
        real_time=options.real_time,
        full_size=options.full_size,
    )


def _specs(names: list[str]) -> list[ModelSpec]:
    """The models that *names*, of models or vendors, stand for."""
    known = {vendor.name: vendor for vendor in vendors()}
    chosen: list[ModelSpec] = []
    for name in names:
        if name in known:
            chosen += [spec for spec in catalog() if spec.vendor is known[name]]
        else:
            chosen.append(model(name))
    return list(dict.fromkeys(chosen))


def _scenarios(names: list[str]) -> list[str]:
    from wan_mockserver.scenarios.known import Scenarios

    from ..tempo import VIRTUAL

    known = Scenarios(VIRTUAL.scenarios)
    for name in names:
        try:
            known.named(name)
        except ValueError as error:
            raise UsageError(str(error)) from error
    return names


def _known(options: Namespace) -> dict[str, str]:
    if options.expect is None:
        return {}
    from ..expected import load
    from ..laws import LAWS

    return dict(load(options.expect, [law.id for law in LAWS]))


def _checked(who: Named, plan: Plan, options: Namespace, known: dict[str, str]) -> Report:
    """What the run finds, with its progress on a terminal while it goes on."""
    from wan_validators.progress import Bar

    from ..expected import applied
    from ..replay import written
    from ..runner import check

    client = choosing.client(who)
    total = 0
    with Bar(lambda: total or None, sys.stderr, counted="calls") as bar:

        def watch(tally: Tally, most: int) -> None:
            nonlocal total
            total = most if plan.seconds is None else 0
            broken = len(tally.broken)
            bar.advance(1, f"{broken} laws broken" if broken != 1 else "1 law broken")

        report = check(client, plan, watch)
    report = replace(report, results=applied(report.results, known))
    try:
        return written(report, Path(options.replays), who, plan.tempo(client))
    except OSError as error:
        raise UsageError(
            f"cannot write to --replays {options.replays}: {error.strerror}"
        ) from error


def _told(report: Report, options: Namespace, files: list[tuple[str, Path]]) -> None:
    from ..reporters import render
    from ..reporters.badge import rendered as badge
    from ..reporters.terminal import write

    if options.format == "text":
        write(report, sys.stdout, os.environ)
    else:
        print(render(options.format, report))
    for kind, path in files:
        _put(path, render(kind, report))
    if options.badge:
        _put(options.badge, badge(report))


def _put(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _is_good(report: Report, *, strict: bool) -> bool:
    from ..report import Standing

    return report.passed and not (strict and report.standings[Standing.WARN])


def _nothing(report: Report) -> str:
    if report.unsupported:
        return (
            f"not one call could be judged: the client says that all {report.unsupported} models "
            "or payloads that it was given are beyond it; see --model"
        )
    return "there is no such call: no chosen scenario can happen at a chosen model; see --model"


def _listed() -> int:
    from ..laws import LAWS

    for law in LAWS:
        print(f"{law.id}  {law.level}, {law.group}")
        print(f"  {law.says}\n  source: {law.source}\n  to mend it: {law.hint}")
    return DONE


def _schema(name: str) -> int:
    from ..protocol import SCHEMAS

    print(json.dumps(SCHEMAS[name], indent=2))
    return DONE


def _any_seed() -> int:
    from random import SystemRandom

    return SystemRandom().randrange(SEEDS)


COMMAND = Command(
    name="check",
    summary="Hold a client in any language to the documents, and to all that can go wrong.",
    arguments=arguments,
    run=run,
    examples=(
        "wanproof check --client my_package.client:make_client",
        "wanproof check --stdio -- node my-client.mjs",
        "wanproof check -- ./my-client.sh",
        "wanproof check --client client.py:Client --profile money-safe --badge badge.json",
        "wanproof check --client client.py:Client --expect known.toml --report junit=check.xml",
        "wanproof check --list",
    ),
    notes="""exit codes:
  0  no law that MUST be kept is broken (with --strict, nor one that SHOULD be)
  1  a law is broken that is not known to be, or kept that is known to be broken
  2  wrong usage, a client that cannot be started, or not one call to judge
  3  a fault of wanproof's own
  130  interrupted; what was found until then is shown""",
)
