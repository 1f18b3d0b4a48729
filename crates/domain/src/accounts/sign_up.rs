//! A new user registers and, if the pool verifies addresses, gets a code (auth.md 2.5, 6.2).

use std::collections::BTreeMap;

use cognate_crypto::secret::SecretString;
use cognate_shapes::{EventFilterType, EventResponseType, EventType, UserStatusType};
use cognate_store::{Batch, Label};

use crate::accounts::PublicCall;
use crate::accounts::same_form::Form;
use crate::accounts::step::{Basis, Step, Then};
use crate::attempts::Subject;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::messages::delivery::require_sender;
use crate::messages::{Account, Delivery, Destination, Origin, Reason, destination};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::signin::auto_sign_in;
use crate::signin::event::AuthEvent;
use crate::signin::first_factors;
use crate::threats;
use crate::upstream::account;
use crate::users::attributes::{self, Given, Writer};
use crate::users::codes::{self, Purpose, Sending};
use crate::users::password_policy::{self, PolicyText};
use crate::users::pre_sign_up::{self, ValidationData};
use crate::users::{aliases, breached, password};

/// A sign-up as a client asks for it.
pub struct SignUp<'a> {
    /// The client's id.
    pub client_id: &'a str,
    /// The user name.
    pub username: &'a str,
    /// The client's proof over the user name.
    pub proof: Option<&'a str>,
    /// The password, which only pools with one-time passwords can do without; an empty one is none.
    pub password: Option<SecretString>,
    /// The attributes.
    pub attributes: Given,
    /// ValidationData for the function that may refuse the user.
    pub validation: ValidationData,
    /// ClientMetadata for the functions of triggers.
    pub metadata: Option<&'a BTreeMap<String, String>>,
    /// A value of the sender's by which the same form, sent twice within a minute, is known as one; None at the API,
    /// where the second one is refused.
    pub sender: Option<&'a str>,
}

/// A user who signed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUp {
    /// The user's `sub`.
    pub user_id: String,
    /// True if no code is needed any more.
    pub confirmed: bool,
    /// The destination of the code; None without one.
    pub delivery: Option<Delivery>,
    /// The session that lets the confirmation be followed by a sign-in, for clients that can use it.
    pub session: Option<String>,
}

