//! Values that must not leak: wiped on drop, absent from logs, compared in constant time.

use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A secret value. It has no `Clone`, prints as `Secret(..)` and is overwritten when dropped.
pub struct Secret<T: Zeroize>(T);

/// Secret bytes of any length.
pub type SecretBytes = Secret<Vec<u8>>;

/// A secret text.
pub type SecretString = Secret<String>;

impl<T: Zeroize> Secret<T> {
    /// Takes charge of `value`; copies made of it before remain the caller's business.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value itself, named so that each use is easy to find in a review.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Returns the value itself, to be changed where it is. A vector that has to grow leaves its old bytes behind.
    pub(crate) const fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// Returns a deliberate second copy, wiped on its own when dropped.
    #[must_use]
    pub fn duplicate(&self) -> Self
    where
        T: Clone,
    {
        Self(self.0.clone())
    }
}

impl<T: Zeroize + AsRef<[u8]>> Secret<T> {
    /// True if the bytes equal `other`, in a time that depends on the lengths alone.
    #[must_use]
    pub fn matches(&self, other: &[u8]) -> bool {
        ct_eq(self.0.as_ref(), other)
    }
}

impl SecretBytes {
    /// Returns the bytes as text without leaving a copy behind, or `None` if they are not UTF-8.
    #[must_use]
    pub fn into_text(mut self) -> Option<SecretString> {
        match String::from_utf8(std::mem::take(&mut self.0)) {
            Ok(text) => Some(Secret(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                None
            }
        }
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// True if two byte strings are equal, in a time that depends on their lengths alone.
#[must_use]
pub fn ct_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counted(Arc<AtomicUsize>);
    impl Zeroize for Counted {
        fn zeroize(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn debug_output_hides_the_value() {
        let text = format!("{:?}", Secret::new(String::from("hunter2")));
        assert_eq!(text, "Secret(..)");
    }

    #[test]
    fn a_secret_is_wiped_exactly_once_when_dropped() {
        let wiped = Arc::new(AtomicUsize::new(0));
        drop(Secret::new(Counted(Arc::clone(&wiped))));
        assert_eq!(wiped.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn comparison_sees_every_difference_in_bytes_and_length() {
        assert!(ct_eq(b"", b"") && ct_eq(b"abc", b"abc"));
        assert!(!ct_eq(b"abc", b"abd") && !ct_eq(b"abc", b"ab") && !ct_eq(b"", b"a"));
        assert!(Secret::new(b"abc".to_vec()).matches(b"abc"));
        assert!(!Secret::new(b"abc".to_vec()).matches(b"Abc"));
    }

    #[test]
    fn bytes_become_text_only_when_they_are_utf8() {
        let text = Secret::new("pässword".as_bytes().to_vec()).into_text();
        assert_eq!(
            text.map(|t| t.expose().clone()),
            Some("pässword".to_owned())
        );
        assert!(Secret::new(vec![0xff, 0xfe]).into_text().is_none());
    }
}
