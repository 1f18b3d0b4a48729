//! The outbox: rows of accepted messages, what is sent of them, and the delivery log.
//!
//! A message is in the batch of its cause. In `serve` it waits there for its sender; in `dev` it is in the inbox, and if
//! somebody sends its medium, in a second row that waits. A decoy has the same rows, which are given up at once.

use cognate_crypto::random;
use cognate_shapes::DeliveryMediumType;
use cognate_store::Batch;
use cognate_store::tables::messages::{
    self as table, GIVEN_UP, IN_INBOX, KEPT, Leased, NewMessage, WAITING,
};
use serde_json::Value;

use crate::app::courier::{NotDelivered, Outgoing, Receipt};
use crate::app::{App, Mode};
use crate::clock::{DAY, MINUTE};
use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::names;
use crate::messages::budget::{self, Counted};
use crate::messages::custom_sender::{self, Call};
use crate::messages::{Body, Destination, context, inbox};
use crate::records::pool::Pool;

/// The time after which an undelivered message is given up, in microseconds, if nothing in it ends sooner.
pub const LONGEST: i64 = DAY;
/// The kind of messages with a temporary password.
const INVITATION: &str = "admin_create_user";
/// The kind of messages that try a pool's senders.
const TRIAL: &str = "test";

/// A message that was worded.
pub(super) struct Parcel<'a> {
    /// The user's id, or the pseudonym of an unknown name.
    pub(super) account: &'a str,
    /// The destination.
    pub(super) destination: &'a Destination,
    /// Why it is sent.
    pub(super) kind: &'static str,
    /// The end of the secret in it, in microseconds.
    pub(super) expires: i64,
    /// True if it is for nobody.
    pub(super) decoy: bool,
    /// The message.
    pub(super) body: Body,
    /// The event of the pool's own sender.
    pub(super) event: Option<Value>,
}

/// Returns the batch that counts a message and appends it. Runs of one action append the same message.
///
/// # Errors
/// None in practice: texts always serialise.
pub(super) fn append(cx: &Cx<'_>, pool: &Pool, parcel: Parcel<'_>) -> Result<Batch> {
    let keys = Keys::of(pool, &parcel);
    let batch = budget::count(cx, pool, Batch::new(), &keys.counted(&parcel));
    put(cx, pool, parcel, keys, batch)
}

/// As [`append`], for a message about a risky sign-in: None beyond a budget.
///
/// # Errors
/// The store's.
pub(super) async fn append_notice(
    cx: &Cx<'_>,
    pool: &Pool,
    parcel: Parcel<'_>,
) -> Result<Option<Batch>> {
    let keys = Keys::of(pool, &parcel);
    match budget::count_notice(cx, pool, &keys.counted(&parcel)).await? {
        Some(batch) => Ok(Some(put(cx, pool, parcel, keys, batch)?)),
        None => Ok(None),
    }
}

/// The pseudonyms under which a message is kept and counted.
struct Keys {
    destination: String,
    /// In its place, for a decoy, in counts.
    of_nobody: Option<String>,
}

impl Keys {
    fn of(pool: &Pool, parcel: &Parcel<'_>) -> Self {
        let name = || keyed(pool, &format!("decoy/{}", parcel.account));
        Self {
            destination: pseudonym(pool, parcel.destination),
            of_nobody: parcel.decoy.then(name),
        }
    }

    fn counted<'a>(&'a self, parcel: &Parcel<'a>) -> Counted<'a> {
        Counted {
            account: parcel.account,
            destination: self.of_nobody.as_deref().unwrap_or(&self.destination),
            medium: parcel.destination.medium(),
            to: &parcel.destination.value,
        }
    }
}

fn put(
    cx: &Cx<'_>,
    pool: &Pool,
    parcel: Parcel<'_>,
    keys: Keys,
    mut batch: Batch,
) -> Result<Batch> {
    let medium = parcel.destination.medium();
    let to = &parcel.destination.value;
    // The clock first: ids grow with time, the rest keeps two messages of one microsecond apart.
    let name = format!("message {}\n{}\n{to}", parcel.kind, parcel.account);
    let (message_id, created) = cx.memory().once(&name, || {
        let created = cx.clock.service();
        let rest = random::alphanumeric(8, b"0123456789abcdef");
        (format!("{}-{rest}", inbox::before(created)), created)
    });
    let mut add = |id: String, (state, due): (i64, i64), body: &Body| -> Result<()> {
        let sealed = pool
            .key
            .seal(&context(&pool.id, &id), &serde_json::to_vec(body)?);
        let (state, due) = match parcel.decoy {
            true => (GIVEN_UP, parcel.expires),
            false => (state, due),
        };
        let row = NewMessage {
            pool_id: pool.id.clone(),
            message_id: id,
            user_id: parcel.account.to_owned(),
            state,
            due,
            sealed,
            created,
            destination: keys.destination.clone(),
            // Without a secret nothing in it ends.
            ends: match parcel.body.code.is_empty() {
                true => created.saturating_add(LONGEST),
                false => parcel.expires,
            },
            kind: parcel.kind,
            medium: medium.as_str(),
            masked: parcel.destination.delivery().to,
        };
        batch = table::insert(std::mem::take(&mut batch), row);
        Ok(())
    };
    let dev = cx.settings.mode == Mode::Dev;
    if dev {
        let until = created.saturating_add(KEPT);
        add(message_id.clone(), (IN_INBOX, until), &parcel.body)?;
    }
    if !dev || is_sent(cx, pool, medium) {
        let id = if dev {
            format!("{message_id}-1")
        } else {
            message_id
        };
        let body = Body {
            event: parcel.event.clone(),
            ..parcel.body.clone()
        };
        add(id, (WAITING, created), &body)?;
    }
    Ok(batch)
}

