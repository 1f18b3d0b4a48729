//! The big numbers of the cryptographic library, behind safe functions.
//!
//! This is the only module with unsafe code. Each type owns one C object, frees it on drop and
//! never hands the pointer out; every pointer passed to C comes from such a live object.
#![expect(
    unsafe_code,
    reason = "big numbers have no safe binding; each block says why it is sound"
)]

use super::N_BYTES;
use crate::failure::library_failed;
use crate::secret::{Secret, SecretBytes};
use aws_lc_sys as c;
use std::ffi::c_int;
use std::ptr::{self, NonNull};

/// A non-negative number. Its memory is overwritten when it is dropped.
pub(super) struct Number(NonNull<c::BIGNUM>);

// SAFETY: a BIGNUM is plain memory without ties to the thread that made it.
unsafe impl Send for Number {}
// SAFETY: every function that takes `&Number` passes it to C as `const BIGNUM *`, and the library
// documents that such reads may happen on several threads at once.
unsafe impl Sync for Number {}

impl Number {
    /// Zero.
    pub(super) fn new() -> Self {
        // SAFETY: takes no arguments; null (out of memory) is refused by `owned`.
        Self(owned(unsafe { c::BN_new() }))
    }

    /// Returns the number with these big-endian bytes. Its width in memory follows the length of `bytes`
    /// and not the value, as the constant-time functions need.
    pub(super) fn from_be(bytes: &[u8]) -> Self {
        // SAFETY: the pointer and length describe a live slice; a null result pointer asks for a
        // new number.
        Self(owned(unsafe {
            c::BN_bin2bn(bytes.as_ptr(), bytes.len(), ptr::null_mut())
        }))
    }

    /// Replaces the value by that of little-endian bytes; the width follows their length.
    pub(super) fn set_le(&mut self, bytes: &[u8; N_BYTES]) {
        // SAFETY: reads `N_BYTES` of a live array; `self` is a live number borrowed exclusively,
        // whose memory the library enlarges if it has to.
        let result = unsafe { c::BN_le2bn(bytes.as_ptr(), N_BYTES, self.0.as_ptr()) };
        if result.is_null() {
            library_failed("big number");
        }
    }

    /// Big-endian bytes, padded to [`N_BYTES`]. Numbers of this module never exceed that.
    pub(super) fn to_be(&self) -> SecretBytes {
        let mut out = vec![0; N_BYTES];
        // SAFETY: writes exactly `N_BYTES` into a live vector of that length, or fails.
        check(unsafe { c::BN_bn2bin_padded(out.as_mut_ptr(), N_BYTES, self.0.as_ptr()) });
        Secret::new(out)
    }

    /// Little-endian bytes, padded to [`N_BYTES`].
    pub(super) fn to_le(&self) -> [u8; N_BYTES] {
        let mut out = [0; N_BYTES];
        // SAFETY: writes exactly `N_BYTES` into a live array of that length, or fails.
        check(unsafe { c::BN_bn2le_padded(out.as_mut_ptr(), N_BYTES, self.0.as_ptr()) });
        out
    }

    /// True if the number is zero.
    pub(super) fn is_zero(&self) -> bool {
        // SAFETY: reads a live number.
        unsafe { c::BN_is_zero(self.0.as_ptr()) == 1 }
    }

    /// `self + left × right` without reduction, for the client's exponent a + u·x.
    pub(super) fn plus_product(&self, left: &Self, right: &Self) -> Self {
        let (out, scratch) = (Self::new(), Scratch::new());
        // SAFETY: all arguments are live, distinct objects; `out` is not shared yet.
        check(unsafe {
            c::BN_mul(
                out.0.as_ptr(),
                left.0.as_ptr(),
                right.0.as_ptr(),
                scratch.0.as_ptr(),
            )
        });
        // SAFETY: as above; the library allows the result to be one of the operands.
        check(unsafe { c::BN_add(out.0.as_ptr(), out.0.as_ptr(), self.0.as_ptr()) });
        out
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: this is the only owner, and the pointer is not used again.
        unsafe { c::BN_clear_free(self.0.as_ptr()) }
    }
}

/// The library's working space for one computation; it belongs to one thread at a time.
pub(super) struct Scratch(NonNull<c::BN_CTX>);

impl Scratch {
    pub(super) fn new() -> Self {
        // SAFETY: takes no arguments; null is refused by `owned`.
        Self(owned(unsafe { c::BN_CTX_new() }))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: this is the only owner, and the pointer is not used again.
        unsafe { c::BN_CTX_free(self.0.as_ptr()) }
    }
}

/// The 3072-bit prime with its Montgomery constants, made once and only read afterwards.
pub(super) struct Modulus {
    n: Number,
    montgomery: NonNull<c::BN_MONT_CTX>,
}

// SAFETY: after construction the Montgomery context is only passed as `const BN_MONT_CTX *`,
// which the library documents as safe to share between threads.
unsafe impl Send for Modulus {}
// SAFETY: as for `Send`.
unsafe impl Sync for Modulus {}

