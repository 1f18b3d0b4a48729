//! Dates and times in UTC, and the ISO-8601 basic form of them that signatures use: `20260131T235959Z`.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Returns the date and time of `seconds` since 1970. Beyond the years that the calendar here knows, -9999 to 9999, it is
/// the last moment of them.
#[must_use]
pub fn utc(seconds: i64) -> OffsetDateTime {
    let end = if seconds < 0 {
        PrimitiveDateTime::MIN
    } else {
        PrimitiveDateTime::MAX
    };
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(end.assume_utc())
}

/// Returns the seconds since 1970 of year, month and day and of hour, minute and second; None if there is no such date or
/// time. Leap seconds are not known.
#[must_use]
pub fn seconds(
    (year, month, day): (i32, u8, u8),
    (hour, minute, second): (u8, u8, u8),
) -> Option<i64> {
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    let time = Time::from_hms(hour, minute, second).ok()?;
    Some(
        PrimitiveDateTime::new(date, time)
            .assume_utc()
            .unix_timestamp(),
    )
}

/// Returns the basic form of `micros` since 1970, cut to the second.
#[must_use]
pub fn format(micros: i64) -> String {
    let at = utc(micros.div_euclid(SECOND));
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// Returns the microseconds since 1970; None if the text is not a real time in exactly the basic form.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    if text.len() != 16 || text.get(8..9) != Some("T") || text.get(15..16) != Some("Z") {
        return None;
    }
    let digits = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then_some(digits)
    };
    let number = |range| digits(range)?.parse().ok();
    let date = (digits(0..4)?.parse().ok()?, number(4..6)?, number(6..8)?);
    let seconds = seconds(date, (number(9..11)?, number(11..13)?, number(13..15)?))?;
    seconds.checked_mul(SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times_both_ways() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20130524T000000Z", 1_369_353_600),
            ("20000229T235959Z", 951_868_799),
            ("20260301T000001Z", 1_772_323_201),
        ] {
            assert_eq!(parse(text), Some(seconds * SECOND), "{text}");
            assert_eq!(format(seconds * SECOND + 999_999), text);
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..146_097 {
            let micros = day * 86_400 * SECOND;
            assert_eq!(parse(&format(micros)), Some(micros));
        }
    }

    #[test]
    fn times_beyond_the_calendar_are_its_ends() {
        assert_eq!(format(i64::MAX), "99991231T235959Z");
        assert_eq!(format(i64::MIN), "-99990101T000000Z");
        assert_eq!(format(-1), "19691231T235959Z");
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2013-05-24T00:00:00Z",
            "20130524T000000",
            "20130229T000000Z",
            "20131301T000000Z",
            "20130524T240000Z",
            "20130524T006000Z",
            "+0130524T000000Z",
            "20130524t000000z",
            "2013é524T000000Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
