//! The lines of the `jsonl` format: everything of a pool's users that can be taken elsewhere.
//!
//! The first line is a [`Header`], then groups, then users, and the last line is an [`End`]. Every source of an import is
//! turned into [`UserRecord`]s, and every export is made of them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

/// The name of the format, in its first line.
pub const FORMAT: &str = "cognate-users";
/// The version that this program writes; it reads this one and those before.
pub const VERSION: u32 = 1;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first one.
    Header(Header),
    /// A group, before the users that are in it.
    Group(GroupRecord),
    /// A user.
    User(Box<UserRecord>),
    /// The last one; a file without it was cut.
    End(End),
}

/// What a file is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The id of the pool that the users are from. Native credentials are for this pool alone.
    pub pool_id: String,
    /// When the file was written, in microseconds since 1970.
    pub taken: i64,
    /// True if secrets are in it: credentials, seeds.
    pub secrets: bool,
}

/// How a file ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct End {
    /// The number of groups before it.
    pub groups: u64,
    /// The number of users before it.
    pub users: u64,
    /// The secrets that were left out.
    pub omitted_secrets: u64,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupRecord {
    /// `GroupName`.
    pub name: String,
    /// `Description`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `Precedence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precedence: Option<i64>,
    /// `RoleArn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// Microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// Microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
}

/// A user with everything that can be taken elsewhere. What a source does not know is absent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserRecord {
    /// `sub`: lower-case groups of hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The user name as it was first set.
    pub username: String,
    /// `UserStatus`, one of the service's words; absent: what follows from the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// False for a user who may not sign in; absent means true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// Microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
    /// Attribute name to value, without `sub` and `identities`; booleans as "true" and "false".
    pub attributes: BTreeMap<String, String>,
    /// New values of `email` and `phone_number` that count only once they are verified.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<String, String>,
    /// The names of the user's groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordRecord>,
    /// Former native credentials, newest first, in base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub password_history: Vec<String>,
    /// The end of a temporary password, in microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporary_until: Option<i64>,
    /// The second factors that are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa: Option<MfaRecord>,
    /// The registered authenticator app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totp: Option<TotpRecord>,
    /// The user's passkeys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<PasskeyRecord>,
    /// The outside identities that sign in as this user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkRecord>,
}

/// A password as it can be taken elsewhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordRecord {
    /// This program's own credential, opened, in base64: an SRP salt and verifier and what else it keeps. It holds for the
    /// pool and the user name it was made for.
    Native(String),
    /// A hash of another system, in the form of `cognate_crypto::imported`.
    Imported(String),
    /// The hash that the source gives, to be read under the bounds of the import.
    Hash(String),
}

/// The second factors that a user turned on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MfaRecord {
    /// Codes by SMS.
    pub sms: bool,
    /// Codes by e-mail.
    pub email: bool,
    /// The authenticator app.
    pub software_token: bool,
    /// A passkey that verifies its user may count as both factors.
    pub web_authn: bool,
    /// `SMS_MFA`, `EMAIL_OTP` or `SOFTWARE_TOKEN_MFA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred: Option<String>,
}

/// An authenticator app. Codes have six digits, thirty seconds and HMAC-SHA-1; others cannot be taken over.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TotpRecord {
    /// The seed in base32 without padding.
    pub secret: String,
    /// What the user calls the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The newest time step whose code was used: no code up to it counts again.
    pub last_step: i64,
}

/// A passkey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasskeyRecord {
    /// base64url without padding.
    pub credential_id: String,
    /// The relying party: a domain.
    pub rp_id: String,
    /// The COSE key in base64url without padding.
    pub public_key: String,
    /// The authenticator's signature counter.
    pub sign_count: i64,
    /// What the user calls it.
    pub name: String,
    /// `platform` or `cross-platform`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    /// The ways in which browsers reach the authenticator.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
    /// True if the passkey may be copied to other devices.
    pub backup_eligible: bool,
    /// True if the source does not say so: then either is accepted at a sign-in.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backup_unknown: bool,
    /// The model of the authenticator in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aaguid: Option<String>,
    /// The handle by which the authenticator names the account, in base64url, if it is not that of the `sub`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<String>,
    /// Microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
}

/// An outside identity of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkRecord {
    /// The name of the provider in the pool.
    pub provider: String,
    /// The attribute by which the provider identifies the user; absent: its subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Its value.
    pub value: String,
    /// True if the user came into being by this identity and is none of the pool's own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub primary: bool,
    /// Microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
}

impl UserRecord {
    /// Overwrites the secrets. For records that are not needed any more.
    pub fn wipe(&mut self) {
        match &mut self.password {
            Some(
                PasswordRecord::Native(text)
                | PasswordRecord::Imported(text)
                | PasswordRecord::Hash(text),
            ) => text.zeroize(),
            None => {}
        }
        self.password_history.zeroize();
        if let Some(totp) = &mut self.totp {
            totp.secret.zeroize();
        }
    }
}

/// The `Debug` of what holds secrets names the user alone.
impl fmt::Debug for UserRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRecord")
            .field("sub", &self.sub)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PasswordRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native(_) => "Native(..)",
            Self::Imported(_) => "Imported(..)",
            Self::Hash(_) => "Hash(..)",
        })
    }
}

impl fmt::Debug for TotpRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpRecord")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
