//! A user pool as the rest of the domain sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use cognate_crypto::seal::PoolKey;
use cognate_crypto::seal::RootKey;
use cognate_shapes::*;
use cognate_store::Store;
use cognate_store::signed::Signed;
use cognate_store::tables::pools::{self, PoolRow};
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::facts::names;
use crate::records::mac;
use crate::records::name_rules::{self, NameRules, Reshaping};
use crate::records::risk::RiskConfiguration;
use crate::records::standard_schema;

/// How a pool deals with users whose password is there as the hash of another system alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedPasswords {
    /// What such a user is told who begins by SRP; None leaves it to the client: a reset, or a decoy if it hides which
    /// users exist (moving.md 3.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srp: Option<ImportedSrp>,
}

/// The answer to SRP with a password that SRP cannot prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportedSrp {
    /// PasswordResetRequiredException: the user's mailbox then sets a native password.
    Reset,
    /// The challenge of an unknown name, which no answer passes.
    Decoy,
}

/// The settings of a pool, with every default that Describe shows already filled in (admin.md 1.2, 1.3).
///
/// Lists that were never sent, or sent empty, are `None`.
#[derive(Clone, Serialize, Deserialize)]
pub struct PoolDoc {
    /// Its name; not unique.
    pub name: String,
    /// `PasswordPolicy` and `SignInPolicy` are always present, and every member of theirs but `PasswordHistorySize`.
    pub policies: UserPoolPolicyType,
    /// True if an administrator set the life of temporary passwords, after which the legacy
    /// `UnusedAccountValidityDays` is refused (settled P4).
    #[serde(default)]
    pub temporary_days_set: bool,
    /// DeleteUserPool is refused while ACTIVE.
    pub deletion_protection: DeletionProtectionType,
    /// `PreTokenGeneration` and `PreTokenGenerationConfig` are in step (settled P36).
    pub lambda_config: LambdaConfigType,
    /// Standard attributes first, then custom ones with their prefix, as Describe lists them (admin.md 1.4).
    #[serde(with = "standard_schema::stored")]
    pub schema: Vec<SchemaAttributeType>,
    /// The attributes that a sign-up verifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_verified_attributes: Option<Vec<VerifiedAttributeType>>,
    /// Immutable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias_attributes: Option<Vec<AliasAttributeType>>,
    /// Immutable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_attributes: Option<Vec<UsernameAttributeType>>,
    /// Immutable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_configuration: Option<UsernameConfigurationType>,
    /// `DefaultEmailOption` is always present. The legacy `…VerificationMessage` members are views of it (settled R12).
    pub verification_message_template: VerificationMessageTemplateType,
    /// The SMS of MFA and one-time passwords.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_authentication_message: Option<String>,
    /// The list in it is always present.
    pub user_attribute_update_settings: UserAttributeUpdateSettingsType,
    /// OFF, ON or OPTIONAL.
    pub mfa_configuration: UserPoolMfaType,
    /// The factors with which users may answer; none while MFA is OFF (settled C6, C7).
    #[serde(default)]
    pub mfa_factors: MfaFactors,
    /// How passkeys are made and used; independent of MFA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_authn_configuration: Option<WebAuthnConfigurationType>,
    /// Present = devices are tracked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_configuration: Option<DeviceConfigurationType>,
    /// `EmailSendingAccount` is always present.
    pub email_configuration: EmailConfigurationType,
    /// Present = a role to send SMS with was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_configuration: Option<SmsConfigurationType>,
    /// The tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// `AllowAdminCreateUserOnly` is always present. `UnusedAccountValidityDays` is a view of the password policy.
    pub admin_create_user_config: AdminCreateUserConfigType,
    /// There while users of the pool may have password hashes of other systems alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported_passwords: Option<ImportedPasswords>,
    /// True while the pool stands in front of a pool of another server; `upstreams` has the settings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub upstream: bool,
    /// Threat protection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_add_ons: Option<UserPoolAddOnsType>,
    /// What threat protection does in the pool; None = never set, or reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_configuration: Option<RiskConfiguration>,
    /// How users recover their account; always present (settled C9).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_recovery_setting: Option<AccountRecoverySettingType>,
    /// The feature plan.
    pub tier: UserPoolTierType,
    /// Dynamic client registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dcr_configuration: Option<DcrConfigurationType>,
    /// The owner of the key that encrypts the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_configuration: Option<KeyConfigurationType>,
    /// The form of the issuer: one of the two of AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_configuration: Option<IssuerConfigurationType>,
    /// `Level1`..`Level4` to the name reported in the `acr` claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_configuration: Option<BTreeMap<String, AcrLevelConfigType>>,
    /// Since when the plan of the pool allows recovery; None in pools that are older than recovery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<RecoverySince>,
    /// How sessions are tracked; None = they never were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<SessionSettings>,
    /// Where the pool exports its logs, as SetLogDeliveryConfiguration was sent it; None = nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_configurations: Option<Vec<LogConfigurationType>>,
    /// How the clients of a pool of `dev` get their ids, by its tags (docs/DEV.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ids: Option<ClientIds>,
    /// The version of the fold table by which this pool's names were folded (design, names).
    pub fold: u32,
    /// The number of the rules by which users are written: it grows whenever a change of what is immutable begins, takes
    /// effect or ends (decision 017).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shape: i64,
    /// The space of the names ([`NameRules::space`]).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub space: i64,
    /// The change that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reshaping: Option<Reshaping>,
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Since when a pool has been on the plans that point-in-time recovery needs, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoverySince {
    /// On ESSENTIALS or PLUS without interruption; None on LITE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub essentials: Option<i64>,
    /// On PLUS without interruption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<i64>,
}

impl RecoverySince {
    /// Returns the moments of a pool from whose plan recoveries go back to `from` at most, in microseconds.
    #[must_use]
    pub fn begun(tier: UserPoolTierType, from: i64) -> Self {
        let none = Self {
            essentials: None,
            plus: None,
        };
        none.moved(tier, from)
    }

