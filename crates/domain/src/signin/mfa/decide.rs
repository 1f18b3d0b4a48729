//! The second factor that a user still owes (auth.md 4.2), a pure function of the pool and the user's row.

use cognate_shapes::{UserPoolMfaType, UserStatusType};

use crate::facts::factor::{Factor, MfaFactor, Proven};
use crate::messages::destination;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::user::User;

/// The step after the first factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing more is asked for.
    Nothing,
    /// This factor.
    Ask(MfaFactor),
    /// One of these, of the user's choice.
    Choose(Vec<MfaFactor>),
    /// One of these must be set up first.
    SetUp(Vec<MfaFactor>),
    /// The pool requires a factor that this user cannot have.
    Impossible,
}

impl Decision {
    /// True if a user may answer to `factor` now, asked for it or having chosen it.
    pub fn allows(&self, factor: MfaFactor) -> bool {
        match self {
            Self::Ask(asked) => *asked == factor,
            Self::Choose(list) => list.contains(&factor),
            Self::Nothing | Self::SetUp(_) | Self::Impossible => false,
        }
    }

    /// True if a user may set up `factor` now.
    pub fn lets_set_up(&self, factor: MfaFactor) -> bool {
        matches!(self, Self::SetUp(list) if list.contains(&factor))
    }
}

/// Decides by the pool, the user and the completed factors. `demanded`: threat protection wants a second factor of a user who
/// has one, whatever else holds.
pub fn decide(pool: &Pool, user: &User, proven: &Proven, demanded: bool) -> Decision {
    if demanded && !proves_two(pool, user, proven) {
        let open = second_of(pool, user, proven);
        let preferred = mfa::preferred(user).filter(|factor| open.contains(factor));
        match (preferred, open.as_slice()) {
            (Some(factor), _) => return Decision::Ask(factor),
            (None, [only]) => return Decision::Ask(*only),
            // There is none: what holds otherwise holds.
            (None, []) => {}
            (None, _) => return Decision::Choose(open),
        }
    }
    let configuration = pool.doc.mfa_configuration;
    if configuration == UserPoolMfaType::Off
        || is_exempt(user, proven)
        || has_two(pool, user, proven)
    {
        return Decision::Nothing;
    }
    let required = configuration == UserPoolMfaType::On;
    let possible =
        all(|factor| mfa::is_on(user, factor) || required && is_eligible(pool, user, factor));
    if !required && possible.is_empty() {
        return Decision::Nothing;
    }
    // A one-time password that came first is no second factor.
    let open: Vec<_> = possible
        .iter()
        .copied()
        .filter(|factor| !proven.has(factor.factor()))
        .collect();
    let preferred = mfa::preferred(user).filter(|factor| open.contains(factor));
    match (preferred, open.as_slice()) {
        (Some(factor), _) => Decision::Ask(factor),
        (None, [only]) => Decision::Ask(*only),
        (None, []) if required => set_up(pool, &possible),
        (None, []) => Decision::Impossible,
        (None, _) => Decision::Choose(open),
    }
}

/// True for users who are never asked: federated ones, whose provider did that, and those whom the pool's own triggers
/// let in without a password, since then the triggers decide alone (auth.md 3.5, 4.2).
fn is_exempt(user: &User, proven: &Proven) -> bool {
    user.status == UserStatusType::ExternalProvider
        || proven.has(Factor::Custom) && !proven.has(Factor::Password)
}

/// True if a second factor was completed besides the first.
fn has_two(pool: &Pool, user: &User, proven: &Proven) -> bool {
    if proven.has(Factor::VerifiedPasskey) && mfa::passkey_is_enough(pool, user) {
        return true;
    }
    let is_second = |factor| {
        matches!(
            factor,
            Factor::Sms | Factor::Email | Factor::SoftwareToken | Factor::Device
        )
    };
    proven.iter().count() > 1 && proven.iter().any(is_second)
}

