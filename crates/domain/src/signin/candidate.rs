//! The user behind a name, or an unknown name that must cost and look the same (auth.md 2.11).

use cognate_crypto::credential::Credential;
use cognate_crypto::seal::Context;
use cognate_shapes::{AliasAttributeType, UserStatusType};
use cognate_store::tables::{attempts as attempts_table, passkeys, users};

use crate::attempts::{FailedAttempts, Subject};
use crate::cx::Cx;
use crate::errors::{self, ApiError, Result, auth};
use crate::facts::names;
use crate::records::client::Client;
use crate::records::pool::{ImportedSrp, Pool};
use crate::records::protection;
use crate::records::risk_profile::ProfileRecord;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::further::{Further, Owner, Wanted};

/// The names that a flow accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// User names and active aliases (SRP; settled C13).
    Logins,
    /// Those and the `sub` (auth.md 2.4).
    LoginsAndSub,
}

/// The user behind a name, if there is one, with the wrong answers counted so far.
pub struct Candidate {
    /// The name as typed, folded.
    pub typed: String,
    /// None for an unknown name, which the client must not notice.
    pub user: Option<User>,
    /// Some user of the pool whose factors an unknown name seems to have; None where there is none, or no need.
    pub model: Option<Box<User>>,
    /// Wrong answers so far.
    pub tally: FailedAttempts,
    /// What threat protection knows of the user, or of the one as whom an unknown name is judged; None in a pool that it
    /// does not watch.
    pub profile: Option<Box<ProfileRecord>>,
    /// What else was read with the user.
    pub further: Box<Further>,
}

impl Candidate {
    /// Reads the user behind a name, the lock and what else is wanted, in one round trip of reads whose number depends on the
    /// request alone.
    ///
    /// # Errors
    /// UserNotFoundException `User does not exist.` where the client may know (PreventUserExistenceErrors LEGACY).
    pub async fn find(
        cx: &Cx<'_>,
        pool: &Pool,
        client: &Client,
        name: &str,
        accepted: Names,
        wanted: Wanted<'_>,
    ) -> Result<Self> {
        let candidate = Self::look_up(cx, pool, name, accepted, wanted).await?;
        if candidate.user.is_none() && !client.hides_existence() {
            return Err(errors::user_not_found().into());
        }
        Ok(candidate)
    }

    /// As [`find`](Self::find), and returns an unknown name whatever the client may know: another directory may know
    /// it.
    ///
    /// # Errors
    /// An internal fault.
    pub async fn look_up(
        cx: &Cx<'_>,
        pool: &Pool,
        name: &str,
        accepted: Names,
        wanted: Wanted<'_>,
    ) -> Result<Self> {
        let typed = pool.fold(name);
        let key = pool.key_of(&typed);
        let unknown = Subject::unknown(pool, &typed);
        let mut queries = vec![
            users::by_login_or_other(&pool.id, &key, unknown.as_str()),
            attempts_table::of_sign_in(&pool.id, &key, unknown.as_str()),
        ];
        let is_watched = protection::is_watched(pool);
        if is_watched {
            queries.push(ProfileRecord::query_of_login(pool, &key, unknown.as_str()));
        }
        let owner = Owner::Login {
            key: &key,
            unknown: unknown.as_str(),
        };
        queries.extend(wanted.queries(&pool.id, owner));
        if accepted == Names::LoginsAndSub && users::looks_like_id(name) {
            queries.push(users::by_id(&pool.id, name));
            queries.push(attempts_table::of_subject(&pool.id, name));
            if wanted.has_passkeys() {
                queries.push(passkeys::of_user(&pool.id, name));
            }
            if is_watched {
                queries.push(ProfileRecord::query(pool, name));
            }
        }
        let mut found = cx.store.read(&queries).await?.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let (by_login, of_sign_in) = (next(), next());
        let of_profile = is_watched.then(&mut next);
        let mut further = Further::take(cx, &wanted, owner, &mut next)?;
        let (by_id, of_id) = (next(), next());
        let (mut own, mut other, mut counted, mut known) = (None, None, of_sign_in, of_profile);
        if let Some(mut row) = by_login.into_iter().next() {
            let is_own = row.opt_text(users::BY_LOGIN_OWNER)?.is_some();
            // Another user's row is parsed as well, and ignored if it is faulty.
            if is_own {
                own = Some(User::of_login(pool, &key, &mut row)?);
            } else {
                other = User::from_row(pool, &mut row).ok().map(Box::new);
            }
        }
        if own.is_none()
            && let Some(mut row) = by_id.into_iter().next()
        {
            own = Some(User::from_row(pool, &mut row)?);
            counted = of_id;
            further = further.of_another(wanted.has_passkeys().then(&mut next));
            known = is_watched.then(&mut next);
        }
        let subject = match &own {
            Some(user) => Subject::known(&user.id),
            None => unknown,
        };
        let profile = known.map(|rows| ProfileRecord::from_rows(pool, subject.as_str(), rows));
        Ok(Self {
            typed,
            model: other.filter(|_| own.is_none()),
            user: own,
            tally: FailedAttempts::from_rows(subject, counted)?,
            profile: profile.transpose()?.map(Box::new),
            further: Box::new(further),
        })
    }

