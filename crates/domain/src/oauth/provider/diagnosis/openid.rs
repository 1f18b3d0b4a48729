//! What the discovery document of a provider says, and how that fits the settings.

use cognate_federation::oidc::discovery::{self, DiscoveryError};
use cognate_federation::oidc::inspect::{Document, NEEDED};
use cognate_federation::oidc::social::Kind;

use super::call::{self, place};
use super::report::Steps;
use crate::app::App;
use crate::foreign;
use crate::oauth::provider::explain::{listed, shown};
use crate::oauth::provider::oidc::{detail, issuer};
use crate::records::provider::Provider;

/// The algorithms of ID tokens that are accepted, besides MACs.
const SIGNATURES: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];
/// Those under the client's secret, at providers of type OIDC.
const MACS: [&str; 3] = ["HS256", "HS384", "HS512"];
/// What to do where the document has moved on.
const AGAIN: &str = "UpdateIdentityProvider without the URLs reads the document again";

/// Looks at the discovery document.
pub(super) async fn look(app: &App, steps: &mut Steps, provider: &Provider, kind: Kind) {
    let named = detail(provider, "oidc_issuer").to_owned();
    if named.is_empty() {
        steps.ok("discovery", "the type has no discovery document");
        return;
    }
    let Some(body) = call::fetch(app, steps, "discovery", &discovery::url(&named)).await else {
        return;
    };
    let read = move || (discovery::parse(&named, &body), Document::read(&body));
    let Ok((parsed, document)) = foreign::read(app, read).await else {
        let change = "the document takes too long to read; ask the provider for a smaller one";
        steps.fail(
            "discovery",
            "the document was not read within five seconds",
            change,
        );
        return;
    };
    let Some(document) = document else {
        let says = "the document is no JSON object, or gives a member twice";
        steps.fail(
            "discovery",
            says,
            "check oidc_issuer: a login page may answer there",
        );
        return;
    };
    let url = discovery::url(detail(provider, "oidc_issuer"));
    steps.ok("discovery", format!("{} is a JSON object", place(&url)));
    compare_issuer(steps, provider, kind, &document, parsed.as_ref().err());
    endpoints(app, steps, provider, kind, &document);
    abilities(steps, provider, kind, &document);
    algorithms(steps, provider, kind, &document);
}

fn compare_issuer(
    steps: &mut Steps,
    provider: &Provider,
    kind: Kind,
    document: &Document,
    error: Option<&DiscoveryError>,
) {
    const STEP: &str = "issuer";
    let settings = detail(provider, "oidc_issuer");
    let Some(said) = document.text("issuer") else {
        steps.fail(
            STEP,
            "the document names no issuer",
            "the provider must name its issuer",
        );
        return;
    };
    let both = format!("settings {}, document {}", shown(settings), shown(said));
    match error {
        Some(DiscoveryError::AllTenants) => steps.fail(
            STEP,
            format!("{both}: the document of all tenants"),
            "set oidc_issuer to the issuer of one tenant",
        ),
        Some(DiscoveryError::OtherIssuer) => steps.fail(
            STEP,
            format!("{both}: another issuer"),
            "set oidc_issuer to what the document says, if that is your provider",
        ),
        // What tokens say is compared character by character.
        Some(DiscoveryError::Incomplete) | None => {
            let tokens = issuer(provider);
            match kind.issuers(&tokens).contains(&said) {
                true => steps.ok(STEP, both),
                false => steps.fail(
                    STEP,
                    format!("{both}: tokens are compared with {}", shown(&tokens)),
                    "set oidc_issuer to exactly what the document says",
                ),
            }
        }
    }
}

fn endpoints(app: &App, steps: &mut Steps, provider: &Provider, kind: Kind, document: &Document) {
    const STEP: &str = "endpoints";
    let needed = NEEDED.iter().filter(|name| document.text(name).is_none());
    // Apple has no userinfo endpoint, and nothing of ours asks for one there.
    let needed = needed.filter(|name| kind == Kind::Oidc || **name != "userinfo_endpoint");
    let missing: Vec<&str> = needed.copied().collect();
    if !missing.is_empty() {
        let says = format!("the document lacks {}", missing.join(", "));
        let change =
            "give the URLs in ProviderDetails (authorize_url, token_url, attributes_url, jwks_uri)";
        match kind {
            Kind::Oidc if provider.doc.discovered.is_some() => steps.fail(STEP, says, change),
            _ => steps.warn(STEP, says, change),
        }
    }
    let mut fine = missing.is_empty();
    for (member, setting) in [
        ("authorization_endpoint", "authorize_url"),
        ("token_endpoint", "token_url"),
        ("userinfo_endpoint", "attributes_url"),
        ("jwks_uri", "jwks_uri"),
    ] {
        let (Some(said), ours) = (document.text(member), detail(provider, setting)) else {
            continue;
        };
        if !app.outbound.may_call(said) {
            fine = false;
            let says = format!("{member} is {}, no https URL", place(said));
            steps.fail(STEP, says, "the provider must offer it by https");
        } else if kind == Kind::Oidc && said != ours {
            fine = false;
            let says = format!(
                "{setting} is {}, the document has {}",
                place(ours),
                place(said)
            );
            steps.warn(STEP, says, AGAIN);
        }
    }
    if fine {
        steps.ok(STEP, "all there, by https, and those of the settings");
    }
}

