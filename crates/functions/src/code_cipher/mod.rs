//! Encrypts the codes of a pool's own senders in the message format of the AWS Encryption SDK (admin.md 3.7,
//! decision 014), under a key of a key management service or one of the operator.

mod keys;
mod kms;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::encryption_sdk::{DataKey, Draft, TooLong, WrappingKey};
use cognate_domain::app::code_cipher::{CodeCipher, Encrypting};
use cognate_outbound::aws::Signer;

pub use keys::{CodeKeyError, NAMESPACE};

use keys::CodeKeys;
use kms::Kms;

/// The entry of the encryption context that names the pool (admin.md 3.7).
const POOL: &str = "userpool-id";

/// The key that encrypts for a KMSKeyID.
enum Source {
    Kms(Kms),
    Local(WrappingKey),
}

/// Encrypts codes under the keys that the settings name.
pub struct ConfiguredKeys(CodeKeys<Source>);

impl ConfiguredKeys {
    /// Reads the values of the setting `code_key`: `ARN=kms:URL` or `ARN=local:NAME:BASE64`, where an ARN that ends in
    /// `*` is the beginning of one. The longest one that fits a pool's KMSKeyID holds. `signer` signs the calls of key
    /// management services, each in the region of its key.
    ///
    /// # Errors
    /// The first value of another form, an ARN that is there twice, and a service without a signer.
    pub fn new<'a>(
        values: impl IntoIterator<Item = &'a str>,
        signer: Option<&Signer>,
    ) -> Result<Self, CodeKeyError> {
        let outbound = Arc::new(kms::client());
        let mut found = CodeKeys::default();
        for value in values {
            let (pattern, kind, rest) = keys::split(value)?;
            let source = match kind {
                keys::Kind::Kms => {
                    let signer = signer.ok_or(CodeKeyError::NoCredentials)?;
                    Source::Kms(Kms::new(outbound.clone(), rest, signer.clone())?)
                }
                keys::Kind::Local => Source::Local(keys::local(rest)?),
            };
            found.add(pattern, source)?;
        }
        Ok(Self(found))
    }

    async fn message(&self, key: &str, pool_id: &str, text: &str) -> Result<String, String> {
        let source = self
            .0
            .find(key)
            .ok_or_else(|| format!("no setting code_key fits the key {key}"))?;
        let draft = Draft::new(&[(POOL, pool_id)]);
        let data_key = match source {
            Source::Local(wrapping) => draft.wrapped_by(wrapping).map_err(too_long)?,
            Source::Kms(kms) => {
                let made = kms.generate(key, draft.context()).await?;
                DataKey::of_kms(made.plain, &made.key, made.wrapped)
            }
        };
        let message = draft
            .encrypt(&data_key, text.as_bytes())
            .map_err(too_long)?;
        Ok(STANDARD.encode(message))
    }
}

impl CodeCipher for ConfiguredKeys {
    fn encrypt<'a>(&'a self, key: &'a str, pool_id: &'a str, text: &'a str) -> Encrypting<'a> {
        Box::pin(self.message(key, pool_id, text))
    }
}

fn too_long(error: TooLong) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests;
