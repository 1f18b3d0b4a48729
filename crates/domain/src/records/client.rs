//! An app client as the rest of the domain sees it.

use cognate_crypto::seal::Context;
use cognate_crypto::secret::{Secret, SecretBytes, SecretString};
use cognate_shapes::*;
use cognate_store::tables::clients::{self, ClientRow};
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::client_metadata::{Metadata, OfDocument, is_on_own_machine};
use crate::records::pool::Pool;
use crate::records::registration::{REGISTER_SCOPE, Registration};
use crate::records::risk::RiskConfiguration;
use crate::records::unvouched::{Said, Unvouched, UnvouchedKind};

/// Seconds that a refresh token is good when the client does not say: 30 days.
const DEFAULT_REFRESH: i64 = 30 * 86_400;
/// Seconds that access and ID tokens are good when the client does not say.
const DEFAULT_ACCESS: i64 = 3_600;

/// Seconds for which the refresh token before is good after a use, for clients with a document whose app client does not
/// rotate (agents.md 1.3).
const DOCUMENT_GRACE: i64 = 60;

/// The behaviour of the OAuth endpoints towards a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OidcProfile {
    /// That of the service.
    #[default]
    Cognito,
    /// What OpenID Connect and OAuth demand where the service does otherwise (endpoints.md 7.3).
    Standard,
}

impl OidcProfile {
    /// Returns the profile with this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Cognito, Self::Standard]
            .into_iter()
            .find(|profile| profile.name() == name)
    }

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cognito => "cognito",
            Self::Standard => "standard",
        }
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The secret in AWS Secrets Manager in which the client's own is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedSecret {
    /// Its ARN: what the store said, or before that what is known of it.
    pub arn: String,
}

/// The settings of a client; absent members stay absent (settled R16-R21).
#[derive(Clone, Serialize, Deserialize)]
pub struct ClientDoc {
    /// Its name; not unique.
    pub name: String,
    /// Days unless `token_validity_units` says otherwise; never 0.
    pub refresh_token_validity: i64,
    /// Hours unless `token_validity_units` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_validity: Option<i64>,
    /// Hours unless `token_validity_units` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_validity: Option<i64>,
    /// As sent (settled R21).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_validity_units: Option<TokenValidityUnitsType>,
    /// None = the standard attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_attributes: Option<Vec<String>>,
    /// None = the standard attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_attributes: Option<Vec<String>>,
    /// None = refresh, SRP and custom authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicit_auth_flows: Option<Vec<ExplicitAuthFlowsType>>,
    /// Which providers managed login shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supported_identity_providers: Option<Vec<String>>,
    /// Redirect URLs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_urls: Option<Vec<String>>,
    /// Sign-out URLs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logout_urls: Option<Vec<String>>,
    /// One of `callback_urls`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_redirect_uri: Option<String>,
    /// OAuth grants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_oauth_flows: Option<Vec<OAuthFlowType>>,
    /// OAuth scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_oauth_scopes: Option<Vec<String>>,
    /// True if the OAuth endpoints serve the client.
    pub allowed_oauth_flows_user_pool_client: bool,
    /// Pinpoint; kept and returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics_configuration: Option<AnalyticsConfigurationType>,
    /// None = LEGACY.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prevent_user_existence_errors: Option<PreventUserExistenceErrorTypes>,
    /// True if tokens carry `jti` and `origin_jti` and RevokeToken works.
    pub enable_token_revocation: bool,
    /// Only on clients with a secret.
    pub enable_propagate_additional_user_context_data: bool,
    /// Minutes, 3-15.
    pub auth_session_validity: i64,
    /// True if refreshing replaces the refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_rotation: Option<RefreshTokenRotationType>,
    /// Minutes since a user's sign-in in which managed login lets them in again without asking; None = never set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_minutes: Option<i64>,
    /// What threat protection does for the client, instead of what the pool says; None = as the pool says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_configuration: Option<RiskConfiguration>,
    /// Where the secrets are published; None if the client's owner keeps them (agents.md 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_secret: Option<ManagedSecret>,
    /// No member of the API: a command of the server sets it.
    #[serde(default, skip_serializing_if = "OidcProfile::is_default")]
    pub oidc_profile: OidcProfile,
    /// What the client said of itself; None for one that an administrator made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
}

