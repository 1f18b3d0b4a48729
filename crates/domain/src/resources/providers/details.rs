//! ProviderDetails: the keys that each type needs, may have, and gets from the service (endpoints.md 4.1).

use std::collections::BTreeMap;

use cognate_crypto::secret::SecretString;
use cognate_federation::oidc::discovery;
use cognate_federation::saml::metadata::{self, Metadata, MetadataError};
use cognate_shapes::IdentityProviderTypeType;

use crate::app::App;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{ApiError, Result, invalid_parameter, providers as texts, unconfirmed};
use crate::foreign::{self, TooSlow};
use crate::outbound::{self, OutboundError};
use crate::records::provider::{Discovered, SECRET_DETAILS};

type Map = BTreeMap<String, String>;

/// The version of Facebook's interface that is used unless the request names one.
const FACEBOOK_VERSION: &str = "v17.0";
/// The details that every OAuth provider may have; clients send back what they were shown.
const OAUTH_KEYS: [&str; 12] = [
    "client_id",
    "client_secret",
    "authorize_scopes",
    "attributes_url",
    "attributes_url_add_attributes",
    "authorize_url",
    "oidc_issuer",
    "token_request_method",
    "token_url",
    "attributes_request_method",
    "jwks_uri",
    "api_version",
];
const APPLE_KEYS: [&str; 3] = ["team_id", "key_id", "private_key"];
/// The detail that names the URL from which the metadata of a SAML provider is read every few hours.
pub const METADATA_URL: &str = "MetadataURL";
/// The last two are in answers and may be sent back; the values of the metadata count. `ActiveEncryptionCertificate` is
/// in answers too, and requests with it are refused (settled R26).
const SAML_KEYS: [&str; 8] = [
    METADATA_URL,
    "MetadataFile",
    "IDPSignout",
    "IDPInit",
    "EncryptedResponses",
    "RequestSigningAlgorithm",
    "SSORedirectBindingURI",
    "SLORedirectBindingURI",
];
const SAML_SWITCHES: [&str; 3] = ["IDPSignout", "IDPInit", "EncryptedResponses"];
/// The details that name URLs, to which a browser is sent or which this server calls.
const URLS: [&str; 5] = [
    "oidc_issuer",
    "authorize_url",
    "token_url",
    "attributes_url",
    "jwks_uri",
];

/// The details as they are kept.
pub struct Details {
    /// All but the secret ones.
    pub open: Map,
    /// The secret ones.
    pub secrets: BTreeMap<String, SecretString>,
    /// Of SAML providers.
    pub metadata: Option<Metadata>,
    /// Of OIDC providers with a discovery document.
    pub discovered: Option<Discovered>,
}

/// Checks the details of a request, asks the provider for those that are missing, and adds the service's own.
///
/// # Errors
/// Settled D9-D13, V6, and endpoints.md 4.1 for metadata.
pub async fn complete(cx: &Cx<'_>, kind: IdentityProviderTypeType, given: Map) -> Result<Details> {
    use IdentityProviderTypeType as K;
    // An empty value is no value.
    let mut details: Map = given
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let allowed = |key: &str| match kind {
        K::Saml => SAML_KEYS.contains(&key),
        K::SignInWithApple => OAUTH_KEYS.contains(&key) || APPLE_KEYS.contains(&key),
        _ => OAUTH_KEYS.contains(&key),
    };
    if let Some(unknown) = details.keys().find(|key| !allowed(key)) {
        return Err(unconfirmed::unknown_detail(unknown).into());
    }
    let mut discovered = None;
    let metadata = match kind {
        K::Saml => Some(saml(cx, &mut details).await?),
        K::Oidc => {
            require(
                &details,
                &[
                    "client_id",
                    "authorize_scopes",
                    "oidc_issuer",
                    "attributes_request_method",
                ],
                texts::oidc_details,
            )?;
            discovered = oidc(cx, &mut details).await?;
            None
        }
        K::SignInWithApple => {
            require(
                &details,
                &["client_id", "private_key", "team_id", "key_id"],
                texts::apple_details,
            )?;
            None
        }
        K::Facebook | K::Google | K::LoginWithAmazon => {
            require(
                &details,
                &["client_id", "client_secret", "authorize_scopes"],
                texts::social_details,
            )?;
            None
        }
    };
    for (key, value) in service_values(kind, &details)? {
        details.entry(key.to_owned()).or_insert(value);
    }
    check_urls(cx, &details)?;
    let mut secrets = BTreeMap::new();
    for key in SECRET_DETAILS {
        if let Some(value) = details.remove(key) {
            secrets.insert(key.to_owned(), SecretString::new(value));
        }
    }
    Ok(Details {
        open: details,
        secrets,
        metadata,
        discovered,
    })
}

