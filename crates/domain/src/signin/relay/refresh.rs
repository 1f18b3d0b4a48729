//! Refresh tokens of the upstream: they are traded there, and a session is opened here.

use cognate_crypto::hash;
use cognate_shapes::AuthenticationResultType;
use cognate_store::Batch;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{ApiError, Fault, Result, auth};
use crate::records::upstream::{self, Standing};
use crate::records::user::User;
use crate::signin::At;
use crate::signin::candidate::state_refusal;
use crate::signin::driver::{self, Vouched};
use crate::signin::opening::Ending;
use crate::signin::relay::asking::upstream_for;
use crate::signin::secret_hash::ClientProof;
use crate::signin::verdict::Change;
use crate::tokens::refresh::RefreshToken;
use crate::upstream::answers::{Refusal, Said};
use crate::upstream::arrival::{self, Arrival, Arrived, Password};
use crate::upstream::dialog::{self, Proof};
use crate::upstream::identity::Person;

/// A refresh token that this pool did not give out.
pub(in crate::signin) struct Foreign<'a> {
    /// The token.
    pub text: &'a str,
    /// The device that the request names.
    pub device: Option<&'a str>,
    /// The proof of the client, which may depend on the name of the user.
    pub proof: &'a ClientProof,
    /// The refusal of a token that is good for nothing.
    pub invalid: fn() -> ApiError,
}

/// Trades a refresh token of the upstream; None if it cannot be one.
///
/// # Errors
/// The refusal of a bad token; InternalErrorException if the upstream does not answer; [`Fault::Stale`] once a new user is
/// here.
pub(in crate::signin) async fn trade<E>(
    cx: &Cx<'_>,
    at: At<'_>,
    foreign: Foreign<'_>,
    ending: &E,
) -> Result<Option<AuthenticationResultType>>
where
    E: Ending<Result = AuthenticationResultType>,
{
    if !at.pool.doc.upstream || RefreshToken::open(at.pool, foreign.text).is_some() {
        return Ok(None);
    }
    let Some(upstream) = upstream_for(cx, at, None).await? else {
        return Ok(None);
    };
    let step = dialog::Step {
        pool: at.pool,
        upstream: &upstream,
        client: at.client,
        username: "",
    };
    let subject = hash::sha256_hex(foreign.text.as_bytes());
    let target = format!("upstream {}", at.pool.id);
    let call = Call {
        point: "upstream refresh token",
        subject: &subject,
        target: &target,
    };
    let proof = Proof::Refresh {
        token: foreign.text,
        device: foreign.device,
    };
    let person = match cx.call(call, step.take(cx, proof)).await? {
        Said::Known(person) => person,
        Said::Asked(_) | Said::Refused(Refusal { counts: true, .. }) => {
            return Err((foreign.invalid)().into());
        }
        Said::Refused(refusal) => return Err(refusal.error.into()),
    };
    if foreign.proof.names_a_user() {
        let names = [person.username.as_str(), person.sub.as_str()];
        foreign.proof.check_any(at.client, &names)?;
    }
    let user = match User::by_id(&cx.store, at.pool, &person.sub).await? {
        Some(user) if !is_unmoved(cx, at, &user).await? => {
            if !outlives_the_move(cx, at, &user, &person).await? {
                return Err((foreign.invalid)().into());
            }
            user
        }
        found => {
            let arrival = Arrival {
                pool: at.pool,
                upstream: &upstream,
                typed: None,
                known: None,
                person: &person,
                answered: None,
                password: Password::Unknown,
            };
            match (arrival.settle(cx, Batch::new()).await?, found) {
                (Arrived::AsTheyWere, Some(user)) => user,
                (Arrived::Unusable, _) => return Err((foreign.invalid)().into()),
                _ => return Err(Fault::Stale),
            }
        }
    };
    if !user.enabled {
        return Err(auth::user_disabled().into());
    }
    if let Some(refusal) = state_refusal(at.client, &user) {
        return Err(refusal.into());
    }
    // ClientMetadata of a refresh is not for the functions that end a sign-in.
    let at = At {
        metadata: None,
        ..at
    };
    let vouched = Vouched {
        user,
        change: Change::None,
        batch: Batch::new(),
        once: None,
        level: None,
        provider: String::new(),
    };
    driver::vouched(cx, at, vouched, ending).await.map(Some)
}

async fn is_unmoved(cx: &Cx<'_>, at: At<'_>, user: &User) -> Result<bool> {
    arrival::may_ask(cx, at.pool, user).await
}

/// True if a session there may go on here although the password has moved: it began before that, and the password is still
/// the one that came over.
async fn outlives_the_move(cx: &Cx<'_>, at: At<'_>, user: &User, person: &Person) -> Result<bool> {
    let standing = upstream::standing(&cx.store, at.pool, &user.id).await?;
    Ok(match standing {
        Some(Standing::Moved { at, mark }) => {
            let began = person.auth_time.saturating_mul(SECOND);
            began <= at && mark == upstream::mark(user.credential.as_deref())
        }
        Some(Standing::Active) | None => false,
    })
}
