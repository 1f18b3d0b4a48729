//! The format as a JSON schema, by which editors complete and check. What is the API's own comes from its tables; a test
//! compares the rest with the types.

use std::collections::BTreeMap;

use cognate_shapes::Op;
use cognate_shapes::table::{Kind, Shape};
use serde_json::{Map, Value, json};

use super::file::VERSION;

/// The members of the format that are no inputs of the API, by type: name, form, and what it is.
type Members = &'static [(&'static str, &'static str, &'static str)];

pub(super) const SEED: Members = &[
    ("$schema", "text", "Where the schema is"),
    ("version", "version", "The version of the format"),
    ("pools", "pools", "The user pools"),
];
pub(super) const POOL: Members = &[
    (
        "id",
        "text",
        "Its id: a region, an underscore, letters and digits",
    ),
    (
        "settings",
        "CreateUserPool",
        "The input of CreateUserPool; without it the pool has to be there",
    ),
    (
        "mfa",
        "SetUserPoolMfaConfig",
        "The input of SetUserPoolMfaConfig",
    ),
    ("issuer", "text", "gateway, aws, default or a URL"),
    (
        "signing_keys",
        "keys",
        "The keys that sign its tokens, of a pool that has none yet",
    ),
    (
        "resource_servers",
        "[CreateResourceServer",
        "Resource servers",
    ),
    (
        "identity_providers",
        "[CreateIdentityProvider",
        "Identity providers",
    ),
    ("clients", "clients", "App clients"),
    ("domains", "[CreateUserPoolDomain", "Domains"),
    (
        "risk_configurations",
        "[SetRiskConfiguration",
        "What threat protection does, in the pool and for clients",
    ),
    (
        "log_delivery",
        "SetLogDeliveryConfiguration",
        "Where the logs of the pool go",
    ),
    (
        "ui_customizations",
        "[SetUICustomization",
        "How the classic pages look, for all clients and for one each",
    ),
    (
        "managed_login_branding",
        "[CreateManagedLoginBranding",
        "How the pages of managed login look, for a client each",
    ),
    ("groups", "[CreateGroup", "Groups"),
    ("users", "users", "Users"),
];
pub(super) const KEYS: Members = &[
    (
        "id",
        "text",
        "RSA private key in PEM (PKCS#8) that signs ID tokens",
    ),
    (
        "access",
        "text",
        "RSA private key in PEM (PKCS#8) that signs access tokens",
    ),
];
pub(super) const CLIENT: Members = &[
    ("id", "text", "Its id: letters, digits, _ and +"),
    ("secret", "text", "Its secret; none for a public client"),
    ("profile", "profile", "How the OAuth endpoints behave"),
    (
        "settings",
        "CreateUserPoolClient",
        "The input of CreateUserPoolClient",
    ),
];
pub(super) const USER: Members = &[
    (
        "username",
        "text",
        "The name, or the attribute that is the name to sign in with",
    ),
    (
        "sub",
        "text",
        "The user's id; without it one that follows from pool and name",
    ),
    ("password", "text", "The password, by the rules of the pool"),
    (
        "temporary",
        "switch",
        "The password must be replaced at the first sign-in",
    ),
    (
        "password_hash",
        "text",
        "Of an export: native:, imported: or hash: and the rest",
    ),
    (
        "password_history",
        "[text",
        "Of an export: former passwords",
    ),
    (
        "temporary_until",
        "number",
        "The end of a temporary password, in microseconds since 1970",
    ),
    ("status", "text", "UserStatus"),
    ("enabled", "switch", "False for a user who may not sign in"),
    (
        "attributes",
        "attributes",
        "Attributes by name; custom ones with custom: in front",
    ),
    (
        "pending",
        "attributes",
        "New addresses and numbers that wait to be verified",
    ),
    ("groups", "[text", "The names of the user's groups"),
    (
        "totp",
        "text",
        "The secret of the authenticator app, in base32",
    ),
    ("totp_name", "text", "What the user calls the app"),
    (
        "totp_last_step",
        "number",
        "Of an export: the newest step that was used",
    ),
    (
        "mfa",
        "factors",
        "The second factors that are on; without it the app, if there is one",
    ),
    (
        "mfa_preferred",
        "text",
        "The factor that is asked for first",
    ),
    ("passkeys", "objects", "Of an export: passkeys"),
    (
        "links",
        "objects",
        "Outside identities: provider, attribute, value, primary",
    ),
    ("created", "number", "Microseconds since 1970"),
    ("modified", "number", "Microseconds since 1970"),
];

