//! Points in time as SAML writes them (SAML 2.0 Core section 1.3.3).

use cognate_crypto::basic_time;

/// The seconds by which the clocks of a provider and ours may differ, in both directions and for every rule. Providers
/// begin assertions at the very moment they make them.
pub const SKEW: i64 = 180;

/// Returns the seconds since 1970 of a UTC time, fractions cut off; None if it is none. A zone of no hours and no minutes
/// is UTC too.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (moment, zone) = text.split_at_checked(19)?;
    let zone = match zone.strip_prefix('.') {
        Some(rest) => {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            rest.get(digits..).filter(|_| digits > 0)?
        }
        None => zone,
    };
    if !matches!(zone, "Z" | "+00:00" | "-00:00") {
        return None;
    }
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let bytes = moment.as_bytes();
    if separators
        .iter()
        .any(|(at, byte)| bytes.get(*at) != Some(byte))
    {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        let digits = moment.get(range)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u16>().ok()).flatten()
    };
    let small = |range| number(range).and_then(|number| u8::try_from(number).ok());
    basic_time::seconds(
        (number(0..4)?.into(), small(5..7)?, small(8..10)?),
        (small(11..13)?, small(14..16)?, small(17..19)?),
    )
}

/// Returns the form of a time in seconds since 1970 that we write.
pub(crate) fn format(seconds: i64) -> String {
    let at = basic_time::utc(seconds);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_providers_write_are_read() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2020-08-19T03:26:29.364Z", 1_597_807_589),
            ("2020-08-19T03:26:29.3641234Z", 1_597_807_589),
            ("2020-08-19T03:26:29+00:00", 1_597_807_589),
            ("2020-08-19T03:26:29.9-00:00", 1_597_807_589),
            ("2024-02-29T23:59:59Z", 1_709_251_199),
            ("1969-12-31T23:59:59Z", -1),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
        for seconds in [0, -1, 1_597_807_589, 253_402_300_799] {
            assert_eq!(parse(&format(seconds)), Some(seconds));
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2020-08-19",
            "2020-08-19T03:26:29",
            "2020-08-19T03:26:29.Z",
            "2020-08-19T03:26:29z",
            "2020-08-19t03:26:29Z",
            "2020-08-19 03:26:29Z",
            "2020-08-19T03:26:29+01:00",
            "2020-08-19T03:26:29 Z",
            " 2020-08-19T03:26:29Z",
            "2020-08-19T03:26:29Z ",
            "2020-08-19T24:00:00Z",
            "2020-08-19T03:60:29Z",
            "2020-06-30T23:59:60Z",
            "2023-02-29T03:26:29Z",
            "2020-13-19T03:26:29Z",
            "+020-08-19T03:26:29Z",
            "12020-08-19T03:26:29Z",
            "-2020-08-19T03:26:29Z",
            "2020-08-19T03:26:2\u{e9}Z",
            "２020-08-19T03:26:29Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
