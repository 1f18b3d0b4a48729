//! What a step needs besides the user, read in the round trip that reads the user.
//!
//! What is read depends on the request, the sealed state and the pool, never on whether the name exists: for an unknown
//! name the same queries run, for its pseudonym or for another user of the pool (decision 004). Rows are as they were
//! stored; who uses them checks them, mostly after the proof, so that a wrong answer costs the look-up alone. What was read
//! before the latest pause counts as not read.

use cognate_shapes::WebAuthnConfigurationType;
use cognate_store::tables::devices::{self, DeviceRow};
use cognate_store::tables::{Query, domains, groups, passkeys, software_tokens};
use cognate_store::{Row, StoreError};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::signin::state::{Expected, SignInState, Start};
use crate::signin::{At, Surface};
use crate::tokens::groups::ReadBefore;

/// Whose rows are read.
#[derive(Clone, Copy)]
pub enum Owner<'a> {
    /// The user with a name.
    Login {
        /// The key of the name.
        key: &'a str,
        /// The pseudonym of an unknown one.
        unknown: &'a str,
    },
    /// The user with an id, or the pseudonym of an unknown name.
    Subject(&'a str),
    /// A user who has proven something.
    User(&'a str),
}

impl<'a> Owner<'a> {
    fn passkeys(self, pool_id: &str) -> Query {
        match self {
            Self::Login { key, unknown } => passkeys::of_login_or_other(pool_id, key, unknown),
            Self::Subject(id) | Self::User(id) => passkeys::of_user(pool_id, id),
        }
    }

    fn device(self, pool_id: &str, device_key: &str) -> Query {
        match self {
            Self::Login { key, unknown } => devices::by_login(pool_id, key, unknown, device_key),
            Self::Subject(id) | Self::User(id) => devices::by_key(pool_id, id, device_key),
        }
    }

    fn groups(self, pool_id: &str) -> Query {
        match self {
            Self::Login { key, unknown } => groups::of_login_or_other(pool_id, key, unknown),
            Self::Subject(id) => groups::of_id_or_other(pool_id, id),
            Self::User(id) => groups::of_user(pool_id, id),
        }
    }

    /// Returns the id by which an app is found; None before the name's user is known.
    fn id(self) -> Option<&'a str> {
        match self {
            Self::Login { .. } => None,
            Self::Subject(id) | Self::User(id) => Some(id),
        }
    }
}

/// What is to be read.
#[derive(Clone, Copy, Default)]
pub struct Wanted<'a> {
    app: bool,
    passkeys: bool,
    domains: bool,
    device: Option<&'a str>,
    groups: bool,
}

impl<'a> Wanted<'a> {
    /// Returns what a right password needs that comes with the start.
    pub fn by_password(cx: &Cx<'_>, at: At<'_>, start: &'a Start) -> Self {
        Self {
            device: tracked(at.pool, start),
            groups: signs(at) && !cx.store.reads_inline(),
            ..Self::default()
        }
    }

    /// Returns what the offer of first factors needs. `passkeys`: true if users of the pool may begin with one.
    pub fn of_choice(pool: &Pool, passkeys: bool) -> Self {
        Self {
            passkeys,
            domains: passkeys && is_named_by_domain(pool),
            ..Self::default()
        }
    }

    /// Returns what the right answer to the challenge of a state needs. Where reads are answered at once, groups are left
    /// until the first factor is proven.
    pub fn of_answer(cx: &Cx<'_>, at: At<'_>, state: &'a SignInState) -> Self {
        let expected = &state.expected;
        let passkeys = matches!(expected, Expected::WebAuthn { .. });
        let is_due = !state.proven.is_empty() || !cx.store.reads_inline();
        Self {
            app: matches!(
                expected,
                Expected::SoftwareToken | Expected::MfaSetup { app: Some(_), .. }
            ),
            device: tracked(at.pool, &state.start),
            groups: is_due && signs(at) && may_end(expected),
            ..Self::of_choice(at.pool, passkeys)
        }
    }

    /// True if passkeys are read.
    pub fn has_passkeys(&self) -> bool {
        self.passkeys
    }

    /// Returns the queries, for [`Further::take`].
    pub fn queries(&self, pool_id: &str, owner: Owner<'_>) -> Vec<Query> {
        let mut queries = Vec::new();
        if let Some(id) = owner.id().filter(|_| self.app) {
            queries.push(software_tokens::of_user(pool_id, id));
        }
        if self.passkeys {
            queries.push(owner.passkeys(pool_id));
        }
        if self.domains {
            queries.push(domains::of_pool(pool_id));
        }
        if let Some(key) = self.device {
            queries.push(owner.device(pool_id, key));
        }
        if self.groups {
            queries.push(owner.groups(pool_id));
        }
        queries
    }
}

/// Returns the device that a sign-in names, in pools that track devices.
fn tracked<'a>(pool: &Pool, start: &'a Start) -> Option<&'a str> {
    let key = start.device_key.as_deref();
    key.filter(|_| pool.doc.device_configuration.is_some())
}

/// True if tokens are signed where a sign-in ends. On pages that is rare.
fn signs(at: At<'_>) -> bool {
    at.surface != Surface::Page
}

