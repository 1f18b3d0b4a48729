//! The payloads of ID and access tokens: exactly the service's claims, in its order and types (auth.md 5.2,
//! settled J1-J5, J16).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use cognate_crypto::{hash, random};
use serde_json::{Map, Value};

use crate::clock::SECOND;
use crate::records::assurance;
use crate::records::client::Client;
use crate::records::schema;
use crate::tokens::grant::Grant;
use crate::tokens::groups::GroupClaims;
use crate::tokens::session::SessionDoc;
use crate::tokens::token_changes::ClaimChanges;

/// Returns the payload of the access token of a grant. `now`: microseconds.
pub fn access(grant: &Grant<'_>, issuer: &str, now: i64) -> Vec<u8> {
    let iat = now.div_euclid(SECOND);
    let changes = grant.token_changes;
    let mut out = Writer::new(768);
    out.text("sub", &grant.user.id);
    if let Some(device_key) = &grant.session.device_key {
        out.text("device_key", device_key);
    }
    if !changes.access().replaces("cognito:groups") {
        out.texts("cognito:groups", &changes.groups(grant.groups).groups);
    }
    if is_traceable(grant.client) {
        out.text("origin_jti", grant.session_id);
    }
    out.text("event_id", event(grant));
    out.text("token_use", "access");
    assurance(&mut out, grant.session);
    out.text("scope", &grant.granted().join(" "));
    out.number("auth_time", grant.session.auth_time);
    out.text("iss", issuer);
    out.number("exp", grant.end(iat, grant.client.access_token_seconds()));
    out.number("iat", iat);
    // Tokens of the API have none (settled J16).
    if grant.session.authorized.is_some() {
        out.number("version", 2);
    }
    if is_traceable(grant.client) {
        out.text("jti", &random::uuid_v4());
    }
    out.text("client_id", &grant.client.id);
    out.text("username", &grant.user.username);
    let audience = grant.audience.or(grant.resource);
    if let Some(audience) = audience {
        out.text("aud", audience);
    }
    if let Some(actor) = grant.actor {
        out.value("act", actor);
    }
    // A token for another service stays one for that service alone.
    let has_audience = audience.is_some();
    let added = changes.access().added();
    out.all(added.filter(|(name, _)| !has_audience || *name != "aud"));
    out.finish()
}

/// Puts `at_hash` in front of the payload of an ID token (endpoints.md 1.12; OpenID Connect Core 1.0 section 3.1.3.6).
pub(super) fn with_at_hash(id: &[u8], access: &str) -> Vec<u8> {
    let digest = hash::sha256(access.as_bytes());
    let (half, _) = digest.split_at(digest.len() / 2);
    let mut out = format!("{{\"at_hash\":\"{}\",", BASE64URL.encode(half)).into_bytes();
    // A payload is an object with members.
    out.extend_from_slice(id.strip_prefix(b"{").unwrap_or(id));
    out
}

/// Returns the payload of the ID token of a grant. `now`: microseconds.
pub fn id(grant: &Grant<'_>, issuer: &str, now: i64) -> Vec<u8> {
    let iat = now.div_euclid(SECOND);
    let changes = grant.token_changes;
    let mut out = Writer::new(1024);
    out.text("sub", &grant.user.id);
    groups(&mut out, changes.groups(grant.groups), changes.id());
    // Clients compare it with the id by which they name themselves (agents.md 1.3).
    let is_its_session = grant.session.is_of(grant.client);
    let url = grant.session.url().filter(|_| is_its_session);
    let own = url.unwrap_or(&grant.client.id);
    out.text("aud", grant.audience.unwrap_or(own));
    // Its place among the others is [unconfirmed].
    if let Some(nonce) = grant.nonce {
        out.text("nonce", nonce);
    }
    if is_traceable(grant.client) {
        out.text("origin_jti", grant.session_id);
    }
    out.text("event_id", event(grant));
    out.text("token_use", "id");
    assurance(&mut out, grant.session);
    for (name, value) in &grant.user.doc.attributes {
        if grant.opens(name) && may_read(grant.client, name) && !changes.id().replaces(name) {
            attribute(&mut out, grant.client, name, value);
        }
    }
    out.number("auth_time", grant.session.auth_time);
    out.text("iss", issuer);
    out.text("cognito:username", &grant.user.username);
    out.number("exp", grant.end(iat, grant.client.id_token_seconds()));
    out.number("iat", iat);
    if is_traceable(grant.client) {
        out.text("jti", &random::uuid_v4());
    }
    if let Some(actor) = grant.actor {
        out.value("act", actor);
    }
    out.all(changes.id().added());
    out.finish()
}

