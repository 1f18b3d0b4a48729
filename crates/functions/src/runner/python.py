# Runs a handler file as a function: python3 -c RUNNER FILE [FUNCTION]. The event comes on standard input; standard
# output has the result alone, and everything that the handler prints goes to standard error.
import importlib.util
import json
import os
import sys
import time
import traceback

_file, _name = sys.argv[1], sys.argv[2]
_begun = time.monotonic()
_out = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
sys.stdout = sys.stderr


class Context:
    function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
    function_version = "$LATEST"
    invoked_function_arn = os.environ.get("FUNCTION_ARN")
    aws_request_id = os.environ.get("FUNCTION_REQUEST_ID")
    memory_limit_in_mb = 128
    identity = None
    client_context = None

    def get_remaining_time_in_millis(self):
        limit = int(os.environ.get("FUNCTION_TIMEOUT_MS", "5000"))
        return max(0, limit - int((time.monotonic() - _begun) * 1000))


def _run():
    event = json.loads(sys.stdin.buffer.read())
    path = os.path.abspath(_file)
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    names = [_name] if _name else ["handler", "lambda_handler"]
    for name in names:
        handler = getattr(module, name, None)
        if callable(handler):
            return json.dumps(handler(event, Context()))
    raise AttributeError("%s has no function %s" % (_file, " or ".join(names)))


try:
    _document, _code = _run(), 0
except BaseException as error:
    traceback.print_exc()
    _document = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__})
    _code = 1
_out.write(_document)
_out.flush()
os._exit(_code)
