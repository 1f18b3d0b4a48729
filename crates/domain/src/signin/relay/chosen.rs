//! First factors that a user chose, as far as the upstream of the pool can judge them: what of a request that is.

use cognate_crypto::secret::SecretString;
use cognate_shapes::ChallengeNameType;

use crate::errors::Result;
use crate::signin::answer::{Answer, UserAuth};
use crate::signin::choice::Offer;
use crate::signin::srp;
use crate::signin::state::Expected;
use crate::signin::verdict::{Asked, Verdict};

/// Returns A of a request that prefers SRP, if that is offered.
pub(in crate::signin) fn srp_at_once<'w>(
    wish: &'w UserAuth,
    offer: &Offer,
) -> Result<Option<&'w str>> {
    let prefers = wish.preferred == Some(ChallengeNameType::PasswordSrp);
    let is_offered = offer.list.contains(&ChallengeNameType::PasswordSrp);
    let Some(given) = wish.public_a.as_ref().filter(|_| prefers && is_offered) else {
        return Ok(None);
    };
    let text = given.get()?;
    srp::parse(text)?;
    Ok(Some(text))
}

/// Returns the challenge of a verdict as one of several first factors.
pub(in crate::signin) fn among(verdict: Verdict, offers: Vec<ChallengeNameType>) -> Verdict {
    match verdict {
        Verdict::Ask(asked) => Verdict::Ask(Asked {
            challenge: asked.challenge.among(offers),
            ..asked
        }),
        other => other,
    }
}

/// Returns the password of an answer by which a user who chose that signs in.
pub(in crate::signin) fn password_in(answer: &Answer) -> Option<&SecretString> {
    match answer {
        Answer::Password(given) => given.optional(),
        Answer::SelectChallenge {
            factor,
            password: Some(given),
            ..
        } if factor.optional() == Some(&Some(ChallengeNameType::Password)) => given.optional(),
        _ => None,
    }
}

/// Returns A of an answer by which a user who chose SRP begins it, and the offers that the choice was made from.
pub(in crate::signin) fn srp_in<'r>(
    answer: &'r Answer,
    expected: &Expected,
) -> Option<(&'r str, Option<Vec<ChallengeNameType>>)> {
    let chosen = Some(ChallengeNameType::PasswordSrp);
    match (answer, expected) {
        (Answer::PasswordSrp(given), Expected::PasswordSrp) => Some((given.optional()?, None)),
        (
            Answer::SelectChallenge {
                factor,
                public_a: Some(given),
                ..
            },
            Expected::SelectChallenge(offers),
        ) if factor.optional() == Some(&chosen)
            && offers.contains(&ChallengeNameType::PasswordSrp) =>
        {
            Some((given.optional()?, Some(offers.clone())))
        }
        _ => None,
    }
}
