//! Times in the ISO-8601 basic form that signatures use: `20260131T235959Z`.

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// The basic form of `micros` since the epoch, cut to the second.
pub fn format(micros: i64) -> String {
    let seconds = micros.div_euclid(SECOND);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Microseconds since the epoch; None when the text is not a real time in exactly the basic form.
pub fn parse(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok()
    };
    if text.len() != 16 || text.get(8..9) != Some("T") || text.get(15..16) != Some("Z") {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(9..11)?, number(11..13)?, number(13..15)?);
    if !(1..=12).contains(&month) || day < 1 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_from_civil(year, month, day);
    // A day beyond the month's end comes back as another date.
    (civil(days) == (year, month, day)).then_some(())?;
    Some((days * 86_400 + hour * 3600 + minute * 60 + second) * SECOND)
}

/// Days since 1970-01-01 of a date in the Gregorian calendar; years begin in March, so that the leap day is last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of a number of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
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
