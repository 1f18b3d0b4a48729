//! The store of secrets beside this server (AWS Secrets Manager, or what speaks its protocol), where applications read the
//! secrets of their clients. `domain` decides what is published and when; the implementation of [`SecretStore`] knows how
//! the store is reached.

use std::pin::Pin;
use std::sync::Arc;

use cognate_crypto::secret::SecretString;

/// Who keeps published secrets.
#[derive(Clone, Copy)]
pub enum SecretKeeper<'a> {
    /// The store of the settings.
    Store(&'a dyn SecretStore),
    /// This server, which then answers as the store would (`dev`).
    Own,
    /// Nobody.
    Nobody,
}

/// Why the store did nothing. The text is for the log: it names codes and statuses and repeats nothing that a server wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFault(pub String);

/// A call that runs.
pub type Keeping<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreFault>> + Send + 'a>>;

/// Keeps secrets.
pub trait SecretStore: Send + Sync {
    /// Returns the region of the store, which stands in ARNs.
    fn region(&self) -> &str;

    /// Returns what tells this store from others.
    fn place(&self) -> &str;

    /// Makes a value the current one of a secret, which is created if it is not there; in bounded time. Returns the ARN of
    /// the secret, if the store says it.
    fn publish<'a>(&'a self, name: &'a str, value: &'a SecretString)
    -> Keeping<'a, Option<String>>;

    /// Deletes a secret at once, whether it is there or not; in bounded time.
    fn remove<'a>(&'a self, name: &'a str) -> Keeping<'a, ()>;
}

impl<S: SecretStore + ?Sized> SecretStore for Arc<S> {
    fn region(&self) -> &str {
        (**self).region()
    }

    fn place(&self) -> &str {
        (**self).place()
    }

    fn publish<'a>(
        &'a self,
        name: &'a str,
        value: &'a SecretString,
    ) -> Keeping<'a, Option<String>> {
        (**self).publish(name, value)
    }

    fn remove<'a>(&'a self, name: &'a str) -> Keeping<'a, ()> {
        (**self).remove(name)
    }
}
