"""A key management service that knows two operations, as KMS speaks: GenerateDataKey and Decrypt, JSON 1.1.

It keeps what it wraps in memory, bound to the encryption context, and judges the signature of each request.
"""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import sigv4_check


class Kms:
    """The service. `calls` holds the name and body of each request; `faults` what was wrong with them."""

    def __init__(self, key):
        self.key = key
        self.calls, self.faults, self.refusal = [], [], None
        self._wrapped = {}
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):  # the name that http.server looks for
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                found = sigv4_check.fault("POST", service.url + self.path.lstrip("/"), headers, body, "kms")
                if found:
                    service.faults.append(found)
                if headers.get("content-type") != "application/x-amz-json-1.1":
                    service.faults.append(f"content type {headers.get('content-type')}")
                operation = headers.get("x-amz-target", "").removeprefix("TrentService.")
                request = json.loads(body)
                service.calls.append((operation, request))
                status, answer = service.answer(operation, request)
                answer = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, operation, request):
        """The status and body of the answer to a request."""
        if self.refusal:
            return 400, {"__type": self.refusal, "message": "No."}
        context = json.dumps(request.get("EncryptionContext", {}), sort_keys=True)
        if operation == "GenerateDataKey":
            plain, blob = os.urandom(request["NumberOfBytes"]), os.urandom(184)
            self._wrapped[blob] = (plain, context)
            return 200, {
                "CiphertextBlob": base64.b64encode(blob).decode(),
                "Plaintext": base64.b64encode(plain).decode(),
                "KeyId": self.key,
            }
        if operation == "Decrypt":
            plain, bound = self._wrapped.get(base64.b64decode(request["CiphertextBlob"]), (None, None))
            if bound != context or request.get("KeyId", self.key) != self.key:
                return 400, {"__type": "InvalidCiphertextException", "message": None}
            return 200, {"Plaintext": base64.b64encode(plain).decode(), "KeyId": self.key}
        return 400, {"__type": "UnknownOperationException"}
