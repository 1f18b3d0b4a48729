//! What a client says of itself (RFC 7591 section 2), and what becomes of it (agents.md 3.3).

use std::collections::BTreeSet;

use cognate_shapes::OAuthFlowType;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::oauth::{OAuthError, invalid_client_metadata, invalid_redirect_uri};
use crate::records::pool::Pool;
use crate::records::redirect::host;
use crate::records::registration::{About, REGISTER_SCOPE, Registration, RegistrationKind};
use crate::resources::clients::settings::{Registered, existing_scopes, is_redirect};

/// The most bytes of a request.
const LONGEST: usize = 32 << 10;
/// The most redirect URIs, and the most bytes of one (the model's CallbackURLs).
const REDIRECTS: (usize, usize) = (100, 1_024);
/// The most scopes of a client (the model's AllowedOAuthScopes).
const SCOPES: usize = 50;
/// The most characters of texts for people, and the most bytes of a URL that is no redirect URI.
const TEXT: usize = 256;
const URL: usize = 2_048;
/// The most contacts.
const CONTACTS: usize = 10;
/// The most characters of ClientName.
const NAME: usize = 128;

/// The methods by which a client may prove itself at the token endpoint.
const METHODS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];

/// The members of a request that mean something. Of others nothing is read; one that occurs twice is refused.
#[derive(Deserialize)]
pub(super) struct Sent {
    redirect_uris: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    client_name: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    tos_uri: Option<String>,
    policy_uri: Option<String>,
    contacts: Option<Vec<String>>,
    scope: Option<String>,
    software_id: Option<String>,
    software_version: Option<String>,
    application_type: Option<String>,
    /// Who it is, in a change (RFC 7592 section 2.2).
    pub(super) client_id: Option<String>,
    /// Its secret, in a change.
    pub(super) client_secret: Option<String>,
    registration_access_token: Option<IgnoredAny>,
    registration_client_uri: Option<IgnoredAny>,
    client_id_issued_at: Option<IgnoredAny>,
    client_secret_expires_at: Option<IgnoredAny>,
}

impl Sent {
    /// Reads a request.
    ///
    /// # Errors
    /// `invalid_client_metadata` for what is no JSON object of a client, or longer than one.
    pub(super) fn read(body: &[u8]) -> std::result::Result<Self, OAuthError> {
        let is_object = body.trim_ascii_start().first() == Some(&b'{');
        if !is_object || body.len() > LONGEST {
            return Err(invalid_client_metadata(
                "The body must be a JSON object of at most 32,768 bytes.",
            ));
        }
        serde_json::from_slice(body).map_err(|_| {
            invalid_client_metadata(
                "The body is no JSON, a member occurs twice or does not have its type.",
            )
        })
    }

    /// True if it holds members that only the server sets (RFC 7592 section 2.2).
    pub(super) fn names_what_the_server_sets(&self) -> bool {
        self.registration_access_token.is_some()
            || self.registration_client_uri.is_some()
            || self.client_id_issued_at.is_some()
            || self.client_secret_expires_at.is_some()
    }
}