    /// Returns the moments of a pool that moves to a plan at `from`, in microseconds: what it had before, it keeps.
    #[must_use]
    pub fn moved(self, tier: UserPoolTierType, from: i64) -> Self {
        let has = |plan: bool, since: Option<i64>| plan.then_some(since.unwrap_or(from));
        Self {
            essentials: has(tier != UserPoolTierType::Lite, self.essentials),
            plus: has(tier == UserPoolTierType::Plus, self.plus),
        }
    }
}

impl PoolDoc {
    /// Returns since when the pool has been on its plans; 0 in pools that are older than recovery.
    #[must_use]
    pub fn recovery_since(&self) -> RecoverySince {
        self.recovery
            .unwrap_or_else(|| RecoverySince::begun(self.tier, 0))
    }
}

/// The second factors that a pool allows. The text and the sender of SMS are in the pool's own members.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct MfaFactors {
    /// Codes by SMS.
    #[serde(default)]
    pub sms: bool,
    /// Authenticator apps; as sent, so it may say that they are not allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_token: Option<SoftwareTokenMfaConfigType>,
    /// Codes by e-mail, with the texts of the messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailMfaConfigType>,
}

impl MfaFactors {
    /// True if authenticator apps are allowed.
    pub fn allows_software_token(&self) -> bool {
        self.software_token
            .as_ref()
            .is_some_and(|factor| factor.enabled == Some(true))
    }

    /// True if there is any factor at all.
    pub fn any(&self) -> bool {
        self.sms || self.allows_software_token() || self.email.is_some()
    }
}

/// The tracking of sessions in a pool, and the number of sessions that each user may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSettings {
    /// Without it the other settings have no effect.
    pub tracked: bool,
    /// Token sessions of a user, 1-100.
    pub max_per_user: i64,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            tracked: false,
            max_per_user: 20,
        }
    }
}

/// How the clients of a pool get their ids and secrets, by its tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct ClientIds {
    /// What stands before the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What stands behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// True if ids are made of names at all.
    #[serde(default)]
    pub of_names: bool,
    /// The secret of clients that get one, sealed with the pool's key, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_secret: Option<String>,
}

/// The issuer that `cognate pool set-issuer` gave a pool (design decision 7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Issuer {
    /// `public_url` or the allowed Host.
    Gateway,
    /// The AWS form; which of the two follows the pool's IssuerConfiguration.
    Aws,
    /// This URL, without a trailing slash.
    Custom(String),
}

/// The most bytes of a host with its port: a name of 253 characters, a colon, and five digits.
const HOST_BYTES: usize = 259;

impl Issuer {
    /// Returns the host of an issuer that is a host and nothing else, in small letters and without the port that its scheme has
    /// anyway: the place where clients look for its document without a path (RFC 8414 section 3.1). None for every other
    /// issuer.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let Self::Custom(url) = self else {
            return None;
        };
        let (scheme, host) = url.split_once("://")?;
        let usual = match scheme.to_ascii_lowercase().as_str() {
            "https" => ":443",
            "http" => ":80",
            _ => return None,
        };
        let host = host.strip_suffix(usual).unwrap_or(host);
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:[]".contains(&b);
        let fits = (1..=HOST_BYTES).contains(&host.len()) && host.bytes().all(plain);
        fits.then(|| host.to_ascii_lowercase())
    }

    /// As [`host`](Self::host), of an issuer as it is stored: JSON.
    #[must_use]
    pub fn host_of(stored: &str) -> Option<String> {
        let issuer: Self = serde_json::from_str(stored).ok()?;
        issuer.host()
    }
}

/// An active pool, cached.
#[derive(Clone)]
pub struct Pool {
    /// `<region>_<9 characters>`.
    pub id: String,
    /// The region that the id begins with.
    pub region: String,
    /// Its settings.
    pub doc: PoolDoc,
    /// The pool's key, unwrapped; seals its rows and tokens.
    pub key: Arc<PoolKey>,
    /// None = the server's default.
    pub issuer: Option<Issuer>,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
    /// Grows with every change of the row.
    pub ver: i64,
    /// True while a recovery is open: no user changes.
    pub paused: bool,
}