/// A secret of a client as an entry of the sealed JSON list of its row.
#[derive(Deserialize)]
struct StoredSecret {
    /// `<client-id>--<epoch>`.
    id: String,
    value: String,
    /// Microseconds.
    created: i64,
}

/// The same without a copy of the value.
#[derive(Serialize)]
struct StoredSecretRef<'a> {
    id: &'a str,
    value: &'a str,
    created: i64,
}

/// A client, cached.
pub struct Client {
    /// 26 lower-case letters and digits, unique on the server.
    pub id: String,
    /// Its pool.
    pub pool_id: String,
    /// Its settings.
    pub doc: ClientDoc,
    /// Its live secrets (none for a public client, at most two), oldest first: id, value, creation in microseconds.
    pub secrets: Vec<(String, SecretString, i64)>,
    /// The same as the row keeps them; None without any.
    pub sealed: Option<Vec<u8>>,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
    /// Grows with every change of the row.
    pub ver: i64,
    /// The document by whose URL the client named itself, where it did: the rest is then the app client's, as far as it
    /// holds for such clients ([`Client::of_document`]).
    pub document: Option<OfDocument>,
    /// What its users are asked about before it gets anything; None for a client that somebody at the pool made.
    pub unvouched: Option<Unvouched>,
}

impl Client {
    /// Returns a client of `pool` from its row.
    ///
    /// # Errors
    /// An internal fault for a row that is not signed, does not open or does not parse.
    pub fn open(pool: &Pool, row: ClientRow) -> Result<Self> {
        let signed = clients::signed(&row.client_id, &row.doc, row.sealed.as_deref());
        pool.check(&signed, row.mac.as_deref())?;
        let secrets = match &row.sealed {
            None => Vec::new(),
            Some(sealed) => {
                let plain = pool.key.open(&context(&pool.id, &row.client_id), sealed)?;
                let stored: Vec<StoredSecret> = serde_json::from_slice(plain.expose())?;
                stored
                    .into_iter()
                    .map(|s| (s.id, SecretString::new(s.value), s.created))
                    .collect()
            }
        };
        Self::from_row(row, secrets)
    }

    fn from_row(row: ClientRow, secrets: Vec<(String, SecretString, i64)>) -> Result<Self> {
        let doc: ClientDoc = serde_json::from_str(&row.doc)?;
        Ok(Self {
            unvouched: Self::unvouched_of(&row.client_id, &doc),
            doc,
            id: row.client_id,
            pool_id: row.pool_id,
            secrets,
            sealed: row.sealed,
            created: row.created,
            modified: row.modified,
            ver: row.ver,
            document: None,
        })
    }