/// Returns the settings that a client gets. `flows`: those that the pool allows, at least one.
///
/// # Errors
/// Those of the store. Refusals, in this order: grants, method, response types, redirect URIs, texts, scopes.
pub(super) async fn settings(
    cx: &Cx<'_>,
    pool: &Pool,
    (kind, flows): (RegistrationKind, &[OAuthFlowType]),
    sent: Sent,
) -> Result<std::result::Result<Registered, OAuthError>> {
    let plain = match plain(kind, flows, sent) {
        Ok(plain) => plain,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let allowed = allowed_scopes(cx, pool, plain.flow).await?;
    let Some(scopes) = scopes(allowed, plain.scope.as_deref()) else {
        return Ok(Err(invalid_client_metadata(
            "None of the requested scopes can be registered.",
        )));
    };
    Ok(Ok(Registered {
        name: cleaned(plain.registration.client_name.as_deref()),
        redirect_uris: plain.redirect_uris,
        flow: plain.flow,
        scopes,
        is_public: plain.registration.token_endpoint_auth_method == "none",
        providers: Vec::new(),
        registration: plain.registration,
    }))
}

/// All but the scopes.
struct Plain {
    redirect_uris: Vec<String>,
    flow: OAuthFlowType,
    scope: Option<String>,
    registration: Registration,
}

fn plain(
    kind: RegistrationKind,
    flows: &[OAuthFlowType],
    sent: Sent,
) -> std::result::Result<Plain, OAuthError> {
    let asked = sent
        .grant_types
        .unwrap_or_else(|| vec!["authorization_code".to_owned()]);
    let flow = flow(kind, flows, &asked)?;
    let is_machine = flow == OAuthFlowType::ClientCredentials;
    let method = sent.token_endpoint_auth_method;
    let method = method.unwrap_or_else(|| "client_secret_basic".to_owned());
    if !METHODS.contains(&method.as_str()) {
        return Err(invalid_client_metadata(
            "token_endpoint_auth_method must be none, client_secret_basic or client_secret_post.",
        ));
    }
    if is_machine && method == "none" {
        return Err(invalid_client_metadata(
            "client_credentials needs a client secret.",
        ));
    }
    let response_types = match (is_machine, sent.response_types) {
        (true, _) => Vec::new(),
        (false, Some(types)) if types.iter().all(|kind| kind != "code") => {
            return Err(invalid_client_metadata("response_types must hold code."));
        }
        (false, _) => vec!["code".to_owned()],
    };
    let redirect_uris = match is_machine {
        true => Vec::new(),
        false => redirects(sent.redirect_uris.unwrap_or_default())?,
    };
    let client_name = text(sent.client_name, "client_name")?;
    let about = About {
        client_uri: url(sent.client_uri, "client_uri")?,
        logo_uri: url(sent.logo_uri, "logo_uri")?,
        tos_uri: url(sent.tos_uri, "tos_uri")?,
        policy_uri: url(sent.policy_uri, "policy_uri")?,
        contacts: contacts(sent.contacts)?,
        software_id: text(sent.software_id, "software_id")?,
        software_version: text(sent.software_version, "software_version")?,
    };
    let refreshes = asked.iter().any(|grant| grant == "refresh_token");
    let grants: &[&str] = match (is_machine, refreshes) {
        (true, _) => &["client_credentials"],
        (false, true) => &["authorization_code", "refresh_token"],
        (false, false) => &["authorization_code"],
    };
    let kinds = ["native", "web"];
    let application_type = sent.application_type;
    Ok(Plain {
        redirect_uris,
        flow,
        scope: sent.scope,
        registration: Registration {
            kind,
            managed: false,
            by_user: false,
            client_name,
            token_endpoint_auth_method: method,
            grant_types: grants.iter().map(|grant| (*grant).to_owned()).collect(),
            response_types,
            application_type: application_type.filter(|kind| kinds.contains(&kind.as_str())),
            about,
        },
    })
}

/// Returns the one grant of the client: a client that signs users in has no tokens of its own (endpoints.md 6). Grants that
/// are not known or not allowed are left out.
fn flow(
    kind: RegistrationKind,
    flows: &[OAuthFlowType],
    asked: &[String],
) -> std::result::Result<OAuthFlowType, OAuthError> {
    use OAuthFlowType as F;
    let has = |grant: &str, flow: F| flows.contains(&flow) && asked.iter().any(|own| own == grant);
    let code = has("authorization_code", F::Code);
    let machine = has("client_credentials", F::ClientCredentials);
    match (code, machine) {
        (true, true) if kind == RegistrationKind::Authenticated => Err(invalid_client_metadata(
            "authorization_code and client_credentials cannot be grants of one client.",
        )),
        (true, _) => Ok(F::Code),
        (false, true) => Ok(F::ClientCredentials),
        (false, false) => Err(invalid_client_metadata(
            "None of the requested grant types can be registered.",
        )),
    }
}

fn redirects(urls: Vec<String>) -> std::result::Result<Vec<String>, OAuthError> {
    if urls.is_empty() || urls.len() > REDIRECTS.0 {
        return Err(invalid_redirect_uri(
            "authorization_code needs 1 to 100 redirect_uris.",
        ));
    }
    let fits =
        |url: &String| (1..=REDIRECTS.1).contains(&url.len()) && is_uri(url) && is_redirect(url);
    if !urls.iter().all(fits) {
        return Err(invalid_redirect_uri(
            "A redirect URI must be absolute, without a fragment and at most 1,024 bytes long, and have the scheme https, \
             http on the user's own machine, or one of an application.",
        ));
    }
    Ok(urls)
}

/// True for the characters that a URI may have (RFC 3986).
fn is_uri(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

/// Returns a text for people: no line breaks, nothing that turns the direction of writing.
fn text(
    text: Option<String>,
    member: &'static str,
) -> std::result::Result<Option<String>, OAuthError> {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}');
    match text.filter(|text| !text.is_empty()) {
        Some(text)
            if text.chars().count() > TEXT || text.chars().any(|c| c.is_control() || turns(c)) =>
        {
            Err(invalid_client_metadata(format!(
                "{member} must be a line of at most 256 characters."
            )))
        }
        other => Ok(other),
    }
}

/// Returns a URL for people. An empty one is as good as none.
fn url(
    url: Option<String>,
    member: &'static str,
) -> std::result::Result<Option<String>, OAuthError> {
    let fits = |url: &String| {
        let rest = url
            .strip_prefix("https:")
            .or_else(|| url.strip_prefix("http:"));
        let host = rest.and_then(host).filter(|host| !host.is_empty());
        url.len() <= URL && is_uri(url) && host.is_some()
    };
    match url.filter(|url| !url.is_empty()) {
        Some(url) if !fits(&url) => Err(invalid_client_metadata(format!(
            "{member} must be a URL of at most 2,048 bytes."
        ))),
        other => Ok(other),
    }
}

fn contacts(sent: Option<Vec<String>>) -> std::result::Result<Option<Vec<String>>, OAuthError> {
    let sent = sent.filter(|list| !list.is_empty());
    if sent.as_ref().is_some_and(|list| list.len() > CONTACTS) {
        return Err(invalid_client_metadata(
            "contacts must be at most 10 texts.",
        ));
    }
    for contact in sent.iter().flatten() {
        text(Some(contact.clone()), "contacts")?;
    }
    Ok(sent)
}

/// Returns the name as far as ClientName may hold it.
fn cleaned(name: Option<&str>) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let words = name.unwrap_or_default().split(|c| !kept(c));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let name: String = words.join(" ").chars().take(NAME).collect();
    match name.trim_end() {
        "" => "Registered client".to_owned(),
        name => name.to_owned(),
    }
}

