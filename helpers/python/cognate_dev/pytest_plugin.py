"""Fixtures for pytest: `cognate`, a server that goes back to its beginning before each test."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

import pytest

from cognate_dev import Cognate, StartedCognate, connect

_BASE = "before-each-test"


@pytest.fixture(scope="session")
def cognate_options() -> dict[str, object]:
    """The arguments of `connect`; override it for others. TEST_COGNATE_COMMAND names the program."""
    return {"command": shlex.split(os.environ.get("TEST_COGNATE_COMMAND", "cognate"))}


@pytest.fixture(scope="session")
def cognate_prepare() -> object:
    """A function that makes what every test begins with, once for each worker; override it."""
    return lambda cognate: None


@pytest.fixture(scope="session")
def cognate_worker(cognate_options: dict[str, object], cognate_prepare: object) -> Iterator[tuple[Cognate, object]]:
    """A server for each worker, and what was prepared on it."""
    server = connect(**cognate_options)  # type: ignore[arg-type]
    try:
        prepared = cognate_prepare(server)  # type: ignore[operator]
        server.snapshot(_BASE)
        yield server, prepared
    finally:
        if isinstance(server, StartedCognate):
            server.stop()


@pytest.fixture
def cognate(cognate_worker: tuple[Cognate, object]) -> Cognate:
    """The server, as it was before the first test."""
    server, _ = cognate_worker
    server.restore(_BASE)
    return server


@pytest.fixture
def cognate_prepared(cognate_worker: tuple[Cognate, object]) -> object:
    """What `cognate_prepare` has returned."""
    return cognate_worker[1]