impl Pool {
    /// Reads an active pool from the database and unwraps its key.
    ///
    /// # Errors
    /// The store's, and an internal fault for a row that does not open or parse.
    pub async fn load(store: &Store, root: &RootKey, id: &str) -> Result<Option<Self>> {
        match pools::get(store, id).await? {
            Some(row) => Ok(Some(Self::from_row(root, row)?)),
            None => Ok(None),
        }
    }

    /// Returns a pool from its row.
    ///
    /// # Errors
    /// An internal fault for a row that does not open or parse.
    pub fn from_row(root: &RootKey, row: PoolRow) -> Result<Self> {
        let key = root.unwrap_pool_key(&row.pool_id, &row.data_key)?;
        let issuer = row.issuer.as_deref();
        let signed = pools::signed(&row.pool_id, &row.region, &row.doc, issuer);
        mac::check(&key, &row.pool_id, &signed, row.mac.as_deref())?;
        let doc: PoolDoc = serde_json::from_str(&row.doc)?;
        if doc.shape != row.shape {
            return Err(mac::foreign("pools", &row.pool_id, &row.pool_id));
        }
        Ok(Self {
            key: Arc::new(key),
            doc,
            issuer: issuer.map(serde_json::from_str).transpose()?,
            id: row.pool_id,
            region: row.region,
            created: row.created,
            modified: row.modified,
            ver: row.ver,
            paused: row.paused,
        })
    }

    /// Returns the MAC of the pool's own row with other settings.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn mac_with(&self, doc: &str) -> Result<Vec<u8>> {
        let issuer = self
            .issuer
            .as_ref()
            .map(serde_json::to_string)
            .transpose()?;
        let signed = pools::signed(&self.id, &self.region, doc, issuer.as_deref());
        Ok(self.sign(&signed))
    }

    /// Returns the MAC of a row of the pool.
    pub fn sign(&self, row: &Signed<'_>) -> Vec<u8> {
        mac::sign(&self.key, &self.id, row)
    }

    /// Compares a row of the pool with its MAC.
    ///
    /// # Errors
    /// Those of [`mac::check`].
    pub fn check(&self, row: &Signed<'_>, mac: Option<&[u8]>) -> Result<()> {
        mac::check(&self.key, &self.id, row, mac)
    }

    /// Returns the form in which a name or alias is kept and compared: names of a pool share one namespace.
    pub fn fold(&self, name: &str) -> String {
        if self.case_sensitive() {
            names::nfc(name).into_owned()
        } else {
            names::fold_case(name)
        }
    }

    /// True if images of rows are kept before they change.
    pub fn keeps_images(&self) -> bool {
        self.doc.tier != UserPoolTierType::Lite
    }

    /// Returns the form in which a name that is folded is kept by the pool's own rules.
    pub fn key_of(&self, folded: &str) -> String {
        name_rules::key(self.doc.space, folded)
    }

    /// Returns the rules by which users are found.
    pub fn names(&self) -> NameRules {
        NameRules {
            space: self.doc.space,
            case_sensitive: self.case_sensitive(),
            aliases: self.doc.alias_attributes.clone().unwrap_or_default(),
            username_attributes: self.doc.username_attributes.clone().unwrap_or_default(),
        }
    }

    /// Returns the rules of names that hold besides the pool's own, while a change is under way.
    pub fn other_names(&self) -> Option<&NameRules> {
        self.doc.reshaping.as_ref()?.names.as_ref()
    }

    /// Returns the part of the id after `_`: `poolName` of SRP (auth.md 3.4).
    pub fn suffix(&self) -> &str {
        self.id
            .split_once('_')
            .map_or(self.id.as_str(), |(_, suffix)| suffix)
    }

    /// True if names differ by case (admin.md 1.2: true when unset).
    pub fn case_sensitive(&self) -> bool {
        self.doc
            .username_configuration
            .as_ref()
            .is_none_or(|c| c.case_sensitive)
    }

    /// True if users sign in with their e-mail or phone number only.
    pub fn has_username_attributes(&self) -> bool {
        self.doc
            .username_attributes
            .as_ref()
            .is_some_and(|list| !list.is_empty())
    }

    /// Returns the number of token sessions that a user may have; None where sessions are not tracked.
    pub fn max_sessions(&self) -> Option<i64> {
        let settings = self.doc.sessions.filter(|settings| settings.tracked);
        settings.map(|settings| settings.max_per_user)
    }

    /// Returns the days that a temporary password is good. A stored number that is not positive, which no operation
    /// leaves, counts as none.
    pub fn temporary_password_days(&self) -> i64 {
        let days = self
            .doc
            .policies
            .password_policy
            .as_ref()
            .and_then(|p| p.temporary_password_validity_days);
        days.filter(|days| *days > 0)
            .unwrap_or(DEFAULT_TEMPORARY_DAYS)
    }
}

/// Days that a temporary password is good when the pool does not say (admin.md 1.6, auth.md 2.7).
pub const DEFAULT_TEMPORARY_DAYS: i64 = 7;