    /// Returns the client that names itself by a URL and has the settings of this one (agents.md 1.3): a public one with the
    /// grant of codes, whose refresh tokens change with every use. `metadata`: what its document says, for requests that
    /// depend on it. `host`: that of the URL.
    #[must_use]
    pub fn of_document(&self, url: &str, host: &str, metadata: Option<Metadata>) -> Self {
        let mut doc = self.doc.clone();
        let rotation = doc.refresh_token_rotation.as_ref();
        let rotation = rotation.filter(|own| own.feature == FeatureType::Enabled);
        doc.refresh_token_rotation = Some(rotation.cloned().unwrap_or(RefreshTokenRotationType {
            feature: FeatureType::Enabled,
            retry_grace_period_seconds: Some(DOCUMENT_GRACE),
        }));
        doc.callback_urls = metadata.as_ref().map(|said| said.redirect_uris.clone());
        doc.default_redirect_uri = None;
        doc.logout_urls = None;
        let has_codes = metadata.as_ref().is_none_or(|said| said.code);
        let flows = doc.allowed_oauth_flows.iter_mut();
        flows.for_each(|flows| flows.retain(|flow| *flow == OAuthFlowType::Code && has_codes));
        if let Some(listed) = metadata.as_ref().and_then(|said| said.scopes.as_ref()) {
            let scopes = doc.allowed_oauth_scopes.iter_mut();
            scopes.for_each(|scopes| scopes.retain(|scope| listed.contains(scope)));
        }
        // A stranger's client registers no others.
        let scopes = doc.allowed_oauth_scopes.iter_mut();
        scopes.for_each(|scopes| scopes.retain(|scope| scope != REGISTER_SCOPE));
        let unvouched = metadata.as_ref().map(|said| Unvouched {
            kind: UnvouchedKind::Document,
            id: url.to_owned(),
            name: said.name.clone(),
            host: Some(host.to_owned()),
            own_machine_alone: said.is_on_own_machine_alone(),
            edition: Said {
                name: said.name.as_deref(),
                redirect_uris: &said.redirect_uris,
                scopes: said.scopes.as_deref(),
            }
            .edition(),
        });
        Self {
            id: self.id.clone(),
            pool_id: self.pool_id.clone(),
            doc,
            // The pages of a sign-in act for the app client. Of the client itself no secret is asked.
            secrets: match metadata {
                Some(_) => self.secrets.iter().map(same_secret).collect(),
                None => Vec::new(),
            },
            sealed: None,
            created: self.created,
            modified: self.modified,
            ver: self.ver,
            document: Some(OfDocument {
                url: url.to_owned(),
                metadata,
            }),
            unvouched,
        }
    }

    /// True for a client that nobody at the pool made.
    pub fn is_dynamic(&self) -> bool {
        self.document.is_some() || self.is_registered()
    }

    /// True if the client registered itself.
    pub fn is_registered(&self) -> bool {
        self.doc.registration.is_some()
    }

    /// Returns what users are asked about before a client with these settings gets anything: one that anybody registered, and
    /// that no administrator has looked at since.
    pub fn unvouched_of(id: &str, doc: &ClientDoc) -> Option<Unvouched> {
        let said = doc.registration.as_ref();
        // A change by an administrator is no word for the client: scripts change all clients of a pool.
        let said = said.filter(|said| said.is_unvouched())?;
        let redirect_uris = doc.callback_urls.as_deref().unwrap_or_default();
        Some(Unvouched {
            kind: UnvouchedKind::Registered,
            id: id.to_owned(),
            name: said.client_name.clone(),
            host: None,
            own_machine_alone: redirect_uris.iter().all(|uri| is_on_own_machine(uri)),
            edition: Said {
                name: said.client_name.as_deref(),
                redirect_uris,
                scopes: doc.allowed_oauth_scopes.as_deref(),
            }
            .edition(),
        })
    }

    /// True for a client that gets nothing of a user who was not asked about it.
    pub fn is_let_in_by_users(&self) -> bool {
        self.document.is_some() || self.unvouched.is_some()
    }

    /// True if an answer at this place goes to a site of a client that nobody vouches for. On the user's own machine is no site of
    /// somebody else's, and a program waits there for the answer.
    pub fn is_stranger_at(&self, redirect_uri: &str) -> bool {
        self.is_let_in_by_users() && !is_on_own_machine(redirect_uri)
    }

    /// Returns the id by which the client names itself: its own, or the URL of its document.
    pub fn named(&self) -> &str {
        self.url().unwrap_or(&self.id)
    }

    /// Returns the URL by which the client names itself, if it does.
    pub fn url(&self) -> Option<&str> {
        self.document.as_ref().map(|of| of.url.as_str())
    }

