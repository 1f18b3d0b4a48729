//! The budgets of messages ([`crate::app::message_limits`]), counted in the batch that appends a message.
//!
//! Decoys count like messages to users, but under the name that was typed in place of an address: what is sent to nobody
//! must not use up what the owner of an address may get. A message about a risky sign-in is dropped beyond a budget, since
//! nothing of the sign-in depends on it.

use cognate_shapes::DeliveryMediumType;
use cognate_store::tables::attempts::{self as table, Limit};
use cognate_store::{Batch, Label};

use crate::clock::HOUR;
use crate::cx::{Cx, TOO_MANY_CODES};
use crate::errors::Result;
use crate::records::pool::Pool;

/// A large budget is counted in as many rows, so that messages that are accepted at once need not wait for one of them.
const ROWS: i64 = 16;
/// Each of those rows holds at least this part of it.
const LEAST_OF_ROW: i64 = 1_000;

/// The keys under which a message counts.
pub(super) struct Counted<'a> {
    /// The user's id, or the pseudonym of an unknown name.
    pub(super) account: &'a str,
    /// The pseudonym of medium and address; for a decoy, of the account.
    pub(super) destination: &'a str,
    /// E-mail or text message.
    pub(super) medium: DeliveryMediumType,
    /// Address or number.
    pub(super) to: &'a str,
}

/// Messages about risky sign-ins in an hour to one user: whoever has a list of passwords must not fill a mailbox.
const NOTICES_ABOUT: i64 = 5;
/// Such messages in an hour to one address, whatever number of users has it.
const NOTICES_TO: i64 = 20;

/// A count that a message goes into.
struct Count {
    kind: &'static str,
    subject: String,
    most: i64,
}

/// Returns the counts of a message. In this order in every batch, the most contended row last: it is locked for the
/// shortest time.
fn counts(cx: &Cx<'_>, message: &Counted<'_>) -> Vec<Count> {
    let limits = cx.settings.message_limits;
    let one = |kind, most: Option<i64>, subject: String| {
        most.map(|most| Count {
            kind,
            subject,
            most,
        })
    };
    let spread = |kind, most: Option<i64>, subject: String| {
        let most = most?;
        let rows = (most / LEAST_OF_ROW).clamp(1, ROWS);
        let row = row_of(message.destination, rows);
        let most = (most + rows - 1) / rows;
        one(kind, Some(most), format!("{subject}/{row}"))
    };
    let abroad = match message.medium {
        DeliveryMediumType::Sms => {
            let country = format!("country/{}", country(message.to));
            spread("messages_abroad", limits.country, country)
        }
        DeliveryMediumType::Email => None,
    };
    let (to, about) = (message.destination.to_owned(), message.account.to_owned());
    [
        one("messages_to", limits.destination, to),
        one("messages_about", limits.user, about),
        abroad,
        spread("messages_of_pool", limits.pool, "pool".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn add(cx: &Cx<'_>, pool: &Pool, batch: Batch, count: &Count, exceeded: Label) -> Batch {
    let limit = Limit {
        kind: count.kind,
        most: count.most,
        exceeded,
    };
    let until = cx.now().saturating_add(HOUR);
    table::count_within(batch, &pool.id, &count.subject, limit, cx.now(), until)
}

/// Counts a message; beyond a budget the batch fails with [`TOO_MANY_CODES`], which [`Cx::commit`] words.
pub(super) fn count(cx: &Cx<'_>, pool: &Pool, batch: Batch, message: &Counted<'_>) -> Batch {
    let counts = counts(cx, message);
    let count = |batch, count: &Count| add(cx, pool, batch, count, TOO_MANY_CODES);
    counts.iter().fold(batch, count)
}

/// Returns the batch that counts a message about a risky sign-in, in the budgets of all messages and in bounds of its own;
/// None beyond one of them. The batch fails with [`table::NOTICES_FULL`] where another message came first.
///
/// # Errors
/// The store's.
pub(super) async fn count_notice(
    cx: &Cx<'_>,
    pool: &Pool,
    message: &Counted<'_>,
) -> Result<Option<Batch>> {
    let own = [
        ("notices_to", message.destination, NOTICES_TO),
        ("notices_about", message.account, NOTICES_ABOUT),
    ];
    let own = own.map(|(kind, subject, most)| Count {
        kind,
        subject: subject.to_owned(),
        most,
    });
    let counts: Vec<_> = own.into_iter().chain(counts(cx, message)).collect();
    let query = |count: &Count| table::counted(&pool.id, &count.subject, count.kind, cx.now());
    let queries: Vec<_> = counts.iter().map(query).collect();
    let read = cx.store.read(&queries).await?;
    for (count, rows) in counts.iter().zip(read) {
        let counted = rows.first().map_or(Ok(0), |row| row.int(0))?;
        if counted >= count.most {
            return Ok(None);
        }
    }
    let count = |batch, count: &Count| add(cx, pool, batch, count, table::NOTICES_FULL);
    Ok(Some(counts.iter().fold(Batch::new(), count)))
}

/// Returns the row of a destination among `rows`.
fn row_of(destination: &str, rows: i64) -> i64 {
    let hash = destination.bytes().fold(0_i64, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(i64::from(byte)) & 0xffff
    });
    hash % rows
}

/// Returns the digits with which the numbers of a country begin (ITU-T E.164): the country code, with the area code in
/// North America, whose members are twenty-five countries, and one more digit for Russia and Kazakhstan.
fn country(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let length = match digits.as_bytes() {
        [b'1', ..] => 4,
        [b'7', ..] => 2,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    };
    digits.chars().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_begins_with_its_country() {
        for (number, prefix) in [
            ("+12025550123", "1202"),
            ("+18765550123", "1876"),
            ("+77015550123", "77"),
            ("+79165550123", "79"),
            ("+4915155501234", "49"),
            ("+447700900123", "44"),
            ("+420601555012", "420"),
            ("+201001234567", "20"),
            ("+2348012345678", "234"),
            ("+8613812345678", "86"),
            ("+88212345678", "882"),
            ("+12", "12"),
        ] {
            assert_eq!(country(number), prefix, "{number}");
        }
    }

    #[test]
    fn destinations_spread_over_the_rows() {
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..400 {
            seen.insert(row_of(&format!("{:032x}", n * 7919), 16));
        }
        assert_eq!(seen.len(), 16);
        assert_eq!(row_of("whatever", 1), 0);
    }
}