/// The inputs of operations in the format.
const INPUTS: [Op; 11] = [
    Op::CreateUserPool,
    Op::SetUserPoolMfaConfig,
    Op::CreateResourceServer,
    Op::CreateIdentityProvider,
    Op::CreateUserPoolDomain,
    Op::CreateGroup,
    Op::CreateUserPoolClient,
    Op::SetRiskConfiguration,
    Op::SetLogDeliveryConfiguration,
    Op::SetUICustomization,
    Op::CreateManagedLoginBranding,
];

/// Returns the schema.
pub fn schema() -> Value {
    let mut definitions = BTreeMap::new();
    for op in INPUTS {
        let own = shape(op.input(), &mut definitions, Some(op));
        definitions.insert(op.name().to_owned(), own);
    }
    for (name, members, required) in [
        ("Pool", POOL, &["id"][..]),
        ("Keys", KEYS, &["id", "access"]),
        ("Client", CLIENT, &["id", "settings"]),
        ("User", USER, &["username"]),
    ] {
        definitions.insert(name.to_owned(), object(members, required));
    }
    let root = object(SEED, &["pools"]);
    let root = with(
        root,
        "$schema",
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    let root = with(root, "title", json!("A seed of Cognate"));
    with(root, "$defs", json!(definitions))
}

/// Returns an object with one member more.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    if let Value::Object(members) = &mut object {
        members.insert(name.to_owned(), value);
    }
    object
}

fn object(members: Members, required: &[&str]) -> Value {
    let properties: Map<String, Value> = members
        .iter()
        .map(|(name, form, what)| {
            let property = with(property(form), "description", json!(what));
            ((*name).to_owned(), property)
        })
        .collect();
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn property(form: &str) -> Value {
    let of = |name: &str| json!({"$ref": format!("#/$defs/{name}")});
    match form {
        "text" => json!({"type": "string"}),
        "switch" => json!({"type": "boolean"}),
        "number" => json!({"type": "integer"}),
        "version" => json!({"const": VERSION}),
        "profile" => json!({"enum": ["standard", "cognito"]}),
        "attributes" => {
            json!({"type": "object", "additionalProperties": {"type": ["string", "boolean", "integer"]}})
        }
        "factors" => {
            json!({"type": "array", "items": {"enum": ["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "WEB_AUTHN"]}})
        }
        "objects" => json!({"type": "array", "items": {"type": "object"}}),
        "pools" => json!({"type": "array", "items": of("Pool")}),
        "clients" => json!({"type": "array", "items": of("Client")}),
        "users" => json!({"type": "array", "items": of("User")}),
        "keys" => of("Keys"),
        list if list.starts_with('[') => {
            json!({"type": "array", "items": property(list.trim_start_matches('['))})
        }
        input => of(input),
    }
}

/// Returns the schema of a shape. Structures are definitions of their own; an input is without what the seed says elsewhere.
fn shape(
    shape: &'static Shape,
    definitions: &mut BTreeMap<String, Value>,
    input: Option<Op>,
) -> Value {
    match &shape.kind {
        Kind::Structure { members, .. } => {
            let name = shape.name.to_owned();
            if input.is_none() {
                if definitions.contains_key(&name) {
                    return json!({"$ref": format!("#/$defs/{name}")});
                }
                // Before its members, which may lead back to it.
                definitions.insert(name.clone(), Value::Null);
            }
            let elsewhere =
                |wire: &str| input.is_some_and(|op| super::known::is_elsewhere(op, wire));
            let mut properties = Map::new();
            let mut required = Vec::new();
            for member in members.iter().filter(|member| !elsewhere(member.wire)) {
                properties.insert(
                    member.wire.to_owned(),
                    self::shape(member.shape, definitions, None),
                );
                if member.required {
                    required.push(member.wire);
                }
            }
            let own = json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties});
            if input.is_some() {
                return own;
            }
            definitions.insert(name.clone(), own);
            json!({"$ref": format!("#/$defs/{name}")})
        }
        Kind::List { of, .. } => {
            json!({"type": "array", "items": self::shape(of, definitions, None)})
        }
        Kind::Map { value, .. } => {
            json!({"type": "object", "additionalProperties": self::shape(value, definitions, None)})
        }
        Kind::Enum { values, .. } => json!({"enum": values}),
        Kind::Text { .. } => json!({"type": ["string", "number", "boolean"]}),
        Kind::Integer { .. } | Kind::Timestamp => json!({"type": "number"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Blob { .. } => json!({"type": "string"}),
        Kind::Document => json!({}),
    }
}
