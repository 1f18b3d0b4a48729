"""Fixtures for pytest: `cognate`, a state for each worker that goes back to its beginning before each test."""

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
def cognate_world() -> str:
    """The name of the world of this worker, by the name that pytest-xdist gives it; override it for runs that share a server."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def cognate_worker(
    cognate_options: dict[str, object], cognate_prepare: object, cognate_world: str
) -> Iterator[tuple[Cognate, object]]:
    """A world of the server that runs already, or else a server of the worker's own; and what was prepared there."""
    server = connect(**cognate_options)  # type: ignore[arg-type]
    own = isinstance(server, StartedCognate)
    state = server if own else server.world(cognate_world)
    try:
        prepared = cognate_prepare(state)  # type: ignore[operator]
        state.snapshot(_BASE)
        yield state, prepared
    finally:
        if isinstance(server, StartedCognate):
            server.stop()
        else:
            server.delete_world(cognate_world)


@pytest.fixture
def cognate(cognate_worker: tuple[Cognate, object]) -> Cognate:
    """The state, as it was before the first test."""
    state, _ = cognate_worker
    state.restore(_BASE)
    return state


@pytest.fixture
def cognate_prepared(cognate_worker: tuple[Cognate, object]) -> object:
    """What `cognate_prepare` has returned."""
    return cognate_worker[1]
