//! TIMESTAMP of a claim: the client's time, which it signs with the rest (auth.md 3.4).

use cognate_crypto::{basic_time, srp};

use crate::clock::{MINUTE, SECOND};

/// How far TIMESTAMP may be from our clock, either way. The service publishes no bound; its clients send the time of
/// the answer itself.
const SKEW: i64 = 5 * MINUTE;

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// True if a text can be read as `EEE MMM d HH:mm:ss z yyyy` in English, as Java's lenient parser reads it: long and
/// short names in any case, numbers with and without zeros in front, any zone, anything after the year (settled L2).
/// A text that can be read but is not in the clients' form has no fault of form, and makes the claim wrong
/// (settled S2).
pub(super) fn has_form(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let one_of = |names: &[&str], word: &str| {
        let word = word.to_ascii_lowercase();
        let short = |name: &&str| name.get(..3) == Some(&*word);
        names.iter().any(|name| *name == word || short(name))
    };
    let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    let mut next = || words.next().unwrap_or_default();
    let (weekday, month, day, time, zone, year) = (next(), next(), next(), next(), next(), next());
    let clock: Vec<&str> = time.split(':').collect();
    let is_zone = !zone.is_empty()
        && zone
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b':'))
        && !number(zone);
    one_of(&DAYS, weekday)
        && one_of(&MONTHS, month)
        && number(day)
        && clock.len() == 3
        && clock.into_iter().all(number)
        && is_zone
        && year.starts_with(|first: char| first.is_ascii_digit())
}

/// True if TIMESTAMP is in the one form that a right claim has (settled S2, S3) and near `wall` (microseconds), the
/// machine's time: the client knows nothing of a moved service clock.
pub(super) fn is_timely(text: &str, wall: i64) -> bool {
    let Some(seconds) = parse_timestamp(text) else {
        return false;
    };
    let canonical = srp::client::timestamp(seconds) == text;
    let at = i64::try_from(seconds)
        .unwrap_or(i64::MAX)
        .saturating_mul(SECOND);
    canonical && at.abs_diff(wall) <= SKEW.unsigned_abs()
}

/// Returns the seconds since 1970 of `EEE MMM d HH:mm:ss UTC yyyy`; accepts more forms than the canonical one.
fn parse_timestamp(text: &str) -> Option<u64> {
    const SHORT: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut words = text.split(' ');
    let (_, month, day) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
    let (time, zone, year) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
    if zone != "UTC" || words.next().is_some() || !(1970..=9999).contains(&year) {
        return None;
    }
    let mut clock = time.split(':').map(|part| part.parse().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let month = u8::try_from(SHORT.iter().position(|name| *name == month)?).ok()? + 1;
    let seconds = basic_time::seconds((year, month, day), (hour, minute, second))?;
    u64::try_from(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_agree_with_the_clients_form() {
        for seconds in [
            0,
            951_782_400,
            951_868_800,
            1_741_000_000,
            1_772_510_706,
            4_102_444_799,
        ] {
            assert_eq!(
                parse_timestamp(&srp::client::timestamp(seconds)),
                Some(seconds)
            );
        }
    }

    #[test]
    fn only_the_canonical_form_near_the_clock_is_timely() {
        let text = "Tue Mar 3 04:05:06 UTC 2026";
        let at = 1_772_510_706 * SECOND;
        assert!(is_timely(text, at) && is_timely(text, at + SKEW) && is_timely(text, at - SKEW));
        assert!(!is_timely(text, at + SKEW + 1) && !is_timely(text, at - SKEW - 1));
        for wrong in [
            "Tue Mar 03 04:05:06 UTC 2026",
            "Wed Mar 3 04:05:06 UTC 2026",
            "Tue Mar 3 4:05:06 UTC 2026",
            "Tue Mar 3 04:05:06 GMT 2026",
            "Tue Mar 3 04:05:06 UTC 2026 ",
            "Tue  Mar 3 04:05:06 UTC 2026",
            "tue mar 3 04:05:06 UTC 2026",
            "",
        ] {
            assert!(!is_timely(wrong, at), "{wrong}");
        }
    }
    #[test]
    fn other_languages_and_other_standards_have_another_form() {
        for good in [
            "Tue Mar 3 04:05:06 UTC 2026",
            "Tue Mar 03 04:05:06 UTC 2026",
            "Wed Mar 3 4:05:06 GMT 2026",
            "tuesday march 3 04:05:06 +0000 2026 ",
        ] {
            assert!(has_form(good), "{good}");
        }
        for bad in [
            "lun. avr. 4 08:15:00 UTC 2022",
            "2022-04-04T08:15:00Z",
            "Mon, 04 Apr 2022 08:15:00 GMT",
            "Mon Apr 4 08:15:00 2022",
            "Mon Apr 4 08:15 UTC 2022",
            "Mon Apr 4 08:15:00 AM UTC",
            "1649060100",
            " ",
        ] {
            assert!(!has_form(bad), "{bad}");
        }
    }
}