    /// Returns the name that enters x and the signature: the internal user name. An unknown name that could be an
    /// internal one is its own; one that could only be an alias gets a stable UUID, which is the internal name of most
    /// users who have aliases.
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

    /// Replaces a user who may not sign in by an unknown one, for answers that must not reveal the difference.
    ///
    /// # Errors
    /// An internal fault.
    pub fn hide_if_ineligible(self, pool: &Pool) -> Result<Self> {
        let may = |user: &User| user.enabled && user.status != UserStatusType::ResetRequired;
        if self.user.as_ref().is_none_or(may) {
            return Ok(self);
        }
        Ok(Self {
            tally: FailedAttempts::from_rows(Subject::unknown(pool, &self.typed), Vec::new())?,
            // The factors that the user could choose from stay visible.
            model: self.user.map(Box::new),
            user: None,
            typed: self.typed,
            profile: self.profile,
            further: Box::default(),
        })
    }
}

/// Returns the user's credential, or a decoy for an unknown name and for a user without a password. Either way a decoy
/// is made and a sealed value is opened, so that both take the same time.
///
/// # Errors
/// A credential that cannot be opened.
pub fn credential_or_decoy(pool: &Pool, user: Option<&User>, typed: &str) -> Result<Credential> {
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

/// As [`credential_or_decoy`], for SRP, which the password hash of another system cannot serve (moving.md 3.3).
///
/// # Errors
/// PasswordResetRequiredException for a user who has nothing else, unless the pool or the client hides that.
pub fn srp_credential(at: At<'_>, user: Option<&User>, typed: &str) -> Result<Credential> {
    let credential = credential_or_decoy(at.pool, user, typed)?;
    if credential.srp().is_some() {
        return Ok(credential);
    }
    let settings = at.pool.doc.imported_passwords.as_ref();
    let hides = match settings.and_then(|settings| settings.srp) {
        Some(answer) => answer == ImportedSrp::Decoy,
        None => at.client.hides_existence(),
    };
    if hides {
        credential_or_decoy(at.pool, None, typed)
    } else {
        Err(auth::password_reset_required().into())
    }
}

/// Opens a sealed value as long as a user's credential and ignores the result.
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

/// True if users of the pool can have `typed` as their internal name: they choose it themselves, and it does not have
/// the form of an alias of the pool.
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

/// Returns a text of the form of a UUID, always the same for a name of a pool.
fn decoy_id(pool: &Pool, typed: &str) -> String {
    names::uuid_of(&pool.key.mac("decoy user id", typed.as_bytes()))
}

/// Returns the refusal of a user whose state forbids a sign-in whatever the password is (auth.md 2.3, settled C12,
/// S27). If the client hides which users exist, only callers who know the password can tell a disabled user, or one who
/// was imported without a password, from an unknown name.
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
