//! AdminCreateUser: an administrator adds a user and invites them to sign in (admin.md 2.2).

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_shapes::{
    AdminCreateUserRequest, AdminCreateUserResponse, DeliveryMediumType, MessageActionType,
    UserStatusType,
};
use cognate_store::{Batch, Label};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::messages::{self, Addressee, Destination, Kind, Message, render};
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::{self, User};
use crate::signin::choice::offers;
use crate::users::attributes::{self, Writer};
use crate::users::password_policy::history;
use crate::users::{aliases, password, view};

/// AdminCreateUser.
pub async fn admin_create_user(
    cx: &Cx<'_>,
    input: AdminCreateUserRequest,
) -> Result<AdminCreateUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    if input.message_action == Some(MessageActionType::Resend) {
        return resend(cx, &pool, input).await;
    }
    attributes::check_username(&pool, &input.username)?;
    let given = input.user_attributes.unwrap_or_default();
    let attributes = attributes::validate_new(&pool, Writer::Admin, &input.username, given)?;
    let temporary = temporary(&pool, input.temporary_password)?;

    let status = match temporary {
        Some(_) => UserStatusType::ForceChangePassword,
        None => UserStatusType::Confirmed,
    };
    let id = random::uuid_v4();
    let mut user = User::new(&pool, id, &input.username, attributes, status, cx.now());
    if temporary.is_some() {
        user.doc.temporary_until = Some(password::temporary_until(cx, &pool));
    }
    if temporary.is_none() {
        require_complete(&pool, &user)?;
    }
    let invited = match input.message_action {
        Some(MessageActionType::Suppress) => Vec::new(),
        _ => destinations(&pool, &user, input.desired_delivery_mediums.as_deref())?,
    };
    require_couriers(cx, &pool, &invited)?;
    if let Some(temporary) = &temporary {
        let sealed = password::seal(cx, &pool, &user.id, &user.username, temporary).await;
        user.credential = Some(sealed);
    }

    let force = input.force_alias_creation == Some(true);
    let others = if force {
        aliases::dispossess(cx, &pool, &user).await?
    } else {
        Vec::new()
    };
    let changes: Vec<_> = others
        .iter()
        .map(|(before, after)| (before, after))
        .collect();
    let batch = user::save_all(Batch::new(), &pool, &changes)?;
    let batch = user::create(batch, &pool, &user)?;
    let batch = invite(
        cx,
        batch,
        &pool,
        &user,
        &input.username,
        temporary.as_ref(),
        &invited,
    )?;
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |label| conflict(cx, &pool, force, label))
        .await?;
    messages::posted(cx);
    let attributes = user.attributes_for(None);
    Ok(AdminCreateUserResponse {
        user: Some(view::user_type(&user, attributes)),
    })
}

/// The temporary password, given or generated. None in pools whose users sign in by one-time passwords, which generate
/// none.
fn temporary(pool: &Pool, given: Option<String>) -> Result<Option<SecretString>> {
    let given = given.filter(|text| !text.is_empty());
    if given.is_none() && offers::passwordless(pool) {
        return Ok(None);
    }
    password::temporary(pool, given).map(Some)
}

/// A user without a password never passes the step that asks for missing attributes, and must have something that a
/// one-time password can be sent to.
fn require_complete(pool: &Pool, user: &User) -> Result<()> {
    let missing: Vec<_> = schema::required(&pool.doc.schema)
        .filter(|name| user.attribute(name).is_none_or(str::is_empty))
        .map(errors::users::attribute_required)
        .collect();
    if !missing.is_empty() {
        return Err(errors::users::not_conforming(&missing).into());
    }
    if offers::of(pool, user, false).is_empty() {
        return Err(errors::challenges::no_first_factor().into());
    }
    Ok(())
}