/// Returns the scopes that clients of the pool may register, in their order: those of OpenID Connect for clients that sign
/// users in, and of AllowedScopes those that the pool still has.
async fn allowed_scopes(cx: &Cx<'_>, pool: &Pool, flow: OAuthFlowType) -> Result<Vec<String>> {
    let config = pool.doc.registers();
    let listed = config.and_then(|config| config.allowed_scopes.as_deref());
    let listed = listed.unwrap_or_default();
    let existing = existing_scopes(cx, pool, listed).await?;
    let of_users: &[&str] = match flow {
        OAuthFlowType::ClientCredentials => &[],
        _ => &["openid", "email", "phone", "profile"],
    };
    let own = |scope: &&String| {
        let own_account = scope.as_str() == "aws.cognito.signin.user.admin" && !of_users.is_empty();
        scope.as_str() != REGISTER_SCOPE && (own_account || existing.contains(*scope))
    };
    let mut scopes: Vec<String> = of_users.iter().map(|scope| (*scope).to_owned()).collect();
    for scope in listed.iter().filter(own) {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    Ok(scopes)
}

/// Returns those of the allowed scopes that are asked for, or all; None if nothing is left.
fn scopes(allowed: Vec<String>, asked: Option<&str>) -> Option<Vec<String>> {
    let asked: BTreeSet<&str> = asked
        .unwrap_or_default()
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .collect();
    let mut scopes = allowed;
    scopes.retain(|scope| asked.is_empty() || asked.contains(scope.as_str()));
    scopes.truncate(SCOPES);
    (!scopes.is_empty()).then_some(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_to_what_clientname_may_hold() {
        for (name, cleaned_name) in [
            (
                "MCP CLI Proxy (mcp-remote 0.1)",
                "MCP CLI Proxy mcp-remote 0.1",
            ),
            ("Visual Studio Code", "Visual Studio Code"),
            ("'()':/", "Registered client"),
            ("", "Registered client"),
            ("a\u{e9}b", "a b"),
        ] {
            assert_eq!(cleaned(Some(name)), cleaned_name, "{name}");
        }
        assert_eq!(cleaned(None), "Registered client");
        assert_eq!(cleaned(Some(&"ab ".repeat(100))).len(), 128);
    }

    #[test]
    fn only_objects_without_repeated_members_are_read() {
        for good in ["{}", " \n{\"x\": [[1]], \"x\": 2}", r#"{"scope": null}"#] {
            assert!(Sent::read(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "[]",
            "[null, null]",
            "\"x\"",
            "{",
            r#"{"scope": "a", "scope": "b"}"#,
            r#"{"redirect_uris": "https://app.example"}"#,
            r#"{"redirect_uris": [1]}"#,
            "\u{feff}{}",
        ] {
            assert!(Sent::read(bad.as_bytes()).is_err(), "{bad}");
        }
        let deep = format!("{{\"x\": {}}}", "[".repeat(20_000));
        assert!(Sent::read(deep.as_bytes()).is_err());
        let long = format!("{{\"x\": \"{}\"}}", "x".repeat(LONGEST));
        assert!(Sent::read(long.as_bytes()).is_err());
    }
}
