"""Builds a run plan from options and runs it, for the command and the pytest plugin."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from random import SystemRandom
from typing import Final

from wan_mockserver.commands.build_mock import read_option_file
from wan_mockserver.scenarios.scenario import Scenario
from wan_validators.catalog import list_all_specs, model, vendors
from wan_validators.command import UsageError
from wan_validators.messages.formatting import format_seconds
from wan_validators.spec import ModelSpec

from ..cases.time_profiles import TIMES, VIRTUAL, TimeProfile
from ..clients import Client
from ..laws import LAWS
from ..protocol.outcome import OutcomeKind
from ..results.known_failures import load_known_failures, mark_known_failures
from ..results.replay import ClientSpec, write_replays
from ..results.report import ContractReport
from .run_loop import ProgressCallback
from .run_plan import DEFAULT_EXAMPLES, RunPlan
from .runner import check
from .selection import Selection

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
    selection = Selection(_read_scenarios(options.scenarios))
    laws = selection.select_laws(options.law, options.profile)
    skipped = selection.find_skipped(options.skip)
    kept = [each for each in laws if each.id not in skipped]
    if not kept:
        raise UsageError("--skip leaves no law to check")
    return RunPlan(
        specs=tuple(_select_specs(options.model)),
        laws=kept,
        scenarios=selection.select_scenarios(options.scenario),
        profile="laws" if options.law or len(kept) < len(laws) else options.profile,
        seed=SystemRandom().randrange(SEED_RANGE) if options.seed is None else options.seed,
        examples=default_examples if options.examples is None else options.examples,
        seconds=options.seconds,
        brief=once or options.brief,
        real_time=options.real_time,
        full_size=options.full_size,
        skipped=skipped.intersection(selection.scenarios),
        scenario_file=None if options.scenarios is None else str(options.scenarios),
        pace={name: value for name, value in vars(options).items() if name in TIMES and value},
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
    Raises UsageError if no call could be checked, unless the run was interrupted, if the times
    of the plan contradict each other, and if *folder* is not writable.
    """
    time_profile = plan.choose_time_profile(client)
    _check_pace(time_profile)
    report = check(client, plan, watch)
    if not (report.cases - report.unsupported or report.interrupted):
        raise UsageError(_describe_no_calls(report))
    report = replace(report, results=mark_known_failures(report.results, known))
    if client_spec is None:
        return report
    try:
        return write_replays(report, folder, client_spec, time_profile, full_size=plan.full_size)
    except OSError as error:
        raise UsageError(f"cannot write replay files into {folder}: {error.strerror}") from error


def _check_pace(time_profile: TimeProfile) -> None:
    """Raises UsageError if a client of this pace can poll only once."""
    if time_profile.deadline <= time_profile.max_interval:
        raise UsageError(
            f"the deadline of {format_seconds(time_profile.deadline)} is not longer than the poll "
            f"interval of {format_seconds(time_profile.max_interval)}; set --deadline and "
            "--poll-interval together"
        )


def _read_scenarios(file: Path | None) -> Mapping[str, Scenario]:
    """Returns all scenarios of a run by name, with those of *file*."""
    made = replace(VIRTUAL, scenario_file=None if file is None else str(file))
    return read_option_file("--scenarios", lambda _: made.every_scenario, file or Path())


def _select_specs(names: Iterable[str]) -> list[ModelSpec]:
    """Returns the models for *names*, which are names of models or vendors."""
    known = {vendor.name: vendor for vendor in vendors()}
    chosen: list[ModelSpec] = []
    for name in names:
        if name in known:
            chosen += [spec for spec in list_all_specs() if spec.vendor is known[name]]
        else:
            chosen.append(model(name))
    return list(dict.fromkeys(chosen))


def _describe_no_calls(report: ContractReport) -> str:
    if report.unsupported:
        return (
            f"no call could be checked: the client reported {OutcomeKind.UNSUPPORTED.value!r} for "
            f"all {report.unsupported} models or payloads; choose others with --model"
        )
    return (
        "no case was selected: none of the chosen scenarios applies to a chosen model; see --model"
    )
