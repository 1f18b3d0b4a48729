//! Compares the fixed-base comb with two independent ways to compute g^x: the library's
//! constant-time exponentiation for every case, and crypto-bigint for every tenth.
//!
//! `cargo run --release -p cognate-crypto --example srp_differential -- [cases] [stride]`, by
//! default 1,000,000 and 10. The first cases are chosen: each digit in each window, powers of two
//! and their neighbours; the rest are random. Ends with exit code 1 at the first difference.

#![expect(clippy::print_stdout, reason = "a program that reports")]

use cognate_crypto::random;
use cognate_crypto::secret::Secret;
use cognate_crypto::srp;
use cognate_crypto::srp::client::Client;
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U256, U3072};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args()
        .skip(1)
        .map_while(|text| text.parse::<usize>().ok());
    let cases = arguments.next().unwrap_or(1_000_000);
    let stride = arguments.next().unwrap_or(10).max(1);
    let Some(oracle) = Oracle::new() else {
        println!("the prime is even");
        return ExitCode::FAILURE;
    };
    let mut second = 0;
    let exponents = chosen()
        .into_iter()
        .chain(std::iter::repeat_with(random::bytes));
    for (case, exponent) in exponents.take(cases).enumerate() {
        let comb = srp::to_hex(srp::verifier(&Secret::new(exponent)).0.expose());
        let mut equal = comb == Client::with_secret(&exponent).srp_a();
        if case % stride == 0 {
            equal &= comb == oracle.power_of_two(&exponent);
            second += 1;
        }
        if !equal {
            println!(
                "DIFFERENT at case {case}: exponent {}",
                srp::to_hex(&exponent)
            );
            return ExitCode::FAILURE;
        }
        if (case + 1) % 100_000 == 0 {
            println!("{} cases equal", case + 1);
        }
    }
    println!("{cases} cases equal to BN_mod_exp_mont_consttime, {second} of them to crypto-bigint");
    ExitCode::SUCCESS
}

/// 2^x mod N by crypto-bigint.
struct Oracle(FixedMontyForm<{ U3072::LIMBS }>);

impl Oracle {
    fn new() -> Option<Self> {
        let prime = Odd::new(U3072::from_be_slice(&srp::prime())).into_option()?;
        let params = FixedMontyParams::new_vartime(prime);
        Some(Self(FixedMontyForm::new(&U3072::from(2_u32), &params)))
    }

    fn power_of_two(&self, exponent: &[u8; 32]) -> String {
        let power = self.0.pow(&U256::from_be_slice(exponent)).retrieve();
        srp::to_hex(power.to_be_bytes().as_ref())
    }
}

/// Exponents at which a windowed method goes wrong first.
fn chosen() -> Vec<[u8; 32]> {
    let big = |value: U256| -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(value.to_be_bytes().as_ref());
        out
    };
    let mut out = vec![[0; 32], [0xff; 32]];
    for bit in 0..256_u32 {
        let power: U256 = U256::ONE << bit;
        out.extend(
            [
                power,
                power.wrapping_sub(&U256::ONE),
                power.wrapping_add(&U256::ONE),
            ]
            .map(big),
        );
    }
    for window in 0..52 {
        for digit in 1..32_u32 {
            out.push(big(U256::from(digit).wrapping_shl(window * 5)));
        }
    }
    out
}
