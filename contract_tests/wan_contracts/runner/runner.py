"""Runs all cases of the suite against a client, and builds the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Final

from wan_validators.catalog import list_default_models

from ..cases.case import Case
from ..cases.time_profiles import TimeProfile
from ..clients import Client
from ..clients.time_zone import use_time_zone
from ..laws import Law
from ..results.report import ContractReport
from .aggregation import Aggregator, evaluate_laws
from .harness import Harness
from .pace import find_laws_without_time, iter_pace_notes
from .run_loop import ProgressCallback, RunLoop
from .run_plan import RunPlan, find_possible_scenarios

__all__ = ["check", "replay_case"]

INTERRUPTED_NOTE: Final = "The run was interrupted."


def check(
    client: Client, plan: RunPlan, watch: ProgressCallback = lambda _aggregator, _total: None
) -> ContractReport:
    """Runs the calls of *plan* with *client*, and reports which laws it keeps.

    If the client is deterministic, the same plan makes the same calls. After a keyboard
    interrupt the report contains the results so far. Raises UsageError if the client cannot
    be started.
    """
    specs = plan.specs or list_default_models()
    time_profile = plan.choose_time_profile(client)
    untold = find_laws_without_time(time_profile)
    aggregator = Aggregator(plan.laws)
    plan = replace(plan, laws=[law for law in plan.laws if law.id not in untold])
    started_at = monotonic()
    interrupted = False
    with use_time_zone(), Harness(client, time_profile, full_size=plan.full_size) as harness:
        loop = RunLoop(harness, plan, aggregator, watch)
        try:
            loop.run_systematic_cases(specs, time_profile)
            loop.run_random_search(specs, time_profile)
            loop.run_concurrent_cases(specs, time_profile)
            loop.shrink_failures()
            loop.confirm_failures()
        except KeyboardInterrupt:
            interrupted = True
    return ContractReport(
        client=client.name,
        profile=plan.profile,
        seed=plan.seed,
        cases=aggregator.cases,
        unsupported=aggregator.unsupported,
        seconds=monotonic() - started_at,
        results=[
            replace(result, reason=untold.get(result.law.id, result.reason))
            for result in aggregator.results()
        ],
        coverage=aggregator.coverage(specs, find_possible_scenarios(plan, specs, time_profile)),
        models=[spec.id for spec in specs],
        exercise=aggregator.exercise,
        notes=[
            *([INTERRUPTED_NOTE] if interrupted else []),
            *([loop.endurance.note] if loop.is_hopeless else []),
            *loop.omissions,
            *iter_pace_notes(time_profile),
            *aggregator.exercise.iter_warnings(),
        ],
        interrupted=interrupted,
        narrowed=bool(plan.scenarios),
    )


def replay_case(
    client: Client,
    case: Case,
    time_profile: TimeProfile,
    law: Law,
    *,
    preceding: Sequence[Case] = (),
    together: Sequence[Case] = (),
    full_size: bool = False,
) -> ContractReport:
    """Repeats one call, after the *preceding* ones, and evaluates one law.

    If *together* are the cases of several calls, makes them at the same time, and evaluates the
    law on each call with *case*.
    """
    aggregator = Aggregator([law])
    started_at = monotonic()
    with use_time_zone(), Harness(client, time_profile, full_size=full_size) as harness:
        for number, each in enumerate(preceding, 1):
            harness.run(each, number)
        number = len(preceding) + 1
        interactions = (
            [each for each in harness.run_together(together, number) if each.case == case]
            if together
            else [harness.run(case, number)]
        )
        for interaction in interactions:
            aggregator.add(interaction, evaluate_laws([law], interaction))
    return ContractReport(
        client=client.name,
        profile="replay",
        seed=0,
        cases=len(preceding) + aggregator.cases,
        unsupported=aggregator.unsupported,
        seconds=monotonic() - started_at,
        results=aggregator.results(),
        models=[case.model_id],
    )
