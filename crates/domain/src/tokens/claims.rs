//! The payloads of ID and access tokens: exactly the service's claims, in its order and types (auth.md 5.2, settled
//! J1-J5, J16).

use cognate_crypto::random;
use serde_json::{Map, Value};

use crate::clock::SECOND;
use crate::records::assurance;
use crate::records::client::Client;
use crate::records::schema;
use crate::records::user::User;
use crate::tokens::groups::GroupClaims;
use crate::tokens::session::SessionDoc;

/// The one scope of a sign-in through the API.
pub const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// In what a token that was traded for another differs from one that was got by signing in.
pub struct Derived<'a> {
    /// The scopes that are left, separated by spaces.
    pub scope: &'a str,
    /// For whom it is meant.
    pub audience: Option<&'a str>,
    /// Who acts for the user.
    pub act: Option<&'a Map<String, Value>>,
    /// Seconds: when the token that it was derived from ends.
    pub ends: i64,
}

/// Everything that the two payloads are made of.
pub struct Facts<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The client signed in to.
    pub client: &'a Client,
    /// Who signed in.
    pub user: &'a User,
    /// What the groups of the user put in.
    pub groups: &'a GroupClaims,
    /// The session that the tokens map to.
    pub session_id: &'a str,
    /// What is kept of it.
    pub session: &'a SessionDoc,
    /// For tokens that were traded for another.
    pub derived: Option<&'a Derived<'a>>,
    /// Microseconds: when the tokens are issued.
    pub now: i64,
}

impl Facts<'_> {
    /// Whether tokens carry `jti` and `origin_jti`: with revocation or rotation on (auth.md 5.2).
    fn traceable(&self) -> bool {
        self.client.doc.enable_token_revocation || rotates(self.client)
    }

    /// `event_id`. A client without revocation has tokens without `origin_jti`, which find their session by this claim.
    fn event(&self) -> &str {
        if self.traceable() {
            &self.session.event_id
        } else {
            self.session_id
        }
    }

    /// How surely the user was identified when they signed in, and by what.
    fn context(&self, out: &mut Writer) {
        if let Some(acr) = &self.session.acr {
            out.text("acr", acr);
        }
        let methods = assurance::methods(&self.session.proven);
        if !methods.is_empty() {
            out.value("amr", &methods);
        }
    }

    /// When a token ends that would end at `own`, in seconds: not later than what it was derived from.
    fn ends(&self, own: i64) -> i64 {
        self.derived.map_or(own, |derived| own.min(derived.ends))
    }

    /// Who acts for the user.
    fn act(&self, out: &mut Writer) {
        if let Some(act) = self.derived.and_then(|derived| derived.act) {
            out.value("act", act);
        }
    }

    /// The payload of the access token.
    pub fn access(&self) -> Vec<u8> {
        let iat = self.now.div_euclid(SECOND);
        let mut out = Writer::new(768);
        out.text("sub", &self.user.id);
        if let Some(device_key) = &self.session.device_key {
            out.text("device_key", device_key);
        }
        out.texts("cognito:groups", &self.groups.groups);
        if self.traceable() {
            out.text("origin_jti", self.session_id);
        }
        out.text("event_id", self.event());
        out.text("token_use", "access");
        self.context(&mut out);
        out.text(
            "scope",
            self.derived.map_or(ADMIN_SCOPE, |derived| derived.scope),
        );
        out.number("auth_time", self.session.auth_time);
        out.text("iss", self.issuer);
        let lifetime = self.client.access_token_seconds();
        out.number("exp", self.ends(iat.saturating_add(lifetime)));
        out.number("iat", iat);
        if self.traceable() {
            out.text("jti", &random::uuid_v4());
        }
        out.text("client_id", &self.client.id);
        out.text("username", &self.user.username);
        if let Some(audience) = self.derived.and_then(|derived| derived.audience) {
            out.text("aud", audience);
        }
        self.act(&mut out);
        out.finish()
    }

    /// The payload of the ID token.
    pub fn id(&self) -> Vec<u8> {
        let iat = self.now.div_euclid(SECOND);
        let mut out = Writer::new(1024);
        out.text("sub", &self.user.id);
        out.texts("cognito:groups", &self.groups.groups);
        out.texts("cognito:roles", &self.groups.roles);
        if let Some(role) = &self.groups.preferred_role {
            out.text("cognito:preferred_role", role);
        }
        let audience = self.derived.and_then(|derived| derived.audience);
        out.text("aud", audience.unwrap_or(&self.client.id));
        if self.traceable() {
            out.text("origin_jti", self.session_id);
        }
        out.text("event_id", self.event());
        out.text("token_use", "id");
        self.context(&mut out);
        for (name, value) in &self.user.doc.attributes {
            if may_read(self.client, name) {
                attribute(&mut out, name, value);
            }
        }
        out.number("auth_time", self.session.auth_time);
        out.text("iss", self.issuer);
        out.text("cognito:username", &self.user.username);
        let lifetime = self.client.id_token_seconds();
        out.number("exp", self.ends(iat.saturating_add(lifetime)));
        out.number("iat", iat);
        if self.traceable() {
            out.text("jti", &random::uuid_v4());
        }
        self.act(&mut out);
        out.finish()
    }
}

/// Whether the client's refresh tokens change with every use.
pub fn rotates(client: &Client) -> bool {
    let rotation = client.doc.refresh_token_rotation.as_ref();
    rotation.is_some_and(|r| r.feature == cognate_shapes::FeatureType::Enabled)
}

/// Whether GetUser and the ID token of this client show an attribute (auth.md 2.12, 5.3): without a list all standard
/// ones.
pub fn may_read(client: &Client, name: &str) -> bool {
    match &client.doc.read_attributes {
        Some(list) => list.iter().any(|readable| readable == name),
        None => schema::is_standard(name),
    }
}

/// Booleans are booleans, the address is an object (settled J4, J5), everything else is text.
fn attribute(out: &mut Writer, name: &str, value: &str) {
    match name {
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

/// The flags and times of `identities` are texts in a token, and only there (auth.md 5.2).
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

    /// A list; nothing at all for an empty one.
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