/// What the document says that the provider can do, and what a sign-in needs.
fn abilities(steps: &mut Steps, provider: &Provider, kind: Kind, document: &Document) {
    let stored = provider.doc.discovered.as_ref();
    let offered = document.list("code_challenge_methods_supported");
    let s256 = offered.is_some_and(|methods| methods.contains(&"S256"));
    match (kind.uses_pkce(stored.is_some_and(|found| found.pkce)), s256) {
        (true, _) => steps.ok("pkce", "a challenge by S256 is sent"),
        (false, true) if kind == Kind::Oidc => {
            steps.warn(
                "pkce",
                "the provider offers S256, and the settings were made before or by hand",
                AGAIN,
            );
        }
        (false, _) => steps.ok("pkce", "none is sent: the provider does not offer S256"),
    }
    let names_itself = document.says("authorization_response_iss_parameter_supported");
    match (stored.is_some_and(|found| found.names_itself), names_itself) {
        (true, false) => steps.fail(
            "iss",
            "answers must name the issuer by the settings, and the document does not say any more that they do",
            AGAIN,
        ),
        (false, true) if kind == Kind::Oidc => {
            steps.warn("iss", "answers name the issuer, and the settings do not ask for it", AGAIN);
        }
        (asks, _) => steps.ok("iss", match asks {
            true => "answers must name the issuer (RFC 9207)",
            false => "answers need not name the issuer",
        }),
    }
    let needs =
        |steps: &mut Steps, step: &str, member: &str, needed: &str| match document.list(member) {
            Some(list) if !list.contains(&needed) => steps.fail(
                step,
                format!("{member} has {}, needed is {needed}", listed(list)),
                format!("allow {needed} for this client at the provider"),
            ),
            Some(_) => steps.ok(step, format!("{member} has {needed}")),
            None => steps.ok(
                step,
                format!("{member} is not there; {needed} is taken for granted"),
            ),
        };
    needs(steps, "response-type", "response_types_supported", "code");
    let mode = match kind {
        Kind::SignInWithApple => "form_post",
        _ => "query",
    };
    needs(steps, "response-mode", "response_modes_supported", mode);
    needs(
        steps,
        "grant-type",
        "grant_types_supported",
        "authorization_code",
    );
    let member = "token_endpoint_auth_methods_supported";
    let method =
        match kind == Kind::SignInWithApple || provider.secrets.contains_key("client_secret") {
            true if provider
                .doc
                .discovered
                .as_ref()
                .is_some_and(|found| found.basic) =>
            {
                "client_secret_basic"
            }
            true => "client_secret_post",
            false => "none",
        };
    match document.list(member) {
        Some(list) if !list.contains(&method) => steps.warn(
            "client-authentication",
            format!("{member} has {}, used is {method}", listed(list)),
            format!(
                "allow {method} for this client at the provider; the step credentials tries it"
            ),
        ),
        _ => steps.ok("client-authentication", format!("{method} is used")),
    }
    if let Some(known) = document.list("scopes_supported") {
        let asked = detail(provider, "authorize_scopes").split_whitespace();
        let unknown: Vec<&str> = asked.filter(|scope| !known.contains(scope)).collect();
        if !unknown.is_empty() {
            let says = format!("scopes_supported lacks {}", listed(unknown));
            steps.warn(
                "scopes",
                says,
                "compare authorize_scopes with the provider's documentation",
            );
        }
    }
}

fn algorithms(steps: &mut Steps, provider: &Provider, kind: Kind, document: &Document) {
    const STEP: &str = "algorithms";
    let Some(theirs) = document.list("id_token_signing_alg_values_supported") else {
        steps.ok(STEP, "the document does not say how ID tokens are signed");
        return;
    };
    let secret = provider.secrets.get("client_secret");
    let long = kind == Kind::Oidc && secret.is_some_and(|secret| secret.expose().len() >= 32);
    let common: Vec<&str> = theirs
        .iter()
        .copied()
        .filter(|alg| SIGNATURES.contains(alg) || (long && MACS.contains(alg)))
        .collect();
    match common.is_empty() {
        false => steps.ok(STEP, format!("both know {}", listed(common))),
        true => steps.fail(
            STEP,
            format!("the provider signs with {}, accepted are {}", listed(theirs), SIGNATURES.join(", ")),
            "set the client at the provider to RS256 or ES256; MACs need type OIDC and a secret of 32 bytes",
        ),
    }
}
