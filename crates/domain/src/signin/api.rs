//! The entrance of the API's operations: flows, parameters by name, and tokens for a session.

use std::collections::BTreeMap;

use cognate_shapes::{AuthFlowType, AuthenticationResultType, ChallengeNameType};
use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::signin::challenge::Challenge;
use crate::signin::flows::require_flow;
use crate::signin::opening::{Ending, Outcome};
use crate::signin::refresh::{self, RefreshRequest};
use crate::signin::relay::refresh::Foreign;
use crate::signin::secret_hash::ClientProof;
use crate::signin::triggers::Signs;
use crate::signin::wire::{self, Parameters};
use crate::signin::{At, driver, relay};
use crate::tokens::opened::OpenedSession;

/// The answer of an operation.
pub enum Reply {
    /// AuthenticationResult.
    Tokens(Box<AuthenticationResultType>),
    /// A challenge.
    Challenge {
        /// ChallengeName.
        name: ChallengeNameType,
        /// Session.
        session: Option<String>,
        /// ChallengeParameters.
        parameters: BTreeMap<String, String>,
        /// AvailableChallenges.
        available: Option<Vec<ChallengeNameType>>,
    },
}

/// Signs the tokens of a session; the groups are read and the tokens signed while the commit is on its way.
struct SignTokens;

impl Ending for SignTokens {
    type Result = AuthenticationResultType;

    fn signs(&self) -> Signs<'_> {
        Signs::Account
    }

    fn keep(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        session: &OpenedSession,
        batch: Batch,
    ) -> Result<Batch> {
        session.insert(cx, at.pool, batch)
    }

    async fn end(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        session: &OpenedSession,
    ) -> Result<AuthenticationResultType> {
        session.api_result(cx, at.pool, at.client).await
    }
}

fn reply(outcome: Outcome<AuthenticationResultType>) -> Result<Reply> {
    let Challenge {
        ask,
        session,
        available,
    } = match outcome {
        Outcome::SignedIn(_, tokens) => return Ok(Reply::Tokens(Box::new(tokens))),
        Outcome::Challenge(challenge) => challenge,
    };
    let (name, parameters) = wire::challenge(ask)?;
    Ok(Reply::Challenge {
        name,
        session,
        parameters,
        available,
    })
}

/// InitiateAuth and AdminInitiateAuth.
///
/// # Errors
/// auth.md 6.4.
pub async fn initiate(
    cx: &Cx<'_>,
    at: At<'_>,
    flow: AuthFlowType,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Reply> {
    require_flow(at, flow)?;
    match given.start(flow, session) {
        Some(request) => reply(driver::start(cx, at, &request, &SignTokens).await?),
        None => {
            let tokens = renew(cx, at, &given.refresh()).await?;
            Ok(Reply::Tokens(Box::new(tokens)))
        }
    }
}

/// REFRESH_TOKEN_AUTH, for a token of this pool or of its upstream.
async fn renew(
    cx: &Cx<'_>,
    at: At<'_>,
    request: &RefreshRequest,
) -> Result<AuthenticationResultType> {
    if at.pool.doc.upstream
        && let Some(text) = request.token.optional()
    {
        request.proof.check_present(at.client)?;
        let foreign = Foreign {
            text,
            device: request.device_key.as_deref(),
            proof: &request.proof,
            invalid: auth::refresh_token_invalid,
        };
        // On the heap: few come here, and all would have to move its state.
        let traded = Box::pin(relay::refresh::trade(cx, at, foreign, &SignTokens));
        if let Some(tokens) = traded.await? {
            return Ok(tokens);
        }
    }
    refresh::by_flow(cx, at, request).await
}

/// GetTokensFromRefreshToken, for a token of this pool or of its upstream. The client has proven itself.
///
/// # Errors
/// Those of [`refresh::by_operation`].
pub async fn trade(
    cx: &Cx<'_>,
    at: At<'_>,
    text: &str,
    device_key: Option<&str>,
) -> Result<AuthenticationResultType> {
    let foreign = Foreign {
        text,
        device: device_key,
        proof: &ClientProof::Trusted,
        invalid: auth::refresh_token_unusable,
    };
    if at.pool.doc.upstream
        && let Some(tokens) = Box::pin(relay::refresh::trade(cx, at, foreign, &SignTokens)).await?
    {
        return Ok(tokens);
    }
    refresh::by_operation(cx, at, text, device_key).await
}

/// RespondToAuthChallenge and AdminRespondToAuthChallenge.
///
/// # Errors
/// auth.md 6.5.
pub async fn respond(
    cx: &Cx<'_>,
    at: At<'_>,
    challenge: ChallengeNameType,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Reply> {
    match given.answer(challenge, session) {
        Some(request) => reply(driver::answer(cx, at, &request, &SignTokens).await?),
        None => {
            require_flow(at, AuthFlowType::AdminNoSrpAuth)?;
            let request = given.password_start();
            reply(driver::start(cx, at, &request, &SignTokens).await?)
        }
    }
}
