//! Who a sign-in is about: a user, or a name that nobody has and that must cost and look the same (auth.md 2.11).

use cognate_crypto::credential::Credential;
use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_shapes::{AliasAttributeType, UserStatusType};
use cognate_store::tables::events::{self, Event};
use cognate_store::tables::{attempts as attempts_table, users};
use cognate_store::{Batch, params};

use crate::attempts::{self, Subject, Tally, hex};
use crate::clock::{DAY, MINUTE};
use crate::cx::Cx;
use crate::errors::{self, ApiError, Fault, Result, auth};
use crate::facts::names;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;

/// How long auth events are kept (admin.md 2.8), in microseconds.
const KEPT: i64 = 2 * 365 * DAY;
/// How long those of names that nobody has are kept: as long as their attempts.
const KEPT_FOR_NOBODY: i64 = 15 * MINUTE;
/// How long those of users are kept whose sign-in ended before anything was shown.
const KEPT_FOR_STRANGERS: i64 = DAY;

/// Which names a flow accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// User names and active aliases (SRP; settled C13).
    Logins,
    /// Those and the `sub` (auth.md 2.4).
    LoginsAndSub,
}

/// The user or nobody, with the wrong passwords counted so far.
pub struct Candidate {
    /// The name as typed, folded.
    pub typed: String,
    /// None: nobody has this name, and the client must not notice.
    pub user: Option<User>,
    /// Some user of the pool whose factors an unknown name seems to have; None where there is none, or no need.
    pub model: Option<Box<User>>,
    /// Wrong passwords.
    pub tally: Tally,
}

impl Candidate {
    /// Reads the user behind a name and the lock, in one round trip of reads whose number depends on the name alone.
    ///
    /// # Errors
    /// UserNotFoundException `User does not exist.` where the client may know (PreventUserExistenceErrors LEGACY).
    pub async fn find(
        cx: &Cx<'_>,
        pool: &Pool,
        client: &Client,
        name: &str,
        accepted: Names,
    ) -> Result<Self> {
        let typed = pool.fold(name);
        let nobody = Subject::unknown(pool, &typed);
        let mut queries = vec![
            users::by_login_or_other(&pool.id, &typed, nobody.as_str()),
            (
                attempts_table::OF_SIGN_IN,
                params![&pool.id, &typed, nobody.as_str()],
            ),
        ];
        if accepted == Names::LoginsAndSub && users::looks_like_id(name) {
            queries.push(users::by_id(&pool.id, name));
            queries.push((
                attempts_table::OF_SUBJECT,
                attempts_table::key(&pool.id, name),
            ));
        }
        let mut found = cx.store.read(&queries).await?.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let (by_login, of_sign_in, by_id, of_id) = (next(), next(), next(), next());
        let (mut own, mut other, mut counted) = (None, None, of_sign_in);
        if let Some(mut row) = by_login.into_iter().next() {
            let is_own = row.opt_text(users::BY_LOGIN_OWNER)?.is_some();
            // Another user's row is judged and parsed as well; of a faulty one nothing is taken.
            if is_own {
                own = Some(User::of_login(pool, &typed, &mut row)?);
            } else {
                other = User::from_row(pool, &mut row).ok().map(Box::new);
            }
        }
        if own.is_none()
            && let Some(mut row) = by_id.into_iter().next()
        {
            own = Some(User::from_row(pool, &mut row)?);
            counted = of_id;
        }
        let Some(user) = own else {
            if !client.hides_existence() {
                return Err(errors::user_not_found().into());
            }
            return Ok(Self {
                typed,
                user: None,
                model: other,
                tally: Tally::from_rows(nobody, &counted)?,
            });
        };
        let tally = Tally::from_rows(Subject::known(&user.id), &counted)?;
        Ok(Self {
            typed,
            user: Some(user),
            model: None,
            tally,
        })
    }

    /// The name that enters x and the signature: the internal user name. An unknown name that could be an internal one is
    /// its own; one that could only be an alias gets a stable UUID, which is the internal name of most users who have
    /// aliases.
    pub fn username(&self, pool: &Pool) -> String {
        // Made for users too, so that both take the same time.
        let id = decoy_id(pool, &self.typed);
        let decoy = if may_be_internal(pool, &self.typed) {
            self.typed.clone()
        } else {
            id
        };
        self.user
            .as_ref()
            .map_or(decoy, |user| user.username.clone())
    }

