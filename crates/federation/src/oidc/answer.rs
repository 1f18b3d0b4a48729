//! What the browser brings back from the provider (RFC 6749 section 4.1.2, RFC 9207).

use crate::oidc::said::clean;

/// The longest code, in bytes; those of some providers have some thousands.
const LONGEST_CODE: usize = 8_192;

/// The parameters of an answer, from the query or, for answers by POST, from the form.
#[derive(Clone, Copy, Default)]
pub struct Answer<'a> {
    /// The handle under which the sign-in is stored. It decides whose answer this is, so it is looked up first.
    pub state: Option<&'a str>,
    /// The form field with the name of Apple's users.
    pub user: Option<&'a str>,
    code: Option<&'a str>,
    iss: Option<&'a str>,
    error: Option<&'a str>,
    error_description: Option<&'a str>,
    error_code: Option<&'a str>,
    error_reason: Option<&'a str>,
}

/// What a provider says when it, or the user, refused: each text has at most 200 characters, printable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
// The explanation may tell something of the user, so it is not part of the message.
#[error("the provider answered with the error {error:?}")]
pub struct Denial {
    /// Its name for the error.
    pub error: String,
    /// Its explanation.
    pub description: Option<String>,
    /// A number for the error, which Facebook adds.
    pub code: Option<String>,
    /// A word for the reason, which Facebook adds.
    pub reason: Option<String>,
}

/// A parameter is given twice (RFC 6749 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a parameter of the answer is given twice")]
pub struct Twice;

/// Why an answer brings no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCode {
    /// It names another issuer than the one that the browser was sent to: a mix-up (RFC 9207 section 2.4).
    #[error("the answer names another issuer")]
    OtherIssuer,
    /// It names no issuer, though the discovery document says that its answers do.
    #[error("the answer names no issuer, though the provider's answers do")]
    NoIssuer,
    /// The provider refused, or the user did.
    #[error(transparent)]
    Refused(#[from] Denial),
    /// There is neither an error nor a usable code.
    #[error("the answer has neither a code nor an error")]
    Neither,
}

impl<'a> Answer<'a> {
    /// Reads the parameters; unknown ones are ignored.
    ///
    /// # Errors
    /// [`Twice`].
    pub fn read(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Twice> {
        let mut answer = Self::default();
        for (name, value) in pairs {
            let place = match name {
                "state" => &mut answer.state,
                "user" => &mut answer.user,
                "code" => &mut answer.code,
                "iss" => &mut answer.iss,
                "error" => &mut answer.error,
                "error_description" => &mut answer.error_description,
                "error_code" => &mut answer.error_code,
                "error_reason" => &mut answer.error_reason,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(Twice);
            }
        }
        Ok(answer)
    }

    /// Returns the code. `issuers`: the provider's names for itself, none for those that have none. `names_itself`: its
    /// discovery document says `authorization_response_iss_parameter_supported`.
    ///
    /// # Errors
    /// [`NoCode`].
    pub fn code(&self, issuers: &[&str], names_itself: bool) -> Result<&'a str, NoCode> {
        match self.iss {
            Some(iss) if !issuers.is_empty() && !issuers.contains(&iss) => {
                return Err(NoCode::OtherIssuer);
            }
            None if names_itself => return Err(NoCode::NoIssuer),
            _ => {}
        }
        if let Some(error) = self.error {
            let denial = Denial {
                error: clean(error),
                description: self.error_description.map(clean),
                code: self.error_code.map(clean),
                reason: self.error_reason.map(clean),
            };
            return Err(denial.into());
        }
        let usable = |code: &&str| !code.is_empty() && code.len() <= LONGEST_CODE;
        self.code.filter(usable).ok_or(NoCode::Neither)
    }
}

/// Prints the names of what is there: a code is a secret until it is used.
impl std::fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("state", &self.state.is_some())
            .field("code", &self.code.is_some())
            .field("iss", &self.iss)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://i.example";

    fn code<'a>(pairs: &[(&'a str, &'a str)], names_itself: bool) -> Result<&'a str, NoCode> {
        let answer = Answer::read(pairs.iter().copied()).unwrap();
        answer.code(&[ISSUER], names_itself)
    }

    #[test]
    fn a_code_is_taken_from_the_right_issuer_alone() {
        let long = "x".repeat(8_193);
        for (pairs, names_itself, expected) in [
            (vec![("code", "C"), ("state", "S")], false, Ok("C")),
            (vec![("code", "C"), ("iss", ISSUER)], true, Ok("C")),
            (vec![("code", "C"), ("x", "1"), ("x", "2")], false, Ok("C")),
            (vec![("code", "C")], true, Err(NoCode::NoIssuer)),
            (
                vec![("code", "C"), ("iss", "https://evil.example")],
                false,
                Err(NoCode::OtherIssuer),
            ),
            (
                vec![("code", "C"), ("iss", "https://i.example/")],
                true,
                Err(NoCode::OtherIssuer),
            ),
            (
                vec![("error", "access_denied"), ("iss", "https://evil.example")],
                false,
                Err(NoCode::OtherIssuer),
            ),
            (vec![("state", "S")], false, Err(NoCode::Neither)),
            (vec![("code", "")], false, Err(NoCode::Neither)),
            (vec![("code", long.as_str())], false, Err(NoCode::Neither)),
        ] {
            assert_eq!(code(&pairs, names_itself), expected, "{pairs:?}");
        }
    }

    #[test]
    fn an_error_wins_over_a_code() {
        let pairs = [
            ("code", "C"),
            ("error", "access_denied"),
            ("error_description", "The user\r\n said no"),
            ("error_code", "200"),
            ("error_reason", "user_denied"),
        ];
        let denial = Denial {
            error: "access_denied".into(),
            description: Some("The user said no".into()),
            code: Some("200".into()),
            reason: Some("user_denied".into()),
        };
        assert!(!denial.to_string().contains("user"));
        assert_eq!(code(&pairs, false), Err(NoCode::Refused(denial)));
    }

    #[test]
    fn a_parameter_is_given_once() {
        for name in [
            "state",
            "user",
            "code",
            "iss",
            "error",
            "error_description",
            "error_code",
            "error_reason",
        ] {
            let pairs = [(name, "a"), ("x", "y"), (name, "a")];
            assert_eq!(Answer::read(pairs).err(), Some(Twice), "{name}");
        }
    }

    #[test]
    fn an_answer_prints_no_code() {
        let pairs = [
            ("code", "hunter2"),
            ("state", "hunter2"),
            ("user", "hunter2"),
        ];
        let answer = Answer::read(pairs).unwrap();
        assert!(!format!("{answer:?}").contains("hunter2"));
    }
}
