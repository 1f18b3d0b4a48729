//! The certainty with which a user was identified, and the means: the claims `acr` and `amr` (auth.md 5.2).
//!
//! There are four levels, each with its combinations of factors; a pool can only rename them. A proof that belongs to
//! no level, such as the answers to a pool's own challenges, adds no claim.

use std::collections::BTreeMap;

use cognate_shapes::AcrLevelConfigType;
use serde::{Deserialize, Serialize};

use crate::facts::factor::{Factor, Proven};
use crate::records::pool::PoolDoc;

/// The certainty with which a user was identified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// A password.
    One,
    /// A code sent by SMS or e-mail.
    Two,
    /// A passkey, or a password with a code sent by SMS or e-mail.
    Three,
    /// A password with a time-based code.
    Four,
}

impl Level {
    /// All, the lowest first.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Three, Self::Four];

    /// Returns the highest level that these factors reach.
    pub fn of(proven: &Proven) -> Option<Self> {
        let has = |factor| proven.has(factor);
        let by_code = has(Factor::Sms) || has(Factor::Email);
        if has(Factor::Password) && has(Factor::SoftwareToken) {
            Some(Self::Four)
        } else if has(Factor::Passkey)
            || has(Factor::VerifiedPasskey)
            || has(Factor::Password) && by_code
        {
            Some(Self::Three)
        } else if by_code || has(Factor::ConfirmedSignUp) {
            Some(Self::Two)
        } else if has(Factor::Password) {
            Some(Self::One)
        } else {
            None
        }
    }

    /// Returns the level that has this name in the pool.
    pub fn named(pool: &PoolDoc, name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name(pool) == name)
    }

    /// Returns the name of the level in the pool.
    pub fn name(self, pool: &PoolDoc) -> &str {
        let names = pool.acr_configuration.as_ref();
        names
            .and_then(|names| names.get(self.key()))
            .map_or(self.default_name(), |own| own.acr_value.as_str())
    }

    /// Returns the level that an identity provider means by its value of `acr`. One that AcrMapping does not have means
    /// the lowest (AcrMapping in the model); one that it has several times, the lowest of those.
    pub fn said(mapping: &BTreeMap<String, String>, acr: &str) -> Self {
        let means = |level: &Self| mapping.get(level.key()).is_some_and(|value| value == acr);
        Self::ALL.into_iter().find(means).unwrap_or(Self::One)
    }

    /// Returns the value of `acr` by which an identity provider is asked for the level; None if AcrMapping has none.
    pub fn at_provider(self, mapping: &BTreeMap<String, String>) -> Option<&str> {
        mapping.get(self.key()).map(String::as_str)
    }

    /// Returns the key of the pool's setting and of AcrMapping.
    fn key(self) -> &'static str {
        match self {
            Self::One => "Level1",
            Self::Two => "Level2",
            Self::Three => "Level3",
            Self::Four => "Level4",
        }
    }

    /// Returns the name in a pool that sets none.
    pub fn default_name(self) -> &'static str {
        match self {
            Self::One => "urn:cognito:loa:1",
            Self::Two => "urn:cognito:loa:2",
            Self::Three => "urn:cognito:loa:3",
            Self::Four => "urn:cognito:loa:4",
        }
    }
}

/// Returns AcrConfiguration for an answer: with the names of the levels that the pool did not rename, too.
pub fn names(own: &BTreeMap<String, AcrLevelConfigType>) -> BTreeMap<String, AcrLevelConfigType> {
    let default = |level: Level| AcrLevelConfigType {
        acr_value: level.default_name().to_owned(),
    };
    let mut all: BTreeMap<_, _> = Level::ALL
        .into_iter()
        .map(|level| (level.key().to_owned(), default(level)))
        .collect();
    all.extend(own.clone());
    all
}

/// The method of a user for whom an identity provider vouched.
pub const FEDERATED: &str = "fed";

/// `amr`: each method once, in a fixed order, with `mfa` behind two of them. Whether a passkey is bound to hardware is
/// not known without a trusted attestation, so it counts as one that software keeps.
pub fn methods(proven: &Proven) -> Vec<&'static str> {
    let mut methods = Vec::new();
    for factor in proven.iter() {
        let method = match factor {
            Factor::Password => "pwd",
            Factor::Sms => "sms",
            Factor::Email => "email_otp",
            Factor::SoftwareToken => "otp",
            Factor::Passkey | Factor::VerifiedPasskey => "swk",
            Factor::Custom | Factor::Device | Factor::ConfirmedSignUp => continue,
        };
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    if methods.len() > 1 {
        methods.push("mfa");
    }
    methods
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(factors: &[Factor]) -> Proven {
        let begin = Proven::default();
        factors.iter().fold(begin, |all, factor| all.with(*factor))
    }

    #[test]
    fn a_provider_has_its_own_words_for_the_levels() {
        let mapping = [("Level2", "silver"), ("Level3", "gold"), ("Level4", "gold")];
        let mapping = mapping.map(|(level, value)| (level.to_owned(), value.to_owned()));
        let mapping = BTreeMap::from(mapping);
        for (acr, level) in [
            ("silver", Level::Two),
            ("gold", Level::Three),
            ("Gold", Level::One),
            ("", Level::One),
        ] {
            assert_eq!(Level::said(&mapping, acr), level, "{acr}");
        }
        let asked = Level::ALL.map(|level| level.at_provider(&mapping));
        assert_eq!(asked, [None, Some("silver"), Some("gold"), Some("gold")]);
    }

    #[test]
    fn each_combination_has_its_level_and_methods() {
        use Factor as F;
        let table: &[(&[F], Option<Level>, &[&str])] = &[
            (&[], None, &[]),
            (&[F::Custom], None, &[]),
            (&[F::Password], Some(Level::One), &["pwd"]),
            (&[F::Password, F::Device], Some(Level::One), &["pwd"]),
            (&[F::Password, F::Custom], Some(Level::One), &["pwd"]),
            (&[F::Email], Some(Level::Two), &["email_otp"]),
            (&[F::Sms], Some(Level::Two), &["sms"]),
            (&[F::ConfirmedSignUp], Some(Level::Two), &[]),
            (&[F::Passkey], Some(Level::Three), &["swk"]),
            (&[F::VerifiedPasskey], Some(Level::Three), &["swk"]),
            (
                &[F::Password, F::Sms],
                Some(Level::Three),
                &["pwd", "sms", "mfa"],
            ),
            (
                &[F::Password, F::Email],
                Some(Level::Three),
                &["pwd", "email_otp", "mfa"],
            ),
            (
                &[F::Email, F::SoftwareToken],
                Some(Level::Two),
                &["email_otp", "otp", "mfa"],
            ),
            (
                &[F::Passkey, F::SoftwareToken],
                Some(Level::Three),
                &["otp", "swk", "mfa"],
            ),
            (
                &[F::Password, F::SoftwareToken],
                Some(Level::Four),
                &["pwd", "otp", "mfa"],
            ),
        ];
        for (factors, level, amr) in table {
            let proven = shown(factors);
            assert_eq!(Level::of(&proven), *level, "{factors:?}");
            assert_eq!(methods(&proven), *amr, "{factors:?}");
        }
    }
}