/// True if a user has proven two factors of their own, or has another one to prove: what MFA_REQUIRED demands (admin.md 6.2).
pub fn has_or_gives_second(pool: &Pool, user: &User, proven: &Proven) -> bool {
    proves_two(pool, user, proven) || !second_of(pool, user, proven).is_empty()
}

/// True if two factors were proven, which no remembered device stood in for.
fn proves_two(pool: &Pool, user: &User, proven: &Proven) -> bool {
    has_second_code(proven)
        || proven.has(Factor::VerifiedPasskey) && mfa::passkey_is_enough(pool, user)
}

/// Returns the second factors that a user has and has not proven: those that are on, and those that a pool which requires one
/// would accept. A pool that asks nobody for a second factor may send no codes.
fn second_of(pool: &Pool, user: &User, proven: &Proven) -> Vec<MfaFactor> {
    let is_off = pool.doc.mfa_configuration == UserPoolMfaType::Off;
    let sends =
        |factor: MfaFactor| factor.contact().is_none() || !is_off || mfa::is_offered(pool, factor);
    let is_verified = |factor: MfaFactor| {
        factor
            .contact()
            .is_none_or(|contact| user.verified(contact.attribute()))
    };
    all(|factor| {
        let on = mfa::is_on(user, factor) && sends(factor);
        let could = is_eligible(pool, user, factor) && is_verified(factor);
        (on || could) && !proven.has(factor.factor())
    })
}

/// True if a code was proven besides another factor. A remembered device is neither: it stood in for a code, or was proven
/// beside one.
pub fn has_second_code(proven: &Proven) -> bool {
    let is_code = |factor| matches!(factor, Factor::Sms | Factor::Email | Factor::SoftwareToken);
    let own = || proven.iter().filter(|factor| *factor != Factor::Device);
    own().count() > 1 && own().any(is_code)
}

/// True if a pool that requires a second factor accepts this one although the user did not turn it on.
fn is_eligible(pool: &Pool, user: &User, factor: MfaFactor) -> bool {
    let offered = match factor {
        // A registered app stays valid when the pool offers none any more.
        MfaFactor::SoftwareToken => true,
        MfaFactor::Sms | MfaFactor::Email => {
            mfa::is_offered(pool, factor) && !is_recovery(pool, factor)
        }
    };
    offered && mfa::is_set_up(user, factor)
}

/// True if a factor's codes go where the pool first sends the codes for forgotten passwords: it would not be a second
/// one.
fn is_recovery(pool: &Pool, factor: MfaFactor) -> bool {
    factor.contact().is_some() && factor.contact() == destination::primary_recovery(pool)
}

/// Returns the factors of the pool that the user does not have and may have.
fn set_up(pool: &Pool, possible: &[MfaFactor]) -> Decision {
    let list = all(|factor| {
        mfa::is_offered(pool, factor) && !is_recovery(pool, factor) && !possible.contains(&factor)
    });
    if list.is_empty() {
        Decision::Impossible
    } else {
        Decision::SetUp(list)
    }
}

fn all(fits: impl Fn(MfaFactor) -> bool) -> Vec<MfaFactor> {
    MfaFactor::ALL
        .into_iter()
        .filter(|factor| fits(*factor))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_device_is_no_code_and_takes_none_away() {
        let of = |factors: &[Factor]| {
            let all = factors.iter();
            all.fold(Proven::default(), |proven, factor| proven.with(*factor))
        };
        // The device stood in for the second factor.
        assert!(!has_second_code(&of(&[Factor::Password, Factor::Device])));
        assert!(!has_second_code(&of(&[Factor::Email, Factor::Device])));
        // In CUSTOM_AUTH it is proven last, beside a code.
        let all = [
            Factor::Password,
            Factor::SoftwareToken,
            Factor::Custom,
            Factor::Device,
        ];
        assert!(has_second_code(&of(&all)));
    }
}
