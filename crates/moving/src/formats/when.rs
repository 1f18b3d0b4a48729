//! Times as other systems write them.

use super::node::Node;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Numbers of seconds are smaller: it is the year 5138.
const MOST_SECONDS: f64 = 1e11;

/// Returns a time in microseconds since 1970: a number of seconds or milliseconds, or ISO 8601; None for anything else and
/// for years before 1970 and after 9999.
pub(super) fn micros(node: &Node) -> Option<i64> {
    let text = match node {
        // Exports of MongoDB.
        Node::Object(_) => node.get("$date").scalar()?,
        node => node.scalar()?,
    };
    match text.parse::<f64>() {
        Ok(number) => of_number(number),
        Err(_) => of_text(&text),
    }
}

fn of_number(number: f64) -> Option<i64> {
    if !number.is_finite() || number < 0.0 {
        return None;
    }
    let seconds = if number < MOST_SECONDS {
        number
    } else {
        number / 1e3
    };
    let micros = (seconds * 1e6).round();
    // The end of the year 9999; exact in 53 bits.
    #[expect(clippy::cast_possible_truncation, reason = "the bound is below 2^58")]
    (micros <= 253_402_300_799e6).then_some(micros as i64)
}

/// `YYYY-MM-DD`, then `T` or a blank, `hh:mm:ss`, a fraction, and `Z` or an offset; without one it is UTC.
fn of_text(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok())?
    };
    let mark = |at: usize, marks: &[u8]| text.as_bytes().get(at).is_some_and(|b| marks.contains(b));
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if !mark(4, b"-") || !mark(7, b"-") || year < 1970 {
        return None;
    }
    let days = days(year, month, day)?;
    if text.len() == 10 {
        return Some(days * DAY);
    }
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let fits = mark(10, b"T t") && mark(13, b":") && mark(16, b":");
    if !fits || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit());
            rest.split_at_checked(end.unwrap_or(rest.len()))?
        }
        None => ("", rest),
    };
    let fraction: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    let seconds = (hour * 60 + minute) * 60 + second - offset(zone.trim_start())?;
    let micros = days * DAY + seconds * 1_000_000 + fraction;
    (micros >= 0).then_some(micros)
}

/// The seconds by which a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z" | "UTC") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    let fits = matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let hours: i64 = digits.get(..2).filter(|_| fits)?.parse().ok()?;
    let minutes: i64 = digits
        .get(2..)
        .filter(|rest| !rest.is_empty())
        .map_or(Some(0), |m| m.parse().ok())?;
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

/// Days from 1970-01-01 to a day that exists.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let before: i64 = (1..month)
        .map(|month| match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        })
        .sum();
    let past = year - 1;
    let leaps = past / 4 - past / 100 + past / 400 - 477;
    Some((year - 1970) * 365 + leaps + before + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<i64> {
        micros(&Node::Text(text.to_owned()))
    }

    #[test]
    fn every_spelling_gives_the_same_moment() {
        let expected = Some(1_700_000_000_123_000);
        for text in [
            "1700000000123",
            "1700000000.123",
            "2023-11-14T22:13:20.123Z",
            "2023-11-14 22:13:20.123+00",
            "2023-11-15T00:13:20.123+02:00",
            "2023-11-14T16:43:20.123000-0530",
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
        assert_eq!(of("1970-01-01"), Some(0));
        assert_eq!(of("2024-02-29"), Some(19_782 * DAY));
        assert_eq!(of("2000-03-01"), Some(11_017 * DAY));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "x",
            "-1",
            "NaN",
            "inf",
            "1e300",
            "2023-02-29",
            "2023-13-01",
            "2023-1-1",
            "1969-12-31",
            "2023-11-14T25:00:00Z",
            "2023-11-14T22:13:20+99:00",
            "2023-11-14é",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
