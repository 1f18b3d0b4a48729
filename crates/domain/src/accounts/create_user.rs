//! An administrator adds a user and invites them to sign in (admin.md 2.2).

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_shapes::{DeliveryMediumType, UserStatusType};
use cognate_store::{Batch, Label};

use crate::accounts::step::{Basis, Step};
use crate::app::functions::Trigger;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::messages::delivery::{self, Envelope, require_sender};
use crate::messages::{Account, Destination, Origin, Reason};
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::{self, User};
use crate::signin::first_factors;
use crate::users::attributes::{self, Given, Writer};
use crate::users::password_policy::history;
use crate::users::{aliases, password};

/// A user as an administrator adds them.
pub struct NewUser<'a> {
    /// The user name.
    pub username: &'a str,
    /// The attributes.
    pub attributes: Given,
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

    let event = input
        .origin
        .event(Trigger::PreSignUp, "PreSignUp_AdminCreateUser", &user);
    let _answer = cx.trigger(None, pool, &user.id, &event).await?;
    (user.created, user.modified) = (cx.now(), cx.now());
    if let Some(temporary) = &temporary {
        user.doc.temporary_until = Some(password::temporary_until(cx, pool));
        let sealed = password::seal(cx, pool, &user.id, &user.username, temporary).await;
        user.credential = Some(sealed);
    }

    let others = if input.force_alias {
        aliases::unverify_previous_owners(cx, pool, &user).await?
    } else {
        Vec::new()
    };
    let changes: Vec<_> = others
        .iter()
        .map(|(before, after)| (before, after))
        .collect();
    let batch = user::save_all(Batch::new(), pool, &changes)?;
    let batch = user::create(batch, pool, &user)?;
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
        conflict: Box::new(move |label| conflict(cx, pool, force, label)),
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

/// Returns the destinations of an invitation. Media that were asked for need their attribute; without a wish it is a
/// text message if that can be, else an e-mail, else nothing.
fn destinations(
    pool: &Pool,
    user: &User,
    desired: &[DeliveryMediumType],
) -> Result<Vec<Destination>> {
    let by = |medium: DeliveryMediumType| match medium {
        DeliveryMediumType::Sms => Destination::of(user, Contact::PhoneNumber),
        DeliveryMediumType::Email => Destination::of(user, Contact::Email),
    };
    if desired.is_empty() {
        let text = by(DeliveryMediumType::Sms);
        let email = by(DeliveryMediumType::Email);
        let can_text = pool.doc.sms_configuration.is_some() || email.is_none();
        return Ok(text.filter(|_| can_text).or(email).into_iter().collect());
    }
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

fn require_senders(cx: &Cx<'_>, pool: &Pool, destinations: &[Destination]) -> Result<()> {
    destinations
        .iter()
        .try_for_each(|destination| require_sender(cx, pool, destination.medium()))
}

struct Invitation<'a> {
    /// The name to sign in with.
    login: &'a str,
    temporary: Option<&'a SecretString>,
    destinations: &'a [Destination],
    origin: Origin<'a>,
}

impl Invitation<'_> {
    async fn send(&self, cx: &Cx<'_>, mut batch: Batch, pool: &Pool, user: &User) -> Result<Batch> {
        let account = Account::of(user);
        for destination in self.destinations {
            let envelope = Envelope {
                account: &account,
                decoy: None,
                destination,
                reason: Reason::AdminCreateUser { login: self.login },
                secret: self.temporary.map_or("", |text| text.expose().as_str()),
                expires: user.doc.temporary_until.unwrap_or(cx.now()),
            };
            let message = delivery::prepare(cx, pool, &envelope, self.origin).await?;
            batch = message.into_batch(batch);
        }
        Ok(batch)
    }
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