    /// The credential to compare with: the user's, or a decoy that no password matches and that costs the same.
    pub fn credential(&self, pool: &Pool) -> Result<Credential> {
        credential_or_decoy(pool, self.user.as_ref(), &self.typed)
    }

    /// Nobody in the place of a user who may not sign in, for answers that must not show that; everybody else as they are.
    ///
    /// # Errors
    /// None that can arise.
    pub fn or_nobody(self, pool: &Pool) -> Result<Self> {
        let stands = |user: &User| user.enabled && user.status != UserStatusType::ResetRequired;
        if self.user.as_ref().is_none_or(stands) {
            return Ok(self);
        }
        Ok(Self {
            tally: Tally::from_rows(Subject::unknown(pool, &self.typed), &[])?,
            // What they could choose from shows on as if nothing had happened.
            model: self.user.map(Box::new),
            user: None,
            typed: self.typed,
        })
    }

    /// Refuses users whose state forbids a sign-in whatever the password is (auth.md 2.3, settled C12, S27).
    ///
    /// # Errors
    /// The state's exception, after an auth event was recorded.
    pub async fn refuse_state(&self, cx: &Cx<'_>, pool: &Pool, client: &Client) -> Result<()> {
        match self
            .user
            .as_ref()
            .and_then(|user| Some((user, state_refusal(client, user)?)))
        {
            None => Ok(()),
            Some((user, refusal)) => Err(turned_away(cx, pool, client, user, refusal).await),
        }
    }

    /// Counts a wrong password and gives the refusal.
    pub async fn failed(self, cx: &Cx<'_>, pool: &Pool, client: &Client) -> Fault {
        let batch = failure_event(cx, pool, client, self.user.as_ref(), self.tally.subject());
        attempts::failed(cx, pool, self.tally, batch).await
    }
}

/// The user's credential, or a decoy for nobody and for users without a password. Either way a decoy is made and a
/// sealed value is opened, so that both take the same time.
fn credential_or_decoy(pool: &Pool, user: Option<&User>, typed: &str) -> Result<Credential> {
    let decoy = Credential::decoy(&pool.key.mac("decoy credential", typed.as_bytes()));
    let own = match user {
        Some(user) if user.credential.is_some() => user.open_credential(pool)?,
        _ => {
            imitate_reading(pool);
            None
        }
    };
    Ok(own.unwrap_or(decoy))
}

/// Opens a sealed credential, as for a user. The result is of no use and thrown away.
fn imitate_reading(pool: &Pool) {
    // Format version, nonce, credential and tag: what opening refuses only after it has read all of it.
    let sealed = [1_u8; 438];
    let context = Context {
        table: "users",
        column: "credential",
        pool: &pool.id,
        row: "",
    };
    std::hint::black_box(pool.key.open(&context, &sealed).is_ok());
}

/// Whether users of the pool can have `typed` as their internal name: they choose it themselves, and it has not the form
/// of an alias of the pool.
fn may_be_internal(pool: &Pool, typed: &str) -> bool {
    let alias = |kind| {
        pool.doc
            .alias_attributes
            .iter()
            .flatten()
            .any(|a| *a == kind)
    };
    let is_alias = (alias(AliasAttributeType::Email) && names::is_email(typed))
        || (alias(AliasAttributeType::PhoneNumber) && names::is_phone_number(typed));
    !pool.has_username_attributes() && !is_alias
}

/// A UUID-shaped text that is always the same for a name of a pool.
fn decoy_id(pool: &Pool, typed: &str) -> String {
    uuid_of(&pool.key.mac("decoy user id", typed.as_bytes()))
}

/// The shape of the ids of real users, which are random UUIDs of version 4.
fn uuid_of(bytes: &[u8]) -> String {
    let text = hex(bytes);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let variant = ["8", "9", "a", "b"]
        .get(usize::from(part(19, 20).bytes().next().unwrap_or(0) & 3))
        .copied();
    format!(
        "{}-{}-4{}-{}{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        variant.unwrap_or("8"),
        part(16, 19),
        part(20, 32)
    )
}

