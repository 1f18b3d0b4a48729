//! The calls of one step of a sign-in at the other server.

use std::sync::Arc;

use cognate_crypto::hash;
use cognate_crypto::secret::SecretString;
use cognate_crypto::srp::client::{self as srp, Client as SrpClient};
use cognate_shapes::ChallengeNameType;
use serde_json::{Map, Value, json};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::upstream::{Flow, Theirs, Upstream};
use crate::upstream::answers::{
    LONGEST_SESSION, Question, Refusal, Reply, Said, Stage, read, refusal,
};
use crate::upstream::call::{Failure, ask, within};
use crate::upstream::identity::{self, Tokens};

/// The name that SRP computes with, among the parameters of a challenge.
pub(crate) const NAME: &str = "USER_ID_FOR_SRP";

/// The characters of a SecretCode at most.
const LONGEST_SEED: usize = 256;

/// What a step brings.
#[derive(Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// The password itself. How it is proven there, the settings say.
    Password(&'a SecretString),
    /// The begin of SRP: the client's A in hexadecimal.
    SrpA(&'a str),
    /// The end of SRP, as the client signed it.
    Srp {
        /// SECRET_BLOCK of the other server.
        block: &'a str,
        /// In base64.
        signature: &'a str,
        /// The client's time.
        timestamp: &'a str,
    },
    /// An answer to a challenge.
    Answer {
        /// The challenge.
        name: ChallengeNameType,
        /// Its Session.
        session: Option<&'a str>,
        /// ChallengeResponses without name and hash.
        responses: &'a [(String, String)],
    },
    /// A refresh token of the other server; the name is not needed.
    Refresh {
        /// The token.
        token: &'a str,
        /// The device that it belongs to.
        device: Option<&'a str>,
    },
}

/// A step there: of whom, for which client of ours.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    /// The pool here.
    pub pool: &'a Pool,
    /// The pool there.
    pub upstream: &'a Upstream,
    /// The client here.
    pub client: &'a Client,
    /// The user name as it was typed.
    pub username: &'a str,
}

/// A call by which an app is registered in the middle of a sign-in.
#[derive(Clone, Copy)]
pub(crate) enum AppCall<'a> {
    /// AssociateSoftwareToken.
    Associate,
    /// VerifySoftwareToken.
    Verify {
        /// The first code.
        code: &'a SecretString,
        /// FriendlyDeviceName.
        name: Option<&'a str>,
    },
}

impl AppCall<'_> {
    /// Returns the operation.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Associate => "AssociateSoftwareToken",
            Self::Verify { .. } => "VerifySoftwareToken",
        }
    }
}

/// What it answers. Its `Debug` is not derived.
#[derive(Clone)]
pub(crate) struct AppStep {
    /// SecretCode.
    pub secret: Option<String>,
    /// Session.
    pub session: Option<String>,
}

