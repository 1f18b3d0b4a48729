//! An identity provider as the rest of the domain sees it.

use std::collections::{BTreeMap, BTreeSet};

use cognate_crypto::hash;
use cognate_crypto::seal::Context;
use cognate_crypto::secret::{Secret, SecretBytes, SecretString};
use cognate_federation::saml::metadata::Metadata;
use cognate_shapes::{IdentityProviderType, IdentityProviderTypeType, Timestamp};
use cognate_store::tables::identity_providers::ProviderRow;
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::mac;
use crate::records::pool::Pool;

/// The settings of ProviderDetails that are sealed.
pub const SECRET_DETAILS: [&str; 2] = ["client_secret", "private_key"];
/// The name among the secrets of the key to which a SAML provider encrypts, PKCS #8 in base64.
pub const ENCRYPTION_KEY: &str = "encryption_key";
/// Secrets that no answer shows (endpoints.md 4.1).
const NEVER_SHOWN: [&str; 2] = ["private_key", ENCRYPTION_KEY];

/// The settings of a provider, with the values that the service fills in.
#[derive(Clone, Serialize, Deserialize)]
pub struct ProviderDoc {
    /// SAML, OIDC or a social provider; immutable.
    pub kind: IdentityProviderTypeType,
    /// ProviderDetails without [`SECRET_DETAILS`].
    pub details: BTreeMap<String, String>,
    /// User pool attribute to claim.
    pub mapping: BTreeMap<String, String>,
    /// Other names of the provider.
    pub identifiers: Vec<String>,
    /// Level to the provider's value of `acr`; OIDC only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<BTreeMap<String, String>>,
    /// The metadata as last read; SAML only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// What the discovery document says besides the endpoints; OIDC only, None where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovered: Option<Discovered>,
    /// The attributes, other than the subject, by which its users were ever linked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub linked_by: BTreeSet<String>,
    /// The policy about users of the pool's own, which is no member of the API.
    #[serde(default, skip_serializing_if = "Linking::is_never")]
    pub linking: Linking,
}

/// What a first sign-in through a provider does about users of the pool's own, who may be the same person
/// (decision 015).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linking {
    /// Nothing: the service's way.
    #[default]
    Never,
    /// Whoever comes with a verified address may prove to be the user who has it.
    VerifiedEmail,
    /// It waits for an administrator.
    AdminApproval,
}

impl Linking {
    /// All.
    pub const ALL: [Self; 3] = [Self::Never, Self::VerifiedEmail, Self::AdminApproval];

    /// Returns the name that commands use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::VerifiedEmail => "verified-email",
            Self::AdminApproval => "admin-approval",
        }
    }

    /// Undoes [`name`](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }

    fn is_never(&self) -> bool {
        *self == Self::Never
    }
}

impl ProviderDoc {
    /// Returns the hash by which a provider is found that a message of SAML says it is of; empty for other providers.
    #[must_use]
    pub fn entity(&self) -> String {
        let metadata = self.metadata.as_ref();
        metadata.map_or_else(String::new, |metadata| entity(&metadata.entity_id))
    }
}

/// Returns the hash of a provider's own name. Such names may be too long for an index.
#[must_use]
pub fn entity(entity_id: &str) -> String {
    hash::sha256_hex(entity_id.as_bytes())
}

/// What a discovery document says of a provider besides its endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovered {
    /// The issuer as tokens have it: with or without a slash at the end.
    pub issuer: String,
    /// It takes a PKCE challenge by S256 (RFC 8414 section 2).
    pub pkce: bool,
    /// Its answers to the browser name the issuer (RFC 9207 section 3).
    pub names_itself: bool,
    /// Its token endpoint takes a client's secret in a header and in no other way.
    #[serde(default)]
    pub basic: bool,
}

/// A provider of a pool.
pub struct Provider {
    /// Never that of another authority's provider.
    pub id: String,
    /// Unique in the pool.
    pub name: String,
    /// Its settings.
    pub doc: ProviderDoc,
    /// Those of [`SECRET_DETAILS`] that it has, and the key to decrypt with.
    pub secrets: BTreeMap<String, SecretString>,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
    /// Grows with every change.
    pub ver: i64,
}

impl Provider {
    /// Returns a provider of `pool` from its row.
    ///
    /// # Errors
    /// An internal fault for a row that is not signed, does not open or does not parse.
    pub fn open(pool: &Pool, row: ProviderRow) -> Result<Self> {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let secrets = match &row.sealed {
            None => BTreeMap::new(),
            Some(sealed) => {
                let plain = pool.key.open(&context(pool, &row.provider_id), sealed)?;
                let stored: BTreeMap<String, String> = serde_json::from_slice(plain.expose())?;
                let kept = stored.into_iter();
                kept.map(|(key, value)| (key, SecretString::new(value)))
                    .collect()
            }
        };
        Ok(Self {
            doc: serde_json::from_str(&row.doc)?,
            id: row.provider_id,
            name: row.name,
            secrets,
            created: row.created,
            modified: row.modified,
            ver: row.ver,
        })
    }

