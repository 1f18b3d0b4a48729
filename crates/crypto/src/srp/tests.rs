//! The published vector, an independent oracle, and every refusal of the protocol.

use super::client::{Answer, Client, timestamp};
use super::*;
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U256, U3072};

const POOL: &str = "AbCdEf123";
const USER: &str = "11111111-2222-3333-4444-555555555555";
const PASSWORD: &str = "Passw0rd!";
const SALT: &str = "8f1e2d3c4b5a69788796a5b4c3d2e1f0";
const TIME: &str = "Tue Mar 3 04:05:06 UTC 2026";
const BLOCK: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn hashed(hex: &str) -> String {
    hash::sha256_hex(hex.as_bytes())
}

fn vector_a() -> Vec<u8> {
    unhex(&"0123456789abcdef".repeat(16))
}

fn vector_b() -> Vec<u8> {
    unhex(&"fedcba9876543210".repeat(16))
}

/// The prime of RFC 3526 by its formula's published ends; the middle follows from the vector.
#[test]
fn the_group_is_group_15_of_rfc_3526() {
    let n = hex::encode(prime());
    assert_eq!(n.len(), 768);
    assert!(n.starts_with("ffffffffffffffffc90fdaa2") && n.ends_with("a93ad2caffffffffffffffff"));
    let k = hash::sha256_of(&[&pad(&prime()), &[2]]);
    assert_eq!(
        hex::encode(k),
        "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"
    );
    let entered = GROUP.modulus.leave(&GROUP.k, &mut Scratch::new());
    assert_eq!(number::minimal(entered.to_be().expose()), k);
}

#[test]
fn the_vector_of_the_specification_holds_on_both_sides() {
    let x = x(POOL, USER, PASSWORD, &unhex(SALT));
    assert_eq!(
        hex::encode(x.expose()),
        "ef35b263eff6a9f46147409a4c03ba7ed53e02a067c1eb5fe1c71fc78bb0d88c"
    );
    let v = verifier(&x);
    let v_hex = to_hex(v.0.expose());
    assert_eq!(
        (v_hex.len(), hashed(&v_hex).as_str()),
        (
            768,
            "54e8ff3d8eecff68bce15f742f84a7548d594b03bc298447dda12df99d4f81f8"
        )
    );

    let client = Client::with_secret(&vector_a());
    let a_hex = client.srp_a();
    assert!(a_hex.starts_with("54b8e4da8991abf6"));
    assert_eq!(
        (a_hex.len(), hashed(&a_hex).as_str()),
        (
            767,
            "a38fb1d51d94bab67b85bfa082a654a1fee9b9a6ce0dc7223591727069d90d80"
        )
    );

    let power = GROUP.pow(&widened(&[2]), &vector_b());
    let power = GROUP.modulus.enter(&power, &mut Scratch::new());
    let b = GROUP.public_b(&v, power);
    let b_hex = to_hex(&b);
    assert!(b_hex.starts_with("2868a05d8de7dcc3"));
    assert_eq!(
        (b_hex.len(), hashed(&b_hex).as_str()),
        (
            768,
            "662a712ad1a6802099fe4905d700f1d56686b3003176cf377785a3b3c2106fd6"
        )
    );

    let a = parse_public_a(&a_hex).unwrap();
    let u = scramble(a.as_bytes(), &b).unwrap();
    assert_eq!(
        hex::encode(u),
        "7eccb060727a1eca6f8b37f1b91344a6be36a539c04753d5d3f21b988524363b"
    );
    let s = GROUP.server_secret(a.as_bytes(), &vector_b(), &u, &v);
    let s_hex = to_hex(s.expose());
    assert_eq!(
        (s_hex.len(), hashed(&s_hex).as_str()),
        (
            768,
            "e1d1ed439069dc258fc6c2ea44eda0e72954a17163eb1466e7b5f252f3b498a9"
        )
    );
    assert!(client.secret(&x, &b, &u).unwrap().matches(s.expose()));

    let key = derive_key(&u, s.expose());
    assert_eq!(
        hex::encode(key.expose()),
        "cd09b0d10de791db485bfaee0364017b"
    );
    let block = STANDARD.decode(BLOCK).unwrap();
    let signature = "V31tzPFMnvsm3KQ9s1TaJuIr4YA+u4ahi51uk/orI+Q=";
    assert_eq!(
        STANDARD.encode(claim_signature(&key, POOL, USER, &block, TIME)),
        signature
    );
    assert!(verify_claim(&key, POOL, USER, &block, TIME, signature));
    let given = Answer {
        pool_name: POOL,
        user_id: USER,
        password: PASSWORD,
        salt: SALT,
        srp_b: &b_hex,
        secret_block: BLOCK,
        timestamp: TIME,
    };
    assert_eq!(client.answer(&given).as_deref(), Ok(signature));
}

