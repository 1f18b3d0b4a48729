//! SignUp: a new user registers and, if the pool verifies addresses, gets a code (auth.md 2.5, 6.2).

use cognate_crypto::random;
use cognate_crypto::secret::{Secret, SecretString};
use cognate_shapes::{SignUpRequest, SignUpResponse, UserStatusType};
use cognate_store::{Batch, Label};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::messages::{self, Destination, Kind, destination, render};
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::signin::choice::offers;
use crate::signin::{auto_sign_in, secret_hash};
use crate::users::attributes::{self, Writer};
use crate::users::codes::{self, Code, Dispatch, Owner, Purpose};
use crate::users::password;
use crate::users::password_policy::{self, PolicyText};

/// SignUp.
pub async fn sign_up(cx: &Cx<'_>, input: SignUpRequest) -> Result<SignUpResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    secret_hash::check(&client, &input.username, input.secret_hash.as_deref())?;
    if pool
        .doc
        .admin_create_user_config
        .allow_admin_create_user_only
        == Some(true)
    {
        return Err(errors::users::sign_up_not_permitted().into());
    }
    attributes::check_username(&pool, &input.username)?;
    let given = input.user_attributes.unwrap_or_default();
    let attributes =
        attributes::validate_new(&pool, Writer::Client(&client), &input.username, given)?;
    let password = given_password(&pool, input.password)?;
    if let Some(password) = &password {
        password_policy::check(&pool, password.expose(), PolicyText::SignUp)?;
    }

    let id = random::uuid_v4();
    let status = UserStatusType::Unconfirmed;
    let mut user = User::new(&pool, id, &input.username, attributes, status, cx.now());
    let destination = destination::auto_verified(&pool)
        .into_iter()
        .find_map(|contact| Destination::of(&user, contact));
    if let Some(destination) = &destination {
        messages::require_courier(cx, &pool, destination.medium())?;
    }
    match &password {
        Some(password) => {
            let sealed = password::seal(cx, &pool, &user.id, &user.username, password).await;
            user.credential = Some(sealed);
        }
        // Without a code there would be no way in.
        None if offers::of(&pool, &user, false).is_empty() => {
            return Err(errors::challenges::no_first_factor().into());
        }
        None => {}
    }

    let mut batch = user::create(Batch::new(), &pool, &user)?;
    if let Some(destination) = &destination {
        batch = send_code(cx, batch, &pool, &user, destination)?;
    }
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, conflict).await?;
    messages::posted(cx);
    let session = match &destination {
        Some(_) => auto_sign_in::of_sign_up(cx, &pool, &client, &user)?,
        None => None,
    };
    Ok(SignUpResponse {
        user_confirmed: false,
        code_delivery_details: destination.map(|destination| destination.details()),
        user_sub: user.id,
        session,
    })
}

/// The password, which only pools with one-time passwords can do without.
fn given_password(pool: &Pool, given: Option<String>) -> Result<Option<SecretString>> {
    match given.filter(|text| !text.is_empty()) {
        Some(given) => Ok(Some(Secret::new(given))),
        None if offers::passwordless(pool) => Ok(None),
        None => Err(errors::absent("password", true).into()),
    }
}

fn send_code(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    user: &User,
    destination: &Destination,
) -> Result<Batch> {
    let code = Code::to(destination);
    let dispatch = Dispatch {
        owner: Owner::NewUser(&user.id),
        name: &user.username,
        purpose: Purpose::SignUp,
        code: &code,
        destination,
        kind: Kind::SignUp,
        rendered: render::confirmation(pool, destination.medium(), &code.digits)?,
    };
    codes::send(cx, batch, pool, dispatch)
}

fn conflict(label: Label) -> Fault {
    match user::taken_alias(label) {
        Some(attribute) => errors::users::account_exists(attribute).into(),
        None if label == user::USERNAME_TAKEN => errors::users::user_already_exists().into(),
        None => Fault::Stale,
    }
}
