//! Who decides about a sign-in by CUSTOM_AUTH: the pool's three triggers (auth.md 3.5).

use std::collections::BTreeMap;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::signin::At;

/// An entry of `session`, by which the triggers know what has happened so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// `CUSTOM_CHALLENGE`, `SRP_A`, `PASSWORD_VERIFIER`, the name of a second factor.
    pub challenge_name: String,
    /// Whether the answer was right.
    pub challenge_result: bool,
    /// What CreateAuthChallenge noted about the challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_metadata: Option<String>,
}

impl Entry {
    /// An entry without a note.
    pub fn new(challenge_name: &str, challenge_result: bool) -> Self {
        Self {
            challenge_name: challenge_name.to_owned(),
            challenge_result,
            challenge_metadata: None,
        }
    }
}

/// What every trigger is told.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The sign-in's pool, client and ClientMetadata.
    pub at: At<'a>,
    /// The user; None tells the trigger `userNotFound`.
    pub user: Option<&'a User>,
    /// The user name, or the one that nobody's name was given.
    pub username: &'a str,
    /// What has happened so far, oldest first.
    pub session: &'a [Entry],
}

/// What DefineAuthChallenge answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// `challengeName`: what to ask next.
    pub challenge_name: Option<String>,
    /// `issueTokens`: the user is signed in.
    pub issue_tokens: bool,
    /// `failAuthentication`: the sign-in is over.
    pub fail_authentication: bool,
}

/// What CreateAuthChallenge answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Created {
    /// `publicChallengeParameters`: for the client.
    pub public: BTreeMap<String, String>,
    /// `privateChallengeParameters`: for VerifyAuthChallengeResponse.
    pub private: BTreeMap<String, String>,
    /// `challengeMetadata`: for later rounds of DefineAuthChallenge.
    pub metadata: Option<String>,
}

/// A trigger at work.
pub type Deciding<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The three triggers. Each may be called again for the same step, when something else changed in the meantime.
pub trait Deciders: Send + Sync {
    /// DefineAuthChallenge: what comes next.
    fn define<'a>(&'a self, cx: &'a Cx<'a>, asking: Asking<'a>) -> Deciding<'a, Decision>;

    /// CreateAuthChallenge: the challenge of this name.
    fn create<'a>(
        &'a self,
        cx: &'a Cx<'a>,
        asking: Asking<'a>,
        challenge_name: &'a str,
    ) -> Deciding<'a, Created>;

    /// VerifyAuthChallengeResponse: whether the answer is right.
    fn verify<'a>(
        &'a self,
        cx: &'a Cx<'a>,
        asking: Asking<'a>,
        private: &'a BTreeMap<String, String>,
        answer: &'a str,
    ) -> Deciding<'a, bool>;
}

/// Stands where nobody calls triggers: every sign-in that needs them fails closed with 501.
pub struct Missing;

impl Missing {
    fn refuse<'a, T: Send + 'a>(&self) -> Deciding<'a, T> {
        Box::pin(async { Err(errors::not_implemented("CUSTOM_AUTH").into()) })
    }
}

impl Deciders for Missing {
    fn define<'a>(&'a self, _cx: &'a Cx<'a>, _asking: Asking<'a>) -> Deciding<'a, Decision> {
        self.refuse()
    }

    fn create<'a>(
        &'a self,
        _cx: &'a Cx<'a>,
        _asking: Asking<'a>,
        _challenge_name: &'a str,
    ) -> Deciding<'a, Created> {
        self.refuse()
    }

    fn verify<'a>(
        &'a self,
        _cx: &'a Cx<'a>,
        _asking: Asking<'a>,
        _private: &'a BTreeMap<String, String>,
        _answer: &'a str,
    ) -> Deciding<'a, bool> {
        self.refuse()
    }
}
