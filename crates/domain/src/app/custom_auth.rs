//! The three triggers that decide about a sign-in by CUSTOM_AUTH (auth.md 3.5), and how they are called.

use std::collections::BTreeMap;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::errors::{self, Result};
use crate::records::pool::Pool;
use crate::records::user::User;

/// An entry of `session`, which tells the triggers what has happened so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// The part of an event that all three triggers get.
#[derive(Clone, Copy)]
pub struct ChallengeContext<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The app client.
    pub client_id: &'a str,
    /// ClientMetadata of the request.
    pub metadata: Option<&'a BTreeMap<String, String>>,
    /// The user; None tells the trigger `userNotFound`.
    pub user: Option<&'a User>,
    /// The user name, or the decoy of an unknown name.
    pub username: &'a str,
    /// The rounds of the sign-in so far, oldest first.
    pub session: &'a [Entry],
}

/// The answer of DefineAuthChallenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// `challengeName`: what to ask next.
    pub challenge_name: Option<String>,
    /// `issueTokens`: the user is signed in.
    pub issue_tokens: bool,
    /// `failAuthentication`: the sign-in is over.
    pub fail_authentication: bool,
}

/// The answer of CreateAuthChallenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewChallenge {
    /// `publicChallengeParameters`: for the client.
    pub public: BTreeMap<String, String>,
    /// `privateChallengeParameters`: for VerifyAuthChallengeResponse.
    pub private: BTreeMap<String, String>,
    /// `challengeMetadata`: for later rounds of DefineAuthChallenge.
    pub metadata: Option<String>,
}

/// A trigger that runs.
pub type Deciding<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The three triggers. Each is called once in a round of an action, however often the action is run again.
pub trait CustomAuthTriggers: Send + Sync {
    /// DefineAuthChallenge: decides what comes next.
    fn define<'a>(&'a self, context: ChallengeContext<'a>) -> Deciding<'a, Decision>;

    /// CreateAuthChallenge: makes the challenge of this name.
    fn create<'a>(
        &'a self,
        context: ChallengeContext<'a>,
        challenge_name: &'a str,
    ) -> Deciding<'a, NewChallenge>;

    /// VerifyAuthChallengeResponse: returns true if the answer is right.
    fn verify<'a>(
        &'a self,
        context: ChallengeContext<'a>,
        private: &'a BTreeMap<String, String>,
        answer: &'a str,
    ) -> Deciding<'a, bool>;
}

/// Used where no triggers can be called: every sign-in that needs them fails closed with 501.
pub struct NotConfigured;

impl NotConfigured {
    fn refuse<'a, T: Send + 'a>(&self) -> Deciding<'a, T> {
        Box::pin(async { Err(errors::not_implemented("CUSTOM_AUTH").into()) })
    }
}

impl CustomAuthTriggers for NotConfigured {
    fn define<'a>(&'a self, _: ChallengeContext<'a>) -> Deciding<'a, Decision> {
        self.refuse()
    }

    fn create<'a>(&'a self, _: ChallengeContext<'a>, _: &'a str) -> Deciding<'a, NewChallenge> {
        self.refuse()
    }

    fn verify<'a>(
        &'a self,
        _: ChallengeContext<'a>,
        _: &'a BTreeMap<String, String>,
        _: &'a str,
    ) -> Deciding<'a, bool> {
        self.refuse()
    }
}
