"""Judges the signatures of requests that the server makes, by botocore's own signer."""

import re

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")


def fault(method, url, headers, body, service, secret="test"):
    """What is wrong with the signature of a request; None if nothing is. `headers` has lower-case names."""
    found = CREDENTIAL.fullmatch(headers.get("authorization", ""))
    if not found:
        return "no AWS4-HMAC-SHA256 in Authorization"
    key_id, date, region, named, signed, signature = found.groups()
    if named != service:
        return f"signed for {named}"
    names = signed.split(";")
    if "host" not in names or "x-amz-date" not in names:
        return f"only {signed} are signed"
    missing = [name for name in names if name not in headers]
    if missing:
        return f"signed but missing: {missing}"
    if not headers["x-amz-date"].startswith(date):
        return "the date of the key is another one"
    request = AWSRequest(method=method, url=url, headers={name: headers[name] for name in names}, data=body)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(Credentials(key_id, secret, headers.get("x-amz-security-token")), service, region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return None if signer.signature(text, request) == signature else "the signature is wrong"
