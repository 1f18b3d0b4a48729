//! Tests of which sealed values can be opened, and above all which cannot.

use super::*;
use crate::random;

const ROW: Context<'_> = Context {
    table: "users",
    column: "credential",
    pool: "us-east-1_AbCdEf123",
    row: "u1",
};

fn elsewhere() -> Vec<Context<'static>> {
    vec![
        Context {
            table: "user",
            ..ROW
        },
        Context {
            column: "totp",
            ..ROW
        },
        Context {
            pool: "us-east-1_AbCdEf124",
            ..ROW
        },
        Context { pool: "", ..ROW },
        Context { row: "u2", ..ROW },
        // The same characters, cut at other places.
        Context {
            table: "userscredential",
            column: "",
            ..ROW
        },
        Context {
            table: "",
            column: "userscredential",
            ..ROW
        },
        Context {
            pool: "us-east-1_AbCdEf12",
            row: "3u1",
            ..ROW
        },
    ]
}

/// Returns every single-bit change of every byte, every truncation and one byte more.
fn altered(sealed: &[u8]) -> Vec<Vec<u8>> {
    let flipped = (0..sealed.len() * 8).map(|bit| {
        let mut wrong = sealed.to_vec();
        wrong[bit / 8] ^= 1 << (bit % 8);
        wrong
    });
    let cut = (0..sealed.len()).map(|length| sealed[..length].to_vec());
    flipped
        .chain(cut)
        .chain([[sealed, &[0]].concat()])
        .collect()
}

#[test]
fn a_sealing_key_survives_base64_and_nothing_else_is_read() {
    let key = RootKey::generate();
    let text = key.to_base64();
    assert_eq!(text.expose().len(), 44);
    let read = RootKey::from_base64(&format!(" {}\n", text.expose())).unwrap();
    assert_eq!(read.check_value(), key.check_value());
    let unpadded = text.expose().trim_end_matches('=').to_owned();
    for wrong in [
        "",
        "AAAA",
        "not base64!",
        &unpadded,
        &format!("{}AAAA", unpadded),
        &"A".repeat(44),
    ] {
        assert_eq!(
            RootKey::from_base64(wrong).unwrap_err(),
            SealError::BadKey,
            "{wrong}"
        );
    }
}

