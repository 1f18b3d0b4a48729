//! The codes of authenticator apps: RFC 6238 with HMAC-SHA1, six digits and steps of thirty seconds, as every such app
//! makes them.

use aws_lc_rs::hmac;

use crate::random;
use crate::secret::{Secret, SecretBytes, SecretString, ct_eq};

/// The time for which an app displays one code, in seconds (RFC 6238 section 4.1).
pub const STEP: i64 = 30;
/// Bytes of a seed. It fills 52 characters of base32 without padding (auth.md 4.4).
pub const SEED_BYTES: usize = 32;
/// The bytes that a seed of another system may have: from 80 bits, which many have, to the block of HMAC-SHA-1.
const OTHERS_BYTES: std::ops::RangeInclusive<usize> = 10..=64;
/// Steps before and behind the present one whose codes are accepted, for clocks that differ (auth.md 2.7).
const DRIFT: i64 = 1;
const DIGITS: usize = 6;
/// RFC 4648 section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that an authenticator app and the service share.
pub struct Seed(SecretBytes);

/// The result of checking a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is right, and belongs to this step, which must be remembered as used.
    Fresh(i64),
    /// It was right, but its step is not newer than one that was used (RFC 6238 section 5.2).
    Used,
    /// It is wrong.
    Wrong,
}

impl Seed {
    /// Creates a new random seed.
    #[must_use]
    pub fn generate() -> Self {
        let bytes: [u8; SEED_BYTES] = random::bytes();
        Self(Secret::new(bytes.to_vec()))
    }

    /// Restores a seed from its stored bytes, or takes one of another system; None for one that is shorter than 10 bytes
    /// or longer than 64.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let fits = OTHERS_BYTES.contains(&bytes.len());
        fits.then(|| Self(Secret::new(bytes.to_vec())))
    }

    /// Reads what a user would type into an app: base32 in either case, with or without blanks and padding; None for
    /// anything else and for lengths that [`Self::from_bytes`] refuses.
    #[must_use]
    pub fn from_secret_code(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches('=').bytes();
        let digits = digits.filter(|byte| *byte != b' ' && *byte != b'-');
        let mut out = Vec::with_capacity(text.len());
        let (mut held, mut bits) = (0_u32, 0_u32);
        for digit in digits {
            let digit = digit.to_ascii_uppercase();
            let five = BASE32.iter().position(|known| *known == digit)?;
            held = (held << 5 | u32::try_from(five).ok()?) & 0xffff;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                out.push(u8::try_from(held >> bits & 0xff).ok()?);
            }
        }
        let seed = Self::from_bytes(&out);
        // Also where it is refused.
        drop(Secret::new(out));
        seed
    }

    /// Returns the bytes to keep, to be sealed.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// Returns the text that a user types into the app or scans: base32 without padding.
    #[must_use]
    pub fn secret_code(&self) -> SecretString {
        Secret::new(base32(self.0.expose()))
    }

    /// Returns the code that an app shows at `now`, in seconds since 1970.
    #[must_use]
    pub fn code_at(&self, now: i64) -> SecretString {
        Secret::new(code(self.0.expose(), step_at(now)))
    }

    /// Judges a code entered at `now`, in seconds since 1970. `last_used`: the newest step whose code was accepted
    /// before, 0 for none. Every step of the window is compared, in constant time.
    #[must_use]
    pub fn judge(&self, now: i64, last_used: i64, given: &str) -> Verdict {
        let present = step_at(now);
        let mut verdict = Verdict::Wrong;
        for step in present.saturating_sub(DRIFT)..=present.saturating_add(DRIFT) {
            let expected = code(self.0.expose(), step);
            if !ct_eq(expected.as_bytes(), given.as_bytes()) {
                continue;
            }
            // Two steps may share a code; then the newer one counts, so that this code is used up.
            verdict = if step > last_used {
                Verdict::Fresh(step)
            } else {
                Verdict::Used
            };
        }
        verdict
    }
}

fn step_at(now: i64) -> i64 {
    now.div_euclid(STEP)
}