/// The states that are refused before the password is looked at. Where existence must not show, a disabled user and one
/// who was imported without a password are told apart from nobody only by who knows the password.
pub fn state_refusal(client: &Client, user: &User) -> Option<ApiError> {
    let hides = client.hides_existence();
    if !user.enabled && !hides {
        return Some(auth::user_disabled());
    }
    match user.status {
        UserStatusType::Unconfirmed => Some(auth::user_not_confirmed()),
        UserStatusType::ResetRequired if !(hides && user.credential.is_none()) => {
            Some(auth::password_reset_required())
        }
        UserStatusType::ExternalProvider => Some(auth::external_user()),
        UserStatusType::Archived | UserStatusType::Compromised | UserStatusType::Unknown => {
            Some(auth::incorrect_password())
        }
        _ => None,
    }
}

/// [`refused`] before anything was shown: strangers can ask for this as often as they like, so that it is recorded once a
/// minute and kept briefly.
pub async fn turned_away(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
    refusal: ApiError,
) -> Fault {
    let subject = Subject::known(&user.id);
    let batch = stranger_event(cx, Batch::new(), pool, client, Some(user), &subject);
    match cx.commit(batch, |_| Fault::Stale).await {
        Ok(_) => refusal.into(),
        Err(fault) => fault,
    }
}

/// Records that the sign-in of a known user who has shown a factor was refused for `refusal`, and gives the refusal.
pub async fn refused(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
    refusal: ApiError,
) -> Fault {
    let batch = event(
        cx,
        Batch::new(),
        pool,
        client,
        &user.id,
        &random::uuid_v4(),
        "Fail",
    );
    match cx.commit(batch, |_| Fault::Stale).await {
        Ok(_) => refusal.into(),
        Err(fault) => fault,
    }
}

/// The auth event of a sign-in that ended before anything was shown: one a minute and subject.
pub fn stranger_event(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    client: &Client,
    user: Option<&User>,
    subject: &Subject,
) -> Batch {
    let (who, kept) = match user {
        Some(user) => (user.id.as_str(), KEPT_FOR_STRANGERS),
        None => (subject.as_str(), KEPT_FOR_NOBODY),
    };
    let at = cx.now().saturating_sub(cx.now().rem_euclid(MINUTE));
    let id = pool
        .key
        .mac("events of strangers", format!("{who} {at}").as_bytes());
    let doc = event_doc(cx, client, "Fail");
    let event = Event {
        subject: who,
        event_id: &uuid_of(&id),
        doc: &doc,
        at,
        expires: cx.now().saturating_add(kept),
    };
    events::insert_once(batch, &pool.id, &event)
}

/// The auth event of a wrong password; for nobody one under the pseudonym, which is soon forgotten.
pub fn failure_event(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: Option<&User>,
    subject: &Subject,
) -> Batch {
    let event_id = random::uuid_v4();
    let (who, kept) = match user {
        Some(user) => (user.id.as_str(), KEPT),
        None => (subject.as_str(), KEPT_FOR_NOBODY),
    };
    event_for(cx, Batch::new(), pool, client, who, &event_id, "Fail", kept)
}

/// Appends an auth event of a user's sign-in.
pub fn event(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    client: &Client,
    user_id: &str,
    event_id: &str,
    result: &str,
) -> Batch {
    event_for(cx, batch, pool, client, user_id, event_id, result, KEPT)
}

#[allow(clippy::too_many_arguments, reason = "private: what an event says")]
fn event_for(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    client: &Client,
    subject: &str,
    event_id: &str,
    result: &str,
    kept: i64,
) -> Batch {
    let doc = event_doc(cx, client, result);
    let event = Event {
        subject,
        event_id,
        doc: &doc,
        at: cx.now(),
        expires: cx.now().saturating_add(kept),
    };
    events::insert(batch, &pool.id, &event)
}

fn event_doc(cx: &Cx<'_>, client: &Client, result: &str) -> String {
    // A header is as long as the sender likes; a row of every attempt is not.
    let agent: String = cx.client_info.user_agent.chars().take(256).collect();
    let doc = serde_json::json!({
        "type": "SignIn", "result": result, "client": client.id, "challenge": "Password",
        "ip": cx.client_info.ip, "agent": agent,
    });
    doc.to_string()
}
