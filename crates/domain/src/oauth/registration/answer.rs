//! What a client is told about its registration (RFC 7591 section 3.2.1): no member is null or empty, since clients refuse
//! that (agents.md 3.3).

use serde_json::{Map, Value, json};

use crate::clock::SECOND;
use crate::records::client::Client;

/// The members of an answer. They hold secrets.
pub type Members = Map<String, Value>;

/// Returns the members; `registration_client_uri` is added by who knows the URL.
pub(super) fn members(client: &Client, token: &str) -> Members {
    let doc = &client.doc;
    let scope = doc.allowed_oauth_scopes.iter().flatten();
    let scope = scope.map(String::as_str).collect::<Vec<_>>().join(" ");
    let mut members = Members::new();
    let mut put = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    put("client_id", json!(client.id));
    put(
        "client_id_issued_at",
        json!(client.created.div_euclid(SECOND)),
    );
    if let Some((_, secret, _)) = client.secrets.first() {
        put("client_secret", json!(secret.expose()));
        // Never. Any other number would end the registration for some clients.
        put("client_secret_expires_at", json!(0));
    }
    put("registration_access_token", json!(token));
    let redirects = doc.callback_urls.as_deref().unwrap_or_default();
    put("redirect_uris", json!(redirects));
    put("scope", json!(scope));
    let Some(registration) = &doc.registration else {
        return members;
    };
    let method = &registration.token_endpoint_auth_method;
    put("token_endpoint_auth_method", json!(method));
    put("grant_types", json!(registration.grant_types));
    put("response_types", json!(registration.response_types));
    let about = &registration.about;
    for (name, text) in [
        ("client_name", &registration.client_name),
        ("application_type", &registration.application_type),
        ("client_uri", &about.client_uri),
        ("logo_uri", &about.logo_uri),
        ("tos_uri", &about.tos_uri),
        ("policy_uri", &about.policy_uri),
        ("software_id", &about.software_id),
        ("software_version", &about.software_version),
    ] {
        if let Some(text) = text {
            put(name, json!(text));
        }
    }
    if let Some(contacts) = &about.contacts {
        put("contacts", json!(contacts));
    }
    members
}
