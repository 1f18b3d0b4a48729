//! What happens at `/device`: a user types the code of a device and decides.

use std::sync::Arc;

use cognate_store::tables::attempts::{self, Limit};
use cognate_store::tables::device_requests::{self as table, DeviceRow};
use cognate_store::{Batch, CommitError, Label};

use crate::audit;
use crate::clock::HOUR;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::oauth::browser_session::{self, BrowserSession};
use crate::oauth::device::row::{Doc, USER_ALPHABET, USER_CODE, may_use, open, signed, user_key};
use crate::oauth::{client, waiting};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::tokens::session::{Authorized, SessionDoc};

/// Too many codes were tried.
const EXCEEDED: Label = Label("too_many_device_codes");
/// Wrong codes from one client within an hour.
const BY_ADDRESS: Limit = Limit {
    kind: "device codes by address",
    most: 20,
    exceeded: EXCEEDED,
};
/// Wrong codes in a pool within an hour. With a thousand devices waiting, an hour's guesses find one of them in one of
/// five thousand hours.
const OVER_ALL: Limit = Limit {
    kind: "device codes",
    most: 5_000,
    exceeded: EXCEEDED,
};
/// The subject of the count over all, and the purpose of the count by address.
const EVERYBODY: &str = "device codes";

/// A code as it was typed.
pub struct Entered(String);

impl Entered {
    /// Reads a code: letters of either case, with or without hyphens and spaces. None for what no code is.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > 4 * USER_CODE {
            return None;
        }
        let letters = text.chars().filter(|c| !matches!(c, '-' | ' '));
        let code: String = letters.map(|c| c.to_ascii_uppercase()).collect();
        let fits = code.len() == USER_CODE && code.bytes().all(|b| USER_ALPHABET.contains(&b));
        fits.then_some(Self(code))
    }

    /// Returns the code as the device shows it.
    pub fn shown(&self) -> String {
        let (first, last) = self.0.split_at(USER_CODE / 2);
        format!("{first}-{last}")
    }
}

/// A device that asks to be let in.
pub struct Asked {
    /// The client.
    pub client: Arc<Client>,
    /// The scopes that it asks for.
    pub scopes: Vec<String>,
    row: DeviceRow,
    doc: Doc,
}

impl Asked {
    /// True if the user of a session may decide; else the user signs in first.
    pub fn lets(&self, cx: &Cx<'_>, pool: &Pool, session: &BrowserSession) -> bool {
        session.is_good_for(pool, &self.client, cx.now())
    }
}

/// The decision of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The device gets tokens.
    Allow,
    /// It does not.
    Deny,
}

/// Returns the device that shows a code; None for a code that is unknown, over or decided. Wrong ones are counted.
///
/// # Errors
/// TooManyRequestsException for an address, or a pool, with too many wrong codes within an hour; right ones are refused
/// then, too.
pub async fn look_up(cx: &Cx<'_>, pool: &Pool, code: &Entered) -> Result<Option<Asked>> {
    let key = user_key(pool, &code.0);
    let found = cx
        .store
        .first(table::by_user_code(&pool.id, &key, cx.now()))
        .await?;
    let found = found.map(|row| open(pool, row)).transpose()?;
    let good = found.filter(|(row, doc)| row.state == table::WAITING && cx.now() < doc.ends);
    let known = match &good {
        Some((row, _)) => client::by_id(cx, &row.client_id).await?,
        None => None,
    };
    let asked = match (good, known) {
        (Some((row, doc)), Some((of, client))) if of.id == pool.id && may_use(&client) => {
            Some(Asked {
                client,
                scopes: doc.scopes.clone(),
                row,
                doc,
            })
        }
        _ => None,
    };
    count(cx, pool, asked.is_some()).await?;
    Ok(asked)
}

/// Counts a code: a wrong one, or, for a right one, that there were not too many wrong ones before.
async fn count(cx: &Cx<'_>, pool: &Pool, right: bool) -> Result<()> {
    if cx.memory().get::<()>("device code counted").is_some() {
        return Ok(());
    }
    let address = waiting::place(cx, pool, EVERYBODY);
    let (now, until) = (cx.now(), cx.now().saturating_add(HOUR));
    let mut batch = Batch::new();
    for (subject, limit) in [(address.as_str(), BY_ADDRESS), (EVERYBODY, OVER_ALL)] {
        batch = match right {
            true => attempts::within(batch, &pool.id, subject, limit, now),
            false => attempts::count_within(batch, &pool.id, subject, limit, now, until),
        };
    }
    match cx.store.commit(batch).await {
        Ok(_) => {
            cx.memory().keep("device code counted", ());
            Ok(())
        }
        Err(CommitError::Conflict(EXCEEDED)) => Err(errors::auth::attempt_limit_exceeded().into()),
        Err(error) => Err(Fault::Internal(format!("commit: {error}"))),
    }
}

/// Writes the decision of the user of a session about the device that shows a code. False for a code that
/// [`look_up`] does not find, and where the session may not decide for the client.
///
/// # Errors
/// Those of [`look_up`].
pub async fn decide(
    cx: &Cx<'_>,
    pool: &Pool,
    session: &BrowserSession,
    code: &Entered,
    decision: Decision,
) -> Result<bool> {
    let asked = look_up(cx, pool, code).await?;
    let Some(asked) = asked.filter(|asked| asked.lets(cx, pool, session)) else {
        return Ok(false);
    };
    let authorized = Authorized {
        scopes: asked.scopes.clone(),
        resource: asked.doc.resource.clone(),
        origin: Some(session.name.clone()),
        document: None,
    };
    let signed_in = SessionDoc {
        authorized: Some(authorized),
        ..session.doc.clone()
    };
    // Who says no gives nothing, and has nothing that ends with their sessions.
    let (state, user_id, signed_in) = match decision {
        Decision::Allow => (table::ALLOWED, session.user.id.clone(), Some(signed_in)),
        Decision::Deny => (table::DENIED, String::new(), None),
    };
    let doc = Doc {
        signed_in,
        ..asked.doc.clone()
    };
    let row = DeviceRow {
        state,
        user_id,
        doc: serde_json::to_string(&doc)?,
        ..asked.row.clone()
    };
    let batch = browser_session::require(cx, pool, session);
    let batch = table::decide(batch, &pool.id, &signed(pool, row));
    let batch = audit::record(cx, batch, &pool.id, Some(&session.user.id));
    // A question of the device in between changes nothing that the user decides about: the next run finds it again.
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for text in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk", "B-C-D-F-G-H-J-K"] {
            let code = Entered::read(text).map(|code| code.shown());
            assert_eq!(code.as_deref(), Some("BCDF-GHJK"), "{text}");
        }
        let long = "B".repeat(9);
        for text in [
            "",
            "BCDF-GHJ",
            &long,
            "BCDF-GHJA",
            "BCDF_GHJK",
            "BCDFGHJ\u{212a}",
        ] {
            assert!(Entered::read(text).is_none(), "{text}");
        }
    }
}
