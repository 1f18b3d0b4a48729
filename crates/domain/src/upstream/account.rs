//! Passwords of users whose password is at the other server, forgotten and changed, and names that are taken there.

use cognate_crypto::secret::SecretString;
use cognate_shapes::DeliveryMediumType;
use cognate_store::Batch;
use serde_json::{Map, Value, json};

use crate::attempts::{self, Subject};
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{self, Result, auth, unconfirmed::upstream as texts};
use crate::facts::contact::Contact;
use crate::facts::names;
use crate::messages::Delivery;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::upstream::{Standing, Upstream, standing};
use crate::records::user::User;
use crate::upstream::answers::{Refusal, Said, Stage, refusal};
use crate::upstream::arrival::{Arrival, Password, may_ask};
use crate::upstream::call::{Failure, ask, within};
use crate::upstream::dialog::{Calls, Proof, Step, tokens};
use crate::upstream::identity::end_session;

/// A user, or a name that nobody has here, as the other server may know them.
pub(crate) struct Known<'a> {
    pool: &'a Pool,
    client: &'a Client,
    username: &'a str,
    user: Option<&'a User>,
    upstream: Upstream,
}

impl<'a> Known<'a> {
    /// Returns the account if its password is the other server's to keep; None if it is ours.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(
        cx: &Cx<'_>,
        pool: &'a Pool,
        client: &'a Client,
        username: &'a str,
        user: Option<&'a User>,
    ) -> Result<Option<Self>> {
        if !pool.doc.upstream {
            return Ok(None);
        }
        if let Some(user) = user
            && !(user.enabled && may_ask(cx, pool, user).await?)
        {
            return Ok(None);
        }
        let upstream = Upstream::find(&cx.store, pool).await?;
        let upstream = upstream.filter(|upstream| upstream.client(&client.id).is_some());
        Ok(upstream.map(|upstream| Self {
            pool,
            client,
            username,
            user,
            upstream,
        }))
    }

    /// Counts a request. Spellings of an unknown name count together: case may tell no names apart there.
    ///
    /// # Errors
    /// LimitExceededException.
    pub async fn count(&self, cx: &Cx<'_>, kind: &'static str, most: i64) -> Result<()> {
        attempts::take(cx, self.pool, &self.subject(), kind, most).await
    }

    fn subject(&self) -> Subject {
        match self.user {
            Some(user) => Subject::known(&user.id),
            None => {
                let name = format!("upstream\n{}", names::fold_case(self.username));
                Subject::unknown(self.pool, &name)
            }
        }
    }

    /// Makes one call there, once in an action. A refusal of the other server is a value.
    async fn call(
        &self,
        cx: &Cx<'_>,
        operation: &'static str,
        more: &[(&str, &str)],
    ) -> Result<std::result::Result<Value, Refusal>> {
        let calls = self.calls(cx)?;
        let mut input = Map::new();
        input.insert("ClientId".to_owned(), json!(calls.theirs.id));
        input.insert("Username".to_owned(), json!(self.username));
        if let Some(hash) = calls.hash(self.username) {
            input.insert("SecretHash".to_owned(), json!(hash));
        }
        for (name, value) in more {
            input.insert((*name).to_owned(), json!(value));
        }
        let input = Value::Object(input);
        let work = async {
            let asked = ask(cx, &self.upstream, operation, &input, false);
            let ended = within(cx, self.pool, &self.upstream, asked).await;
            self.judged(cx, ended)
        };
        let (subject, target) = (self.subject(), self.target());
        let call = Call {
            point: operation,
            subject: subject.as_str(),
            target: &target,
        };
        cx.call(call, work).await
    }

    fn calls<'c>(&'c self, cx: &'c Cx<'_>) -> Result<Calls<'c>> {
        let theirs = self.upstream.client(&self.client.id);
        Ok(Calls {
            cx,
            upstream: &self.upstream,
            theirs: theirs.ok_or_else(errors::internal)?,
        })
    }

    fn target(&self) -> String {
        format!("upstream {}", self.pool.id)
    }

    fn judged<T>(
        &self,
        cx: &Cx<'_>,
        ended: std::result::Result<T, Failure>,
    ) -> Result<std::result::Result<T, Refusal>> {
        match ended {
            Ok(done) => Ok(Ok(done)),
            Err(failure) => refusal(self.client, cx.action, Stage::Later, failure).map(Err),
        }
    }

    /// ForgotPassword there: its code, its message. None where it knows nobody whom it could send one.
    ///
    /// # Errors
    /// What the other server refuses; InternalErrorException if it does not answer.
    pub async fn forgot(&self, cx: &Cx<'_>) -> Result<Option<Delivery>> {
        let answer = match self.call(cx, "ForgotPassword", &[]).await? {
            Ok(answer) => answer,
            Err(Refusal { error, .. })
                if error.code == errors::ErrorCode::LimitExceeded
                    || error.code == errors::ErrorCode::UserLambdaValidation =>
            {
                return Err(error.into());
            }
            Err(_) => return Ok(None),
        };
        let details = answer.get("CodeDeliveryDetails");
        let text = |name: &str| details.and_then(|d| d.get(name)).and_then(Value::as_str);
        let medium = text("DeliveryMedium").and_then(DeliveryMediumType::parse);
        let contact = match text("AttributeName") {
            Some("phone_number") => Contact::PhoneNumber,
            _ => Contact::Email,
        };
        let to: String = text("Destination")
            .unwrap_or_default()
            .chars()
            .take(320)
            .collect();
        Ok(Some(Delivery {
            to,
            medium: medium.unwrap_or(DeliveryMediumType::Email),
            contact,
        }))
    }

    /// ConfirmForgotPassword there. With the new password the user comes over, if nothing else is asked for there. False if
    /// nobody has that name there.
    ///
    /// # Errors
    /// What the other server refuses; InternalErrorException if it does not answer.
    pub async fn reset(&self, cx: &Cx<'_>, code: &str, password: &SecretString) -> Result<bool> {
        let more = [
            ("ConfirmationCode", code),
            ("Password", password.expose().as_str()),
        ];
        if let Err(refusal) = self.call(cx, "ConfirmForgotPassword", &more).await? {
            return match refusal.error.code {
                errors::ErrorCode::UserNotFound => Ok(false),
                _ => Err(refusal.error.into()),
            };
        }
        let step = Step {
            pool: self.pool,
            upstream: &self.upstream,
            client: self.client,
            username: self.username,
        };
        let (subject, target) = (self.subject(), self.target());
        let call = Call {
            point: "sign-in after a reset",
            subject: subject.as_str(),
            target: &target,
        };
        // The password is set, whatever comes of this.
        let signed_in = cx
            .call(call, step.take(cx, Proof::Password(password)))
            .await;
        let Ok(Said::Known(person)) = signed_in else {
            return Ok(true);
        };
        let arrival = Arrival {
            pool: self.pool,
            upstream: &self.upstream,
            typed: Some(self.username),
            known: self.user,
            person: &person,
            answered: None,
            password: Password::Given(password),
        };
        arrival.settle(cx, Batch::new()).await?;
        Ok(true)
    }
}