impl Step<'_> {
    /// Has an app registered in a session there.
    ///
    /// # Errors
    /// As [`Step::take`].
    pub async fn register(
        self,
        cx: &Cx<'_>,
        session: &str,
        call: AppCall<'_>,
    ) -> Result<std::result::Result<AppStep, Refusal>> {
        let mut input = Map::from_iter([("Session".to_owned(), json!(session))]);
        if let AppCall::Verify { code, name } = call {
            input.insert("UserCode".to_owned(), json!(code.expose()));
            if let Some(name) = name {
                input.insert("FriendlyDeviceName".to_owned(), json!(name));
            }
        }
        let input = Value::Object(input);
        let work = async {
            let answer = ask(cx, self.upstream, call.operation(), &input, false).await?;
            app_step(&answer, call)
        };
        match within(cx, self.pool, self.upstream, work).await {
            Ok(answer) => Ok(Ok(answer)),
            Err(failure) => refusal(self.client, cx.action, Stage::Later, failure).map(Err),
        }
    }

    /// Takes the step.
    ///
    /// # Errors
    /// InternalErrorException where the other server does not answer; TooManyRequestsException.
    pub async fn take(self, cx: &Cx<'_>, proof: Proof<'_>) -> Result<Said> {
        let stage = match proof {
            Proof::Answer { .. } => Stage::Later,
            _ => Stage::First,
        };
        let Some(theirs) = self.upstream.client(&self.client.id) else {
            return Ok(Said::Refused(Refusal::wrong(auth::incorrect_password())));
        };
        let work = self.run(cx, theirs, proof);
        match within(cx, self.pool, self.upstream, work).await {
            Ok(said) => Ok(said),
            Err(failure) => {
                let refused = refusal(self.client, cx.action, stage, failure)?;
                Ok(Said::Refused(refused))
            }
        }
    }

    async fn run(
        self,
        cx: &Cx<'_>,
        theirs: Theirs<'_>,
        proof: Proof<'_>,
    ) -> std::result::Result<Said, Failure> {
        let call = Calls {
            cx,
            upstream: self.upstream,
            theirs,
        };
        let name = self.username;
        let reply = match proof {
            Proof::Password(given) => match self.upstream.doc.flow {
                Flow::Srp => call.by_srp(name, given).await?,
                Flow::Password => {
                    let given = json!({"USERNAME": name, "PASSWORD": given.expose()});
                    call.initiate("USER_PASSWORD_AUTH", name, given).await?
                }
            },
            Proof::SrpA(public_a) => {
                let given = json!({"USERNAME": name, "SRP_A": public_a});
                call.initiate("USER_SRP_AUTH", name, given).await?
            }
            Proof::Srp {
                block,
                signature,
                timestamp,
            } => {
                let given = claim(block, signature, timestamp);
                let verifier = ChallengeNameType::PasswordVerifier;
                call.respond(verifier, None, name, given).await?
            }
            Proof::Answer {
                name: challenge,
                session,
                responses,
            } => {
                let responses = responses.iter();
                let given = responses.map(|(name, value)| (name.clone(), json!(value)));
                let given = Value::Object(given.collect());
                call.respond(challenge, session, name, given).await?
            }
            Proof::Refresh { token, device } => call.refresh(token, device).await?,
        };
        match reply {
            Reply::Question(question) => Ok(Said::Asked(Arc::new(question))),
            Reply::Tokens(tokens) => {
                let person =
                    identity::of_tokens(cx, self.pool, self.upstream, theirs, &tokens).await?;
                if !matches!(proof, Proof::Refresh { .. }) {
                    identity::end_session(cx, self.upstream, theirs, &tokens).await;
                }
                Ok(Said::Known(Arc::new(person)))
            }
        }
    }
}

/// Reads the answer to a call by which an app is registered.
fn app_step(answer: &Value, call: AppCall<'_>) -> std::result::Result<AppStep, Failure> {
    let odd = || Failure::Down(format!("an odd answer to {}", call.operation()));
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let session = text("Session").filter(|session| session.len() <= LONGEST_SESSION);
    let secret = text("SecretCode");
    let is_seed = |secret: &str| {
        (16..=LONGEST_SEED).contains(&secret.len())
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let right = match call {
        AppCall::Associate => secret.is_some_and(is_seed),
        AppCall::Verify { .. } => text("Status") == Some("SUCCESS"),
    };
    if session.is_none() || !right {
        return Err(odd());
    }
    Ok(AppStep {
        secret: secret.map(str::to_owned),
        session: session.map(str::to_owned),
    })
}

fn claim(block: &str, signature: &str, timestamp: &str) -> Value {
    json!({
        "PASSWORD_CLAIM_SECRET_BLOCK": block,
        "PASSWORD_CLAIM_SIGNATURE": signature,
        "TIMESTAMP": timestamp,
    })
}

/// The operations of a sign-in.
#[derive(Clone, Copy)]
pub(super) struct Calls<'a> {
    pub cx: &'a Cx<'a>,
    pub upstream: &'a Upstream,
    pub theirs: Theirs<'a>,
}

