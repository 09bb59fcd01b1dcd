"""From options to a plan, and from a plan to a report: for the command and for pytest alike."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from random import SystemRandom
from typing import Final

from wan_mockserver.scenarios.registry import Scenarios
from wan_validators.catalog import catalog, model, vendors
from wan_validators.command import UsageError
from wan_validators.spec import ModelSpec

from ..cases.time_profiles import VIRTUAL
from ..clients import Client
from ..laws import LAWS, MONEY_SAFE, Law, law
from ..results.known_failures import load_known_failures, mark_known_failures
from ..results.replay import ClientSpec, write_replays
from ..results.report import ContractReport
from .runner import DEFAULT_EXAMPLES, ProgressCallback, RunPlan, check

SEED_RANGE: Final = 2**31


def build_plan(options: Namespace, *, once: bool) -> RunPlan:
    """What *options*, those of ``commands/asking.py``, ask for.

    A client that is started *once* for each call is asked for less. Raises UsageError and
    UnknownModel for a name that nothing has.
    """
    usual = 0 if once else DEFAULT_EXAMPLES
    if options.examples is None and options.seconds is not None:
        usual = sys.maxsize
    return RunPlan(
        specs=tuple(_select_specs(options.model)),
        laws=_select_laws(options.law, options.profile),
        scenarios=_check_scenarios(options.scenario),
        profile="laws" if options.law else options.profile,
        seed=SystemRandom().randrange(SEED_RANGE) if options.seed is None else options.seed,
        examples=usual if options.examples is None else options.examples,
        seconds=options.seconds,
        brief=once or options.brief,
        real_time=options.real_time,
        full_size=options.full_size,
    )


def read_known_failures(path: Path | None) -> Mapping[str, str]:
    """The reasons that a file of known failures gives, by law. Raises UsageError."""
    return {} if path is None else load_known_failures(path, [each.id for each in LAWS])


def run_plan(
    client: Client,
    plan: RunPlan,
    known: Mapping[str, str],
    *,
    client_spec: ClientSpec | None,
    folder: Path,
    watch: ProgressCallback = lambda _aggregator, _total: None,
) -> ContractReport:
    """What a run of *plan* finds, with what is *known* to be broken marked as such.

    Writes a replay file into *folder* for each failure, if *client_spec* names the client.
    Raises UsageError if not one call could be judged, unless the run was interrupted, and for
    a folder that cannot be written to.
    """
    report = check(client, plan, watch)
    if not (report.cases - report.unsupported or report.interrupted):
        raise UsageError(_describe_no_calls(report))
    report = replace(report, results=mark_known_failures(report.results, known))
    if client_spec is None:
        return report
    try:
        return write_replays(
            report, folder, client_spec, plan.choose_time_profile(client), full_size=plan.full_size
        )
    except OSError as error:
        raise UsageError(f"cannot write replay files into {folder}: {error.strerror}") from error


def _select_laws(names: Iterable[str], profile: str) -> list[Law]:
    try:
        chosen = [law(name) for name in dict.fromkeys(names)]
    except LookupError as error:
        raise UsageError(str(error)) from error
    safe = profile == "money-safe"
    return chosen or [each for each in LAWS if not safe or each.id in MONEY_SAFE]


def _select_specs(names: Iterable[str]) -> list[ModelSpec]:
    """The models that *names*, of models or vendors, stand for."""
    known = {vendor.name: vendor for vendor in vendors()}
    chosen: list[ModelSpec] = []
    for name in names:
        if name in known:
            chosen += [spec for spec in catalog() if spec.vendor is known[name]]
        else:
            chosen.append(model(name))
    return list(dict.fromkeys(chosen))


def _check_scenarios(names: list[str]) -> list[str]:
    known = Scenarios(VIRTUAL.scenarios)
    for name in names:
        try:
            known.find(name)
        except ValueError as error:
            raise UsageError(str(error)) from error
    return names


def _describe_no_calls(report: ContractReport) -> str:
    if report.unsupported:
        return (
            f"not one call could be judged: the client says that all {report.unsupported} models "
            "or payloads that it was given are beyond it; see --model"
        )
    return "there is no such call: no chosen scenario can happen at a chosen model; see --model"
