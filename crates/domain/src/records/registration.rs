//! What a client said of itself when it registered (RFC 7591), and what a pool lets such clients be (agents.md 3.1).

use cognate_shapes::{DcrConfigurationType, OAuthFlowType, StatusType};
use serde::{Deserialize, Serialize};

use crate::records::pool::PoolDoc;

/// The scope of the token by which a client may be registered where not everybody may. The service manages it: no resource
/// server has it (agents.md 3.2).
pub const REGISTER_SCOPE: &str = "aws.cognito/dcr/register";

/// How a client was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationKind {
    /// By anybody, without a token.
    Open,
    /// With a token that has [`REGISTER_SCOPE`].
    Authenticated,
}

/// The registration of a client: what its settings do not say. Every text is the client's own word.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registration {
    /// How it was registered.
    pub kind: RegistrationKind,
    /// True once an administrator has changed the client, which from then on cannot change itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub managed: bool,
    /// True if it was registered by the token of a user, which anybody who can sign up may have: as with
    /// [`RegistrationKind::Open`] nobody answers for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_user: bool,
    /// The name for people, letter by letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// `none`, `client_secret_basic` or `client_secret_post`. Every client with a secret may use both ways of sending it.
    pub token_endpoint_auth_method: String,
    /// The grants that are left of those that it asked for.
    pub grant_types: Vec<String>,
    /// The response types that are left.
    pub response_types: Vec<String>,
    /// `native` or `web`; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    /// What else it said: members of RFC 7591 that are kept and shown to the client, and not used.
    #[serde(default, skip_serializing_if = "About::is_empty")]
    pub about: About,
}

/// Members that tell people about a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo, which is never fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Its privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Vec<String>>,
    /// The software, the same in each of its clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
}

impl About {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Registration {
    /// True if nobody answers for the client: anybody could register it.
    #[must_use]
    pub fn is_unvouched(&self) -> bool {
        self.kind == RegistrationKind::Open || self.by_user
    }
}

impl PoolDoc {
    /// Returns how clients may register themselves; None where they may not.
    pub fn registers(&self) -> Option<&DcrConfigurationType> {
        let config = self.dcr_configuration.as_ref();
        config.filter(|config| config.enable_status != Some(StatusType::Disabled))
    }

    /// Returns the grants that clients may register; none if no client may register in this way. `implicit` says nothing
    /// (agents.md 3.1). `by_user`: true for the token of a user, whose clients get tokens by users alone, who are asked about them.
    pub fn registered_flows(&self, kind: RegistrationKind, by_user: bool) -> Vec<OAuthFlowType> {
        use OAuthFlowType as F;
        let Some(config) = self.registers() else {
            return Vec::new();
        };
        let (listed, default) = match kind {
            RegistrationKind::Authenticated => (
                &config.authenticated_grant_types,
                vec![F::Code, F::ClientCredentials],
            ),
            RegistrationKind::Open if config.open_dcr_enabled == Some(true) => {
                (&config.open_dcr_grant_types, vec![F::Code])
            }
            RegistrationKind::Open => return Vec::new(),
        };
        let mut flows = listed.clone().unwrap_or(default);
        flows.retain(|flow| *flow != F::Implicit && (!by_user || *flow == F::Code));
        flows
    }
}
