//! The calls of the functions that decide about a sign-in by CUSTOM_AUTH: their events, member by member, and their
//! answers (auth.md 3.5). What goes into a row is bounded here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::app::response::Response;
use crate::cx::Cx;
use crate::errors::{ApiError, ErrorCode, Result, auth, challenges, triggers};
use crate::records::user::User;
use crate::signin::At;
use crate::signin::lock::Lock;

/// The challenge for which CreateAuthChallenge is called.
pub const CUSTOM: &str = "CUSTOM_CHALLENGE";
/// The name under which the functions see the start of SRP.
pub const SRP_A: &str = "SRP_A";
/// The name under which the functions see, and ask for, the proof of a password.
pub const PASSWORD_VERIFIER: &str = "PASSWORD_VERIFIER";

/// The most bytes of the names and texts of one kind of parameters, public or private (our choice).
const MAX_PARAMETERS: usize = 16 << 10;
/// The most bytes of `challengeMetadata` (our choice): the history repeats it in every later round.
const MAX_NOTE: usize = 2 << 10;

/// An entry of `session`, which tells the functions what has happened so far. Without `Debug`: pools put codes into
/// their notes.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// `CUSTOM_CHALLENGE`, `SRP_A`, `PASSWORD_VERIFIER`, the name of a second factor.
    pub challenge_name: String,
    /// True if the answer was right.
    pub challenge_result: bool,
    /// The note of CreateAuthChallenge about the challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_metadata: Option<String>,
}

impl Entry {
    /// Returns an entry without a note.
    pub fn new(challenge_name: &str, challenge_result: bool) -> Self {
        Self {
            challenge_name: challenge_name.to_owned(),
            challenge_result,
            challenge_metadata: None,
        }
    }
}

/// A challenge that CreateAuthChallenge made. Without `Debug`: it holds the expected answer.
pub struct NewChallenge {
    /// `publicChallengeParameters`: for the client.
    pub public: BTreeMap<String, String>,
    /// `privateChallengeParameters`: for VerifyAuthChallengeResponse.
    pub private: BTreeMap<String, String>,
    /// `challengeMetadata`: for later rounds of DefineAuthChallenge.
    pub metadata: Option<String>,
}

/// The decision of DefineAuthChallenge.
pub enum Next {
    /// `issueTokens`: the user is signed in.
    Tokens,
    /// `failAuthentication`: the sign-in is over.
    Fail,
    /// The password is to be proven by SRP.
    PasswordVerifier,
    /// This challenge is to be answered.
    Challenge(NewChallenge),
}

/// Calls the functions about one subject.
pub struct Round<'r> {
    /// The context of the action.
    pub cx: &'r Cx<'r>,
    /// The place of the sign-in. ClientMetadata must be that of an answer: the functions get none of a start (auth.md
    /// 3.5).
    pub at: At<'r>,
    /// The user; None tells the functions `userNotFound`.
    pub user: Option<&'r User>,
    /// The name with which the sign-in began, folded: `userName` of an unknown user.
    pub typed: &'r str,
    /// The user's id, or the pseudonym of an unknown name.
    pub subject: &'r str,
}

