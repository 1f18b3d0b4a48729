//! The payloads of ID and access tokens: exactly the service's claims, in its order and types (auth.md 5.2, settled
//! J1-J5, J16).

use cognate_crypto::random;
use serde_json::{Map, Value};

use crate::clock::SECOND;
use crate::records::client::Client;
use crate::records::user::User;
use crate::tokens::groups::GroupClaims;
use crate::users::schema;

/// The one scope of a sign-in through the API.
pub const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

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
    /// The auth event of the sign-in.
    pub event_id: &'a str,
    /// Seconds: when the user proved who they are.
    pub auth_time: i64,
    /// The device that took part.
    pub device_key: Option<&'a str>,
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
            self.event_id
        } else {
            self.session_id
        }
    }

    /// The payload of the access token.
    pub fn access(&self) -> Vec<u8> {
        let iat = self.now.div_euclid(SECOND);
        let mut out = Writer::new(768);
        out.text("sub", &self.user.id);
        if let Some(device_key) = self.device_key {
            out.text("device_key", device_key);
        }
        out.texts("cognito:groups", &self.groups.groups);
        if self.traceable() {
            out.text("origin_jti", self.session_id);
        }
        out.text("event_id", self.event());
        out.text("token_use", "access");
        out.text("scope", ADMIN_SCOPE);
        out.number("auth_time", self.auth_time);
        out.text("iss", self.issuer);
        out.number(
            "exp",
            iat.saturating_add(self.client.access_token_seconds()),
        );
        out.number("iat", iat);
        if self.traceable() {
            out.text("jti", &random::uuid_v4());
        }
        out.text("client_id", &self.client.id);
        out.text("username", &self.user.username);
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
        out.text("aud", &self.client.id);
        if self.traceable() {
            out.text("origin_jti", self.session_id);
        }
        out.text("event_id", self.event());
        out.text("token_use", "id");
        for (name, value) in &self.user.doc.attributes {
            if may_read(self.client, name) {
                attribute(&mut out, name, value);
            }
        }
        out.number("auth_time", self.auth_time);
        out.text("iss", self.issuer);
        out.text("cognito:username", &self.user.username);
        out.number("exp", iat.saturating_add(self.client.id_token_seconds()));
        out.number("iat", iat);
        if self.traceable() {
            out.text("jti", &random::uuid_v4());
        }
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
struct Writer {
    out: Vec<u8>,
}

impl Writer {
    fn new(capacity: usize) -> Self {
        let mut out = Vec::with_capacity(capacity);
        out.push(b'{');
        Self { out }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.value(name, value);
    }

    /// A list; nothing at all for an empty one.
    fn texts(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            self.value(name, values);
        }
    }

    fn number(&mut self, name: &str, value: i64) {
        self.raw(name, &value.to_string());
    }

    fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.out.extend_from_slice(json.as_bytes());
    }

    fn value<T: serde::Serialize + ?Sized>(&mut self, name: &str, value: &T) {
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

    fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }
}
