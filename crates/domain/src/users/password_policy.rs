//! The pool's rules for new passwords (auth.md 2.9, admin.md 1.6).

pub mod history;

use cognate_shapes::PasswordPolicyType;

use crate::errors::{self, Result};
use crate::records::pool::Pool;

/// The characters that count as symbols, besides a space that is neither first nor last.
pub const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-";

/// The operation whose wording a refusal has; the wordings differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyText {
    /// SignUp.
    SignUp,
    /// AdminCreateUser.
    AdminCreate,
    /// ConfirmForgotPassword, NEW_PASSWORD_REQUIRED, ChangePassword, AdminSetUserPassword.
    Other,
}

impl PolicyText {
    fn prefix(self) -> &'static str {
        match self {
            Self::SignUp => "Password did not conform with policy",
            Self::AdminCreate => "Password did not conform with password policy",
            Self::Other => "Password does not conform to policy",
        }
    }
}

/// Refuses a password that breaks the pool's policy.
///
/// # Errors
/// InvalidPasswordException that names the first broken rule only.
pub fn check(pool: &Pool, password: &str, text: PolicyText) -> Result<()> {
    match policy(pool).and_then(|policy| first_broken(policy, password)) {
        Some(rule) => Err(errors::users::password_policy(text.prefix(), rule).into()),
        None => Ok(()),
    }
}

/// Returns the pool's policy.
pub fn policy(pool: &Pool) -> Option<&PasswordPolicyType> {
    pool.doc.policies.password_policy.as_ref()
}

fn first_broken(policy: &PasswordPolicyType, password: &str) -> Option<&'static str> {
    let length = i64::try_from(password.chars().count()).unwrap_or(i64::MAX);
    let lacks = |required: Option<bool>, fits: fn(char) -> bool| {
        required == Some(true) && !password.chars().any(fits)
    };
    // A space counts only inside; validation has refused one at either end.
    let lacks_symbol = policy.require_symbols == Some(true)
        && !password.chars().any(is_symbol)
        && !password.trim_matches(' ').contains(' ');
    if length < policy.minimum_length.unwrap_or(8) {
        Some("Password not long enough")
    } else if lacks(policy.require_uppercase, |c| c.is_ascii_uppercase()) {
        Some("Password must have uppercase characters")
    } else if lacks(policy.require_lowercase, |c| c.is_ascii_lowercase()) {
        Some("Password must have lowercase characters")
    } else if lacks(policy.require_numbers, |c| c.is_ascii_digit()) {
        Some("Password must have numeric characters")
    } else if lacks_symbol {
        Some("Password must have symbol characters")
    } else {
        None
    }
}

fn is_symbol(c: char) -> bool {
    SYMBOLS.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> PasswordPolicyType {
        PasswordPolicyType {
            minimum_length: Some(8),
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            ..PasswordPolicyType::default()
        }
    }

    #[test]
    fn the_first_broken_rule_is_named() {
        for (password, rule) in [
            ("", Some("Password not long enough")),
            ("Aa1!567", Some("Password not long enough")),
            ("abcdefgh", Some("Password must have uppercase characters")),
            ("ABCDEFGH", Some("Password must have lowercase characters")),
            ("ABCDefgh", Some("Password must have numeric characters")),
            ("ABCDef12", Some("Password must have symbol characters")),
            ("ABCDef1!", None),
        ] {
            assert_eq!(first_broken(&all(), password), rule, "{password}");
        }
    }

    #[test]
    fn every_listed_symbol_counts_and_letters_beyond_latin_do_not() {
        for symbol in SYMBOLS.chars() {
            assert_eq!(first_broken(&all(), &format!("ABCdef1{symbol}")), None);
        }
        assert_eq!(first_broken(&all(), "ABC def12"), None);
        assert_eq!(
            first_broken(&all(), "ABCdef1€"),
            Some("Password must have symbol characters")
        );
        assert_eq!(
            first_broken(&all(), "ÄÖÜabc1!"),
            Some("Password must have uppercase characters")
        );
        assert_eq!(
            first_broken(&all(), "ABCdef٣!"),
            Some("Password must have numeric characters")
        );
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(
            first_broken(&all(), "Aa1!äöü"),
            Some("Password not long enough")
        );
        assert_eq!(first_broken(&all(), "Aa1!äöüß"), None);
    }

    #[test]
    fn rules_that_are_off_are_not_asked() {
        let lax = PasswordPolicyType {
            minimum_length: Some(6),
            ..PasswordPolicyType::default()
        };
        assert_eq!(first_broken(&lax, "aaaaaa"), None);
        assert_eq!(
            first_broken(&lax, "aaaaa"),
            Some("Password not long enough")
        );
    }
}