/// ChangePassword there, for a user whose password is there alone. False if it is not: then it is changed here only.
///
/// # Errors
/// `Incorrect username or password.`; NotAuthorizedException where the other server asks for a second factor, which would be
/// lost; InternalErrorException if it does not answer.
pub(crate) async fn change(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
    previous: Option<&SecretString>,
    new: &SecretString,
) -> Result<bool> {
    if !pool.doc.upstream || standing(&cx.store, pool, &user.id).await? != Some(Standing::Active) {
        return Ok(false);
    }
    let known = Known::find(cx, pool, client, &user.username, Some(user)).await?;
    // Without the other server, the token alone must not replace a password that is there.
    let known = known.ok_or_else(auth::incorrect_password)?;
    let previous = previous.ok_or_else(auth::incorrect_password)?;
    let calls = known.calls(cx)?;
    let work = async {
        let work = async {
            let Some(tokens) = tokens(calls, &user.username, previous).await? else {
                return Ok(false);
            };
            let input = json!({
                "AccessToken": tokens.access.expose(), "PreviousPassword": previous.expose(),
                "ProposedPassword": new.expose(),
            });
            ask(cx, &known.upstream, "ChangePassword", &input, false).await?;
            end_session(cx, &known.upstream, calls.theirs, &tokens).await;
            Ok(true)
        };
        let ended = within(cx, pool, &known.upstream, work).await;
        known.judged(cx, ended)
    };
    let target = known.target();
    let call = Call {
        point: "ChangePassword",
        subject: &user.id,
        target: &target,
    };
    match cx.call(call, work).await? {
        Ok(true) => Ok(true),
        Ok(false) => Err(errors::not_authorized(texts::SECOND_FACTOR_THERE).into()),
        Err(refusal) => Err(refusal.error.into()),
    }
}

/// Refuses a sign-up by a name that somebody has there, as far as that can be asked: with an access key.
///
/// # Errors
/// UsernameExistsException; InternalErrorException if the other server does not answer.
pub(crate) async fn refuse_taken(cx: &Cx<'_>, pool: &Pool, username: &str) -> Result<()> {
    if !pool.doc.upstream {
        return Ok(());
    }
    let upstream = Upstream::find(&cx.store, pool).await?;
    let Some(upstream) = upstream.filter(|upstream| upstream.doc.access_key.is_some()) else {
        return Ok(());
    };
    let input = json!({"UserPoolId": upstream.user_pool, "Username": username});
    let work = async {
        let asked = ask(cx, &upstream, "AdminGetUser", &input, true);
        match within(cx, pool, &upstream, asked).await {
            Ok(_) => Ok(true),
            Err(Failure::Refused(name, _)) if name == "UserNotFoundException" => Ok(false),
            Err(Failure::Busy) => Err(errors::overloaded(cx.action).into()),
            Err(failure) => {
                tracing::warn!(pool = %pool.id, ?failure, "the upstream does not say if a name is taken");
                Err(errors::internal().into())
            }
        }
    };
    let target = format!("upstream {}", pool.id);
    let call = Call {
        point: "AdminGetUser",
        subject: username,
        target: &target,
    };
    match cx.call(call, work).await? {
        true => Err(errors::users::user_already_exists().into()),
        false => Ok(()),
    }
}