/// Returns the code of a step (RFC 4226 section 5.3).
fn code(key: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 15);
    let number = tag
        .get(offset..)
        .and_then(|rest| rest.first_chunk::<4>())
        .map_or(0, |chunk| u32::from_be_bytes(*chunk) & 0x7fff_ffff);
    format!("{:0DIGITS$}", number % 10_u32.pow(6))
}

/// Base32 without padding.
fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut push = |five: u32| {
        let letter = usize::try_from(five & 31)
            .ok()
            .and_then(|at| BASE32.get(at));
        out.push(letter.map_or('A', |letter| char::from(*letter)));
    };
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xffff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_of_other_systems_are_read_in_every_spelling() {
        let seed = Seed::generate();
        let text = seed.secret_code();
        let read = Seed::from_secret_code(text.expose()).unwrap();
        assert_eq!(read.expose(), seed.expose());
        for text in [
            "JBSWY3DPEHPK3PXPJBSWY3DP",
            "jbsw y3dp ehpk 3pxp jbsw y3dp",
            "JBSWY3DPEHPK3PXPJBSWY3DP======",
        ] {
            let read = Seed::from_secret_code(text).unwrap();
            assert_eq!(read.expose(), b"Hello!\xde\xad\xbe\xefHello");
        }
        for text in ["", "JBSWY3DP", "JBSWY3DPEHPK3PX1", "JBSWY3DPEHPK3PXé"] {
            assert!(Seed::from_secret_code(text).is_none(), "{text}");
        }
        assert!(Seed::from_bytes(&[7; 9]).is_none());
        assert!(Seed::from_bytes(&[7; 65]).is_none());
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B lists eight digits; ours are the last six of them.
        for (time, expected) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code(b"12345678901234567890", step_at(time)), expected[2..]);
        }
    }

    #[test]
    fn codes_are_those_of_rfc_4226() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, expected) in (0..).zip(expected) {
            assert_eq!(code(b"12345678901234567890", counter), expected);
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), expected);
        }
        assert_eq!(Seed::generate().secret_code().expose().len(), 52);
    }

    #[test]
    fn a_code_is_good_from_a_step_before_to_a_step_behind() {
        let seed = Seed::generate();
        let now = 1_700_000_010;
        let judge = |then: i64| seed.judge(then, 0, seed.code_at(now).expose());
        let step = now / STEP;
        assert_eq!(judge(now), Verdict::Fresh(step));
        assert_eq!(judge(now - 30), Verdict::Fresh(step));
        assert_eq!(judge(now + 30), Verdict::Fresh(step));
        // By chance two steps may share a code; with this many seeds none is right outside the window every time.
        let outside = |by: i64| {
            (0..20).all(|_| {
                let seed = Seed::generate();
                seed.judge(now + by, 0, seed.code_at(now).expose()) == Verdict::Wrong
            })
        };
        assert!(outside(60) && outside(-60));
    }

    #[test]
    fn a_code_works_once_and_none_before_it_works_after_it() {
        let seed = Seed::generate();
        let now = 1_700_000_010;
        let Verdict::Fresh(step) = seed.judge(now, 0, seed.code_at(now).expose()) else {
            panic!("the code of the present step was refused");
        };
        assert_eq!(
            seed.judge(now, step, seed.code_at(now).expose()),
            Verdict::Used
        );
        assert_eq!(
            seed.judge(now, step, seed.code_at(now - STEP).expose()),
            Verdict::Used
        );
        let next = seed.code_at(now + STEP);
        assert_eq!(
            seed.judge(now + STEP, step, next.expose()),
            Verdict::Fresh(step + 1)
        );
    }

    #[test]
    fn nothing_but_six_digits_is_right() {
        let seed = Seed::generate();
        let right = seed.code_at(90);
        for given in ["", "1", "1234567", &right.expose()[..5], "abcdef"] {
            assert_eq!(seed.judge(90, 0, given), Verdict::Wrong, "{given}");
        }
    }

    #[test]
    fn a_seed_comes_back_from_its_bytes_and_from_no_others() {
        let seed = Seed::generate();
        let again = Seed::from_bytes(seed.expose()).unwrap();
        assert_eq!(again.code_at(1).expose(), seed.code_at(1).expose());
        assert!(Seed::from_bytes(&[0; 9]).is_none() && Seed::from_bytes(&[0; 65]).is_none());
    }
}
