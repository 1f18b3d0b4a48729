//! A challenge of the upstream, asked here: the row that waits for the answer.

use cognate_crypto::credential::Credential;
use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::At;
use crate::signin::challenge::Challenge;
use crate::signin::relay::ask;
use crate::signin::state::{Expected, Flow, SignInState};
use crate::signin::verdict::{Asked, Judged, Replay};
use crate::upstream::answers::Question;
use crate::upstream::dialog::NAME;
use crate::upstream::question::Kept;

/// Returns the credential of a password, in hexadecimal, with the name that it is for.
pub(super) async fn derive(
    cx: &Cx<'_>,
    at: At<'_>,
    name: &str,
    password: &SecretString,
) -> (String, String) {
    let (suffix, user, copy) = (
        at.pool.suffix().to_owned(),
        name.to_owned(),
        password.duplicate(),
    );
    let derive = move || Credential::for_password(&suffix, &user, copy.expose());
    let credential = cx.workers.run(derive).await;
    (name.to_owned(), hex::encode(credential.to_bytes().expose()))
}

/// Returns what is kept with the first challenge of a sign-in. `typed`: the name that was typed.
pub(super) fn first_row(
    question: &Question,
    typed: &str,
    credential: Option<(String, String)>,
) -> Kept {
    let username = match question.parameter(NAME) {
        "" => typed,
        told => told,
    };
    Kept {
        session: question.session.clone(),
        username: username.to_owned(),
        typed: typed.to_owned(),
        credential,
    }
}

/// Returns the challenge with the row that keeps the upstream's session.
pub(super) fn keep(
    cx: &Cx<'_>,
    at: At<'_>,
    state: SignInState,
    question: &Question,
    kept: &Kept,
    replay: Replay,
) -> Judged<Asked> {
    let ask = ask::challenge(question, &state)?;
    let row = format!("row of the upstream's question {}", state.subject);
    let row = cx.memory().once(&row, random::uuid_v4);
    let pretended = state.pretended;
    let mut state = state.next(
        cx,
        at.client,
        Expected::Upstream {
            challenge: question.name,
            row: row.clone(),
        },
    );
    state.pretended = pretended;
    let subject = state.subject.clone();
    let writes = kept.insert(Batch::new(), at.pool, &subject, &row, state.expires)?;
    let session = state.seal(cx, at.pool)?;
    Ok(Asked {
        challenge: Challenge::new(ask, Some(session)),
        writes,
        replay,
    })
}

/// Returns the second step of SRP: with a session in flows that have sessions, as it has here.
pub(super) fn password_verifier(
    cx: &Cx<'_>,
    at: At<'_>,
    state: &SignInState,
    question: &Question,
) -> Result<Asked> {
    let session = match state.start.flow {
        Flow::Srp => None,
        _ => {
            let next = state.clone();
            let next = next.next(cx, at.client, Expected::PasswordVerifier);
            Some(next.seal(cx, at.pool)?)
        }
    };
    let challenge = ask::password_verifier(question, session);
    Ok(Asked::without_writes(challenge))
}
