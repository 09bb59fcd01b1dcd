"""Builds a run plan from options and runs it, for the command and the pytest plugin."""

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
from ..protocol.outcome import OutcomeKind
from ..results.known_failures import load_known_failures, mark_known_failures
from ..results.replay import ClientSpec, write_replays
from ..results.report import ContractReport
from .runner import DEFAULT_EXAMPLES, ProgressCallback, RunPlan, check

__all__ = ["build_plan", "read_known_failures", "run_plan"]

SEED_RANGE: Final = 2**31


def build_plan(options: Namespace, *, once: bool) -> RunPlan:
    """Builds the plan of a run from *options*, which ``commands/options.py`` defines.

    A client that is started *once* for each call gets a shorter plan. Raises UsageError for an
    unknown law or scenario, and UnknownModel for an unknown model.
    """
    default_examples = 0 if once else DEFAULT_EXAMPLES
    if options.examples is None and options.seconds is not None:
        default_examples = sys.maxsize
    return RunPlan(
        specs=tuple(_select_specs(options.model)),
        laws=_select_laws(options.law, options.profile),
        scenarios=_check_scenarios(options.scenario),
        profile="laws" if options.law else options.profile,
        seed=SystemRandom().randrange(SEED_RANGE) if options.seed is None else options.seed,
        examples=default_examples if options.examples is None else options.examples,
        seconds=options.seconds,
        brief=once or options.brief,
        real_time=options.real_time,
        full_size=options.full_size,
    )


def read_known_failures(path: Path | None) -> Mapping[str, str]:
    """Returns the reason for each known failure, by law; raises UsageError if *path* is invalid."""
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
    """Runs *plan* and marks the failures that are *known*.

    Writes a replay file into *folder* for each failure, if *client_spec* names the client.
    Raises UsageError if no call could be checked, unless the run was interrupted, and if
    *folder* is not writable.
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
    """Returns the models for *names*, which are names of models or vendors."""
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
            f"no call could be checked: the client reported {OutcomeKind.UNSUPPORTED.value!r} for "
            f"all {report.unsupported} models or payloads; choose others with --model"
        )
    return (
        "no case was selected: none of the chosen scenarios applies to a chosen model; see --model"
    )
