//! The seed file as types (docs/SEED.md). Each member that is an input of the API has the API's own members.

use std::collections::BTreeMap;
use std::fmt;

use cognate_moving::record::{LinkRecord, PasskeyRecord};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The input of an operation, without the pool.
pub type Input = Map<String, Value>;

/// A seed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// For editors: where the schema is.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// [`VERSION`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The pools.
    pub pools: Vec<PoolSeed>,
}

/// A pool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolSeed {
    /// Its id.
    pub id: String,
    /// The input of CreateUserPool; None for a pool that is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Input>,
    /// The input of SetUserPoolMfaConfig.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<Input>,
    /// The issuer of its tokens, as `cognate pool set-issuer` takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The keys that sign its tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_keys: Option<KeysSeed>,
    /// The inputs of CreateResourceServer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_servers: Vec<Input>,
    /// The inputs of CreateIdentityProvider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_providers: Vec<Input>,
    /// App clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientSeed>,
    /// The inputs of CreateUserPoolDomain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Input>,
    /// The inputs of SetRiskConfiguration: of the pool, and of clients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risk_configurations: Vec<Input>,
    /// The input of SetLogDeliveryConfiguration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_delivery: Option<Input>,
    /// The inputs of SetUICustomization: of all clients, and of one each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ui_customizations: Vec<Input>,
    /// The inputs of CreateManagedLoginBranding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed_login_branding: Vec<Input>,
    /// The inputs of CreateGroup.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Input>,
    /// Users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserSeed>,
}

/// The signing keys of a pool: RSA private keys of 2,048 bits or more, PKCS#8 in PEM.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSeed {
    /// Signs ID tokens.
    pub id: String,
    /// Signs access tokens.
    pub access: String,
}

impl fmt::Debug for KeysSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeysSeed(..)")
    }
}

/// An app client.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSeed {
    /// Its id.
    pub id: String,
    /// Its secret; None for a client without one, or whose secret is not the seed's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// `standard` or `cognito` (`cognate client set-profile`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The input of CreateUserPoolClient.
    pub settings: Input,
}

impl fmt::Debug for ClientSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSeed")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A user.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSeed {
    /// The name, or what stands in its place in pools where users sign in with an attribute.
    pub username: String,
    /// `sub`; None for one that follows from pool and name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// True if the user must replace the password at the first sign-in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub temporary: bool,
    /// What an export has in the place of the password: `native:` or `imported:` and the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// What an export has of former passwords.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub password_history: Vec<String>,
    /// The end of a temporary password, in microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_until: Option<i64>,
    /// `UserStatus`; None for what follows from the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// False for a user who may not sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Attributes by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Plain>,
    /// New values of `email` and `phone_number` that wait to be verified.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<String, Plain>,
    /// The names of the user's groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The seed of the authenticator app, in base32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
    /// What the user calls the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp_name: Option<String>,
    /// The newest step of the app whose code was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp_last_step: Option<i64>,
    /// The second factors that are on; None for the app, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<Vec<String>>,
    /// The one that is asked for first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_preferred: Option<String>,
    /// What an export has of passkeys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<PasskeyRecord>,
    /// The outside identities that sign in as this user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkRecord>,
    /// Microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// Microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
}

impl fmt::Debug for UserSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSeed")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// A text that people also write as a number or as true or false.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plain(pub String);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Plain;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a whole number, true or false")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Plain, E> {
                Ok(Plain(text.to_owned()))
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Plain, E> {
                Ok(Plain(value.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Plain, E> {
                Ok(Plain(number.to_string()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Plain, E> {
                Ok(Plain(number.to_string()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
