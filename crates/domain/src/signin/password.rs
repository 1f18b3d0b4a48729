//! Sign-in with the password itself: USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH and its legacy names (auth.md 3.2).

use cognate_crypto::secret::{Secret, SecretString};

use crate::cx::Cx;
use crate::errors::{Fault, Result, auth};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::signin::candidate::{Candidate, Names};
use crate::signin::flows::Parameters;
use crate::signin::outcome::{self, Outcome, Proof};
use crate::signin::secret_hash::{self, Missing};

/// Checks USERNAME and PASSWORD.
///
/// # Errors
/// auth.md 2.3 and 6.4. Nobody's name costs what a user's costs where the client must not know.
pub async fn sign_in(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let name = given.required("USERNAME")?;
    let password: SecretString = Secret::new(given.required("PASSWORD")?.to_owned());
    secret_hash::check(client, name, given.get("SECRET_HASH"), Missing::Long)?;

    let mark = cx.gates.mark();
    let mut candidate = Candidate::find(cx, pool, client, name, Names::LoginsAndSub).await?;
    let subject = candidate.tally.subject().clone();
    let turn = cx
        .gates
        .enter(pool, subject.as_str())
        .await
        .ok_or_else(auth::password_attempts_exceeded)?;
    if !turn.saw_all_since(mark) {
        candidate = Candidate::find(cx, pool, client, name, Names::LoginsAndSub).await?;
        if *candidate.tally.subject() != subject {
            return Err(Fault::Stale);
        }
    }
    candidate.tally.refuse_locked(cx.now)?;
    candidate.refuse_state(cx, pool, client).await?;

    let credential = candidate.credential(pool)?;
    let (suffix, username) = (pool.suffix().to_owned(), candidate.username(pool));
    let right = cx
        .workers
        .run(move || credential.matches(&suffix, &username, password.expose()))
        .await;
    match candidate {
        Candidate {
            user: Some(user),
            tally,
            ..
        } if right => {
            outcome::after_password(cx, pool, client, user, &tally, &Proof::Password).await
        }
        wrong => Err(wrong.failed(cx, pool, client).await),
    }
}