/// Signs a user up.
///
/// # Errors
/// The texts of auth.md 6.2.
pub async fn sign_up(cx: &Cx<'_>, input: &SignUp<'_>) -> Result<SignedUp> {
    let call = PublicCall::open(cx, input.client_id, input.username, input.proof).await?;
    let (pool, client) = (&*call.pool, &*call.client);
    let basis = Basis::of(cx, pool).with_client(client);
    let origin = Origin::of_client(&client.id, input.metadata);
    let config = &pool.doc.admin_create_user_config;
    if config.allow_admin_create_user_only == Some(true) {
        return Err(errors::users::sign_up_not_permitted().into());
    }

    attributes::check_username(pool, input.username)?;
    let writer = Writer::Client(client);
    let given = input.attributes.clone();
    let attributes = attributes::validate_new(pool, writer, input.username, given)?;
    let password = chosen_password(pool, input.password.as_ref())?;
    let event = EventFilterType::SignUp;
    let compromised = match password {
        Some(password) => breached::refuse(cx, pool, client, event, password).await?,
        None => false,
    };
    let form = Form {
        sender: input.sender,
        username: input.username,
        password,
    };
    if let Some(user) = form.made(cx, pool).await? {
        return made_before(cx, pool, client, user);
    }
    if pool.doc.upstream {
        Box::pin(account::refuse_taken(cx, pool, input.username)).await?;
    }
    let id = form.user_id(cx, pool);
    let status = UserStatusType::Unconfirmed;
    let mut user = User::new(pool, id, input.username, attributes, status, cx.now());
    // Without a code there would be no way in.
    if password.is_none() && first_factors::of(pool, &user, false).is_empty() {
        return Err(errors::challenges::no_first_factor().into());
    }

    // Before anybody looks whether the name is taken, as the service does (admin.md 3.3).
    let validation = &input.validation;
    let confirmed = pre_sign_up::at_sign_up(cx, pool, origin, &mut user, validation).await?;
    let destination = match confirmed {
        true => None,
        false => code_destination(cx, pool, &user)?,
    };
    if let Some(password) = password {
        user.credential = Some(password::seal(cx, pool, &user.id, &user.username, password).await);
    }
    (user.created, user.modified) = (cx.now(), cx.now());
    let batch = aliases::create(cx, Batch::new(), pool, &user).await?;
    let batch = match &destination {
        None => batch,
        Some(to) => {
            let account = Account::of(&user);
            let sending = Sending {
                created: true,
                ..Sending::new(&account, Purpose::SignUp, to, Reason::SignUp)
            };
            let code = codes::prepare(cx, pool, &sending, origin).await?;
            code.into_batch(batch)
        }
    };
    let event = AuthEvent::of_account(
        EventType::SignUp,
        EventResponseType::Pass,
        Some(&user),
        &Subject::known(&user.id),
    );
    let risk = threats::sign_up::sign_up(cx, pool, client, &pool.fold(input.username));
    let event = event.with_risk(risk).with_breach(compromised);
    let batch = event.append_if_watched(cx, pool, client, batch)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    let then = match confirmed {
        true => Then::signed_up(origin, pool, &user),
        false => Then::Nothing,
    };
    let answer = SignedUp {
        confirmed,
        session: match &destination {
            Some(_) => auto_sign_in::of_sign_up(cx, pool, client, &user)?,
            None => None,
        },
        delivery: destination.map(|destination| destination.delivery()),
        user_id: user.id,
    };
    let step = Step {
        conflict: Box::new(move |label| {
            let refused = conflict(pool, confirmed, label);
            let has_id = label == user::ID_TAKEN;
            let is_user = has_id || matches!(refused, Fault::Api(_));
            match is_user && form.is_in_the_way(cx, has_id) {
                true => Fault::Stale,
                false => refused,
            }
        }),
        then,
        ..Step::new(basis, batch, answer)
    };
    step.commit(cx).await
}

/// Returns the answer of the sign-up that made a user.
fn made_before(cx: &Cx<'_>, pool: &Pool, client: &Client, user: User) -> Result<SignedUp> {
    let confirmed = user.status == UserStatusType::Confirmed;
    let destination = match confirmed {
        true => None,
        false => code_destination(cx, pool, &user)?,
    };
    Ok(SignedUp {
        confirmed,
        session: match &destination {
            Some(_) => auto_sign_in::of_sign_up(cx, pool, client, &user)?,
            None => None,
        },
        delivery: destination.map(|destination| destination.delivery()),
        user_id: user.id,
    })
}

/// Returns where the code of the sign-up goes; None where the pool verifies nothing that the user has.
fn code_destination(cx: &Cx<'_>, pool: &Pool, user: &User) -> Result<Option<Destination>> {
    let destination = destination::auto_verified(pool)
        .into_iter()
        .find_map(|contact| Destination::of(user, contact));
    if let Some(destination) = &destination {
        require_sender(cx, pool, destination.medium())?;
    }
    Ok(destination)
}

fn chosen_password<'p>(
    pool: &Pool,
    given: Option<&'p SecretString>,
) -> Result<Option<&'p SecretString>> {
    let Some(given) = given.filter(|text| !text.expose().is_empty()) else {
        if first_factors::passwordless(pool) {
            return Ok(None);
        }
        return Err(errors::absent("password", true).into());
    };
    password_policy::check(pool, given.expose(), PolicyText::SignUp)?;
    Ok(Some(given))
}

/// `confirmed`: the names of the user's verified addresses were taken from their former owners as they were read.
fn conflict(pool: &Pool, confirmed: bool, label: Label) -> Fault {
    match user::taken_alias(label) {
        Some(_) if confirmed && !pool.has_username_attributes() => Fault::Stale,
        Some(attribute) => errors::users::account_exists(attribute).into(),
        None if label == user::USERNAME_TAKEN => errors::users::user_already_exists().into(),
        None => Fault::Stale,
    }
}