impl Modulus {
    /// Returns the prime of RFC 3526 group 15, which the library brings.
    pub(super) fn rfc3526_3072() -> Self {
        // SAFETY: a null argument asks for a new number.
        let n = Number(owned(unsafe {
            c::BN_get_rfc3526_prime_3072(ptr::null_mut())
        }));
        let scratch = Scratch::new();
        // SAFETY: both are live; the function copies what it needs of `n`.
        let montgomery =
            owned(unsafe { c::BN_MONT_CTX_new_for_modulus(n.0.as_ptr(), scratch.0.as_ptr()) });
        Self { n, montgomery }
    }

    /// Returns the prime itself.
    pub(super) const fn prime(&self) -> &Number {
        &self.n
    }

    /// `base ^ exponent mod N`, in a time that depends only on the length of the exponent's bytes.
    /// `base` must be below N.
    pub(super) fn pow(&self, base: &Number, exponent: &Number) -> Number {
        let (out, scratch) = (Number::new(), Scratch::new());
        // SAFETY: all arguments are live; `out` is not shared yet; the context belongs to `n`.
        check(unsafe {
            c::BN_mod_exp_mont_consttime(
                out.0.as_ptr(),
                base.0.as_ptr(),
                exponent.0.as_ptr(),
                self.n.0.as_ptr(),
                scratch.0.as_ptr(),
                self.montgomery.as_ptr(),
            )
        });
        out
    }

    /// Multiplies `left` by `right / R`, the Montgomery product. Both are below N and [`N_BYTES`]
    /// wide, which keeps the library on its constant-time path.
    pub(super) fn multiply(&self, left: &mut Number, right: &Number, scratch: &mut Scratch) {
        let target = left.0.as_ptr();
        // SAFETY: all arguments are live, `left` and `scratch` are borrowed exclusively, and the
        // library allows the result to be one of the factors.
        check(unsafe {
            c::BN_mod_mul_montgomery(
                target,
                target,
                right.0.as_ptr(),
                self.montgomery.as_ptr(),
                scratch.0.as_ptr(),
            )
        });
    }

    /// Multiplies `value` by `value / R`: the Montgomery square, by [`Self::multiply`]'s rules.
    pub(super) fn square(&self, value: &mut Number, scratch: &mut Scratch) {
        let target = value.0.as_ptr();
        // SAFETY: as for `multiply`, whose factors and result may be one object.
        check(unsafe {
            c::BN_mod_mul_montgomery(
                target,
                target,
                target,
                self.montgomery.as_ptr(),
                scratch.0.as_ptr(),
            )
        });
    }

    /// `value × R mod N`: into the Montgomery form. `value` is below N.
    pub(super) fn enter(&self, value: &Number, scratch: &mut Scratch) -> Number {
        let out = Number::new();
        // SAFETY: all arguments are live; `out` is not shared yet.
        check(unsafe {
            c::BN_to_montgomery(
                out.0.as_ptr(),
                value.0.as_ptr(),
                self.montgomery.as_ptr(),
                scratch.0.as_ptr(),
            )
        });
        out
    }

    /// `value / R mod N`: out of the Montgomery form.
    pub(super) fn leave(&self, value: &Number, scratch: &mut Scratch) -> Number {
        let out = Number::new();
        // SAFETY: all arguments are live; `out` is not shared yet.
        check(unsafe {
            c::BN_from_montgomery(
                out.0.as_ptr(),
                value.0.as_ptr(),
                self.montgomery.as_ptr(),
                scratch.0.as_ptr(),
            )
        });
        out
    }

    /// `left + right mod N` in constant time, both below N.
    pub(super) fn add(&self, left: &Number, right: &Number) -> Number {
        let out = Number::new();
        // SAFETY: all arguments are live; `out` is not shared yet.
        check(unsafe {
            c::BN_mod_add_quick(
                out.0.as_ptr(),
                left.0.as_ptr(),
                right.0.as_ptr(),
                self.n.0.as_ptr(),
            )
        });
        out
    }

    /// `left - right mod N` in constant time, both below N.
    pub(super) fn subtract(&self, left: &Number, right: &Number) -> Number {
        let out = Number::new();
        // SAFETY: all arguments are live; `out` is not shared yet.
        check(unsafe {
            c::BN_mod_sub_quick(
                out.0.as_ptr(),
                left.0.as_ptr(),
                right.0.as_ptr(),
                self.n.0.as_ptr(),
            )
        });
        out
    }

    /// Returns the remainder of a number that is public, in variable time.
    pub(super) fn reduce_public(&self, value: &Number) -> Number {
        let (out, scratch) = (Number::new(), Scratch::new());
        // SAFETY: all arguments are live; `out` is not shared yet.
        check(unsafe {
            c::BN_nnmod(
                out.0.as_ptr(),
                value.0.as_ptr(),
                self.n.0.as_ptr(),
                scratch.0.as_ptr(),
            )
        });
        out
    }
}

impl Drop for Modulus {
    fn drop(&mut self) {
        // SAFETY: this is the only owner, and the pointer is not used again.
        unsafe { c::BN_MONT_CTX_free(self.montgomery.as_ptr()) }
    }
}

/// Returns the object behind a pointer that the library has just given away.
fn owned<T>(pointer: *mut T) -> NonNull<T> {
    NonNull::new(pointer).unwrap_or_else(|| library_failed("out of memory"))
}

/// Refuses the library's error code. With the arguments of this module only a lack of memory
/// leads to it.
fn check(code: c_int) {
    if code != 1 {
        library_failed("big number arithmetic");
    }
}
