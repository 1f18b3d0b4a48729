//! SMS_MFA, and EMAIL_OTP as the second factor: a code is sent and comes back (auth.md 3.3, 4.2).

use std::collections::BTreeMap;

use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::Factor;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::challenge::{Ask, Challenge};
use crate::signin::lock::Lock;
use crate::signin::otp::{self, Correct, Stage};
use crate::signin::state::{Expected, SignInState};
use crate::signin::verdict::{Pass, Step, Verdict, Wrong};
use crate::users::{aliases, changes};

/// Sends a code to `user`. `expected`: [`Expected::SmsMfa`], [`Expected::EmailMfa`], or [`Expected::EmailSetup`] or
/// [`Expected::SmsSetup`] with the new address or number put into the user.
///
/// # Errors
/// Those of sending; those of the pool's function that words the message.
pub async fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    user: &User,
    state: SignInState,
    expected: Expected,
    batch: Batch,
) -> Result<(Batch, Challenge)> {
    let contact = match expected {
        Expected::SmsMfa | Expected::SmsSetup => Contact::PhoneNumber,
        _ => Contact::Email,
    };
    let state = state.next(cx, at.client, expected);
    let sent = otp::send(cx, at, lock, user, contact, Stage::Second, &state);
    let (code, delivery) = sent.await?;
    let ask = match contact {
        Contact::PhoneNumber => Ask::SmsMfa {
            delivery,
            name_for_srp: state.name_for_srp(),
        },
        Contact::Email => Ask::EmailOtp(delivery),
    };
    let challenge = Challenge::new(ask, Some(state.seal(cx, at.pool)?));
    Ok((code.into_batch(batch), challenge))
}

/// Judges the code. A wrong one counts towards the lockout; the session stays good for another.
///
/// # Errors
/// auth.md 6.5: a code that was not judged; a session whose user has another address or number by now.
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    code: &str,
    factor: Factor,
) -> Result<Verdict> {
    // Its event is written where it counts towards the lockout.
    let also = async || Ok(Batch::new());
    let correct = match otp::check(cx, at, step, code, also).await {
        Ok(correct) => correct,
        Err(Fault::Api(refusal)) if otp::was_judged(&refusal) => {
            let one_time = true;
            return Ok(Verdict::Wrong(Wrong {
                one_time,
                ..Wrong::new(refusal)
            }));
        }
        Err(fault) => return Err(fault),
    };
    let before = step.known()?;
    let after = after(cx, at, &step.state.expected, before, &correct)?;
    let writes = correct.consume(Batch::new(), at.pool);
    let writes = match &after {
        None => writes,
        // A verified address is a name to sign in with where the pool says so, and belongs to the user who verified it
        // last (auth.md 2.4).
        Some(after) => {
            let writes = aliases::save(cx, writes, at.pool, before, after).await?;
            audit::record(cx, writes, &at.pool.id, Some(&after.id))
        }
    };
    Ok(Verdict::Passed(Pass {
        factor: Some(factor),
        writes,
        after,
    }))
}

/// Returns the user after a right answer; None when nothing changes. The address that a code was sent to is verified;
/// one from an answer to MFA_SETUP becomes the user's and is turned on, if they still may set it.
fn after(
    cx: &Cx<'_>,
    at: At<'_>,
    expected: &Expected,
    before: &User,
    correct: &Correct,
) -> Result<Option<User>> {
    let code = &correct.code;
    let set_up = match expected {
        Expected::EmailSetup => Some(Contact::Email),
        Expected::SmsSetup => Some(Contact::PhoneNumber),
        _ => None,
    };
    let Some(contact) = set_up else {
        // The code shows that its reader has the address that the user had then.
        if before.attribute(&code.attribute) != Some(code.value.as_str()) {
            return Err(auth::session_invalid().into());
        }
        return Ok(otp::confirmed(cx, at.pool, before, correct));
    };
    let given = BTreeMap::from([(code.attribute.clone(), code.value.clone())]);
    let mut after = changes::complete(at.pool, at.client, before, given)?;
    let flag = contact.flag().to_owned();
    after.doc.attributes.insert(flag, "true".to_owned());
    after.doc.mfa.set(contact.factor(), true);
    after.modified = cx.now();
    Ok(Some(after))
}
