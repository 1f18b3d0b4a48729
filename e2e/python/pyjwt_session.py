"""PyJWT, a generic JWT library: verifies both tokens with the published keys and refuses what it must."""

import jwt
from support import (
    ENDPOINT, Pool, administrator, check, check_match, check_raises, get_json, session, tampered, unsigned,
)

FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]

with session("PyJWT"):
    admin = administrator()
    pool, other = Pool(admin, "pyjwt", FLOWS), Pool(admin, "pyjwt-other", FLOWS)
    pool.confirmed_user("alan")
    other.confirmed_user("alan")
    tokens, foreign = pool.sign_in("alan"), other.sign_in("alan")

    published = get_json(f"/{pool.id}/.well-known/jwks.json")
    check("two keys, each with exactly its members",
          [(sorted(key), key["alg"], key["e"], key["kty"], key["use"]) for key in published["keys"]],
          [(["alg", "e", "kid", "kty", "n", "use"], "RS256", "AQAB", "RSA", "sig")] * 2)
    discovery = get_json(f"/{pool.id}/.well-known/openid-configuration")
    check("discovery names the issuer and the keys", (discovery["issuer"], discovery["jwks_uri"]),
          (pool.issuer, f"{pool.issuer}/.well-known/jwks.json"))

    keys = jwt.PyJWKClient(f"{ENDPOINT}/{pool.id}/.well-known/jwks.json")

    def verify(token, use, key=None, later=0):
        """Verifies as an application of one client must."""
        key = key or keys.get_signing_key_from_jwt(token).key
        required = ["exp", "iat", "iss", "sub", "token_use"]
        return jwt.decode(
            token, key, algorithms=["RS256"], issuer=pool.issuer, audience=pool.client_id if use == "id" else None,
            # PyJWT's clock cannot be set; a negative leeway is the same as a later time, except for `iat`.
            leeway=-later, options={"require": required, "verify_aud": use == "id", "verify_iat": later == 0},
        )

    used = {}
    for use, token in (("access", tokens["AccessToken"]), ("id", tokens["IdToken"])):
        used[use] = jwt.get_unverified_header(token)
        check(f"the header of the {use} token", {"alg": "RS256", "kid": used[use].get("kid")}, used[use])
        check_match(f"the key id of the {use} token", used[use]["kid"], r"[A-Za-z0-9+/]{43}=")
        found = verify(token, use)
        check(f"the {use} token verifies", (found["token_use"], found["iss"]), (use, pool.issuer))
        check_raises(f"an expired {use} token is refused", ("ExpiredSignatureError", "Signature has expired"),
                     lambda token=token, use=use: verify(token, use, later=3601))
        check_raises(f"a tampered {use} token is refused", ("InvalidSignatureError", "Signature verification failed"),
                     lambda token=token, use=use: verify(tampered(token), use))
        key = keys.get_signing_key_from_jwt(token).key
        check_raises(f"an unsigned {use} token is refused",
                     ("InvalidAlgorithmError", "The specified alg value is not allowed"),
                     lambda token=token, use=use, key=key: verify(unsigned(token), use, key=key))
    check("each kind of token has its own key", used["access"]["kid"] != used["id"]["kid"], True)
    check("both keys are the published ones", {used["access"]["kid"], used["id"]["kid"]},
          {key["kid"] for key in published["keys"]})
    check_raises("an access token is refused where an ID token belongs",
                 ("MissingRequiredClaimError", 'Token is missing the "aud" claim'),
                 lambda: verify(tokens["AccessToken"], "id"))

    for use, token in (("access", foreign["AccessToken"]), ("id", foreign["IdToken"])):
        kid = jwt.get_unverified_header(token)["kid"]
        check_raises(f"the key of another pool's {use} token is not published",
                     ("PyJWKClientError", f'Unable to find a signing key that matches: "{kid}"'),
                     lambda token=token, use=use: verify(token, use))
        for own in (tokens["AccessToken"], tokens["IdToken"]):
            own_key = keys.get_signing_key_from_jwt(own).key
            check_raises(f"another pool's {use} token is refused with each key of this pool",
                         ("InvalidSignatureError", "Signature verification failed"),
                         lambda token=token, use=use, own_key=own_key: verify(token, use, key=own_key))