fn require(details: &Map, keys: &[&str], error: fn() -> ApiError) -> Result<()> {
    if keys.iter().all(|key| details.contains_key(*key)) {
        return Ok(());
    }
    Err(error().into())
}

/// Settled D12.
fn check_urls(cx: &Cx<'_>, details: &Map) -> Result<()> {
    let urls = URLS.iter().filter_map(|key| details.get(*key));
    for url in urls {
        if !cx.outbound.may_call(url) {
            return Err(texts::endpoint_not_https().into());
        }
    }
    Ok(())
}

/// Returns the details that the service adds unless the request has them.
fn service_values(
    kind: IdentityProviderTypeType,
    details: &Map,
) -> Result<Vec<(&'static str, String)>> {
    use IdentityProviderTypeType as K;
    let fixed = |list: &[(&'static str, &str)]| {
        list.iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect()
    };
    Ok(match kind {
        K::Saml => Vec::new(),
        K::Oidc => fixed(&[("attributes_url_add_attributes", "false")]),
        K::Google => fixed(&[
            (
                "attributes_url",
                "https://people.googleapis.com/v1/people/me?personFields=",
            ),
            ("attributes_url_add_attributes", "true"),
            (
                "authorize_url",
                "https://accounts.google.com/o/oauth2/v2/auth",
            ),
            ("oidc_issuer", "https://accounts.google.com"),
            ("token_request_method", "POST"),
            ("token_url", "https://www.googleapis.com/oauth2/v4/token"),
        ]),
        K::LoginWithAmazon => fixed(&[
            ("attributes_url", "https://api.amazon.com/user/profile"),
            ("attributes_url_add_attributes", "false"),
            ("authorize_url", "https://www.amazon.com/ap/oa"),
            ("token_request_method", "POST"),
            ("token_url", "https://api.amazon.com/auth/o2/token"),
        ]),
        K::SignInWithApple => fixed(&[
            ("attributes_url_add_attributes", "false"),
            ("authorize_url", "https://appleid.apple.com/auth/authorize"),
            ("oidc_issuer", "https://appleid.apple.com"),
            ("token_request_method", "POST"),
            ("token_url", "https://appleid.apple.com/auth/token"),
        ]),
        K::Facebook => facebook(details)?,
    })
}

/// Facebook's addresses hold the version of its interface.
fn facebook(details: &Map) -> Result<Vec<(&'static str, String)>> {
    let version = details
        .get("api_version")
        .map_or(FACEBOOK_VERSION, String::as_str);
    let number = |part: &str| {
        !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit())
    };
    let parts = version
        .strip_prefix('v')
        .and_then(|rest| rest.split_once('.'));
    if !parts.is_some_and(|(major, minor)| number(major) && number(minor)) {
        return Err(unconfirmed::invalid_detail("api_version").into());
    }
    let graph = format!("https://graph.facebook.com/{version}");
    Ok(vec![
        ("attributes_url", format!("{graph}/me?fields=")),
        ("attributes_url_add_attributes", "true".to_owned()),
        (
            "authorize_url",
            format!("https://www.facebook.com/{version}/dialog/oauth"),
        ),
        ("token_request_method", "GET".to_owned()),
        ("token_url", format!("{graph}/oauth/access_token")),
    ])
}

/// Fills the endpoints of an OIDC provider that the request does not name from its discovery document.
async fn oidc(cx: &Cx<'_>, details: &mut Map) -> Result<Option<Discovered>> {
    let method = details
        .get("attributes_request_method")
        .cloned()
        .unwrap_or_default();
    if !matches!(method.as_str(), "GET" | "POST") {
        return Err(texts::request_method(&method).into());
    }
    check_urls(cx, details)?;
    if URLS.iter().all(|key| details.contains_key(*key)) {
        return Ok(None);
    }
    let issuer = details.get("oidc_issuer").cloned().unwrap_or_default();
    let failed = |error: &dyn std::fmt::Display| {
        tracing::info!(%issuer, %error, "no discovery document");
        texts::discovery_failed()
    };
    let url = discovery::url(&issuer);
    let body = fetch(cx, "discovery", &url, |error| failed(&error)).await?;
    let named = issuer.clone();
    let found = foreign::read(cx, move || discovery::parse(&named, &body)).await;
    let found = found
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))?;
    for (key, value) in [
        ("authorize_url", found.authorization),
        ("token_url", found.token),
        ("attributes_url", found.userinfo),
        ("jwks_uri", found.jwks),
    ] {
        details.entry(key.to_owned()).or_insert(value);
    }
    Ok(Some(Discovered {
        issuer: found.issuer,
        pkce: found.pkce,
        names_itself: found.names_itself,
        basic: found.basic,
    }))
}