/// Signs in with `typed` where `PASSWORD` is right, and says whether the server agrees.
fn sign_in(user: &str, salt: &[u8], typed: &str) -> bool {
    let v = verifier(&x(POOL, user, PASSWORD, salt));
    let client = Client::new();
    let challenge = challenge(&v);
    let given = Answer {
        pool_name: POOL,
        user_id: user,
        password: typed,
        salt: &to_hex(salt),
        srp_b: &challenge.srp_b(),
        secret_block: BLOCK,
        timestamp: TIME,
    };
    let signature = client.answer(&given).unwrap();
    let key = session_key(&parse_public_a(&client.srp_a()).unwrap(), &challenge, &v).unwrap();
    verify_claim(
        &key,
        POOL,
        user,
        &STANDARD.decode(BLOCK).unwrap(),
        TIME,
        &signature,
    )
}

#[test]
fn client_and_server_agree_whatever_they_draw() {
    for round in 0..200 {
        let mut salt = new_salt();
        // Salts with leading zeros are written shorter and still have to agree.
        salt[..round % 4].fill(0);
        assert!(sign_in(
            &random::alphanumeric(round % 40, b"abc \xc3"),
            &salt,
            PASSWORD
        ));
    }
}

#[test]
fn a_password_one_character_off_is_refused() {
    let salt = new_salt();
    for typed in ["Passw0rd", "Passw0rd?", "passw0rd!", "Passw0rd!!", ""] {
        assert!(!sign_in("jane", &salt, typed), "{typed}");
    }
    assert!(sign_in("jane", &salt, PASSWORD));
}

#[test]
fn a_claim_is_refused_when_any_part_of_it_changes() {
    let key = Secret::new(*b"0123456789abcdef");
    let signature = claim_signature(&key, POOL, USER, b"block", TIME);
    let good = STANDARD.encode(signature);
    assert!(verify_claim(&key, POOL, USER, b"block", TIME, &good));
    assert!(!verify_claim(
        &Secret::new(*b"0123456789abcdeg"),
        POOL,
        USER,
        b"block",
        TIME,
        &good
    ));
    assert!(!verify_claim(
        &key,
        "AbCdEf124",
        USER,
        b"block",
        TIME,
        &good
    ));
    assert!(!verify_claim(&key, POOL, "jane", b"block", TIME, &good));
    assert!(!verify_claim(&key, POOL, USER, b"clock", TIME, &good));
    assert!(!verify_claim(
        &key,
        POOL,
        USER,
        b"block",
        "Tue Mar 3 04:05:07 UTC 2026",
        &good
    ));
    for position in 0..32 {
        let mut wrong = signature;
        wrong[position] ^= 0x80;
        assert!(!verify_claim(
            &key,
            POOL,
            USER,
            b"block",
            TIME,
            &STANDARD.encode(wrong)
        ));
        assert!(!verify_claim(
            &key,
            POOL,
            USER,
            b"block",
            TIME,
            &STANDARD.encode(&signature[..position])
        ));
    }
    for wrong in ["", "not base64", good.trim_end_matches('=')] {
        assert!(
            !verify_claim(&key, POOL, USER, b"block", TIME, wrong),
            "{wrong}"
        );
    }
}

#[test]
fn a_public_a_that_is_zero_modulo_n_is_refused() {
    let n = hex::encode(prime());
    for zero in [
        "0",
        "00",
        &"0".repeat(768),
        &n,
        &n.to_uppercase(),
        &format!("00{n}"),
    ] {
        assert_eq!(parse_public_a(zero), Err(SrpError::Refused), "{zero}");
    }
    let mut one_more = prime();
    // N ends with 64 one bits, so N - 1 and not N + 1 differs in one byte only.
    one_more[383] = 0xfe;
    assert!(PublicA::from_bytes(&one_more).is_ok());
}

#[test]
fn a_public_a_is_read_in_any_case_and_length_but_not_beyond_3072_bits() {
    assert_eq!(parse_public_a("abc").unwrap().as_bytes(), [0x0a, 0xbc]);
    assert_eq!(
        parse_public_a("000ABC").unwrap(),
        parse_public_a("abc").unwrap()
    );
    assert!(parse_public_a(&"f".repeat(768)).is_ok());
    assert!(parse_public_a(&format!("{}1", "0".repeat(1023))).is_ok());
    for wrong in [
        "",
        "xyz",
        "-1",
        "0x10",
        " 1",
        &"1".repeat(769),
        &"f".repeat(770),
        &"0".repeat(1025),
    ] {
        assert_eq!(parse_public_a(wrong), Err(SrpError::Malformed), "{wrong}");
    }
}

