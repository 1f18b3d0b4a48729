//! A sign-in between two pages: what the next page shows, and the session of the driver.
//!
//! It travels sealed in a cookie, one for each sign-in, so that two tabs do not disturb each other. The seal names pool,
//! client, host and query: a cookie of another sign-in, renamed, does not open. Nothing that a user proved is in it but
//! the driver's session, which is good for one right answer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::hash::sha256;
use cognate_domain::clock::utc_day;
use cognate_domain::records::pool::Pool;
use cognate_shapes::ChallengeNameType;
use serde::{Deserialize, Serialize};

use crate::cookies::{CookieError, Cookies, SameSite, SetCookie, VALUE_BYTES};
use crate::views::frame::{Alert, AlertKind};
use crate::views::screen::{DOMAIN_FIELD, FactorKind};

/// The purpose of the seal.
const PURPOSE: &str = "page state";
/// The beginning of the cookies' names.
const PREFIX: &str = "page-";
/// The most sign-ins of one browser and host that are kept at a time.
const MOST: usize = 4;
/// The longest name and alert that are kept, in bytes.
const LONGEST_TEXT: usize = 512;
/// The beginning of every session of the driver, which need not be kept.
const SESSION_PREFIX: &str = "AYAB";
/// The fields that an alert may be about.
const FIELDS: [&str; 9] = [
    "username",
    "password",
    "code",
    "new_password",
    "confirm_password",
    "factor",
    "contact",
    "passkey",
    DOMAIN_FIELD,
];

/// A code that a page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum CodeFor {
    /// A second factor by text message.
    SmsMfa,
    /// A second factor by e-mail.
    EmailMfa,
    /// A second factor by an app.
    AppMfa,
    /// A first factor by text message.
    SmsFirst,
    /// A first factor by e-mail.
    EmailFirst,
    /// A number that is being set up.
    SmsSetUp,
    /// An address that is being set up.
    EmailSetUp,
}

impl CodeFor {
    /// Returns where the code is.
    pub(super) fn kind(self) -> FactorKind {
        match self {
            Self::SmsMfa | Self::SmsFirst | Self::SmsSetUp => FactorKind::Sms,
            Self::EmailMfa | Self::EmailFirst | Self::EmailSetUp => FactorKind::Email,
            Self::AppMfa => FactorKind::App,
        }
    }

    /// Returns the challenge that asks for the code, for the codes of second factors.
    pub(super) fn challenge(self) -> Option<ChallengeNameType> {
        match self {
            Self::SmsMfa | Self::SmsSetUp => Some(ChallengeNameType::SmsMfa),
            Self::EmailMfa | Self::EmailSetUp => Some(ChallengeNameType::EmailOtp),
            Self::AppMfa => Some(ChallengeNameType::SoftwareTokenMfa),
            Self::SmsFirst | Self::EmailFirst => None,
        }
    }
}

/// What the next page is.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Stage {
    /// The page on which a sign-in begins.
    SignIn,
    /// The same, although the browser has a session.
    OtherAccount,
    /// The sign-in has ended.
    Over,
    /// The choice of a first factor.
    ChooseFactor { factors: Vec<FactorKind> },
    /// The password after the name. `direct`: the session is that of PASSWORD, not of the choice.
    Password {
        factors: Vec<FactorKind>,
        direct: bool,
    },
    /// A code; `sent`: when, in seconds. `contact`: the address or number that is being set up.
    Code {
        of: CodeFor,
        place: Option<String>,
        factors: Vec<FactorKind>,
        sent: i64,
        #[serde(default)]
        contact: Option<String>,
    },
    /// A passkey.
    Passkey {
        options: String,
        factors: Vec<FactorKind>,
    },
    /// The choice of a second factor; `instead_of`: the one that is asked for now.
    ChooseMfa {
        factors: Vec<FactorKind>,
        instead_of: Option<CodeFor>,
    },
    /// The choice of a factor to set up.
    SetUp { factors: Vec<FactorKind> },
    /// An app that is being set up.
    SetUpApp {
        secret: String,
        factors: Vec<FactorKind>,
    },
    /// An address or a number that is being set up.
    SetUpContact {
        kind: FactorKind,
        value: String,
        factors: Vec<FactorKind>,
    },
    /// A new password after a temporary one.
    NewPassword {
        required: Vec<String>,
        given: Vec<(String, String)>,
    },
    /// A sign-up that was refused, with what was typed.
    SignUp { given: Vec<(String, String)> },
    /// The code of a sign-up.
    Confirm {
        place: Option<String>,
        by_link: bool,
        sent: i64,
    },
    /// A sign-up that waits for an administrator.
    Pending,
    /// A forgotten password: the name.
    Forgot,
    /// A forgotten password: the code.
    Reset { place: Option<String>, sent: i64 },
    /// The first sign-in through a provider: is there an account already?
    Link { provider: String },
    /// The first sign-in through a provider waits for an administrator.
    Approval,
    /// A passkey that is being registered, after the sign-in.
    AddPasskey { challenge: String },
    /// The question whether a client that nobody vouches for may come in. `session`: the name of the browser's session that
    /// answers for the user; `fresh`: it began for this request; `shown`: the digest of the question as it was shown.
    Consent {
        session: String,
        fresh: bool,
        shown: String,
    },
}

