//! The key of a SAML provider's trust to which the provider encrypts assertions (endpoints.md 4.4), and its
//! certificate.
//!
//! Every SAML provider gets a key of its own when it is made, whether or not it asks for encryption, and keeps it.
//! There is a new certificate for the same key every year, and the older ones stay good. Only the first certificate is
//! stored; later ones are derived from the key and the year.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::certificate;
use cognate_crypto::jws::SigningKey;
use cognate_crypto::secret::{SecretBytes, SecretString};
use cognate_shapes::IdentityProviderType;

use crate::clock::{DAY, SECOND};
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::provider::{ENCRYPTION_KEY, Provider};
use crate::resources::providers::details::Details;

/// The detail that shows the certificate.
const CERTIFICATE: &str = "ActiveEncryptionCertificate";
/// The lifetime of a certificate in seconds: ten years, at most three of them leap years.
const LIFE: i64 = 3_653 * DAY / SECOND;
/// The time between two certificates, in microseconds.
const YEAR: i64 = 365 * DAY;

/// Adds the key of a new SAML provider; the others have none.
pub async fn add(cx: &Cx<'_>, pool: &Pool, details: &mut Details) -> Result<()> {
    if details.metadata.is_none() {
        return Ok(());
    }
    let (name, start) = (pool.id.clone(), cx.now().div_euclid(SECOND));
    let made = cx.workers.run(move || {
        let key = SigningKey::generate();
        let der = certificate::for_encryption(&key, &name, start..start.saturating_add(LIFE));
        der.map(|der| {
            (
                SecretString::new(STANDARD.encode(key.to_pkcs8().expose())),
                der,
            )
        })
    });
    let made = made.await;
    let (key, der) =
        made.map_err(|error| Fault::Internal(format!("encryption certificate: {error}")))?;
    details.secrets.insert(ENCRYPTION_KEY.to_owned(), key);
    details
        .open
        .insert(CERTIFICATE.to_owned(), STANDARD.encode(der));
    Ok(())
}

/// Returns the provider as every operation shows it, with this year's certificate.
pub async fn shown(cx: &Cx<'_>, pool: &Pool, provider: &Provider) -> Result<IdentityProviderType> {
    let mut shown = provider.to_api(pool);
    let certificate = certificate(cx, pool, provider).await?;
    if let (Some(details), Some(certificate)) = (&mut shown.provider_details, certificate) {
        details.insert(CERTIFICATE.to_owned(), certificate);
    }
    Ok(shown)
}

/// Returns this year's certificate of a SAML provider, DER in base64; None for the others.
///
/// # Errors
/// Faults.
pub async fn certificate(cx: &Cx<'_>, pool: &Pool, provider: &Provider) -> Result<Option<String>> {
    let years = cx.now().saturating_sub(provider.created).div_euclid(YEAR);
    let Some(key) = provider.secrets.get(ENCRYPTION_KEY).filter(|_| years > 0) else {
        return Ok(provider.doc.details.get(CERTIFICATE).cloned());
    };
    let der = STANDARD
        .decode(key.expose())
        .map(SecretBytes::new)
        .map_err(|error| Fault::Internal(format!("encryption key: {error}")))?;
    let start = provider.created.saturating_add(years * YEAR);
    let (name, start) = (pool.id.clone(), start.div_euclid(SECOND));
    let made = cx.workers.run(move || {
        let key = SigningKey::from_pkcs8(der.expose()).map_err(|error| error.to_string())?;
        certificate::for_encryption(&key, &name, start..start.saturating_add(LIFE))
            .map_err(|error| error.to_string())
    });
    let der = made
        .await
        .map_err(|error| Fault::Internal(format!("encryption certificate: {error}")))?;
    Ok(Some(STANDARD.encode(der)))
}

/// Keeps the key of a provider whose other details were replaced.
pub fn keep(before: &Provider, after: &mut Provider) {
    if let Some(certificate) = before.doc.details.get(CERTIFICATE) {
        after
            .doc
            .details
            .insert(CERTIFICATE.to_owned(), certificate.clone());
    }
    if let Some(key) = before.secrets.get(ENCRYPTION_KEY) {
        after
            .secrets
            .insert(ENCRYPTION_KEY.to_owned(), key.duplicate());
    }
}
