//! A new user proves by a code that an address is theirs (auth.md 2.2, 2.4, 6.3).

use std::collections::BTreeMap;

use cognate_shapes::UserStatusType;
use cognate_store::Batch;

use crate::accounts::step::{Basis, Step, Then};
use crate::accounts::{Limit, PublicCall};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::Origin;
use crate::records::user;
use crate::signin::auto_sign_in;
use crate::users::codes::{self, Purpose};
use crate::users::{aliases, verification};

/// auth.md 2.7.
pub(super) const LIMIT: Limit = Limit {
    kind: "confirm_sign_up",
    most: 15,
};

/// The code of a sign-up as a client sends it.
pub struct Confirmation<'a> {
    /// The client's id.
    pub client_id: &'a str,
    /// The user name.
    pub username: &'a str,
    /// The client's proof over the user name.
    pub proof: Option<&'a str>,
    /// The code.
    pub code: &'a str,
    /// The session of the sign-up.
    pub session: Option<&'a str>,
    /// True if an alias moves here from a user who has verified it before.
    pub force_alias: bool,
    /// ClientMetadata for the functions of triggers.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}

/// Confirms a sign-up; returns the session with which the user can sign in without another code, for clients that can
/// use it.
///
/// # Errors
/// The texts of auth.md 6.3.
pub async fn confirm_sign_up(cx: &Cx<'_>, input: &Confirmation<'_>) -> Result<Option<String>> {
    let call = PublicCall::open(cx, input.client_id, input.username, input.proof).await?;
    let (pool, client) = (&*call.pool, &*call.client);
    let basis = Basis::of(cx, pool).with_client(client);
    let (account, guard) = call.locked(cx, LIMIT).await?;
    if let Some(user) = account.user()
        && user.status != UserStatusType::Unconfirmed
    {
        return Err(errors::users::cannot_be_confirmed(user.status.as_str()).into());
    }
    let sign_up = input
        .session
        .map(|session| auto_sign_in::check_confirmation(pool, client, account.key(), session))
        .transpose()?;
    let correct = codes::check(cx, pool, &account, Purpose::SignUp, input.code).await?;
    let Some(before) = account.user() else {
        // No answer to a decoy is right; `check` has refused already.
        return Err(errors::users::code_mismatch().into());
    };

    let mut after = before.clone();
    after.status = UserStatusType::Confirmed;
    after.modified = cx.now();
    verification::mark_verified(&mut after, &correct.code);
    let batch = correct.consume(Batch::new(), pool);
    let batch = if input.force_alias {
        aliases::save(cx, batch, pool, before, &after).await?
    } else {
        user::save(batch, pool, before, &after)?
    };
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let origin = Origin::of_client(&client.id, input.metadata);
    let session = {
        let attribute = &correct.code.attribute;
        auto_sign_in::of_confirmation(cx, pool, client, &after, attribute, sign_up.as_ref())?
    };
    let conflict = if input.force_alias {
        aliases::conflict_by_force
    } else {
        aliases::conflict
    };
    let step = Step {
        conflict: Box::new(move |label| conflict(cx, label)),
        guard: Some(guard),
        then: Then::signed_up(origin, pool, &after),
        ..Step::new(basis, batch, session)
    };
    step.commit(cx).await
}
