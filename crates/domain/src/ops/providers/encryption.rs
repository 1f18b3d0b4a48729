//! The key of a SAML provider's trust to which the provider encrypts assertions (endpoints.md 4.4), and its certificate.
//!
//! Every SAML provider gets a key of its own when it is made, whether or not it asks for encryption, and keeps it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::certificate;
use cognate_crypto::jws::SigningKey;
use cognate_crypto::secret::SecretString;

use super::details::Details;
use crate::clock::{DAY, SECOND};
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::provider::{ENCRYPTION_KEY, Provider};

/// The detail that shows the certificate.
const CERTIFICATE: &str = "ActiveEncryptionCertificate";
/// How long a certificate is good, in seconds: ten years, at most three of them leap years.
const LIFE: i64 = 3_653 * DAY / SECOND;

/// Gives a new SAML provider its key; the others have none.
pub async fn add(cx: &Cx<'_>, pool: &Pool, details: &mut Details) -> Result<()> {
    if details.metadata.is_none() {
        return Ok(());
    }
    let (name, start) = (pool.id.clone(), cx.now.div_euclid(SECOND));
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
