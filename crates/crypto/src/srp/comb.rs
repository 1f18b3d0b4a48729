//! Powers of the generator by a comb (Lim and Lee, CRYPTO 1994).
//!
//! The exponent's bits are five rows of 52 columns. A digit of a column has one bit of each row, and a table holds the
//! product of the powers of g that the bits of a digit stand for. The columns are six blocks of nine with a table each, so
//! that one squaring serves six columns: a power is 51 products and 8 squarings out of tables of 72 KiB, which stay in a
//! core's cache beside other work. Which entries are taken is secret: every look-up reads all 32 entries of its table and
//! keeps the wanted one by a mask, so neither the time nor the addresses touched depend on the exponent.

use super::N_BYTES;
use super::bignum::{Modulus, Number, Scratch};
use std::hint::black_box;
use zeroize::Zeroize;

/// Rows of the comb: bits of a digit.
const ROWS: usize = 5;
/// Entries of a table: one for each digit.
const ENTRIES: usize = 1 << ROWS;
/// Columns, so that the rows cover the exponent's 256 bits.
const COLUMNS: usize = 256_usize.div_ceil(ROWS);
/// Blocks of columns, each with a table.
const BLOCKS: usize = 6;
/// Columns of a block; the last block has fewer.
const WIDTH: usize = COLUMNS.div_ceil(BLOCKS);
/// 64-bit limbs of a number below N.
const LIMBS: usize = N_BYTES / 8;

/// A number in Montgomery form as little-endian limbs.
type Entry = [u64; LIMBS];

/// The tables of one generator: 72 KiB, made once in about a millisecond.
pub(super) struct Comb {
    blocks: Vec<[Entry; ENTRIES]>,
}

impl Comb {
    /// Computes the tables for `generator`, which is below N.
    pub(super) fn new(modulus: &Modulus, generator: &Number) -> Self {
        let scratch = &mut Scratch::new();
        let one = modulus.enter(&Number::from_be(&[1]), scratch);
        // g ^ (2 ^ bit) for the bit of each row in the first column of each block.
        let mut teeth = vec![Vec::new(); BLOCKS];
        let mut power = modulus.enter(generator, scratch);
        for bit in 0..ROWS * COLUMNS {
            let column = bit % COLUMNS;
            if column.is_multiple_of(WIDTH)
                && let Some(teeth) = teeth.get_mut(column / WIDTH)
            {
                teeth.push(power.to_le());
            }
            modulus.square(&mut power, scratch);
        }
        let blocks = teeth.iter().map(|teeth| {
            let mut table = [[0; LIMBS]; ENTRIES];
            for (digit, entry) in table.iter_mut().enumerate() {
                let mut product = Number::from_be(one.to_be().expose());
                let mut factor = Number::new();
                for (row, tooth) in teeth.iter().enumerate() {
                    if digit >> row & 1 == 1 {
                        factor.set_le(tooth);
                        modulus.multiply(&mut product, &factor, scratch);
                    }
                }
                *entry = limbs(&product.to_le());
            }
            table
        });
        Self {
            blocks: blocks.collect(),
        }
    }

    /// generator ^ exponent mod N, in Montgomery form. The exponent is 32 big-endian bytes.
    pub(super) fn pow(&self, modulus: &Modulus, exponent: &[u8; 32]) -> Number {
        let scratch = &mut Scratch::new();
        let (mut product, mut factor) = (Number::new(), Number::new());
        let mut bytes = [0; N_BYTES];
        let mut digits = digits(exponent);
        let mut is_first = true;
        for place in (0..WIDTH).rev() {
            if !is_first {
                modulus.square(&mut product, scratch);
            }
            // The last block has no columns at its last places.
            let columns = digits.iter().skip(place).step_by(WIDTH);
            for (table, digit) in self.blocks.iter().zip(columns) {
                let mut entry = select(table, *digit);
                for (target, limb) in bytes.chunks_exact_mut(8).zip(&entry) {
                    target.copy_from_slice(&limb.to_le_bytes());
                }
                entry.zeroize();
                if is_first {
                    product.set_le(&bytes);
                    is_first = false;
                } else {
                    factor.set_le(&bytes);
                    modulus.multiply(&mut product, &factor, scratch);
                }
            }
        }
        bytes.zeroize();
        digits.zeroize();
        product
    }
}

/// Returns the entry at `digit`, after reading all of them.
fn select(table: &[Entry; ENTRIES], digit: u64) -> Entry {
    let mut chosen = [0; LIMBS];
    for (index, entry) in (0_u64..).zip(table) {
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

/// Returns the digit of each column.
fn digits(exponent: &[u8; 32]) -> [u64; COLUMNS] {
    let mut out = [0; COLUMNS];
    let bits = exponent
        .iter()
        .rev()
        .flat_map(|byte| (0..8).map(move |bit| u64::from(byte >> bit & 1)));
    for (at, bit) in bits.enumerate() {
        if let Some(digit) = out.get_mut(at % COLUMNS) {
            *digit |= bit << (at / COLUMNS);
        }
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
        for (column, digit) in digits(&exponent).iter().enumerate() {
            assert!(*digit < ENTRIES as u64, "{digit}");
            for row in 0..ROWS {
                let at = row * COLUMNS + column;
                back[32 - at / 8] |= u8::try_from(digit >> row & 1).unwrap() << (at % 8);
            }
        }
        assert_eq!(back[1..], exponent);
        assert_eq!(back[0], 0);
    }

    #[test]
    fn select_returns_each_entry_unchanged() {
        let mut table = [[0; LIMBS]; ENTRIES];
        for (i, entry) in (1_u64..).zip(&mut table) {
            *entry = std::array::from_fn(|limb| i * 1000 + limb as u64);
        }
        for digit in 0..ENTRIES {
            assert_eq!(select(&table, digit as u64), table[digit]);
        }
    }
}
