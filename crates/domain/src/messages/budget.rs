//! The budgets of messages ([`crate::app::message_limits`]), counted in the batch that appends a message.
//!
//! Decoys count like messages to users, but under the name that was typed in place of an address: what is sent to nobody
//! must not use up what the owner of an address may get.

use cognate_shapes::DeliveryMediumType;
use cognate_store::Batch;
use cognate_store::tables::attempts::{self as table, Limit};

use crate::clock::HOUR;
use crate::cx::{Cx, TOO_MANY_CODES};
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

/// Counts a message; beyond a budget the batch fails with [`TOO_MANY_CODES`], which [`Cx::commit`] words.
pub(super) fn count(cx: &Cx<'_>, pool: &Pool, batch: Batch, message: &Counted<'_>) -> Batch {
    let limits = cx.settings.message_limits;
    let one = |batch, kind, most: Option<i64>, subject: &str| match most {
        None => batch,
        Some(most) => {
            let limit = Limit {
                kind,
                most,
                exceeded: TOO_MANY_CODES,
            };
            let until = cx.now().saturating_add(HOUR);
            table::count_within(batch, &pool.id, subject, limit, cx.now(), until)
        }
    };
    let spread = |batch, kind, most: Option<i64>, subject: &str| {
        let Some(most) = most else { return batch };
        let rows = (most / LEAST_OF_ROW).clamp(1, ROWS);
        let row = row_of(message.destination, rows);
        let most = (most + rows - 1) / rows;
        one(batch, kind, Some(most), &format!("{subject}/{row}"))
    };
    // In this order in every batch, the most contended row last: it is locked for the shortest time.
    let batch = one(
        batch,
        "messages_to",
        limits.destination,
        message.destination,
    );
    let batch = one(batch, "messages_about", limits.user, message.account);
    let batch = match message.medium {
        DeliveryMediumType::Sms => {
            let country = format!("country/{}", country(message.to));
            spread(batch, "messages_abroad", limits.country, &country)
        }
        DeliveryMediumType::Email => batch,
    };
    spread(batch, "messages_of_pool", limits.pool, "pool")
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
