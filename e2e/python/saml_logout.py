"""Single logout with pysaml2, both ways and by both bindings: a part of the session federation_pysaml2."""

import urllib.parse

import support
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.saml import NAMEID_FORMAT_PERSISTENT
from saml_provider import Key, clock
from saml_shop import CALLBACK, Browser, Form, Shop, parameters
from support import check

# pysaml2's name of a status that is no success.
REFUSED = "StatusError"
SIGNED_OUT = "https://app.example/signed-out"
NAMES = {BINDING_HTTP_POST: "by POST", BINDING_HTTP_REDIRECT: "by redirect"}


class Both:
    """A pool that ends the provider's session too, and somebody who signed in."""

    def __init__(self, shop, provider):
        self.shop, self.provider, self.browser = shop, provider, Browser()
        self.browser.sign_in(shop)

    def leave_here(self):
        """Signs out at the pool; returns the first redirect."""
        query = urllib.parse.urlencode({"client_id": self.shop.client_id, "logout_uri": SIGNED_OUT})
        answer = self.browser.get(f"{support.ENDPOINT}/logout?{query}", allow_redirects=False, timeout=30)
        return answer.headers["location"]

    def leave_there(self):
        """Signs out at the provider; returns the last page or address."""
        return self.carry(self.browser.get(f"{self.provider.url}/leave?relay=the+portal", allow_redirects=False, timeout=30))

    def carry(self, answer):
        """Takes messages to and fro as a browser does, until it is at the application or nothing leads on."""
        for _ in range(6):
            if answer.is_redirect:
                to = urllib.parse.urljoin(answer.url, answer.headers["location"])
                if to.startswith("https://app.example/"):
                    return to
                answer = self.browser.get(to, allow_redirects=False, timeout=30)
                continue
            form = Form(answer.text)
            if form.action is None or "/login" in form.action:
                return answer
            answer = self.browser.post_from_there(form.action, form.fields)
        raise RuntimeError("nothing but redirects")

    def is_here(self):
        """Whether the browser has a session of the pool."""
        return self.browser.depart(self.shop).startswith(CALLBACK)

    def is_there(self):
        """Whether the provider knows the browser."""
        return self.browser.cookies.get("at-provider") in self.provider.sessions


def logout(admin, provider):
    """What the pool and the provider do when somebody signs out at one of them."""
    provider.demands = True
    provider.load()
    shop = Shop(admin, "pysaml2-logout", provider, {"RequestSigningAlgorithm": "rsa-sha256", "IDPSignout": "true"})
    services = provider.server.metadata.single_logout_service(shop.entity, BINDING_HTTP_POST, "spsso")
    check("the metadata names the place", [each["location"] for each in services], [
        f"{support.ENDPOINT}/saml2/logout?user_pool_id={shop.id}",
    ])

    for binding, name in NAMES.items():
        provider.logout_binding = binding
        both = Both(shop, provider)
        _, index = provider.sessions[both.browser.cookies["at-provider"]]["at"][shop.entity]
        location = both.leave_here()
        check(f"{name}: the pool sends the browser to the provider", location.split("?")[0], f"{provider.url}/slo/redirect")
        check("with a signature", {"SAMLRequest", "SigAlg", "Signature"} <= set(parameters(location)), True)
        end = both.carry(both.browser.get(location, allow_redirects=False, timeout=30))
        check("the request as pysaml2 verified it", provider.logouts[-1], {
            "issuer": shop.entity, "destination": f"{provider.url}/slo/redirect", "format": NAMEID_FORMAT_PERSISTENT,
            "qualifiers": (provider.name, shop.entity), "sessions": [("alice-1", index)],
        })
        check("and the browser to the application", end, SIGNED_OUT)
        check("signed out at both", (both.is_here(), both.is_there()), (False, False))

        both, other = Both(shop, provider), Both(shop, provider)
        end = both.leave_there()
        check(f"{name}: the provider hears of the pool", (provider.left[-1], "the portal" in getattr(end, "text", "")), ("Success", True))
        check("signed out at both of them", (both.is_here(), both.is_there()), (False, False))
        check("another session of the same user goes on", (other.is_here(), other.is_there()), (True, True))

    provider.logout_binding = BINDING_HTTP_POST
    both = Both(shop, provider)
    provider.reservation = "Responder PartialLogout"
    location = both.leave_here()
    end = both.carry(both.browser.get(location, allow_redirects=False, timeout=30))
    check("a provider that could not do all", (end, both.is_here()), (SIGNED_OUT, False))
    provider.reservation = None
    check("nobody is signed in", both.leave_here(), SIGNED_OUT)

    both = Both(shop, provider)
    form = Form(both.browser.get(f"{provider.url}/leave", timeout=30).text)
    for outcome in ("Success", REFUSED):
        both.carry(both.browser.post_from_there(form.action, form.fields))
        check(f"a request, then the same once more: {outcome}", provider.left[-1], outcome)
    both = Both(shop, provider)
    clock(-700)
    form = Form(both.browser.get(f"{provider.url}/leave", timeout=30).text)
    clock(0)
    both.carry(both.browser.post_from_there(form.action, form.fields))
    check("a request of long ago", (provider.left[-1], both.is_here()), (REFUSED, True))

    honest = provider.keys
    for name, binding, change in (
        ("that nobody signed", BINDING_HTTP_POST, False), ("that nobody signed, by redirect", BINDING_HTTP_REDIRECT, False),
        ("by a key of nobody", BINDING_HTTP_POST, True), ("by a key of nobody, by redirect", BINDING_HTTP_REDIRECT, True),
    ):
        both = Both(shop, provider)
        provider.logout_binding, provider.signs_logouts = binding, change
        if change:
            provider.keys = [Key(provider.folder)]
            provider.load()
        before = list(provider.left)
        both.leave_there()
        check(f"a request {name}", (provider.left, both.is_here()), (before, True))
        provider.keys, provider.signs_logouts = honest, True
        provider.load()
