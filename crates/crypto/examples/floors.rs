//! Prints the medians of the cryptographic work that no server can avoid, on one core.
//!
//! `cargo run --release -p cognate-crypto --example floors`. The operations take turns in small
//! slices, so that a change of the machine's pace hits all of them alike. The least of the slices is
//! printed beside the median: on a busy machine the two lie far apart, and neither is to be quoted.

#![expect(clippy::print_stdout, reason = "a program that reports")]

use cognate_crypto::credential::Credential;
use cognate_crypto::jws::{SigningKey, header_json, split};
use cognate_crypto::seal::{Context, PoolKey, RootKey};
use cognate_crypto::secret::Secret;
use cognate_crypto::srp::{self, client::Client};
use cognate_crypto::workers::Workers;
use cognate_crypto::{hash, random, token};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Calls of an operation in one slice.
const SLICE: usize = 10;
/// Slices of each operation.
const ROUNDS: usize = 60;

struct Operation<'a> {
    name: &'static str,
    run: Box<dyn FnMut() + 'a>,
    slices: Vec<Duration>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let warm = Instant::now();
    srp::warm_up();
    println!(
        "{:<34}{:>10.1} µs",
        "tables of SRP, once",
        warm.elapsed().as_secs_f64() * 1e6
    );

    let (root, pool) = (RootKey::generate(), PoolKey::generate());
    let context = Context {
        table: "users",
        column: "credential",
        pool: "us-east-1_AbCdEf123",
        row: "user",
    };
    let key = SigningKey::generate();
    let payload = format!(
        r#"{{"sub":"{}","padding":"{}"}}"#,
        random::uuid_v4(),
        "x".repeat(700)
    );
    let header = header_json(&key.public().kid());
    let signed = key.sign_compact(header.as_bytes(), payload.as_bytes());

    let credential = Credential::for_password("AbCdEf123", "jane", "Passw0rd!");
    let stored = credential.to_bytes();
    let sealed = pool.seal(&context, stored.expose());
    let wrapped = root.wrap_pool_key("us-east-1_AbCdEf123", &pool);
    let refresh = token::seal_refresh(&pool, 20_000, b"client", &[7; 200]);

    let exponent = Secret::new(random::bytes::<32>());
    let verifier = srp::verifier(&exponent);
    let client = Client::with_secret(&random::bytes::<32>());
    let a = srp::parse_public_a(&client.srp_a())?;
    let challenge = srp::challenge(&verifier);

    let mut operations = vec![
        operation("RSA-2048 signature", || {
            drop(black_box(key.sign(payload.as_bytes())))
        }),
        operation("compact token, signed", || {
            drop(black_box(
                key.sign_compact(header.as_bytes(), payload.as_bytes()),
            ));
        }),
        operation("RSA-2048 verification", || {
            black_box(split(&signed).is_some_and(|parts| parts.signed_by(key.public())));
        }),
        operation("g^x by the comb", || {
            drop(black_box(srp::verifier(&exponent)))
        }),
        operation("y^x, variable base", || {
            drop(black_box(Client::with_secret(exponent.expose())))
        }),
        operation("challenge: k·v + g^b", || {
            drop(black_box(srp::challenge(&verifier)))
        }),
        operation("key: v^u and (A·v^u)^b", || {
            drop(black_box(srp::session_key(&a, &challenge, &verifier)));
        }),
        operation("password check", || {
            black_box(credential.matches("AbCdEf123", "jane", "Passw0rd!"));
        }),
        operation("decoy credential", || {
            drop(black_box(Credential::decoy(&[9; 32])))
        }),
        operation("row, sealed (409 bytes)", || {
            drop(black_box(pool.seal(&context, stored.expose())))
        }),
        operation("row, opened", || {
            drop(black_box(pool.open(&context, &sealed)))
        }),
        operation("pool key, wrapped", || {
            drop(black_box(root.wrap_pool_key("us-east-1_AbCdEf123", &pool)));
        }),
        operation("pool key, unwrapped", || {
            drop(black_box(
                root.unwrap_pool_key("us-east-1_AbCdEf123", &wrapped),
            ));
        }),
        operation("refresh token, sealed", || {
            drop(black_box(token::seal_refresh(
                &pool, 20_000, b"client", &[7; 200],
            )));
        }),
        operation("refresh token, opened", || {
            drop(black_box(token::open_refresh(&pool, b"client", &refresh)));
        }),
        operation("HMAC under a purpose", || {
            black_box(pool.mac("names", b"jane"));
        }),
        operation("SECRET_HASH", || {
            drop(black_box(hash::secret_hash(
                "clientsecret0123456789",
                "jane",
                "1example23456789",
            )));
        }),
    ];
    for _ in 0..ROUNDS {
        for operation in &mut operations {
            let start = Instant::now();
            (0..SLICE).for_each(|_| (operation.run)());
            operation.slices.push(start.elapsed());
        }
    }
    for operation in operations {
        report(operation.name, operation.slices, SLICE);
    }
    hop()?;
    let start = Instant::now();
    let keys = 8;
    (0..keys).for_each(|_| drop(black_box(SigningKey::generate())));
    println!(
        "{:<34}{:>10.1} µs",
        "RSA-2048 key, mean of 8",
        start.elapsed().as_secs_f64() * 1e6 / f64::from(keys)
    );
    Ok(())
}

/// Measures the way to a worker and back.
fn hop() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let workers = Workers::new(1, 16);
    let slices = runtime.block_on(async {
        let mut slices = Vec::new();
        for _ in 0..2_000 {
            let start = Instant::now();
            workers.run(|| ()).await;
            slices.push(start.elapsed());
        }
        slices
    });
    report("hop to a worker and back", slices, 1);
    Ok(())
}

fn operation<'a>(name: &'static str, run: impl FnMut() + 'a) -> Operation<'a> {
    Operation {
        name,
        run: Box::new(run),
        slices: Vec::new(),
    }
}

fn report(name: &str, mut slices: Vec<Duration>, calls: usize) {
    slices.sort();
    let each =
        |slice: Option<&Duration>| slice.map_or(0.0, Duration::as_secs_f64) * 1e6 / calls as f64;
    let (median, least) = (each(slices.get(slices.len() / 2)), each(slices.first()));
    println!("{name:<34}{median:>10.1} µs   least {least:>10.1} µs");
}