/// With A ≡ 0 the secret would be 0 whatever the password; with u = 0 it would be A^b.
#[test]
fn u_of_zero_is_refused() {
    assert_eq!(non_zero([0; 32]), Err(SrpError::Refused));
    let mut one = [0; 32];
    one[31] = 1;
    assert_eq!(non_zero(one), Ok(one));
}

#[test]
fn a_client_refuses_a_b_that_is_zero_modulo_n() {
    let x = x(POOL, USER, PASSWORD, &unhex(SALT));
    for b in [vec![], vec![0], prime()] {
        assert_eq!(
            Client::new().session_key(&x, &b).unwrap_err(),
            SrpError::Refused
        );
    }
}

#[test]
fn a_verifier_from_a_client_must_lie_in_the_group() {
    let (_, verifier) = client::device_verifier("-v7w9UcY6", "us-east-1_key", "device password");
    let padded = pad(verifier.0.expose());
    assert!(
        Verifier::from_client(&padded)
            .unwrap()
            .0
            .matches(verifier.0.expose())
    );
    for refused in [vec![], vec![0; 385], prime(), vec![0xff; 384]] {
        assert_eq!(
            Verifier::from_client(&refused).unwrap_err(),
            SrpError::Refused
        );
    }
    assert_eq!(
        Verifier::from_client(&[1; 385]).unwrap_err(),
        SrpError::Malformed
    );
}

#[test]
fn a_challenge_is_never_repeated_and_below_n() {
    let v = verifier(&x(POOL, USER, PASSWORD, &unhex(SALT)));
    let [one, two] = [challenge(&v), challenge(&v)];
    assert!(!one.b.matches(two.b.expose()) && one.public_b != two.public_b);
    assert!(Verifier::from_client(&one.public_b).is_ok());
    assert_eq!(one.srp_b(), to_hex(&one.public_b));
}

/// The whole server side once more in crypto-bigint.
#[test]
fn every_step_of_the_server_equals_the_oracle() {
    let prime = Odd::new(U3072::from_be_slice(&prime())).unwrap();
    let params = FixedMontyParams::new_vartime(prime);
    let form = |bytes: &[u8]| {
        let wide = [vec![0; 384 - bytes.len()], bytes.to_vec()].concat();
        FixedMontyForm::new(&U3072::from_be_slice(&wide), &params)
    };
    let hex =
        |value: &FixedMontyForm<{ U3072::LIMBS }>| to_hex(value.retrieve().to_be_bytes().as_ref());
    let two = form(&[2]);
    let k = form(&unhex(
        "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6",
    ));
    for _ in 0..12 {
        let x = Secret::new(random::bytes());
        let v = verifier(&x);
        let v_oracle = two.pow(&U256::from_be_slice(x.expose()));
        assert_eq!(to_hex(v.0.expose()), hex(&v_oracle));
        let challenge = challenge(&v);
        let b = U256::from_be_slice(challenge.b.expose());
        assert_eq!(challenge.srp_b(), hex(&(k * v_oracle + two.pow(&b))));
        let a = PublicA::from_bytes(&random::bytes::<384>()).unwrap();
        let u = scramble(a.as_bytes(), &challenge.public_b).unwrap();
        let s = GROUP.server_secret(a.as_bytes(), challenge.b.expose(), &u, &v);
        let s_oracle = (form(a.as_bytes()) * v_oracle.pow(&U256::from_be_slice(&u))).pow(&b);
        assert_eq!(to_hex(s.expose()), hex(&s_oracle));
    }
}

/// The comb against the library's own exponentiation; `examples/srp_differential.rs` is the long
/// run of the same comparison with more oracles.
#[test]
fn the_comb_equals_the_librarys_exponentiation() {
    let mut exponents = vec![[0; 32], [0xff; 32]];
    for bit in 0..256 {
        let mut exponent = [0; 32];
        exponent[31 - bit / 8] = 1 << (bit % 8);
        exponents.push(exponent);
    }
    exponents.extend((0..1000).map(|_| random::bytes::<32>()));
    for exponent in exponents {
        let v = verifier(&Secret::new(exponent));
        let expected = GROUP.pow(&widened(&[2]), &exponent).to_be();
        assert!(v.0.matches(expected.expose()), "{}", hex::encode(exponent));
    }
}

#[test]
fn timestamps_have_the_form_of_the_specification() {
    assert_eq!(timestamp(1_772_510_706), TIME);
    assert_eq!(timestamp(0), "Thu Jan 1 00:00:00 UTC 1970");
    assert_eq!(timestamp(951_827_696), "Tue Feb 29 12:34:56 UTC 2000");
    assert_eq!(timestamp(4_102_444_799), "Thu Dec 31 23:59:59 UTC 2099");
}
