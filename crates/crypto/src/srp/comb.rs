//! Powers of the generator by fixed-base windows.
//!
//! The exponent is cut into 52 windows of 5 bits. A table holds g^(d · 32^i) for each window i and
//! each digit d, so that a power is a product of 52 table entries and needs no squaring. Which
//! entries are taken is secret: every look-up reads all 32 entries of its window and keeps the
//! wanted one by a mask, so neither the time nor the addresses touched depend on the exponent.

use super::N_BYTES;
use super::bignum::{Modulus, Number, Scratch};
use std::hint::black_box;
use zeroize::Zeroize;

/// Bits of a window.
const BITS: usize = 5;
/// Entries of a window: one for each digit.
const ENTRIES: usize = 1 << BITS;
/// Windows that cover the exponent's 256 bits.
const WINDOWS: usize = 256_usize.div_ceil(BITS);
/// 64-bit limbs of a number below N.
const LIMBS: usize = N_BYTES / 8;

/// A number in Montgomery form as little-endian limbs.
type Entry = [u64; LIMBS];

/// The table of one generator: 624 KiB, made once in about 2 ms.
pub(super) struct Comb {
    windows: Vec<[Entry; ENTRIES]>,
}

impl Comb {
    /// Computes the table for `generator`, which is below N.
    pub(super) fn new(modulus: &Modulus, generator: &Number) -> Self {
        let scratch = &mut Scratch::new();
        let one = modulus.enter(&Number::from_be(&[1]), scratch);
        let mut base = modulus.enter(generator, scratch);
        let mut windows = Vec::with_capacity(WINDOWS);
        for _ in 0..WINDOWS {
            let mut power = Number::from_be(one.to_be().expose());
            let mut window = [[0; LIMBS]; ENTRIES];
            for entry in &mut window {
                *entry = limbs(&power.to_le());
                modulus.multiply(&mut power, &base, scratch);
            }
            // After all the digits the running power is base^32, the base of the next window.
            base = power;
            windows.push(window);
        }
        Self { windows }
    }

    /// generator ^ exponent mod N, in Montgomery form. The exponent is 32 big-endian bytes.
    pub(super) fn pow(&self, modulus: &Modulus, exponent: &[u8; 32]) -> Number {
        let scratch = &mut Scratch::new();
        let (mut product, mut factor) = (Number::new(), Number::new());
        let mut bytes = [0; N_BYTES];
        let mut digits = digits(exponent);
        for (position, (window, digit)) in self.windows.iter().zip(&digits).enumerate() {
            let mut entry = select(window, *digit);
            for (target, limb) in bytes.chunks_exact_mut(8).zip(&entry) {
                target.copy_from_slice(&limb.to_le_bytes());
            }
            entry.zeroize();
            if position == 0 {
                product.set_le(&bytes);
            } else {
                factor.set_le(&bytes);
                modulus.multiply(&mut product, &factor, scratch);
            }
        }
        bytes.zeroize();
        digits.zeroize();
        product
    }
}

/// Returns the entry at `digit`, after reading all of them.
fn select(window: &[Entry; ENTRIES], digit: u64) -> Entry {
    let mut chosen = [0; LIMBS];
    for (index, entry) in (0_u64..).zip(window) {
        let difference = index ^ digit;
        // All ones when the difference is zero: only then does subtracting one borrow into the
        // top bit, since a difference has five bits. `black_box` keeps the compiler from seeing
        // that the mask has two values and branching on it.
        let mask = black_box(0_u64.wrapping_sub(difference.wrapping_sub(1) >> 63));
        for (target, limb) in chosen.iter_mut().zip(entry) {
            *target |= limb & mask;
        }
    }
    chosen
}

/// Returns the exponent's windows, the least significant first.
fn digits(exponent: &[u8; 32]) -> [u64; WINDOWS] {
    let mut out = [0; WINDOWS];
    let mut bytes = exponent.iter().rev();
    let (mut pending, mut held) = (0_u64, 0);
    for digit in &mut out {
        if held < BITS {
            pending |= u64::from(*bytes.next().unwrap_or(&0)) << held;
            held += 8;
        }
        *digit = pending & (ENTRIES as u64 - 1);
        pending >>= BITS;
        held -= BITS;
    }
    out
}

fn limbs(bytes: &[u8; N_BYTES]) -> Entry {
    let mut out = [0; LIMBS];
    for (limb, bytes) in out.iter_mut().zip(bytes.as_chunks().0) {
        *limb = u64::from_le_bytes(*bytes);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_put_the_exponent_together_again() {
        let mut exponent = [0; 32];
        for (i, byte) in (0_u8..).zip(&mut exponent) {
            *byte = i.wrapping_mul(37).wrapping_add(200);
        }
        let mut back = [0_u8; 33];
        for (window, digit) in digits(&exponent).iter().enumerate() {
            for bit in 0..BITS {
                let at = window * BITS + bit;
                back[32 - at / 8] |= u8::try_from(digit >> bit & 1).unwrap() << (at % 8);
            }
        }
        assert_eq!(back[1..], exponent);
        assert_eq!(back[0], 0);
    }

    #[test]
    fn select_returns_each_entry_unchanged() {
        let mut window = [[0; LIMBS]; ENTRIES];
        for (i, entry) in (1_u64..).zip(&mut window) {
            *entry = std::array::from_fn(|limb| i * 1000 + limb as u64);
        }
        for digit in 0..ENTRIES {
            assert_eq!(select(&window, digit as u64), window[digit]);
        }
    }
}
