//! The settings that the rules judge, and what a rule and a finding are.

use cognate_shapes::VerifiedAttributeType;
use serde::Serialize;

use crate::records::client::ClientDoc;
use crate::records::pool::PoolDoc;
use crate::records::provider::ProviderDoc;

/// A pool with everything in it that has settings.
pub struct Subject {
    /// The settings of the pool.
    pub pool: PoolDoc,
    /// Its app clients, by id.
    pub clients: Vec<AppClient>,
    /// Its groups, by name.
    pub groups: Vec<Group>,
    /// Its identity providers, by name.
    pub providers: Vec<IdentityProvider>,
    /// The service's time in microseconds.
    pub now: i64,
}

/// An app client.
pub struct AppClient {
    /// The id.
    pub id: String,
    /// The settings.
    pub doc: ClientDoc,
    /// When each of its live secrets was made, in microseconds.
    pub secrets: Vec<i64>,
}

/// A group.
pub struct Group {
    /// The name.
    pub name: String,
    /// The ARN of its IAM role.
    pub role: Option<String>,
}

/// An identity provider.
pub struct IdentityProvider {
    /// The name.
    pub name: String,
    /// The settings.
    pub doc: ProviderDoc,
}

impl Subject {
    /// True if anybody may make an account.
    pub fn signs_up_anybody(&self) -> bool {
        self.pool
            .admin_create_user_config
            .allow_admin_create_user_only
            != Some(true)
    }

    /// True if a sign-up proves that the address or number is the user's.
    pub fn proves(&self, attribute: VerifiedAttributeType) -> bool {
        let proven = self.pool.auto_verified_attributes.as_deref();
        proven.unwrap_or_default().contains(&attribute)
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; often what was wanted.
    Note,
    /// A protection is missing that most pools should have.
    Warning,
    /// Users or outsiders can get what is not theirs.
    Error,
}

impl Severity {
    /// All, from the least.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// Returns the name that commands use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a rule judges, and the function that does: it returns why there is a finding.
#[derive(Clone, Copy)]
pub enum Judge {
    /// The pool, once.
    Pool(fn(&Subject) -> Option<String>),
    /// Each app client.
    Client(fn(&Subject, &AppClient) -> Option<String>),
    /// Each group.
    Group(fn(&Subject, &Group) -> Option<String>),
    /// Each identity provider.
    Provider(fn(&Subject, &IdentityProvider) -> Option<String>),
}

impl Judge {
    /// Returns the kind of object that is judged.
    #[must_use]
    pub fn object(self) -> &'static str {
        match self {
            Self::Pool(_) => "pool",
            Self::Client(_) => "client",
            Self::Group(_) => "group",
            Self::Provider(_) => "provider",
        }
    }
}

/// A rule.
pub struct Rule {
    /// The name: stable, lower case, with hyphens.
    pub name: &'static str,
    /// How much its findings matter.
    pub severity: Severity,
    /// What it judges.
    pub judge: Judge,
    /// When there is a finding, as docs/LINT.md says it.
    pub when: &'static str,
    /// The setting to change.
    pub setting: &'static str,
}

/// The object of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Object {
    /// `pool`, `client`, `group` or `provider`.
    pub kind: &'static str,
    /// The id of a pool or client, the name of a group or provider.
    pub id: String,
    /// The name of a pool or client, which others may have too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Something dangerous or surprising.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The rule's severity.
    pub severity: Severity,
    /// What has the setting.
    pub object: Object,
    /// Why, in a sentence.
    pub why: String,
    /// The setting to change.
    pub setting: &'static str,
}