/// Returns a message for whoever tries the senders of a pool, and its id. It waits in the outbox like any other, for ten
/// minutes at most; no budget counts it, and no function sends it.
///
/// # Errors
/// None in practice: texts always serialise.
pub fn trial(pool: &Pool, destination: &Destination, now: i64) -> Result<(String, Batch)> {
    let rest = random::alphanumeric(8, b"0123456789abcdef");
    let id = format!("{now:016x}-{rest}");
    let medium = destination.medium();
    let body = Body {
        user: String::new(),
        to: destination.value.clone(),
        channel: medium.as_str().to_owned(),
        kind: TRIAL.to_owned(),
        subject: (medium == DeliveryMediumType::Email).then(|| "Test message".to_owned()),
        body: format!("This is a test message of the user pool {}.", pool.id),
        code: String::new(),
        text: None,
        sender: None,
        event: None,
    };
    let sealed = pool
        .key
        .seal(&context(&pool.id, &id), &serde_json::to_vec(&body)?);
    let row = NewMessage {
        pool_id: pool.id.clone(),
        message_id: id.clone(),
        user_id: String::new(),
        state: WAITING,
        due: now,
        sealed,
        created: now,
        destination: pseudonym(pool, destination),
        ends: now.saturating_add(10 * MINUTE),
        kind: TRIAL,
        medium: medium.as_str(),
        masked: destination.delivery().to,
    };
    Ok((id, table::insert(Batch::new(), row)))
}

/// True if messages of the pool leave by this medium: through the pool's own sender or the server's.
pub(super) fn is_sent(app: &App, pool: &Pool, medium: DeliveryMediumType) -> bool {
    let courier = app.courier.get();
    custom_sender::of(pool, medium).is_some()
        || courier.is_some_and(|courier| courier.sends(pool, medium))
}

/// Returns the pseudonym of a medium and an address.
fn pseudonym(pool: &Pool, destination: &Destination) -> String {
    let value = names::fold_case(destination.value.trim());
    keyed(
        pool,
        &format!("{}/{value}", destination.contact.attribute()),
    )
}

fn keyed(pool: &Pool, text: &str) -> String {
    let mut hex = hex::encode(pool.key.mac("destinations of messages", text.as_bytes()));
    hex.truncate(32);
    hex
}

/// A message that was read from its row. Without `Debug`, since it holds a code or a password.
pub struct Letter {
    outgoing: Outgoing,
    event: Option<Value>,
}

/// Opens the row of a message that this node sends.
///
/// # Errors
/// An internal fault for a row that does not open or parse.
pub fn open(pool: &Pool, row: &Leased) -> Result<Letter> {
    let plain = pool
        .key
        .open(&context(&pool.id, &row.message_id), &row.sealed)?;
    let body: Body = serde_json::from_slice(plain.expose())?;
    let medium = match body.channel.as_str() {
        "SMS" => DeliveryMediumType::Sms,
        _ => DeliveryMediumType::Email,
    };
    Ok(Letter {
        outgoing: Outgoing {
            id: row.message_id.clone(),
            medium,
            to: body.to,
            username: body.user,
            user_id: row.user_id.clone(),
            kind: body.kind,
            subject: body.subject,
            body: body.body,
            text: body.text,
            code: body.code,
            sender: body.sender,
        },
        event: body.event,
    })
}

/// Sends a message once: by the pool's own sender if it was accepted for that, else by the server's.
///
/// # Errors
/// Those of the sender; [`NotDelivered::Later`] while there is none.
pub async fn send(
    app: &App,
    pool: &Pool,
    letter: Letter,
) -> std::result::Result<Receipt, NotDelivered> {
    let Letter { outgoing, event } = letter;
    if let Some((event, trigger)) = event.zip(custom_sender::of(pool, outgoing.medium)) {
        let call = Call {
            trigger,
            event,
            id: &outgoing.id,
            code: &outgoing.code,
            is_password: outgoing.kind == INVITATION,
        };
        return custom_sender::send(app, pool, call).await;
    }
    match app.courier.get() {
        Some(courier) => courier.deliver(pool, &outgoing).await,
        None => Err(NotDelivered::Later("there is no sender".to_owned())),
    }
}