impl Calls<'_> {
    /// Returns SECRET_HASH over a name; None for a client without a secret.
    pub fn hash(&self, name: &str) -> Option<String> {
        let secret = self.theirs.secret?;
        Some(hash::secret_hash(secret.expose(), name, self.theirs.id))
    }

    fn with_hash(&self, name: &str, mut parameters: Value) -> Value {
        if let (Some(hash), Some(map)) = (self.hash(name), parameters.as_object_mut()) {
            map.insert("SECRET_HASH".to_owned(), json!(hash));
        }
        parameters
    }

    /// InitiateAuth.
    pub async fn initiate(
        &self,
        flow: &str,
        name: &str,
        parameters: Value,
    ) -> std::result::Result<Reply, Failure> {
        let input = json!({
            "ClientId": self.theirs.id, "AuthFlow": flow, "AuthParameters": self.with_hash(name, parameters),
        });
        read(&ask(self.cx, self.upstream, "InitiateAuth", &input, false).await?)
    }

    /// RespondToAuthChallenge.
    async fn respond(
        &self,
        challenge: ChallengeNameType,
        session: Option<&str>,
        name: &str,
        responses: Value,
    ) -> std::result::Result<Reply, Failure> {
        let mut responses = self.with_hash(name, responses);
        if let Some(responses) = responses.as_object_mut() {
            responses.insert("USERNAME".to_owned(), json!(name));
        }
        let mut input = Map::new();
        input.insert("ClientId".to_owned(), json!(self.theirs.id));
        input.insert("ChallengeName".to_owned(), json!(challenge.as_str()));
        input.insert("ChallengeResponses".to_owned(), responses);
        if let Some(session) = session {
            input.insert("Session".to_owned(), json!(session));
        }
        let input = Value::Object(input);
        read(
            &ask(
                self.cx,
                self.upstream,
                "RespondToAuthChallenge",
                &input,
                false,
            )
            .await?,
        )
    }

    /// GetTokensFromRefreshToken, which clients with and without rotation may call, and which needs no user name.
    async fn refresh(
        &self,
        token: &str,
        device: Option<&str>,
    ) -> std::result::Result<Reply, Failure> {
        let mut input = Map::new();
        input.insert("ClientId".to_owned(), json!(self.theirs.id));
        input.insert("RefreshToken".to_owned(), json!(token));
        if let Some(secret) = self.theirs.secret {
            input.insert("ClientSecret".to_owned(), json!(secret.expose()));
        }
        if let Some(device) = device {
            input.insert("DeviceKey".to_owned(), json!(device));
        }
        let input = Value::Object(input);
        let operation = "GetTokensFromRefreshToken";
        read(&ask(self.cx, self.upstream, operation, &input, false).await?)
    }

    /// Proves a password by SRP, so that it stays here.
    pub async fn by_srp(
        &self,
        name: &str,
        password: &SecretString,
    ) -> std::result::Result<Reply, Failure> {
        let odd = || Failure::Down("an answer to SRP that is no challenge".to_owned());
        let workers = &self.cx.workers;
        let (proof, public_a) = workers
            .run(|| {
                let proof = SrpClient::new();
                let public_a = proof.srp_a();
                (proof, public_a)
            })
            .await;
        let given = json!({"USERNAME": name, "SRP_A": public_a});
        let asked = match self.initiate("USER_SRP_AUTH", name, given).await? {
            Reply::Question(asked) if asked.name == ChallengeNameType::PasswordVerifier => asked,
            _ => return Err(odd()),
        };
        let user_id = asked.parameter(NAME).to_owned();
        let seconds = self.cx.clock.wall().div_euclid(SECOND);
        let timestamp = srp::timestamp(u64::try_from(seconds).unwrap_or_default());
        let suffix = self.upstream.user_pool.split_once('_');
        let suffix = suffix.map_or("", |(_, suffix)| suffix).to_owned();
        let (password, time) = (password.duplicate(), timestamp.clone());
        let signed = move || {
            let answer = srp::Answer {
                pool_name: &suffix,
                user_id: asked.parameter(NAME),
                password: password.expose(),
                salt: asked.parameter("SALT"),
                srp_b: asked.parameter("SRP_B"),
                secret_block: asked.parameter("SECRET_BLOCK"),
                timestamp: &time,
            };
            (proof.answer(&answer), asked)
        };
        let (signature, asked) = workers.run(signed).await;
        let signature = signature.map_err(|_| odd())?;
        let given = claim(asked.parameter("SECRET_BLOCK"), &signature, &timestamp);
        let verifier = ChallengeNameType::PasswordVerifier;
        let session = asked.session.as_deref();
        match self.respond(verifier, session, &user_id, given).await? {
            Reply::Question(mut next) => {
                let name = next.parameters.entry(NAME.to_owned());
                name.or_insert(user_id);
                Ok(Reply::Question(next))
            }
            tokens @ Reply::Tokens(_) => Ok(tokens),
        }
    }
}

/// Signs in with a password for the tokens alone, for what needs them there.
pub(super) async fn tokens(
    call: Calls<'_>,
    name: &str,
    password: &SecretString,
) -> std::result::Result<Option<Tokens>, Failure> {
    let reply = match call.upstream.doc.flow {
        Flow::Srp => call.by_srp(name, password).await?,
        Flow::Password => {
            let given = json!({"USERNAME": name, "PASSWORD": password.expose()});
            call.initiate("USER_PASSWORD_AUTH", name, given).await?
        }
    };
    Ok(match reply {
        Reply::Tokens(tokens) => Some(tokens),
        Reply::Question(Question { .. }) => None,
    })
}
