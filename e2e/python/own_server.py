"""A `cognate dev` of a session's own, for settings that other sessions must not see.

Its database is SQLite in a temporary folder, whichever database the other sessions use.
"""

import json
import os
import re
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import support

START_SECONDS = 30


@contextmanager
def own_server(*flags, seed=None):
    """Starts a server with flags, and with the text of a file `seed.yaml` in its folder, leads the calls of `support` to it, and yields it; it is stopped at the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COGNATE_")}
    command = [*json.loads(os.environ["E2E_COMMAND"]), "dev", "--listen", "127.0.0.1:0", *flags]
    with tempfile.TemporaryDirectory(prefix="cognate-e2e-own-") as folder:
        log = Path(folder) / "server.log"
        if seed is not None:
            (Path(folder) / "seed.yaml").write_text(seed, encoding="utf-8")
        environment["COGNATE_DATA_DIR"] = str(Path(folder) / "data")
        with log.open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
            )
            try:
                server = OwnServer(process, log, Path(folder))
                before = support.ENDPOINT
                support.use(server.endpoint)
                try:
                    yield server
                finally:
                    support.use(before)
            finally:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


class OwnServer:
    """A server that is ready. `endpoint` is its URL, `folder` its folder, `printed` its lines."""

    def __init__(self, process, log, folder):
        self.process, self.folder, self._log = process, folder, log
        self.printed = printed = []
        ready = threading.Event()

        def read():
            for line in process.stdout:
                printed.append(line.rstrip("\n"))
                if printed[-1] == "Ready.":
                    ready.set()
            ready.set()

        threading.Thread(target=read, daemon=True).start()
        if not ready.wait(START_SECONDS) or "Ready." not in printed:
            raise RuntimeError(f"the server did not become ready: {printed[-5:]} {self.log()[-2000:]}")
        self.endpoint = re.search(r"http://127\.0\.0\.1:\d+", "\n".join(printed)).group()

    def log(self):
        """What the server has logged until now."""
        return self._log.read_text(encoding="utf-8", errors="replace")