/// Writes the claims of groups of an ID token. Without the groups there are no roles either (admin.md 3.3).
fn groups(out: &mut Writer, groups: &GroupClaims, changes: &ClaimChanges) {
    if changes.replaces("cognito:groups") {
        return;
    }
    out.texts("cognito:groups", &groups.groups);
    if !changes.replaces("cognito:roles") {
        out.texts("cognito:roles", &groups.roles);
    }
    if let Some(role) = &groups.preferred_role
        && !changes.replaces("cognito:preferred_role")
    {
        out.text("cognito:preferred_role", role);
    }
}

/// True if the client's tokens have `jti` and `origin_jti`: with revocation or rotation on (auth.md 5.2).
fn is_traceable(client: &Client) -> bool {
    client.doc.enable_token_revocation || rotates(client)
}

/// Returns `event_id`. Tokens without `origin_jti` find their session by this claim.
fn event<'a>(grant: &Grant<'a>) -> &'a str {
    if is_traceable(grant.client) {
        &grant.session.event_id
    } else {
        grant.session_id
    }
}

/// Writes how surely the user was identified when they signed in, and by which methods.
fn assurance(out: &mut Writer, session: &SessionDoc) {
    if let Some(acr) = &session.acr {
        out.text("acr", acr);
    }
    let methods = match session.vouched {
        // A provider's word about its methods is in its own tokens.
        true => vec![assurance::FEDERATED],
        false => assurance::methods(&session.proven),
    };
    if !methods.is_empty() {
        out.value("amr", &methods);
    }
}

/// True if the client's refresh tokens change with every use.
pub fn rotates(client: &Client) -> bool {
    let rotation = client.doc.refresh_token_rotation.as_ref();
    rotation.is_some_and(|r| r.feature == cognate_shapes::FeatureType::Enabled)
}

/// True if GetUser and the ID token of this client show an attribute (auth.md 2.12, 5.3): without a list all standard
/// ones.
pub fn may_read(client: &Client, name: &str) -> bool {
    match &client.doc.read_attributes {
        Some(list) => list.iter().any(|readable| readable == name),
        None => schema::is_standard(name),
    }
}

/// Returns the claim of an attribute in ID tokens of a client; None where there is none.
pub(super) fn shown(client: &Client, name: &str, value: &str) -> Option<Value> {
    let mut out = Writer::new(64);
    attribute(&mut out, client, name, value);
    let claims: Map<String, Value> = serde_json::from_slice(&out.finish()).ok()?;
    claims.into_iter().next().map(|(_, value)| value)
}

/// Booleans are booleans, the address is an object (settled J4, J5), everything else is text. For clients with the standard
/// profile the time of the last change is a number (OpenID Connect Core 1.0 section 5.1).
fn attribute(out: &mut Writer, client: &Client, name: &str, value: &str) {
    match name {
        "updated_at" if client.is_standard() => {
            if let Ok(seconds) = value.parse() {
                out.number(name, seconds);
            }
        }
        "email_verified" | "phone_number_verified" => {
            out.raw(name, if value == "true" { "true" } else { "false" })
        }
        "address" => out.value(name, &serde_json::json!({ "formatted": value })),
        // A list of objects, kept as JSON text.
        "identities" => match serde_json::from_str::<Vec<Map<String, Value>>>(value) {
            Ok(list) => out.value(name, &all_text(list)),
            Err(_) => out.text(name, value),
        },
        _ => out.text(name, value),
    }
}

/// Makes the flags and times of `identities` texts, as they are in a token and only there (auth.md 5.2).
fn all_text(mut list: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
    for value in list.iter_mut().flat_map(Map::values_mut) {
        if matches!(value, Value::Bool(_) | Value::Number(_)) {
            *value = Value::String(value.to_string());
        }
    }
    list
}

/// Writes a JSON object member by member, in the order of the calls.
pub(super) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub(super) fn new(capacity: usize) -> Self {
        let mut out = Vec::with_capacity(capacity);
        out.push(b'{');
        Self { out }
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.value(name, value);
    }

    /// Adds a list; nothing at all for an empty one.
    pub(super) fn texts(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            self.value(name, values);
        }
    }

    pub(super) fn number(&mut self, name: &str, value: i64) {
        self.raw(name, &value.to_string());
    }

    fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.out.extend_from_slice(json.as_bytes());
    }

    pub(super) fn value<T: serde::Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.name(name);
        // Text and plain JSON values cannot fail to serialise into memory.
        let _ = serde_json::to_writer(&mut self.out, value);
    }

    /// Adds the claims of PreTokenGeneration, none of which may be there yet.
    pub(super) fn all<'a>(&mut self, claims: impl Iterator<Item = (&'a str, &'a Value)>) {
        for (name, value) in claims {
            self.value(name, value);
        }
    }

    fn name(&mut self, name: &str) {
        if self.out.len() > 1 {
            self.out.push(b',');
        }
        let _ = serde_json::to_writer(&mut self.out, name);
        self.out.push(b':');
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }
}
