//! Single parameters of a request for an authorization: their form and their meaning (endpoints.md 1.3).

use crate::errors::oauth::{INVALID_REQUEST, OAuthError};

/// The most bytes of `prompt`.
const LONGEST_PROMPT: usize = 64;
/// The length of a SHA-256 digest in base64url.
const CHALLENGE: usize = 43;

/// The wishes in `prompt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Show no page.
    pub none: bool,
    /// Ask for the proof again.
    pub login: bool,
    /// Let the user choose the account.
    pub select_account: bool,
    /// Ask for consent, at the identity provider.
    pub consent: bool,
}

impl Prompt {
    /// Returns the wishes that an identity provider is told (endpoints.md 1.3).
    pub fn for_provider(self) -> Option<String> {
        let wishes = [
            (self.login, "login"),
            (self.select_account, "select_account"),
            (self.consent, "consent"),
        ];
        let words: Vec<&str> = wishes
            .iter()
            .filter(|(wished, _)| *wished)
            .map(|(_, w)| *w)
            .collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Reads the parameter. Words that are not known wish nothing; `none` goes with no other.
    ///
    /// # Errors
    /// [`INVALID_REQUEST`].
    pub(super) fn read(text: Option<&str>) -> Result<Self, OAuthError> {
        let mut prompt = Self::default();
        let Some(text) = text else {
            return Ok(prompt);
        };
        if text.len() > LONGEST_PROMPT {
            return Err(INVALID_REQUEST);
        }
        let words = || text.split(' ').filter(|word| !word.is_empty());
        for word in words() {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "select_account" => prompt.select_account = true,
                "consent" => prompt.consent = true,
                _ => {}
            }
        }
        if prompt.none && words().any(|word| word != "none") {
            return Err(INVALID_REQUEST);
        }
        Ok(prompt)
    }
}

/// Returns the challenge of PKCE: S256 only, and neither of the two parameters without the other.
///
/// # Errors
/// [`INVALID_REQUEST`].
pub(super) fn code_challenge(
    challenge: Option<&str>,
    method: Option<&str>,
) -> Result<Option<String>, OAuthError> {
    match (challenge, method) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if is_challenge(challenge) => {
            Ok(Some(challenge.to_owned()))
        }
        _ => Err(INVALID_REQUEST),
    }
}

fn is_challenge(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    text.len() == CHALLENGE && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_a_digest_and_goes_with_its_method() {
        let digest = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(code_challenge(None, None), Ok(None));
        let read = code_challenge(Some(digest), Some("S256"));
        assert_eq!(read, Ok(Some(digest.to_owned())));
        for (challenge, method) in [
            (Some(digest), None),
            (None, Some("S256")),
            (Some(digest), Some("plain")),
            (Some(digest), Some("s256")),
            (Some(&digest[1..]), Some("S256")),
            (
                Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"),
                Some("S256"),
            ),
            (
                Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="),
                Some("S256"),
            ),
        ] {
            let read = code_challenge(challenge, method);
            assert_eq!(read, Err(INVALID_REQUEST), "{challenge:?} {method:?}");
        }
    }

    #[test]
    fn none_goes_with_no_other_wish() {
        let read = |text| Prompt::read(Some(text));
        let wishes = |none, login, select_account, consent| {
            Ok(Prompt {
                none,
                login,
                select_account,
                consent,
            })
        };
        assert_eq!(Prompt::read(None), Ok(Prompt::default()));
        assert_eq!(read("none"), wishes(true, false, false, false));
        assert_eq!(read("login consent"), wishes(false, true, false, true));
        assert_eq!(
            read("select_account create"),
            wishes(false, false, true, false)
        );
        for bad in ["none login", "login none", "none x", &"x".repeat(65)] {
            assert_eq!(read(bad), Err(INVALID_REQUEST), "{bad}");
        }
    }
}