/// Fetches a document once in an action, and holds no place among the running requests meanwhile. `refusal` makes the
/// error of the action.
async fn fetch(
    cx: &Cx<'_>,
    point: &str,
    url: &str,
    refusal: impl FnOnce(OutboundError) -> ApiError,
) -> Result<Vec<u8>> {
    let host = cognate_outbound::host(url);
    let call = Call {
        point,
        subject: url,
        target: host.as_deref().unwrap_or(url),
    };
    let work = async {
        Ok(outbound::document(&cx.outbound, url)
            .await
            .map_err(refusal)?)
    };
    cx.call(call, work).await
}

/// Reads the metadata of a SAML provider, from its URL if that is what the request names.
async fn saml(cx: &Cx<'_>, details: &mut Map) -> Result<Metadata> {
    for key in SAML_SWITCHES {
        if details
            .get(key)
            .is_some_and(|value| value != "true" && value != "false")
        {
            return Err(unconfirmed::invalid_detail(key).into());
        }
    }
    let algorithm = "RequestSigningAlgorithm";
    if details
        .get(algorithm)
        .is_some_and(|value| value != "rsa-sha256")
    {
        return Err(unconfirmed::invalid_detail(algorithm).into());
    }
    let document = match (details.get(METADATA_URL), details.get("MetadataFile")) {
        (None, None) => return Err(texts::no_metadata().into()),
        (Some(_), Some(_)) => return Err(texts::two_metadata().into()),
        (None, Some(file)) => file.clone().into_bytes(),
        (Some(url), None) => {
            let refusal = |error| {
                // The URL may hold a key, so it is not logged.
                tracing::info!(%error, "no metadata");
                match error {
                    OutboundError::Status(status) => texts::metadata_status(status, url),
                    _ => texts::metadata_unreachable(url),
                }
            };
            fetch(cx, "metadata", url, refusal).await?
        }
    };
    let found = read_metadata(cx, document, cx.now()).await;
    let found = found.map_err(|error| match error {
        Unread::Metadata(MetadataError::NoRedirect) => texts::no_redirect_binding(),
        Unread::Metadata(MetadataError::NotXml | MetadataError::NoProvider) | Unread::Slow(_) => {
            invalid_parameter(unconfirmed::INVALID_METADATA)
        }
        Unread::Metadata(
            MetadataError::NoCertificate | MetadataError::BadCertificate | MetadataError::Expired,
        ) => invalid_parameter(unconfirmed::METADATA_CERTIFICATE),
    })?;
    show_places(details, &found);
    Ok(found)
}

/// The reason why metadata is refused.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// Its contents.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// It could not be read in time.
    #[error(transparent)]
    Slow(#[from] TooSlow),
}

/// Reads metadata beside the async threads. `now`: microseconds, at which a certificate must be good.
///
/// # Errors
/// [`Unread`].
pub async fn read_metadata(
    app: &App,
    document: Vec<u8>,
    now: i64,
) -> std::result::Result<Metadata, Unread> {
    let now = now.div_euclid(SECOND);
    let read = move || match std::str::from_utf8(&document) {
        Ok(text) => metadata::parse(text, now),
        Err(_) => Err(MetadataError::NotXml),
    };
    Ok(foreign::read(app, read).await??)
}

/// Shows where the metadata sends browsers.
pub fn show_places(details: &mut Map, found: &Metadata) {
    details.insert(
        "SSORedirectBindingURI".to_owned(),
        found.sso_redirect.clone(),
    );
    match &found.slo_redirect {
        Some(url) => details.insert("SLORedirectBindingURI".to_owned(), url.clone()),
        None => details.remove("SLORedirectBindingURI"),
    };
}
