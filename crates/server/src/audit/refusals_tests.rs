//! Bounds of what waits; what reaches the trail is tested on a whole server.

use super::*;

const SECOND: i64 = 1_000_000;

fn stranger(key_id: &str) -> CallerFacts<'_> {
    CallerFacts {
        key_id: Some(key_id),
        ..CallerFacts::default()
    }
}

fn holder(key_id: &str) -> CallerFacts<'_> {
    CallerFacts {
        key_id: Some(key_id),
        known: true,
        proven: true,
    }
}

fn note(refusals: &Refusals, seen: &CallerFacts<'_>, address: &str, wall: i64) {
    let refused = RefusedCall {
        seen,
        operation: Op::ListUsers,
        pool: Some("us-east-1_abc"),
        address,
        code: ErrorCode::AccessDenied,
        request_id: "r",
        at: 7,
    };
    refusals.note(&refused, wall);
}

/// Returns the numbers of refusals that wait: of callers with a right signature, and of all others.
fn waiting(refusals: &Refusals) -> (usize, usize) {
    let waiting = refusals.lock();
    (waiting.proven.waiting.len(), waiting.claimed.waiting.len())
}

/// Forgets what waits, as a flush does.
fn take(refusals: &Refusals) {
    let mut waiting = refusals.lock();
    waiting.proven.waiting.clear();
    waiting.claimed.waiting.clear();
}

#[test]
fn equal_refusals_are_one_whatever_keys_a_stranger_makes_up() {
    let refusals = Refusals::default();
    for n in 0..1_000 {
        note(
            &refusals,
            &stranger(&format!("AKIA{n:016}")),
            "192.0.2.1",
            0,
        );
    }
    assert_eq!((waiting(&refusals), refusals.dropped()), ((0, 1), 0));
    let tally = refusals.lock().claimed.waiting.drain().next().unwrap();
    assert_eq!(tally.1.times, 1_000);
    assert_eq!(tally.1.named.as_deref(), Some("AKIA0000000000000000"));
    assert_eq!((tally.0.pool.as_str(), tally.0.caller), ("", None));
}

#[test]
fn different_refusals_wait_up_to_a_bound_and_the_rest_is_counted() {
    let refusals = Refusals::default();
    for n in 0..10_000 {
        note(&refusals, &stranger("x"), &format!("address {n}"), 0);
    }
    assert_eq!(waiting(&refusals), (0, WAITING));
    assert_eq!(refusals.dropped(), 10_000 - 256);
}

#[test]
fn strangers_take_no_room_of_those_with_a_right_signature() {
    let refusals = Refusals::default();
    for n in 0..10_000 {
        note(&refusals, &stranger("x"), &format!("address {n}"), 0);
    }
    note(&refusals, &holder("AKIAHOLDER"), "192.0.2.1", 0);
    assert_eq!(waiting(&refusals), (1, WAITING));
    let what = refusals.lock().proven.waiting.drain().next().unwrap().0;
    assert_eq!(
        (what.pool.as_str(), what.caller.as_deref()),
        ("us-east-1_abc", Some("AKIAHOLDER"))
    );
}

#[test]
fn a_flood_that_lasts_writes_no_more_than_its_budget() {
    let refusals = Refusals::default();
    let mut written = 0;
    for second in 0..3_600 {
        for n in 0..300 {
            note(
                &refusals,
                &stranger("x"),
                &format!("{second} {n}"),
                second * SECOND,
            );
        }
        written += waiting(&refusals).1;
        take(&refusals);
    }
    // The first burst, and one a second.
    assert_eq!(written, 1_000 + 3_599);
    assert_eq!(refusals.dropped(), 3_600 * 300 - 4_599);
}

#[test]
fn quiet_times_earn_no_more_than_a_burst() {
    let mut budget = Budget { left: 0, since: 0 };
    assert!(!budget.spend(0));
    assert!(budget.spend(SECOND));
    assert!(!budget.spend(SECOND));
    let rows = (0..5_000).filter(|_| budget.spend(86_400 * SECOND)).count();
    assert_eq!(rows, 1_000);
    // A clock that was set back changes nothing.
    assert!(!budget.spend(0));
}

#[test]
fn only_what_has_the_form_of_a_pool_id_is_one() {
    for id in ["us-east-1_abc", "eu-west-1_Ab1"] {
        assert!(is_pool_id(id), "{id}");
    }
    let long = format!("us-east-1_{}", "a".repeat(46));
    for text in [
        "",
        "_",
        "us-east-1_",
        "_a",
        "us east_a",
        "us-east-1_a_b",
        "us-east-1_a\"",
        &long,
    ] {
        assert!(!is_pool_id(text), "{text}");
    }
}

#[test]
fn what_does_not_look_like_a_key_id_is_not_shown() {
    assert!(shown("AKIAIOSFODNN7EXAMPLE").is_some());
    assert!(shown("ASIAIOSFODNN7EXAMPLE").is_some());
    for text in [
        "test",
        "",
        "AKIA",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AKIAiosfodnn7example",
        "AKIAIOSFODNN7EXAMPLEE",
    ] {
        assert_eq!(shown(text), None, "{text}");
    }
}
