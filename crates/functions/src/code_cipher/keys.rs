//! The setting `code_key`: which key encrypts for which KMSKeyID.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::encryption_sdk::WrappingKey;
use cognate_crypto::secret::Secret;

/// The namespace of an operator's keys, by which a raw AES keyring finds them.
pub const NAMESPACE: &str = "cognate";
/// The longest name of an operator's key.
const MAX_NAME: usize = 64;

/// A value of `code_key` that cannot be used. The texts hold no part of the value, which may be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeKeyError {
    /// Neither of the two forms.
    #[error("must have the form ARN=kms:URL or ARN=local:NAME:BASE64; an ARN may end in *")]
    Form,
    /// The URL is none that can be called.
    #[error("the URL of the key management service must be http or https")]
    Url,
    /// A bad name of a key.
    #[error("the name of a local key must be 1 to 64 letters, digits, - or _")]
    Name,
    /// A bad key.
    #[error("a local key must be exactly 32 bytes in standard base64")]
    Key,
    /// An ARN that is there twice.
    #[error("an ARN must be there once")]
    Twice,
    /// A service but nothing to sign its calls with.
    #[error("a key management service needs an access key")]
    NoCredentials,
}

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of a key management service.
    Kms,
    /// Of the operator.
    Local,
}

/// Splits a value into the ARN, the kind of its key, and what is said about the key.
///
/// # Errors
/// [`CodeKeyError::Form`].
pub fn split(value: &str) -> Result<(&str, Kind, &str), CodeKeyError> {
    let (pattern, target) = value.split_once('=').ok_or(CodeKeyError::Form)?;
    let star = pattern.find('*').is_none_or(|at| at + 1 == pattern.len());
    if !star || !(pattern == "*" || pattern.starts_with("arn:")) {
        return Err(CodeKeyError::Form);
    }
    match target.split_once(':') {
        Some(("kms", url)) => Ok((pattern, Kind::Kms, url)),
        Some(("local", key)) => Ok((pattern, Kind::Local, key)),
        _ => Err(CodeKeyError::Form),
    }
}

/// Parses `NAME:BASE64`.
///
/// # Errors
/// [`CodeKeyError`].
pub fn local(text: &str) -> Result<WrappingKey, CodeKeyError> {
    let (name, key) = text.split_once(':').ok_or(CodeKeyError::Form)?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(plain) {
        return Err(CodeKeyError::Name);
    }
    let bytes = STANDARD.decode(key).map(Secret::new).ok();
    let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.expose().as_slice()).ok());
    let key = Secret::new(key.ok_or(CodeKeyError::Key)?);
    WrappingKey::new(NAMESPACE, name, key).ok_or(CodeKeyError::Name)
}

/// Keys by the ARNs that they stand for.
pub struct CodeKeys<T>(Vec<(String, T)>);

impl<T> Default for CodeKeys<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> CodeKeys<T> {
    /// Adds a key for an ARN, or for all that begin as `pattern` does before its `*`.
    ///
    /// # Errors
    /// [`CodeKeyError::Twice`].
    pub fn add(&mut self, pattern: &str, key: T) -> Result<(), CodeKeyError> {
        if self.0.iter().any(|(other, _)| other == pattern) {
            return Err(CodeKeyError::Twice);
        }
        self.0.push((pattern.to_owned(), key));
        Ok(())
    }

    /// Returns the key for an ARN: that of the ARN itself, else that of its longest beginning.
    pub fn find(&self, arn: &str) -> Option<&T> {
        let fits = |pattern: &str| match pattern.strip_suffix('*') {
            Some(beginning) => arn.starts_with(beginning),
            None => arn == pattern,
        };
        let rank = |pattern: &str| (!pattern.ends_with('*'), pattern.len());
        self.0
            .iter()
            .filter(|(pattern, _)| fits(pattern))
            .max_by_key(|(pattern, _)| rank(pattern))
            .map(|(_, key)| key)
    }
}