    /// Returns the secrets as the row keeps them: None without any.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn seal_secrets(
        pool: &Pool,
        client_id: &str,
        secrets: &[(String, SecretString, i64)],
    ) -> Result<Option<Vec<u8>>> {
        if secrets.is_empty() {
            return Ok(None);
        }
        let list: Vec<StoredSecretRef<'_>> = secrets
            .iter()
            .map(|(id, value, created)| StoredSecretRef {
                id,
                value: value.expose(),
                created: *created,
            })
            .collect();
        let plain: SecretBytes = Secret::new(serde_json::to_vec(&list)?);
        Ok(Some(
            pool.key.seal(&context(&pool.id, client_id), plain.expose()),
        ))
    }

    /// Returns the MAC of a client's row.
    pub fn mac(pool: &Pool, client_id: &str, doc: &str, sealed: Option<&[u8]>) -> Vec<u8> {
        pool.sign(&clients::signed(client_id, doc, sealed))
    }

    /// True if the OAuth endpoints do for the client what the standards demand.
    pub fn is_standard(&self) -> bool {
        self.doc.oidc_profile == OidcProfile::Standard
    }

    /// True if answers must not tell if a user exists (auth.md 2.11; unset = LEGACY).
    pub fn hides_existence(&self) -> bool {
        self.doc.prevent_user_existence_errors == Some(PreventUserExistenceErrorTypes::Enabled)
    }

    /// As [`ClientDoc::lists_flow`].
    pub fn lists_flow(&self, flow: ExplicitAuthFlowsType) -> bool {
        self.doc.lists_flow(flow)
    }

    /// Seconds that an access token is good.
    pub fn access_token_seconds(&self) -> i64 {
        self.doc.access_token_seconds()
    }

    /// Seconds that an ID token is good.
    pub fn id_token_seconds(&self) -> i64 {
        self.doc.id_token_seconds()
    }

    /// Seconds that a refresh token is good.
    pub fn refresh_token_seconds(&self) -> i64 {
        self.doc.refresh_token_seconds()
    }

    /// Seconds that each step of a sign-in may take.
    pub fn auth_session_seconds(&self) -> i64 {
        self.doc.auth_session_validity * 60
    }
}

impl ClientDoc {
    /// True if the client lists this value among its ExplicitAuthFlows; a client that lists none has refresh, SRP and
    /// custom authentication (admin.md 1.12).
    pub fn lists_flow(&self, flow: ExplicitAuthFlowsType) -> bool {
        use ExplicitAuthFlowsType as F;
        match &self.explicit_auth_flows {
            Some(list) => list.contains(&flow),
            None => matches!(
                flow,
                F::AllowRefreshTokenAuth | F::AllowUserSrpAuth | F::AllowCustomAuth
            ),
        }
    }

    /// Seconds that an access token is good.
    pub fn access_token_seconds(&self) -> i64 {
        let unit = self
            .token_validity_units
            .as_ref()
            .and_then(|u| u.access_token);
        self.access_token_validity.map_or(DEFAULT_ACCESS, |n| {
            seconds(n, unit.unwrap_or(TimeUnitsType::Hours))
        })
    }

    /// Seconds that an ID token is good.
    pub fn id_token_seconds(&self) -> i64 {
        let unit = self.token_validity_units.as_ref().and_then(|u| u.id_token);
        self.id_token_validity.map_or(DEFAULT_ACCESS, |n| {
            seconds(n, unit.unwrap_or(TimeUnitsType::Hours))
        })
    }

    /// Seconds that a refresh token is good.
    pub fn refresh_token_seconds(&self) -> i64 {
        let unit = self
            .token_validity_units
            .as_ref()
            .and_then(|u| u.refresh_token);
        match self.refresh_token_validity {
            0 => DEFAULT_REFRESH,
            n => seconds(n, unit.unwrap_or(TimeUnitsType::Days)),
        }
    }
}

/// Returns the number of seconds in `n` of a unit.
pub fn seconds(n: i64, unit: TimeUnitsType) -> i64 {
    n.saturating_mul(match unit {
        TimeUnitsType::Seconds => 1,
        TimeUnitsType::Minutes => 60,
        TimeUnitsType::Hours => 3_600,
        TimeUnitsType::Days => 86_400,
    })
}

fn same_secret((id, value, created): &(String, SecretString, i64)) -> (String, SecretString, i64) {
    (id.clone(), value.duplicate(), *created)
}

fn context<'a>(pool_id: &'a str, client_id: &'a str) -> Context<'a> {
    Context {
        table: "clients",
        column: "sealed",
        pool: pool_id,
        row: client_id,
    }
}
