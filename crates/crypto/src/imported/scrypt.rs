//! The key derivation of scrypt (RFC 7914), which the safe binding of the cryptographic library leaves out.
#![expect(
    unsafe_code,
    reason = "scrypt has no safe binding; the one call says why it is sound"
)]

use crate::secret::{Secret, SecretBytes};

/// Derives `length` bytes, or `None` if the parameters are not those of scrypt or need more than `memory` bytes.
///
/// `n` is the cost itself, a power of two, and not its logarithm.
pub(super) fn derive(
    password: &[u8],
    salt: &[u8],
    n: u64,
    r: u32,
    p: u32,
    memory: u64,
    length: usize,
) -> Option<SecretBytes> {
    let memory = usize::try_from(memory).ok()?;
    let mut out = Secret::new(vec![0; length]);
    // SAFETY: each pointer comes with the length of the live slice or vector that it points into, `out` is borrowed
    // exclusively, and the library reads and writes within these lengths or fails.
    let done = unsafe {
        aws_lc_sys::EVP_PBE_scrypt(
            password.as_ptr().cast(),
            password.len(),
            salt.as_ptr(),
            salt.len(),
            n,
            u64::from(r),
            u64::from(p),
            memory,
            out.expose_mut().as_mut_ptr(),
            length,
        )
    };
    (done == 1).then_some(out)
}
