//! An administrator adds a user and invites them to sign in (admin.md 2.2).

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_shapes::{DeliveryMediumType, UserStatusType};
use cognate_store::Batch;

use crate::accounts::step::{Basis, Step};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::Origin;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::{self, User};
use crate::signin::first_factors;
use crate::users::attributes::{self, Given, Writer};
use crate::users::invitation::{Invitation, destinations, require_senders};
use crate::users::password_policy::history;
use crate::users::pre_sign_up::{self, ValidationData};
use crate::users::{aliases, password};

/// A user as an administrator adds them.
pub struct NewUser<'a> {
    /// The user name.
    pub username: &'a str,
    /// The attributes.
    pub attributes: Given,
    /// ValidationData for the function that may refuse the user.
    pub validation: ValidationData,
    /// The temporary password; None to have one made, where the pool's users need one.
    pub temporary_password: Option<&'a SecretString>,
    /// The media by which the invitation goes, empty for the pool's choice; None for no invitation.
    pub invitation: Option<&'a [DeliveryMediumType]>,
    /// True if aliases move here from users who have verified them before.
    pub force_alias: bool,
    /// The origin of the request, for the functions of triggers.
    pub origin: Origin<'a>,
}

/// Creates a user and sends the invitation.
///
/// # Errors
/// The texts of auth.md 6.8.
pub async fn create_user(cx: &Cx<'_>, pool: &Pool, input: &NewUser<'_>) -> Result<User> {
    let basis = Basis::of(cx, pool);
    attributes::check_username(pool, input.username)?;
    let given = input.attributes.clone();
    let attributes = attributes::validate_new(pool, Writer::Admin, input.username, given)?;
    let temporary = temporary(cx, pool, input.temporary_password)?;

    let status = match temporary {
        Some(_) => UserStatusType::ForceChangePassword,
        None => UserStatusType::Confirmed,
    };
    let id = cx.memory().once("sub", random::uuid_v4);
    let mut user = User::new(pool, id, input.username, attributes, status, cx.now());
    if temporary.is_none() {
        require_complete(pool, &user)?;
    }
    let invited = match input.invitation {
        Some(media) => destinations(pool, &user, media)?,
        None => Vec::new(),
    };
    require_senders(cx, pool, &invited)?;

    pre_sign_up::at_creation(cx, pool, input.origin, &user, &input.validation).await?;
    (user.created, user.modified) = (cx.now(), cx.now());
    if let Some(temporary) = &temporary {
        user.doc.temporary_until = Some(password::temporary_until(cx, pool));
        let sealed = password::seal(cx, pool, &user.id, &user.username, temporary).await;
        user.credential = Some(sealed);
    }

    let batch = if input.force_alias {
        aliases::create(cx, Batch::new(), pool, &user).await?
    } else {
        user::create(Batch::new(), pool, &user)?
    };
    let invitation = Invitation {
        login: input.username,
        temporary: temporary.as_ref(),
        destinations: &invited,
        origin: input.origin,
    };
    let batch = invitation.send(cx, batch, pool, &user).await?;
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    let force = input.force_alias;
    let step = Step {
        conflict: Box::new(move |label| aliases::conflict_of_new(cx, pool, force, label)),
        ..Step::new(basis, batch, user)
    };
    step.commit(cx).await
}

/// Sends another invitation, with a new temporary password and a new time to use it, to a user who has not signed in
/// yet. `media`: empty for the pool's choice.
///
/// # Errors
/// The texts of auth.md 6.8.
pub async fn invite_again(
    cx: &Cx<'_>,
    pool: &Pool,
    username: &str,
    temporary_password: Option<&SecretString>,
    media: &[DeliveryMediumType],
    origin: Origin<'_>,
) -> Result<User> {
    let basis = Basis::of(cx, pool);
    let before = User::find(&cx.store, pool, username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    if before.status != UserStatusType::ForceChangePassword {
        return Err(errors::users::resend_not_possible(username).into());
    }
    let temporary = password::temporary(cx, pool, temporary_password)?;
    let invited = destinations(pool, &before, media)?;
    require_senders(cx, pool, &invited)?;
    let mut after = before.clone();
    let sealed = password::seal(cx, pool, &after.id, &after.username, &temporary).await;
    history::replace(pool, &mut after, sealed);
    after.doc.temporary_until = Some(password::temporary_until(cx, pool));
    after.modified = cx.now();
    let batch = user::save(Batch::new(), pool, &before, &after)?;
    let invitation = Invitation {
        login: username,
        temporary: Some(&temporary),
        destinations: &invited,
        origin,
    };
    let batch = invitation.send(cx, batch, pool, &after).await?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    Step::new(basis, batch, after).commit(cx).await
}

/// Returns the temporary password, chosen or generated. None in pools whose users sign in by one-time passwords, for
/// which none is generated.
fn temporary(
    cx: &Cx<'_>,
    pool: &Pool,
    chosen: Option<&SecretString>,
) -> Result<Option<SecretString>> {
    let chosen = chosen.filter(|text| !text.expose().is_empty());
    if chosen.is_none() && first_factors::passwordless(pool) {
        return Ok(None);
    }
    password::temporary(cx, pool, chosen).map(Some)
}

/// Refuses an incomplete user without a password: such a user never passes the step that asks for missing attributes,
/// and must have an attribute that a one-time password can be sent to.
fn require_complete(pool: &Pool, user: &User) -> Result<()> {
    let missing: Vec<_> = schema::required(&pool.doc.schema)
        .filter(|name| user.attribute(name).is_none_or(str::is_empty))
        .map(errors::users::attribute_required)
        .collect();
    if !missing.is_empty() {
        return Err(errors::users::not_conforming(&missing).into());
    }
    if first_factors::of(pool, user, false).is_empty() {
        return Err(errors::challenges::no_first_factor().into());
    }
    Ok(())
}
