//! SMS_MFA, and EMAIL_OTP as the second factor: a code is sent and comes back (auth.md 3.3, 4.2).

use std::collections::BTreeMap;

use cognate_shapes::ChallengeNameType;
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::Factor;
use crate::records::user::User;
use crate::signin::flows::Parameters;
use crate::signin::mfa::{name_for_srp, user_of};
use crate::signin::otp::{self, Correct, Stage};
use crate::signin::outcome::Outcome;
use crate::signin::progress::{Awaits, Progress};
use crate::signin::resume::Resumed;
use crate::signin::{At, advance};
use crate::users::{aliases, changes};

/// The medium of a challenge: where the code goes, the member that brings it back, what it shows.
struct Medium {
    challenge: ChallengeNameType,
    contact: Contact,
    member: &'static str,
    factor: Factor,
}

fn medium(awaits: &Awaits) -> Medium {
    match awaits {
        Awaits::SmsMfa => Medium {
            challenge: ChallengeNameType::SmsMfa,
            contact: Contact::PhoneNumber,
            member: "SMS_MFA_CODE",
            factor: Factor::Sms,
        },
        _ => Medium {
            challenge: ChallengeNameType::EmailOtp,
            contact: Contact::Email,
            member: "EMAIL_OTP_CODE",
            factor: Factor::Email,
        },
    }
}

/// Sends a code to `user`. `awaits`: [`Awaits::SmsMfa`], [`Awaits::EmailMfa`], or [`Awaits::EmailSetup`] with the new
/// address put into the user.
///
/// # Errors
/// What stands in the way of sending.
pub fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    user: &User,
    progress: Progress,
    awaits: Awaits,
    batch: Batch,
) -> Result<(Batch, Outcome)> {
    let medium = medium(&awaits);
    let progress = progress.next(cx, at.client, awaits);
    let (batch, mut parameters) = otp::send(
        cx,
        at,
        user,
        medium.contact,
        Stage::Second,
        &progress,
        batch,
    )?;
    if medium.contact == Contact::PhoneNumber {
        name_for_srp(&progress, &mut parameters);
    }
    let session = Some(progress.seal(cx, at.pool)?);
    let asked = Outcome::challenge(medium.challenge, session, parameters);
    Ok((batch, asked))
}

/// Takes the code. A wrong one counts towards the lockout; the session stays good for another.
///
/// # Errors
/// auth.md 6.5: CodeMismatchException; a session whose user has another address or number by now.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let Medium { member, factor, .. } = medium(&resumed.progress.awaits);
    let code = given.required(member)?;
    let correct = match otp::check(cx, at, &resumed, code).await {
        Ok(correct) => correct,
        Err(Fault::Api(refusal)) if otp::was_judged(&refusal) => {
            return Err(advance::wrong(cx, at, resumed, refusal).await);
        }
        Err(fault) => return Err(fault),
    };
    let before = user_of(&resumed)?.clone();
    let after = after(cx, at, &resumed.progress.awaits, &before, &correct)?;
    let batch = correct.consume(Batch::new(), at.pool);
    let Some(after) = after else {
        return advance::proved(cx, at, resumed, factor, batch).await;
    };
    // A verified address is a name to sign in with where the pool says so, and belongs to whoever verified it last
    // (auth.md 2.4).
    let batch = aliases::save(cx, batch, at.pool, &before, &after).await?;
    let batch = audit::record(cx, batch, &at.pool.id, Some(&after.id));
    advance::proved_and_saved(cx, at, resumed, factor, batch, after).await
}

/// The user after a right answer; None when nothing changes. What a code came back from is verified; an address that was
/// given in answer to MFA_SETUP is theirs from now and turned on, if they still may set it.
fn after(
    cx: &Cx<'_>,
    at: At<'_>,
    awaits: &Awaits,
    before: &User,
    correct: &Correct,
) -> Result<Option<User>> {
    let code = &correct.code;
    if *awaits != Awaits::EmailSetup {
        // The code shows that its reader has what the user had then.
        if before.attribute(&code.attribute) != Some(code.value.as_str()) {
            return Err(auth::session_invalid().into());
        }
        return Ok(otp::confirmed(cx, at.pool, before, correct));
    }
    let given = BTreeMap::from([(code.attribute.clone(), code.value.clone())]);
    let mut after = changes::complete(at.pool, at.client, before, given)?;
    let flag = Contact::Email.flag().to_owned();
    after.doc.attributes.insert(flag, "true".to_owned());
    after.doc.mfa.email = true;
    after.modified = cx.now();
    Ok(Some(after))
}
