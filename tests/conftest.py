"""What holds for every test: nothing outside this machine is reached, and no skip hides in a run that forbids skips."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys

import pytest
from hypothesis import HealthCheck, settings

from tests.system import missing, skips_are_forbidden

settings.register_profile("dev", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, max_examples=100, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


def _is_here(host: object) -> bool:
    """Whether an address means this machine; a name other than localhost does not."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_the_outside(event: str, args: tuple[object, ...]) -> None:
    """Tests are offline. Names below .invalid fail as they would anywhere; any other way out is a mistake of the test."""
    if event == "socket.getaddrinfo":
        host = args[0]
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not _is_here(host):
        raise RuntimeError(f"a test tried to reach {host}: tests are offline")


sys.addaudithook(_refuse_the_outside)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are absent, with the reason; `ADUAN_FORBID_SKIPS` turns that into a failure below."""
    for mark in item.iter_markers("needs_system"):
        if reason := missing(mark.args):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Under `ADUAN_FORBID_SKIPS` a test that skips fails, whatever made it skip."""
    return _forbidding_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    """Under `ADUAN_FORBID_SKIPS` a file that skips as a whole fails too."""
    return _forbidding_skips((yield))


def _forbidding_skips(report):
    if report.skipped and not hasattr(report, "wasxfail") and skips_are_forbidden():
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"skips are forbidden in this run: {reason}"
    return report


def pytest_terminal_summary(terminalreporter):
    """Say what the simulated worlds lived through: citizens, messages, crashes, faults."""
    reports = [report for each in terminalreporter.stats.values() for report in each]
    if any(getattr(report, "user_properties", ()) for report in reports):
        from tests.simulation.summary import lines

        if found := list(lines(reports)):
            terminalreporter.section("simulation")
            for line in found:
                terminalreporter.write_line(line)