/// The page to which a sign-in leads.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Aim {
    /// That of the client.
    #[default]
    Client,
    /// That which adds a passkey, and then the client.
    Passkey,
    /// The same for a link that asks for no code: the client learns the result alone.
    PasskeyByLink,
    /// That of the client, after the user is linked to the identity of a question: its handle.
    Link(String),
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptAlert {
    kind: char,
    text: String,
    field: Option<String>,
}

/// A sign-in between two pages. Without `Debug`: most of it is secret.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct PageState {
    /// The next page.
    pub(super) stage: Stage,
    /// The name that was typed.
    pub(super) who: String,
    /// The end, in microseconds.
    pub(super) ends: i64,
    /// The page to which the sign-in leads.
    #[serde(default)]
    pub(super) aim: Aim,
    alert: Option<KeptAlert>,
    /// True if the browser is to be remembered once the sign-in is complete.
    #[serde(default)]
    pub(super) remember: bool,
    /// The session of the driver, or of a sign-up.
    #[serde(skip)]
    pub(super) session: Option<String>,
}

impl PageState {
    /// Creates the state of a stage.
    pub(super) fn new(stage: Stage, who: &str, ends: i64) -> Self {
        Self {
            stage,
            who: cut(who),
            ends,
            aim: Aim::Client,
            alert: None,
            remember: false,
            session: None,
        }
    }

    /// Returns the same sign-in at another page, for which the same session is good.
    #[must_use]
    pub(super) fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }

    /// Adds a session.
    #[must_use]
    pub(super) fn with_session(self, session: Option<String>) -> Self {
        Self { session, ..self }
    }

    /// Sets the page to which the sign-in leads.
    #[must_use]
    pub(super) fn aiming(self, aim: Aim) -> Self {
        Self { aim, ..self }
    }

    /// Adds an alert, which the next page shows once.
    #[must_use]
    pub(super) fn with_alert(mut self, alert: &Alert) -> Self {
        let kind = match alert.kind {
            AlertKind::Error => 'e',
            AlertKind::Warning => 'w',
            AlertKind::Success => 's',
            AlertKind::Info => 'i',
        };
        self.alert = Some(KeptAlert {
            kind,
            text: cut(&alert.text),
            field: alert.field.map(str::to_owned),
        });
        self
    }

    /// Takes the alert.
    pub(super) fn take_alert(&mut self) -> Option<Alert> {
        let kept = self.alert.take()?;
        Some(Alert {
            kind: match kept.kind {
                's' => AlertKind::Success,
                'w' => AlertKind::Warning,
                'i' => AlertKind::Info,
                _ => AlertKind::Error,
            },
            text: kept.text,
            field: FIELDS
                .into_iter()
                .find(|known| kept.field.as_deref() == Some(known)),
        })
    }

    /// True if only the name is left to be remembered.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.stage, Stage::SignIn) && self.alert.is_none() && self.aim == Aim::Client
    }
}

/// Cuts a text to the length that is kept.
fn cut(text: &str) -> String {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// The sign-in that a cookie belongs to.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    /// The pool.
    pub(super) pool: &'a Pool,
    /// The client's id.
    pub(super) client_id: &'a str,
    /// The host that was asked.
    pub(super) host: &'a str,
    /// The query, without the language, which may change between two pages.
    pub(super) query: &'a str,
}