impl Round<'_> {
    /// Asks DefineAuthChallenge what comes next, and CreateAuthChallenge if that is a challenge. Where the function says
    /// two things at once, the end of the sign-in counts first.
    ///
    /// # Errors
    /// The refusals of [`Lock::trigger`]; `Unrecognizable lambda output` for a decision that cannot be obeyed; those of
    /// a function that the pool does not have.
    pub async fn decide(&self, lock: &mut Lock<'_>, session: &[Entry]) -> Result<Next> {
        let event = self
            .event(Trigger::DefineAuthChallenge, session)
            .with("session", history(session))
            .expecting("challengeName", Value::Null)
            .expecting("issueTokens", Value::Null)
            .expecting("failAuthentication", Value::Null);
        let answer = self.ask(lock, &event).await?;
        let challenge = answer.text("challengeName")?;
        let (issues, fails) = (
            answer.flag("issueTokens")?,
            answer.flag("failAuthentication")?,
        );
        match challenge {
            _ if fails => Ok(Next::Fail),
            _ if issues => Ok(Next::Tokens),
            Some(CUSTOM) => Ok(Next::Challenge(self.create(lock, session).await?)),
            Some(PASSWORD_VERIFIER) => Ok(Next::PasswordVerifier),
            _ => Err(challenges::unusable_decision().into()),
        }
    }

    /// Asks CreateAuthChallenge for a challenge.
    async fn create(&self, lock: &mut Lock<'_>, session: &[Entry]) -> Result<NewChallenge> {
        let event = self
            .event(Trigger::CreateAuthChallenge, session)
            .with("challengeName", CUSTOM)
            .with("session", history(session))
            .expecting("publicChallengeParameters", Value::Null)
            .expecting("privateChallengeParameters", Value::Null)
            .expecting("challengeMetadata", Value::Null);
        let answer = self.ask(lock, &event).await?;
        let metadata = answer.text("challengeMetadata")?.map(str::to_owned);
        if metadata.as_ref().is_some_and(|note| note.len() > MAX_NOTE) {
            return Err(triggers::unrecognizable().into());
        }
        Ok(NewChallenge {
            public: parameters(&answer, "publicChallengeParameters")?,
            private: parameters(&answer, "privateChallengeParameters")?,
            metadata,
        })
    }

    /// Asks VerifyAuthChallengeResponse whether an answer is right. `private`: what CreateAuthChallenge kept for this.
    ///
    /// # Errors
    /// As [`Round::decide`].
    pub async fn verify(
        &self,
        lock: &mut Lock<'_>,
        session: &[Entry],
        private: &BTreeMap<String, String>,
        answer: &str,
    ) -> Result<bool> {
        let private: Map<String, Value> = private
            .iter()
            .map(|(name, text)| (name.clone(), text.as_str().into()))
            .collect();
        let event = self
            .event(Trigger::VerifyAuthChallengeResponse, session)
            .with("privateChallengeParameters", private)
            .with("challengeAnswer", answer)
            .expecting("answerCorrect", Value::Null);
        self.ask(lock, &event).await?.flag("answerCorrect")
    }

    /// Returns what the events of all three functions have in common. A round is known by the entries before it.
    fn event(&self, trigger: Trigger, session: &[Entry]) -> Event {
        let source = match trigger {
            Trigger::CreateAuthChallenge => "CreateAuthChallenge_Authentication",
            Trigger::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse_Authentication",
            _ => "DefineAuthChallenge_Authentication",
        };
        let client = self.at.client;
        let event = match self.user {
            Some(user) => Event::about(trigger, source, Some(&client.id), self.at.pool, user),
            // Functions that look for an attribute find none, and do not fail: that would tell unknown names apart.
            None => Event::new(trigger, source, Some(&client.id), self.typed)
                .with("userAttributes", Map::new()),
        };
        let event = event.with_texts("clientMetadata", self.at.metadata);
        let event = if client.hides_existence() {
            event.with("userNotFound", self.user.is_none())
        } else {
            event
        };
        Event {
            point: session.len().to_string(),
            ..event
        }
    }

    async fn ask(&self, lock: &mut Lock<'_>, event: &Event) -> Result<Response> {
        let (cx, pool) = (self.cx, self.at.pool);
        let answer = lock.trigger(cx, pool, self.subject, event).await?;
        Ok(answer.ok_or_else(|| missing(event.trigger))?)
    }
}

/// Returns the refusal of a sign-in that needs a function which the pool does not have: settled S24 at its beginning,
/// settled S25 later on (G).
pub fn missing(trigger: Trigger) -> ApiError {
    match trigger {
        Trigger::DefineAuthChallenge => auth::custom_auth_without_triggers(),
        other => triggers::without_target(other.name()),
    }
}

/// True if a function's failure or answer is the reason of a refusal.
pub fn is_of_a_function(refusal: &ApiError) -> bool {
    matches!(
        refusal.code,
        ErrorCode::UserLambdaValidation
            | ErrorCode::UnexpectedLambda
            | ErrorCode::InvalidLambdaResponse
    )
}

/// Returns `session` of an event.
fn history(session: &[Entry]) -> Value {
    session
        .iter()
        .map(|entry| {
            json!({
                "challengeName": entry.challenge_name,
                "challengeResult": entry.challenge_result,
                "challengeMetadata": entry.challenge_metadata,
            })
        })
        .collect()
}

/// Reads parameters of a challenge, none by default.
fn parameters(answer: &Response, name: &str) -> Result<BTreeMap<String, String>> {
    let texts = answer.texts(name)?.unwrap_or_default();
    let size: usize = texts
        .iter()
        .map(|(name, text)| name.len().saturating_add(text.len()))
        .sum();
    if size > MAX_PARAMETERS {
        return Err(triggers::unrecognizable().into());
    }
    Ok(texts)
}
