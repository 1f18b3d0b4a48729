//! The reaction when the cryptographic library, or the system under it, breaks its contract.

/// Ends the current request because a call failed that cannot fail while there is memory: a key of
/// the right length was refused, an encryption returned nothing, a thread could not be started.
/// Going on with zero bytes for a key or a nonce would be worse than losing one request, so this is
/// the one deliberate panic of the crate; the server turns it into InternalErrorException.
#[cold]
#[expect(
    clippy::panic,
    reason = "a made-up key or nonce would be worse than one lost request"
)]
pub(crate) fn library_failed(what: &'static str) -> ! {
    panic!("cryptography is out of order: {what}");
}

/// Returns the value of a call that can only fail when the library itself is broken.
pub(crate) fn sure<T, E>(result: Result<T, E>, what: &'static str) -> T {
    match result {
        Ok(value) => value,
        Err(_) => library_failed(what),
    }
}
