//! Phone numbers as people type them, and the countries that a page lists (pages.md 3.1).

/// Countries and territories (ISO 3166-1) with their calling codes (ITU-T E.164), in the order of their letters.
pub const COUNTRIES: &[(&str, &str)] = &[
    ("AC", "247"),
    ("AD", "376"),
    ("AE", "971"),
    ("AF", "93"),
    ("AG", "1"),
    ("AI", "1"),
    ("AL", "355"),
    ("AM", "374"),
    ("AO", "244"),
    ("AR", "54"),
    ("AS", "1"),
    ("AT", "43"),
    ("AU", "61"),
    ("AW", "297"),
    ("AX", "358"),
    ("AZ", "994"),
    ("BA", "387"),
    ("BB", "1"),
    ("BD", "880"),
    ("BE", "32"),
    ("BF", "226"),
    ("BG", "359"),
    ("BH", "973"),
    ("BI", "257"),
    ("BJ", "229"),
    ("BL", "590"),
    ("BM", "1"),
    ("BN", "673"),
    ("BO", "591"),
    ("BQ", "599"),
    ("BR", "55"),
    ("BS", "1"),
    ("BT", "975"),
    ("BW", "267"),
    ("BY", "375"),
    ("BZ", "501"),
    ("CA", "1"),
    ("CC", "61"),
    ("CD", "243"),
    ("CF", "236"),
    ("CG", "242"),
    ("CH", "41"),
    ("CI", "225"),
    ("CK", "682"),
    ("CL", "56"),
    ("CM", "237"),
    ("CN", "86"),
    ("CO", "57"),
    ("CR", "506"),
    ("CU", "53"),
    ("CV", "238"),
    ("CW", "599"),
    ("CX", "61"),
    ("CY", "357"),
    ("CZ", "420"),
    ("DE", "49"),
    ("DJ", "253"),
    ("DK", "45"),
    ("DM", "1"),
    ("DO", "1"),
    ("DZ", "213"),
    ("EC", "593"),
    ("EE", "372"),
    ("EG", "20"),
    ("EH", "212"),
    ("ER", "291"),
    ("ES", "34"),
    ("ET", "251"),
    ("FI", "358"),
    ("FJ", "679"),
    ("FK", "500"),
    ("FM", "691"),
    ("FO", "298"),
    ("FR", "33"),
    ("GA", "241"),
    ("GB", "44"),
    ("GD", "1"),
    ("GE", "995"),
    ("GF", "594"),
    ("GG", "44"),
    ("GH", "233"),
    ("GI", "350"),
    ("GL", "299"),
    ("GM", "220"),
    ("GN", "224"),
    ("GP", "590"),
    ("GQ", "240"),
    ("GR", "30"),
    ("GT", "502"),
    ("GU", "1"),
    ("GW", "245"),
    ("GY", "592"),
    ("HK", "852"),
    ("HN", "504"),
    ("HR", "385"),
    ("HT", "509"),
    ("HU", "36"),
    ("ID", "62"),
    ("IE", "353"),
    ("IL", "972"),
    ("IM", "44"),
    ("IN", "91"),
    ("IO", "246"),
    ("IQ", "964"),
    ("IR", "98"),
    ("IS", "354"),
    ("IT", "39"),
    ("JE", "44"),
    ("JM", "1"),
    ("JO", "962"),
    ("JP", "81"),
    ("KE", "254"),
    ("KG", "996"),
    ("KH", "855"),
    ("KI", "686"),
    ("KM", "269"),
    ("KN", "1"),
    ("KP", "850"),
    ("KR", "82"),
    ("KW", "965"),
    ("KY", "1"),
    ("KZ", "7"),
    ("LA", "856"),
    ("LB", "961"),
    ("LC", "1"),
    ("LI", "423"),
    ("LK", "94"),
    ("LR", "231"),
    ("LS", "266"),
    ("LT", "370"),
    ("LU", "352"),
    ("LV", "371"),
    ("LY", "218"),
    ("MA", "212"),
    ("MC", "377"),
    ("MD", "373"),
    ("ME", "382"),
    ("MF", "590"),
    ("MG", "261"),
    ("MH", "692"),
    ("MK", "389"),
    ("ML", "223"),
    ("MM", "95"),
    ("MN", "976"),
    ("MO", "853"),
    ("MP", "1"),
    ("MQ", "596"),
    ("MR", "222"),
    ("MS", "1"),
    ("MT", "356"),
    ("MU", "230"),
    ("MV", "960"),
    ("MW", "265"),
    ("MX", "52"),
    ("MY", "60"),
    ("MZ", "258"),
    ("NA", "264"),
    ("NC", "687"),
    ("NE", "227"),
    ("NF", "672"),
    ("NG", "234"),
    ("NI", "505"),
    ("NL", "31"),
    ("NO", "47"),
    ("NP", "977"),
    ("NR", "674"),
    ("NU", "683"),
    ("NZ", "64"),
    ("OM", "968"),
    ("PA", "507"),
    ("PE", "51"),
    ("PF", "689"),
    ("PG", "675"),
    ("PH", "63"),
    ("PK", "92"),
    ("PL", "48"),
    ("PM", "508"),
    ("PR", "1"),
    ("PS", "970"),
    ("PT", "351"),
    ("PW", "680"),
    ("PY", "595"),
    ("QA", "974"),
    ("RE", "262"),
    ("RO", "40"),
    ("RS", "381"),
    ("RU", "7"),
    ("RW", "250"),
    ("SA", "966"),
    ("SB", "677"),
    ("SC", "248"),
    ("SD", "249"),
    ("SE", "46"),
    ("SG", "65"),
    ("SH", "290"),
    ("SI", "386"),
    ("SJ", "47"),
    ("SK", "421"),
    ("SL", "232"),
    ("SM", "378"),
    ("SN", "221"),
    ("SO", "252"),
    ("SR", "597"),
    ("SS", "211"),
    ("ST", "239"),
    ("SV", "503"),
    ("SX", "1"),
    ("SY", "963"),
    ("SZ", "268"),
    ("TA", "290"),
    ("TC", "1"),
    ("TD", "235"),
    ("TG", "228"),
    ("TH", "66"),
    ("TJ", "992"),
    ("TK", "690"),
    ("TL", "670"),
    ("TM", "993"),
    ("TN", "216"),
    ("TO", "676"),
    ("TR", "90"),
    ("TT", "1"),
    ("TV", "688"),
    ("TW", "886"),
    ("TZ", "255"),
    ("UA", "380"),
    ("UG", "256"),
    ("US", "1"),
    ("UY", "598"),
    ("UZ", "998"),
    ("VA", "39"),
    ("VC", "1"),
    ("VE", "58"),
    ("VG", "1"),
    ("VI", "1"),
    ("VN", "84"),
    ("VU", "678"),
    ("WF", "681"),
    ("WS", "685"),
    ("XK", "383"),
    ("YE", "967"),
    ("YT", "262"),
    ("ZA", "27"),
    ("ZM", "260"),
    ("ZW", "263"),
];

