//! The encryption of codes for CustomEmailSender and CustomSMSSender (admin.md 3.7).

use std::pin::Pin;
use std::sync::Arc;

/// An encryption that runs. The error is for the log.
pub type Encrypting<'a> = Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>>;

/// Encrypts codes and temporary passwords in the message format of the AWS Encryption SDK.
pub trait CodeCipher: Send + Sync {
    /// Returns base64 of a message that holds `text`, encrypted under the key with the ARN `key`, with the encryption
    /// context `userpool-id`: `pool_id`.
    fn encrypt<'a>(&'a self, key: &'a str, pool_id: &'a str, text: &'a str) -> Encrypting<'a>;
}

impl<C: CodeCipher + ?Sized> CodeCipher for Arc<C> {
    fn encrypt<'a>(&'a self, key: &'a str, pool_id: &'a str, text: &'a str) -> Encrypting<'a> {
        (**self).encrypt(key, pool_id, text)
    }
}