/// True if the right answer may be the last one. That to the pool's own challenges waits for a function, after which groups
/// are read again.
fn may_end(expected: &Expected) -> bool {
    match expected {
        Expected::PasswordVerifier
        | Expected::NewPassword
        | Expected::SmsMfa
        | Expected::EmailMfa
        | Expected::EmailSetup
        | Expected::SmsSetup
        | Expected::SoftwareToken
        | Expected::MfaSetup { app: Some(_), .. }
        | Expected::SelectChallenge(_)
        | Expected::Password
        | Expected::EmailOtp
        | Expected::SmsOtp
        | Expected::WebAuthn { .. }
        | Expected::DeviceVerifier
        | Expected::FirstSignIn { .. } => true,
        Expected::Undecided
        | Expected::SelectMfa(_)
        | Expected::MfaSetup { app: None, .. }
        | Expected::PasswordSrp
        | Expected::Custom { .. }
        | Expected::DeviceSrp
        | Expected::Upstream { .. }
        | Expected::Confirmation => false,
    }
}

/// True in a pool whose domain names its relying party: it sets none.
fn is_named_by_domain(pool: &Pool) -> bool {
    let settings = pool.doc.web_authn_configuration.as_ref();
    let named = |settings: &WebAuthnConfigurationType| settings.relying_party_id.is_some();
    !settings.is_some_and(named)
}

/// Rows that were read with the user.
#[derive(Default)]
pub struct Further {
    /// [`Cx::pauses`] when they were.
    pauses: u32,
    app: Option<Vec<Row>>,
    passkeys: Option<PasskeyRows>,
    device: Option<OwnDevice>,
    groups: Option<ReadBefore>,
}

/// The passkeys of a subject, and the domains of a pool whose domain names the relying party.
#[derive(Clone)]
pub struct PasskeyRows {
    /// Rows of `passkeys`.
    pub own: Vec<Row>,
    /// Rows of `domains`.
    pub domains: Vec<Row>,
}

/// A device, and whose it is.
struct OwnDevice {
    owner: String,
    row: DeviceRow,
}

impl OwnDevice {
    fn read(rows: Vec<Row>) -> Result<Option<Self>> {
        let read = |mut row: Row| -> std::result::Result<Self, StoreError> {
            Ok(Self {
                row: DeviceRow::read(&mut row)?,
                owner: row.take_text(devices::USER)?,
            })
        };
        Ok(rows.into_iter().next().map(read).transpose()?)
    }
}

impl Further {
    /// Takes the rows of [`Wanted::queries`]; `next` returns those of one query after the other.
    ///
    /// # Errors
    /// A row of another shape.
    pub fn take(
        cx: &Cx<'_>,
        wanted: &Wanted<'_>,
        owner: Owner<'_>,
        mut next: impl FnMut() -> Vec<Row>,
    ) -> Result<Self> {
        let app = owner.id().filter(|_| wanted.app).map(|_| next());
        let own = wanted.passkeys.then(&mut next);
        let domains = wanted.domains.then(&mut next).unwrap_or_default();
        let device = wanted.device.map(|_| next());
        let groups = wanted.groups.then(&mut next);
        Ok(Self {
            pauses: cx.pauses(),
            app,
            passkeys: own.map(|own| PasskeyRows { own, domains }),
            device: OwnDevice::read(device.unwrap_or_default())?,
            groups: match (groups, owner) {
                (None, _) => None,
                (Some(rows), Owner::User(id)) => Some(ReadBefore::of_user(cx, id, rows)),
                (Some(rows), _) => ReadBefore::of_some_user(cx, rows)?,
            },
        })
    }

    /// Returns what is left where another user turned out to be meant. `own`: their passkeys, where those are wanted.
    #[must_use]
    pub fn of_another(self, own: Option<Vec<Row>>) -> Self {
        let passkeys = self.passkeys.zip(own);
        Self {
            pauses: self.pauses,
            passkeys: passkeys.map(|(read, own)| PasskeyRows { own, ..read }),
            ..Self::default()
        }
    }

    fn current(&self, cx: &Cx<'_>) -> Option<&Self> {
        (self.pauses == cx.pauses()).then_some(self)
    }

    /// Returns the row of the user's app, of which there is one at most; None if that was not read.
    pub fn app(&self, cx: &Cx<'_>) -> Option<&[Row]> {
        self.current(cx)?.app.as_deref()
    }

    /// Returns the passkeys, whose rows say whose they are; None if they were not read.
    pub fn passkeys(&self, cx: &Cx<'_>) -> Option<&PasskeyRows> {
        self.current(cx)?.passkeys.as_ref()
    }

    /// Returns a device of the user, if it was read and is there.
    pub fn device(&self, cx: &Cx<'_>, user_id: &str, device_key: &str) -> Option<&DeviceRow> {
        let read = self.current(cx)?.device.as_ref()?;
        let is_it = read.owner == user_id && read.row.device_key == device_key;
        is_it.then_some(&read.row)
    }

    /// Returns the user's groups; None if they were not read.
    pub fn groups(&self) -> Option<&ReadBefore> {
        self.groups.as_ref()
    }

    /// As [`groups`](Self::groups).
    #[must_use]
    pub fn into_groups(self) -> Option<ReadBefore> {
        self.groups
    }
}