/// Returns a number as it is kept, in the form of E.164: without what people put between the digits, and with the calling
/// code of the chosen country unless it has one. Without a country, a number keeps what it begins with. A text that is no
/// number stays as it is. Whether the number is good, the domain says.
pub fn international(typed: &str, country: Option<&str>) -> String {
    let number: String = typed
        .chars()
        .filter(|c| !is_between(*c))
        .map(|c| digit(c).unwrap_or(c))
        .collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return typed.to_owned();
    }
    let known = country.and_then(|chosen| COUNTRIES.iter().find(|(name, _)| *name == chosen));
    match known {
        Some((country, code)) if !number.starts_with('+') => match number.strip_prefix("00") {
            Some(rest) => format!("+{rest}"),
            None => format!("+{code}{}", without_trunk(country, &number)),
        },
        _ => number,
    }
}

/// True for what people put between digits.
fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2014}' | '\u{200e}' | '\u{200f}'
        )
}

/// Returns a digit of a keyboard for Arabic or Persian as the one that is kept.
fn digit(c: char) -> Option<char> {
    let value = match c {
        '\u{660}'..='\u{669}' => u32::from(c) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(c) - 0x6f0,
        _ => return None,
    };
    char::from_digit(value, 10)
}

/// Returns a national number without the digits that are dialled before it inside its country alone.
fn without_trunk<'n>(country: &str, number: &'n str) -> &'n str {
    let trunk = match country {
        // The zero is part of the number.
        "CG" | "CI" | "IT" | "SM" | "VA" => "",
        "HU" => "06",
        "KZ" | "RU" if number.len() == 11 => "8",
        _ if COUNTRIES.contains(&(country, "1")) && number.len() == 11 => "1",
        _ => "0",
    };
    number.strip_prefix(trunk).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_in_the_form_of_e_164() {
        for (typed, country, kept) in [
            ("030 1234-567", Some("DE"), "+49301234567"),
            ("0049 30 1234567", Some("DE"), "+49301234567"),
            ("+49 (30) 123.45/67", Some("US"), "+49301234567"),
            ("(206) 555-0100", Some("US"), "+12065550100"),
            ("1 206 555 0100", Some("CA"), "+12065550100"),
            ("06 1234 5678", Some("IT"), "+390612345678"),
            ("07 01 23 45 67", Some("CI"), "+2250701234567"),
            ("06 1 123 4567", Some("HU"), "+3611234567"),
            ("8 (912) 345-67-89", Some("RU"), "+79123456789"),
            ("٠٥٠ ١٢٣ ٤٥٦٧", Some("SA"), "+966501234567"),
            ("12 34 56 78", Some("NO"), "+4712345678"),
            // Without a country, or with none that there is, nothing is put before it.
            ("030 1234567", None, "0301234567"),
            ("030 1234567", Some(""), "0301234567"),
            ("030 1234567", Some("XX"), "0301234567"),
            ("030 1234567", Some("49"), "0301234567"),
            ("+1 (206) 555-0100", None, "+12065550100"),
            ("12", Some(""), "12"),
            // What is no number is nobody's business here.
            ("jane", Some("DE"), "jane"),
            (
                "7b2d3f70-1c1f-4d2f-9a55-0f4b7c7a1b11",
                Some("DE"),
                "7b2d3f70-1c1f-4d2f-9a55-0f4b7c7a1b11",
            ),
            ("+", Some("DE"), "+"),
            ("++49", Some("DE"), "++49"),
            ("", Some("DE"), ""),
            (" - ", Some("DE"), " - "),
        ] {
            assert_eq!(international(typed, country), kept, "{typed} {country:?}");
        }
    }

    #[test]
    fn the_countries_are_in_order_and_their_codes_are_codes() {
        assert!(COUNTRIES.is_sorted_by(|a, b| a.0 < b.0));
        for (country, code) in COUNTRIES {
            assert!(country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()));
            assert!(
                (1..=3).contains(&code.len()) && !code.starts_with('0'),
                "{country}"
            );
            assert!(code.bytes().all(|b| b.is_ascii_digit()), "{country}");
        }
        assert_eq!(COUNTRIES.len(), 245);
    }
}