    /// Requires that the provider has the identifier by which it was found. The index of identifiers carries no MAC,
    /// but the list in the provider's own row does.
    ///
    /// # Errors
    /// An internal fault.
    pub fn check_identifier(&self, pool: &Pool, identifier: &str) -> Result<()> {
        if self.doc.identifiers.iter().any(|own| own == identifier) {
            return Ok(());
        }
        Err(mac::foreign("idp_identifiers", &pool.id, &self.id))
    }

    /// Returns the identifier by which the provider was found, in its own case: the one that is the same to the letter, if
    /// there is one.
    ///
    /// # Errors
    /// As [`check_identifier`](Self::check_identifier).
    pub fn identifier_like(&self, pool: &Pool, asked: &str) -> Result<&str> {
        let own = || self.doc.identifiers.iter().map(String::as_str);
        let same = own().find(|own| *own == asked);
        let found = same.or_else(|| own().find(|own| own.eq_ignore_ascii_case(asked)));
        found.ok_or_else(|| mac::foreign("idp_identifiers", &pool.id, &self.id))
    }

    /// Returns a digest of what gives the provider's names of users their meaning: under another authority the same name
    /// may be somebody else's. Facebook, Amazon and Apple name users for each client or team.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn authority(&self) -> Result<String> {
        use IdentityProviderTypeType as T;
        let detail = |name: &str| self.doc.details.get(name).map(String::as_str);
        let named_by = match self.doc.kind {
            T::Saml => {
                let metadata = self.doc.metadata.as_ref();
                metadata.map(|metadata| metadata.entity_id.as_str())
            }
            T::Oidc => detail("oidc_issuer"),
            T::Google => None,
            T::Facebook | T::LoginWithAmazon => detail("client_id"),
            T::SignInWithApple => detail("team_id"),
        };
        let text = serde_json::to_vec(&(self.doc.kind, named_by))?;
        Ok(hash::sha256_hex(&text))
    }

    /// Returns a deliberate copy, secrets included.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        let secrets = self.secrets.iter();
        Self {
            id: self.id.clone(),
            name: self.name.clone(),
            doc: self.doc.clone(),
            secrets: secrets
                .map(|(key, value)| (key.clone(), value.duplicate()))
                .collect(),
            created: self.created,
            modified: self.modified,
            ver: self.ver,
        }
    }

    /// Returns the provider as its row, secrets sealed.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn to_row(&self, pool: &Pool) -> Result<ProviderRow> {
        let sealed = match self.secrets.is_empty() {
            true => None,
            false => {
                let shown = self.secrets.iter();
                let shown = shown.map(|(key, value)| (key, value.expose()));
                let plain: SecretBytes =
                    Secret::new(serde_json::to_vec(&shown.collect::<BTreeMap<_, _>>())?);
                Some(pool.key.seal(&context(pool, &self.id), plain.expose()))
            }
        };
        let mut row = ProviderRow {
            name: self.name.clone(),
            provider_id: self.id.clone(),
            doc: serde_json::to_string(&self.doc)?,
            sealed,
            created: self.created,
            modified: self.modified,
            ver: self.ver,
            mac: None,
            entity: self.doc.entity(),
        };
        row.mac = Some(pool.sign(&row.signed()));
        Ok(row)
    }

    /// Returns the provider for every answer: the client secret with it, the private key never.
    pub fn to_api(&self, pool: &Pool) -> IdentityProviderType {
        let mut details = self.doc.details.clone();
        let shown = self
            .secrets
            .iter()
            .filter(|(key, _)| !NEVER_SHOWN.contains(&key.as_str()));
        details.extend(shown.map(|(key, value)| (key.clone(), value.expose().clone())));
        IdentityProviderType {
            user_pool_id: Some(pool.id.clone()),
            provider_name: Some(self.name.clone()),
            provider_type: Some(self.doc.kind),
            provider_details: Some(details),
            attribute_mapping: Some(self.doc.mapping.clone()),
            idp_identifiers: Some(self.doc.identifiers.clone()),
            acr_mapping: self.doc.acr.clone(),
            last_modified_date: Some(Timestamp(self.modified)),
            creation_date: Some(Timestamp(self.created)),
        }
    }
}

fn context<'a>(pool: &'a Pool, provider_id: &'a str) -> Context<'a> {
    Context {
        table: "identity_providers",
        column: "sealed",
        pool: &pool.id,
        row: provider_id,
    }
}