/// A new temporary password and a new time to use it, for a user who has not signed in yet.
async fn resend(
    cx: &Cx<'_>,
    pool: &Pool,
    input: AdminCreateUserRequest,
) -> Result<AdminCreateUserResponse> {
    let before = User::find(&cx.store, pool, &input.username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    if before.status != UserStatusType::ForceChangePassword {
        return Err(errors::users::resend_not_possible(&input.username).into());
    }
    let temporary = password::temporary(pool, input.temporary_password)?;
    let invited = destinations(pool, &before, input.desired_delivery_mediums.as_deref())?;
    require_couriers(cx, pool, &invited)?;
    let mut after = before.clone();
    let sealed = password::seal(cx, pool, &after.id, &after.username, &temporary).await;
    history::replace(pool, &mut after, sealed);
    after.doc.temporary_until = Some(password::temporary_until(cx, pool));
    after.modified = cx.now();
    let batch = user::save(Batch::new(), pool, &before, &after)?;
    let batch = invite(
        cx,
        batch,
        pool,
        &after,
        &input.username,
        Some(&temporary),
        &invited,
    )?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    messages::posted(cx);
    let attributes = after.attributes_for(None);
    Ok(AdminCreateUserResponse {
        user: Some(view::user_type(&after, attributes)),
    })
}

/// Where the invitation goes. Media that were asked for need their attribute; without a wish it is a text message if
/// that can be, else an e-mail, else nothing.
fn destinations(
    pool: &Pool,
    user: &User,
    desired: Option<&[DeliveryMediumType]>,
) -> Result<Vec<Destination>> {
    let by = |medium: DeliveryMediumType| match medium {
        DeliveryMediumType::Sms => Destination::of(user, Contact::PhoneNumber),
        DeliveryMediumType::Email => Destination::of(user, Contact::Email),
    };
    let Some(desired) = desired.filter(|list| !list.is_empty()) else {
        let text = by(DeliveryMediumType::Sms);
        let email = by(DeliveryMediumType::Email);
        let can_text = pool.doc.sms_configuration.is_some() || email.is_none();
        return Ok(text.filter(|_| can_text).or(email).into_iter().collect());
    };
    let mut list: Vec<Destination> = Vec::new();
    for destination in desired.iter().filter_map(|medium| by(*medium)) {
        if !list.contains(&destination) {
            list.push(destination);
        }
    }
    if list.is_empty() {
        Err(errors::users::no_desired_medium().into())
    } else {
        Ok(list)
    }
}

fn require_couriers(cx: &Cx<'_>, pool: &Pool, destinations: &[Destination]) -> Result<()> {
    destinations
        .iter()
        .try_for_each(|destination| messages::require_courier(cx, pool, destination.medium()))
}

/// Adds the invitations. `shown` is the name to sign in with, which in pools with username attributes is not the user
/// name.
fn invite(
    cx: &Cx<'_>,
    mut batch: Batch,
    pool: &Pool,
    user: &User,
    shown: &str,
    temporary: Option<&SecretString>,
    destinations: &[Destination],
) -> Result<Batch> {
    let secret = temporary.map(|temporary| temporary.expose());
    for destination in destinations {
        let medium = destination.medium();
        let message = Message {
            addressee: Addressee::User(&user.id, &user.username),
            destination,
            kind: Kind::AdminCreateUser,
            rendered: match secret {
                Some(secret) => render::invitation(pool, medium, shown, secret),
                None => render::invitation_without_password(pool, medium, shown),
            },
            code: secret.map_or("", String::as_str),
            expires: user.doc.temporary_until.unwrap_or(cx.now()),
        };
        batch = messages::post(cx, batch, pool, message)?;
    }
    Ok(batch)
}

fn conflict(cx: &Cx<'_>, pool: &Pool, force: bool, label: Label) -> Fault {
    match user::taken_alias(label) {
        Some(attribute) if pool.has_username_attributes() => {
            errors::users::account_exists(attribute).into()
        }
        Some(_) if force => aliases::conflict_by_force(cx, label),
        Some(_) => aliases::conflict(cx, label),
        None if label == user::USERNAME_TAKEN => {
            errors::users::user_account_already_exists().into()
        }
        None => Fault::Stale,
    }
}