#[test]
fn check_values_are_stable_and_tell_keys_apart() {
    let zeros = RootKey::from_base64("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
    // A changed derivation would lock every operator out, so the value is pinned.
    assert_eq!(zeros.check_value(), "4de4f784b39fccfc12b19a57f6b001d3");
    assert_ne!(
        RootKey::generate().check_value(),
        RootKey::generate().check_value()
    );
}

#[test]
fn nothing_prints_a_key() {
    assert_eq!(
        format!("{:?} {:?}", RootKey::generate(), PoolKey::generate()),
        "RootKey(..) PoolKey(..)"
    );
}

#[test]
fn a_wrapped_pool_key_opens_what_the_pool_sealed() {
    let (root, pool) = (RootKey::generate(), PoolKey::generate());
    let wrapped = root.wrap_pool_key("p1", &pool);
    let again = root.unwrap_pool_key("p1", &wrapped).unwrap();
    let sealed = pool.seal(&ROW, b"secret");
    assert!(again.open(&ROW, &sealed).unwrap().matches(b"secret"));
    assert_eq!(again.mac("names", b"jane"), pool.mac("names", b"jane"));
    let token = again.seal_token("refresh", 20_000, b"client", b"payload");
    assert!(
        pool.open_token("refresh", b"client", &token)
            .unwrap()
            .matches(b"payload")
    );
}

#[test]
fn a_wrapped_pool_key_is_bound_to_its_pool_and_sealing_key() {
    let root = RootKey::generate();
    let wrapped = root.wrap_pool_key("p1", &PoolKey::generate());
    assert_eq!(
        root.unwrap_pool_key("p2", &wrapped).unwrap_err(),
        SealError::Refused
    );
    assert_eq!(
        RootKey::generate()
            .unwrap_pool_key("p1", &wrapped)
            .unwrap_err(),
        SealError::Refused
    );
    for wrong in altered(&wrapped) {
        assert!(root.unwrap_pool_key("p1", &wrong).is_err());
    }
    // A row sealed by the same sealing key is no pool key.
    assert!(
        root.unwrap_pool_key("p1", &root.seal(&ROW, &[0; 32]))
            .is_err()
    );
}

#[test]
fn rotation_moves_pool_keys_and_rows_to_the_new_sealing_key() {
    let (old, new, pool) = (
        RootKey::generate(),
        RootKey::generate(),
        PoolKey::generate(),
    );
    let wrapped = RootKey::rewrap(&old, &new, "p1", &old.wrap_pool_key("p1", &pool)).unwrap();
    let sealed = pool.seal(&ROW, b"secret");
    assert!(
        new.unwrap_pool_key("p1", &wrapped)
            .unwrap()
            .open(&ROW, &sealed)
            .unwrap()
            .matches(b"secret")
    );
    assert_eq!(
        old.unwrap_pool_key("p1", &wrapped).unwrap_err(),
        SealError::Refused
    );
    assert!(RootKey::rewrap(&old, &new, "p1", &wrapped).is_err());

    let bound = old.seal_bound(&ROW, b"says", b"access key");
    let row = RootKey::reseal(&old, &new, &ROW, b"says", &bound).unwrap();
    let opened = new.open_bound(&ROW, b"says", &row).unwrap();
    assert!(opened.matches(b"access key"));
    assert!(RootKey::reseal(&old, &new, &ROW, b"says", &row).is_err());
}

#[test]
fn what_a_row_says_in_the_clear_is_part_of_what_is_sealed() {
    let root = RootKey::generate();
    let sealed = root.seal_bound(&ROW, b"reader", b"secret");
    let opened = root.open_bound(&ROW, b"reader", &sealed).unwrap();
    assert!(opened.matches(b"secret"));
    for other in [&b"root"[..], b"", b"reader "] {
        assert!(root.open_bound(&ROW, other, &sealed).is_err());
    }
    assert!(root.open(&ROW, &sealed).is_err());
    let unbound = root.seal(&ROW, b"secret");
    assert!(root.open_bound(&ROW, b"", &unbound).is_err());
    for context in elsewhere() {
        assert!(root.open_bound(&context, b"reader", &sealed).is_err());
    }
}

#[test]
fn a_signature_of_a_row_is_good_for_its_bytes_and_its_pool_alone() {
    let (pool, other) = (PoolKey::generate(), PoolKey::generate());
    let mac = pool.sign_row(b"row");
    assert_eq!((mac.len(), &mac), (32, &pool.sign_row(b"row")));
    assert!(pool.has_signed_row(b"row", &mac));
    assert!(!pool.has_signed_row(b"rox", &mac));
    assert!(!other.has_signed_row(b"row", &mac));
    for wrong in altered(&mac) {
        assert!(!pool.has_signed_row(b"row", &wrong));
    }
    assert_ne!(mac, pool.mac("row mac", b"row"));
}

#[test]
fn the_key_of_a_pool_whose_rows_are_not_signed_is_another_form() {
    let (root, pool) = (RootKey::generate(), PoolKey::generate());
    let old = root.wrap_unsigned_pool_key("p1", &pool);
    assert!(root.unwrap_pool_key("p1", &old).is_err());
    let read = root.unwrap_unsigned_pool_key("p1", &old).unwrap();
    assert_eq!(read.sign_row(b"row"), pool.sign_row(b"row"));
    assert!(root.unwrap_unsigned_pool_key("p2", &old).is_err());
    let new = root.wrap_pool_key("p1", &pool);
    assert!(root.unwrap_unsigned_pool_key("p1", &new).is_err());
    assert_ne!(root.signed_mark(), RootKey::generate().signed_mark());
    assert_ne!(root.signed_mark(), root.check_value());
}

#[test]
fn rows_open_only_in_their_own_place() {
    let (root, pool) = (RootKey::generate(), PoolKey::generate());
    let (by_root, by_pool) = (root.seal(&ROW, b"secret"), pool.seal(&ROW, b"secret"));
    assert!(root.open(&ROW, &by_root).unwrap().matches(b"secret"));
    assert!(pool.open(&ROW, &by_pool).unwrap().matches(b"secret"));
    for context in elsewhere() {
        assert_eq!(
            root.open(&context, &by_root).unwrap_err(),
            SealError::Refused,
            "{context:?}"
        );
        assert_eq!(
            pool.open(&context, &by_pool).unwrap_err(),
            SealError::Refused,
            "{context:?}"
        );
    }
    assert_eq!(root.open(&ROW, &by_pool).unwrap_err(), SealError::Refused);
    assert_eq!(pool.open(&ROW, &by_root).unwrap_err(), SealError::Refused);
    assert_eq!(
        PoolKey::generate().open(&ROW, &by_pool).unwrap_err(),
        SealError::Refused
    );
}

#[test]
fn a_row_with_any_bit_changed_does_not_open() {
    let (root, pool) = (RootKey::generate(), PoolKey::generate());
    for plaintext in [&b""[..], b"x", &[7; 100]] {
        let (by_root, by_pool) = (root.seal(&ROW, plaintext), pool.seal(&ROW, plaintext));
        assert_eq!(by_pool.len(), plaintext.len() + 29);
        for wrong in altered(&by_root) {
            assert!(root.open(&ROW, &wrong).is_err());
        }
        for wrong in altered(&by_pool) {
            assert!(pool.open(&ROW, &wrong).is_err());
        }
    }
}

#[test]
fn sealing_twice_gives_different_bytes_that_hide_the_plaintext() {
    let pool = PoolKey::generate();
    let plaintext = b"a plaintext that is easy to recognise";
    let [one, two] = [pool.seal(&ROW, plaintext), pool.seal(&ROW, plaintext)];
    assert_ne!(one, two);
    assert!(
        !one.windows(8)
            .any(|window| plaintext.windows(8).any(|plain| plain == window))
    );
}

#[test]
fn tokens_of_any_day_open_for_their_purpose_and_context_alone() {
    let pool = PoolKey::generate();
    // More days than keys are kept, and twice, so that both kept and derived keys are used.
    for day in (0..40).chain([u32::MAX]).chain(0..40) {
        let token = pool.seal_token("refresh", day, b"client", b"payload");
        assert_eq!(token[..5], [&[1][..], &day.to_be_bytes()].concat());
        assert!(
            pool.open_token("refresh", b"client", &token)
                .unwrap()
                .matches(b"payload")
        );
        assert_eq!(
            pool.open_token("session", b"client", &token).unwrap_err(),
            SealError::Refused
        );
        assert_eq!(
            pool.open_token("refresh", b"clienu", &token).unwrap_err(),
            SealError::Refused
        );
        assert_eq!(
            pool.open_token("refresh", b"", &token).unwrap_err(),
            SealError::Refused
        );
        assert_eq!(
            PoolKey::generate()
                .open_token("refresh", b"client", &token)
                .unwrap_err(),
            SealError::Refused
        );
    }
}

#[test]
fn a_token_with_any_bit_changed_does_not_open() {
    let pool = PoolKey::generate();
    for wrong in altered(&pool.seal_token("session", 20_000, b"aad", b"payload")) {
        assert!(pool.open_token("session", b"aad", &wrong).is_err());
    }
}

#[test]
fn rows_and_tokens_are_not_mistaken_for_each_other() {
    let pool = PoolKey::generate();
    assert!(
        pool.open(&ROW, &pool.seal_token("session", 1, b"", b"payload"))
            .is_err()
    );
    assert!(
        pool.open_token("session", b"", &pool.seal(&ROW, b"payload"))
            .is_err()
    );
}

#[test]
fn made_up_tokens_do_not_push_out_the_kept_keys() {
    let pool = PoolKey::generate();
    let good = pool.seal_token("refresh", 20_000, b"", b"payload");
    for day in 0..100_u32 {
        let mut forged = good.clone();
        forged[1..5].copy_from_slice(&day.to_be_bytes());
        assert_eq!(
            pool.open_token("refresh", b"", &forged).unwrap_err(),
            SealError::Refused
        );
    }
    assert_eq!(pool.kept_days(), [20_000]);
}

#[test]
fn one_key_serves_many_threads() {
    let pool = PoolKey::generate();
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let pool = &pool;
            scope.spawn(move || {
                for round in 0..200 {
                    let payload = random::bytes::<20>();
                    let token =
                        pool.seal_token("refresh", thread * 7 + round % 23, b"aad", &payload);
                    assert!(
                        pool.open_token("refresh", b"aad", &token)
                            .unwrap()
                            .matches(&payload)
                    );
                }
            });
        }
    });
}

#[test]
fn macs_differ_by_purpose_data_and_pool_and_are_stable() {
    let pool = PoolKey::generate();
    let mac = pool.mac("names", b"jane");
    assert_eq!(mac, pool.mac("names", b"jane"));
    assert_ne!(mac, pool.mac("pages", b"jane"));
    assert_ne!(mac, pool.mac("names", b"janf"));
    assert_ne!(mac, PoolKey::generate().mac("names", b"jane"));
}

#[test]
fn the_key_of_the_trail_says_whether_its_rows_are_signed_and_opens_in_no_other_place() {
    let (root, key) = (RootKey::generate(), PoolKey::generate());
    for settled in [true, false] {
        let wrapped = root.wrap_trail_key(&key, settled);
        let (opened, said) = root.unwrap_trail_key(&wrapped).unwrap();
        assert_eq!(
            (opened.export().expose(), said),
            (key.export().expose(), settled)
        );
        assert!(root.unwrap_pool_key("", &wrapped).is_err());
        assert!(RootKey::generate().unwrap_trail_key(&wrapped).is_err());
    }
    assert!(
        root.unwrap_trail_key(&root.wrap_pool_key("", &key))
            .is_err()
    );
    assert!(root.unwrap_trail_key(b"").is_err());
}
