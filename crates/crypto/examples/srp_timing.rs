//! Looks for a secret in the time that the arithmetic takes, by Welch's t-test over two classes of
//! secrets whose calls are interleaved at random.
//!
//! `cargo run --release -p cognate-crypto --example srp_timing -- [calls of each class]`, by
//! default 20,000. A result below 4.5 means that no difference was found. Calls slower than nine tenths of all others
//! are left out of both classes, because they measure the machine's other work.

#![expect(clippy::print_stdout, reason = "a program that reports")]

use cognate_crypto::credential::Credential;
use cognate_crypto::secret::Secret;
use cognate_crypto::{random, srp};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

/// The bound of the usual test for leaks.
const BOUND: f64 = 4.5;

fn main() -> ExitCode {
    let calls = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_000);
    srp::warm_up();
    let mut worst = 0.0_f64;
    let mut look = |name: &str, t: f64| {
        println!("{name:<48} t = {t:>6.2}");
        worst = worst.max(t.abs());
    };

    let (ones, zeros) = (Secret::new([0xff; 32]), Secret::new([0; 32]));
    look(
        "comb: exponent of ones, of zeros",
        welch(calls, |class| {
            drop(black_box(srp::verifier(if class { &ones } else { &zeros })));
        }),
    );
    let mixed: Vec<_> = (0..256).map(|_| Secret::new(random::bytes())).collect();
    let same = [zeros];
    look(
        "comb: random exponents, one fixed",
        welch(calls, |class| {
            let exponents = if class { mixed.as_slice() } else { &same };
            let drawn = usize::try_from(random::below(256)).unwrap_or_default();
            drop(black_box(
                exponents.get(drawn % exponents.len()).map(srp::verifier),
            ));
        }),
    );
    let credential = Credential::for_password("AbCdEf123", "jane", "Passw0rd!");
    let decoy = Credential::decoy(&[7; 32]);
    look(
        "password: right, one character off",
        welch(calls, |class| {
            black_box(credential.matches(
                "AbCdEf123",
                "jane",
                if class { "Passw0rd!" } else { "Passw0rd?" },
            ));
        }),
    );
    look(
        "password: real credential, decoy",
        welch(calls, |class| {
            black_box((if class { &credential } else { &decoy }).matches(
                "AbCdEf123",
                "jane",
                "Passw0rd?",
            ));
        }),
    );
    if worst < BOUND {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Welch's t between the times of the two classes, `calls` of each.
fn welch(calls: usize, mut run: impl FnMut(bool)) -> f64 {
    let mut times = [Vec::with_capacity(calls), Vec::with_capacity(calls)];
    let [first, second] = &mut times;
    for _ in 0..2 * calls {
        let class = random::below(2) == 1;
        let start = Instant::now();
        run(class);
        let time = start.elapsed().as_secs_f64();
        if class {
            first.push(time)
        } else {
            second.push(time)
        }
    }
    let mut all = times.concat();
    all.sort_by(f64::total_cmp);
    let limit = all.get(all.len() * 9 / 10).copied().unwrap_or(f64::MAX);
    let [first, second] =
        times.map(|times| moments(times.into_iter().filter(|time| *time <= limit)));
    (first.0 - second.0) / (first.1 + second.1).sqrt()
}

/// Returns the mean, and the variance of the mean.
fn moments(times: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for time in times {
        count += 1.0;
        let difference = time - mean;
        mean += difference / count;
        squares += difference * (time - mean);
    }
    (mean, squares / (count - 1.0) / count)
}
