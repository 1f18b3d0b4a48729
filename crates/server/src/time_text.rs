//! Times as text: durations such as `24h`, and moments by RFC 3339.

use cognate_crypto::basic_time;

/// The longest duration, in microseconds: about a hundred years.
const LONGEST: i64 = 36_525 * 86_400 * 1_000_000;
/// Microseconds in a minute.
const MINUTE: i64 = 60 * 1_000_000;

/// Parses `90s`, `5m`, `12h`, `31d` into microseconds; None for anything else, and beyond a hundred years.
pub fn duration(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micros = number
        .parse::<i64>()
        .ok()?
        .checked_mul(seconds * 1_000_000)?;
    (micros <= LONGEST).then_some(micros)
}

/// Parses a moment by RFC 3339, such as `2026-11-21T12:30:00Z`, into microseconds since the epoch; digits beyond
/// microseconds are cut. None for anything else, leap seconds included.
pub fn moment(text: &str) -> Option<i64> {
    let whole = text.get(..19)?;
    let mut rest = text.get(19..)?;
    let marks = [(4, '-'), (7, '-'), (10, 'T'), (13, ':'), (16, ':')];
    let upper = whole.to_ascii_uppercase();
    if !marks
        .iter()
        .all(|(at, mark)| upper.get(*at..).is_some_and(|r| r.starts_with(*mark)))
    {
        return None;
    }
    let basic: String = upper.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let mut micros = basic_time::parse(&format!("{basic}Z"))?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let (number, zone) = fraction.split_at_checked(digits)?;
        if number.is_empty() {
            return None;
        }
        let six: String = number.chars().chain("000000".chars()).take(6).collect();
        micros += six.parse::<i64>().ok()?;
        rest = zone;
    }
    if rest.eq_ignore_ascii_case("Z") {
        return Some(micros);
    }
    // The time zone: how far its clocks are ahead of UTC.
    let (sign, zone) = match rest.split_at_checked(1)? {
        ("+", zone) => (1, zone),
        ("-", zone) => (-1, zone),
        _ => return None,
    };
    let (hours, minutes) = zone.split_once(':')?;
    let number = |part: &str, below: i64| {
        let two_digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let number: i64 = part.parse().ok()?;
        (two_digits && number < below).then_some(number)
    };
    Some(micros - sign * (number(hours, 24)? * 60 + number(minutes, 60)?) * MINUTE)
}

/// Formats a moment in microseconds since the epoch by RFC 3339, in UTC with all six digits of the fraction.
pub fn rfc3339(micros: i64) -> String {
    let basic = basic_time::format(micros);
    let part = |range: std::ops::Range<usize>| basic.get(range).unwrap_or("");
    format!(
        "{}-{}-{}T{}:{}:{}.{:06}Z",
        part(0..4),
        part(4..6),
        part(6..8),
        part(9..11),
        part(11..13),
        part(13..15),
        micros.rem_euclid(1_000_000)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_go_forward_only() {
        assert_eq!(duration("31d"), Some(31 * 86_400_000_000));
        assert_eq!(duration("90s"), Some(90_000_000));
        for text in [
            "",
            "d",
            "-1d",
            "1w",
            "1.5h",
            "99999999999999d",
            "40000d",
            "1 d",
            "1dé",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn moments_come_back() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2013-05-24T00:00:00Z", 1_369_353_600_000_000),
            ("2013-05-24t00:00:00z", 1_369_353_600_000_000),
            ("2013-05-24T02:30:00+02:30", 1_369_353_600_000_000),
            ("2013-05-23T19:00:00-05:00", 1_369_353_600_000_000),
            ("2013-05-24T00:00:00.5Z", 1_369_353_600_500_000),
            ("2013-05-24T00:00:00.000001999+00:00", 1_369_353_600_000_001),
        ] {
            assert_eq!(moment(text), Some(micros), "{text}");
            assert_eq!(moment(&rfc3339(micros)), Some(micros));
        }
        assert_eq!(
            rfc3339(1_369_353_600_000_012),
            "2013-05-24T00:00:00.000012Z"
        );
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2013-05-24",
            "2013-05-24T00:00:00",
            "2013-05-24 00:00:00Z",
            "2013-02-29T00:00:00Z",
            "2013-05-24T24:00:00Z",
            "2013-05-24T00:00:60Z",
            "2013-05-24T00:00:00.Z",
            "2013-05-24T00:00:00+2:00",
            "2013-05-24T00:00:00+24:00",
            "2013-05-24T00:00:00+02:60",
            "2013-05-24T00:00:00Z ",
            "20130524T000000Z",
            "2013-0é-24T00:00:00Z",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
