//! Rules about the passwords of a pool.

use cognate_shapes::PasswordPolicyType;

use crate::lint::subject::Subject;
use crate::records::pool::DEFAULT_TEMPORARY_DAYS;

/// The length that every password should have (NIST SP 800-63B).
const LENGTH: i64 = 8;
/// The length from which the kinds of characters do not matter much.
const LONG: i64 = 12;
/// The kinds of characters that a shorter password should have.
const KINDS: usize = 3;

fn policy(subject: &Subject) -> PasswordPolicyType {
    subject
        .pool
        .policies
        .password_policy
        .clone()
        .unwrap_or_default()
}

fn length(policy: &PasswordPolicyType) -> i64 {
    policy.minimum_length.unwrap_or(LENGTH)
}

pub(super) fn password_length(subject: &Subject) -> Option<String> {
    let length = length(&policy(subject));
    (length < LENGTH).then(|| {
        format!("Passwords of {length} characters are guessed quickly once a hash is known, and soon online.")
    })
}

pub(super) fn password_classes(subject: &Subject) -> Option<String> {
    let policy = policy(subject);
    let asked = [
        policy.require_lowercase,
        policy.require_uppercase,
        policy.require_numbers,
        policy.require_symbols,
    ];
    let kinds = asked.iter().filter(|kind| **kind == Some(true)).count();
    let length = length(&policy);
    (kinds < KINDS && length < LONG).then(|| {
        format!("Passwords of {length} characters need {kinds} of the four kinds of characters, so that simple ones pass.")
    })
}

pub(super) fn temporary_password_days(subject: &Subject) -> Option<String> {
    let days = policy(subject).temporary_password_validity_days?;
    (days > DEFAULT_TEMPORARY_DAYS).then(|| {
        format!("A temporary password that somebody finds in a mailbox works for {days} days.")
    })
}