impl Owner<'_> {
    /// Returns the name of the cookie.
    fn name(&self) -> String {
        let hash = sha256(self.query.as_bytes());
        format!("{PREFIX}{}", hex(hash.get(..8).unwrap_or(&hash)))
    }

    /// Returns what the seal is bound to.
    fn bound(&self, began: &str) -> Vec<u8> {
        let query = hex(&sha256(self.query.as_bytes()));
        [&self.pool.id, self.client_id, self.host, &query, began]
            .join("\n")
            .into_bytes()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the state of a sign-in; None if the browser has none that opens.
pub(super) fn open(cookies: &Cookies<'_>, owner: Owner<'_>) -> Option<PageState> {
    let value = cookies.get(&owner.name())?;
    let (began, sealed) = value.split_once('.')?;
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = owner
        .pool
        .key
        .open_token(PURPOSE, &owner.bound(began), &sealed)
        .ok()?;
    let (length, rest) = plain.expose().split_first_chunk::<2>()?;
    let (json, session) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let mut state: PageState = serde_json::from_slice(json).ok()?;
    state.session = match session.split_first()? {
        (1, bytes) => Some(format!("{SESSION_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))),
        (2, text) => Some(String::from_utf8(text.to_vec()).ok()?),
        _ => None,
    };
    Some(state)
}

/// Seals a state; None if it is too long for a cookie.
fn seal(owner: Owner<'_>, state: &PageState, now: i64) -> Option<String> {
    let json = serde_json::to_vec(state).ok()?;
    let session = match &state.session {
        None => vec![0],
        Some(text) => {
            let bytes = text
                .strip_prefix(SESSION_PREFIX)
                .map(|rest| URL_SAFE_NO_PAD.decode(rest));
            match bytes {
                Some(Ok(bytes)) => [&[1], bytes.as_slice()].concat(),
                _ => [&[2], text.as_bytes()].concat(),
            }
        }
    };
    let length = u16::try_from(json.len()).ok()?.to_be_bytes();
    let plain = [length.as_slice(), &json, &session].concat();
    let began = format!("{:x}", now.div_euclid(1_000_000));
    let sealed = owner
        .pool
        .key
        .seal_token(PURPOSE, utc_day(now), &owner.bound(&began), &plain);
    let value = format!("{began}.{}", URL_SAFE_NO_PAD.encode(sealed));
    (value.len() <= VALUE_BYTES).then_some(value)
}

/// Returns the cookies that keep a state, of which the first is its own and the others end sign-ins beyond the most that
/// are kept; None if the state is too long for a cookie.
///
/// # Errors
/// None in practice: the names are our own.
pub(super) fn keep(
    cookies: &Cookies<'_>,
    owner: Owner<'_>,
    state: &PageState,
    now: i64,
) -> Result<Option<Vec<SetCookie>>, CookieError> {
    let Some(value) = seal(owner, state, now) else {
        return Ok(None);
    };
    let name = owner.name();
    let mut set = vec![SetCookie::new(name.clone(), value, SameSite::Lax)?];
    let began = |value: &str| {
        let began = value.split('.').next().unwrap_or_default();
        u64::from_str_radix(began, 16).unwrap_or_default()
    };
    let mut others: Vec<(&str, &str)> = cookies
        .beginning(PREFIX)
        .filter(|(known, _)| *known != name)
        .collect();
    others.sort_by_key(|(_, value)| std::cmp::Reverse(began(value)));
    for (name, _) in others.into_iter().skip(MOST - 1) {
        if let Ok(ended) = SetCookie::delete(name.to_owned(), SameSite::Lax) {
            set.push(ended);
        }
    }
    Ok(Some(set))
}

/// Returns the cookie that ends a state; None if the browser has none.
///
/// # Errors
/// None in practice: the name is our own.
pub(super) fn end(
    cookies: &Cookies<'_>,
    owner: Owner<'_>,
) -> Result<Option<SetCookie>, CookieError> {
    let name = owner.name();
    let is_there = cookies.beginning(PREFIX).any(|(known, _)| known == name);
    is_there
        .then(|| SetCookie::delete(name, SameSite::Lax))
        .transpose()
}
