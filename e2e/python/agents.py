"""What the sessions of agents share: the recipe of docs/AGENTS.md with ports of its own, its server, and a browser.

As a program it prints the recipe's server for a session in another language:
agents.py RESOURCE_PORT prints its source on standard output.
"""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.parse
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests

# fastmcp tells how it goes; the sessions tell what failed.
os.environ["FASTMCP_LOG_LEVEL"] = "ERROR"
ENDPOINT = os.environ["E2E_ENDPOINT"]
PASSWORD = "Correct-Horse-7"
# The packages of SDK 1 that differ from those of SDK 2 are beside the environment.
OLD_SDK = Path(sys.prefix).parent / "mcp1"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs/AGENTS.md"


def free_port():
    """A port that nobody has."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def recipe(port, callback, endpoint=ENDPOINT):
    """The blocks of Python in docs/AGENTS.md by the first word of their first line, with this session's places."""
    blocks = re.findall(r"^```python\n# (?:The|A|An) (\w+).*?\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.M | re.S)
    found = {}
    for name, code in blocks:
        for written, here in (
            ("http://localhost:9229", endpoint), ("127.0.0.1:8000", f"127.0.0.1:{port}"), ("port=8000", f"port={port}"),
            ("127.0.0.1:3334", f"127.0.0.1:{callback}"), ('Domain="agents"', f'Domain="agents-{secrets.token_hex(4)}"'),
        ):
            code = code.replace(written, here)
        found[name] = code
    return found


@contextmanager
def protected_server(code, port, **environment):
    """Runs the recipe's server until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("the protected server did not start") from None
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def old_sdk(**given):
    """What the Python SDK 1 does with `given`, as e2e/python/mcp_old_sdk.py tells it."""
    command = [sys.executable, str(Path(__file__).with_name("mcp_old_sdk.py")), json.dumps(given)]
    environment = os.environ | {"PYTHONPATH": str(OLD_SDK)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


class Browser:
    """A browser without scripts, which signs the user ada in and lets clients in where pages ask, and counts these pages."""

    def __init__(self):
        self.http = requests.Session()
        self.pages = 0
        # The last page that asked whether a client may come in.
        self.asked = ""

    def open(self, url):
        """Opens a URL and returns the one on which the browser leaves the server."""
        site = "{0.scheme}://{0.netloc}/".format(urllib.parse.urlsplit(url))
        for _ in range(10):
            answer = self.http.get(url, allow_redirects=False, timeout=30)
            if answer.status_code == 200:
                self.pages += 1
                answer = self._answer(answer)
            if answer.status_code not in (302, 303):
                raise RuntimeError(f"{url}: {answer.status_code} {answer.text[:2000]}")
            url = urllib.parse.urljoin(answer.url, answer.headers["location"])
            if not url.startswith(site):
                return url
        raise RuntimeError(f"more than ten redirects, the last to {url}")

    def _answer(self, page):
        form = re.search(r'<form[^>]*action="(/[^"]*)"[^>]*>(.*?)</form>', page.text, re.S)
        fields = {}
        for tag in re.findall(r"<input[^>]*>", form.group(2)):
            found = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
            if "name" in found:
                fields[found["name"]] = found.get("value", "")
        if "username" in fields:
            fields |= {"username": "ada", "password": PASSWORD}
        else:
            # The question whether the client may come in.
            fields["decision"] = "allow"
            self.asked = page.text
        target = urllib.parse.urljoin(page.url, form.group(1).replace("&amp;", "&").replace("&#38;", "&"))
        return self.http.post(target, data=fields, allow_redirects=False, timeout=30)


class AtOnce(webbrowser.BaseBrowser):
    """The system's browser, which goes on beside the program that opens it."""

    def __init__(self, browser):
        super().__init__()
        self.browser, self.beside = browser, ThreadPoolExecutor(1)

    def open(self, url, new=0, autoraise=True):
        self.beside.submit(self._visit, url)
        return True

    def _visit(self, url):
        ended = self.browser.open(url)
        for _ in range(100):
            try:
                return requests.get(ended, timeout=30)
            except requests.ConnectionError:
                time.sleep(0.1)


if __name__ == "__main__":
    print(recipe(int(sys.argv[1]), 0)["protected"])
