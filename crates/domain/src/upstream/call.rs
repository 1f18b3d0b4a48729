//! One call of the other server's API: AWS JSON 1.1 over the one outbound client, bounded in time and size.

use std::time::{Duration, UNIX_EPOCH};

use cognate_outbound::aws::Signer;
use cognate_outbound::aws_json::Call;
use cognate_outbound::{Limits, OutboundError};
use serde_json::Value;

use crate::app::upstreams::Closed;
use crate::cx::Cx;
use crate::records::pool::Pool;
use crate::records::upstream::Upstream;

/// All calls of one step together (moving.md 4.3).
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Bounds of one call.
const LIMITS: Limits = Limits {
    total: PATIENCE,
    connect: PATIENCE,
    bytes: 256 << 10,
    content_type: None,
};
/// The service's name in `X-Amz-Target`.
const SERVICE: &str = "AWSCognitoIdentityProviderService";
/// The bytes of a name of an exception, and of its text, that are read.
const LONGEST_NAME: usize = 64;
const LONGEST_TEXT: usize = 512;

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The other server refuses: the exception's name and text.
    Refused(String, String),
    /// It is asked too often, by its own word or by our budget.
    Busy,
    /// It does not answer, or not as such a server does. The reason is for the log.
    Down(String),
}

impl From<Closed> for Failure {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Spent => Self::Busy,
            Closed::Resting => Self::Down("it did not answer lately".to_owned()),
        }
    }
}

impl From<OutboundError> for Failure {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Busy => Self::Busy,
            other => Self::Down(other.to_string()),
        }
    }
}

/// Runs the calls of one step: within the budget, unless the other server rests, and within [`PATIENCE`].
pub(super) async fn within<T>(
    cx: &Cx<'_>,
    pool: &Pool,
    upstream: &Upstream,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    cx.upstreams.admit(&pool.id, upstream.doc.budget)?;
    let ended = tokio::time::timeout(PATIENCE, work).await;
    let ended = ended.unwrap_or_else(|_| Err(Failure::Down("no answer in time".to_owned())));
    let answered = !matches!(ended, Err(Failure::Down(_)));
    cx.upstreams.record(&pool.id, answered);
    if let Err(Failure::Down(reason)) = &ended {
        tracing::warn!(pool = %pool.id, upstream = %upstream.user_pool, reason, "the upstream does not answer");
    }
    ended
}

/// Makes a call. `signed`: with the access key that the settings have.
pub(super) async fn ask(
    cx: &Cx<'_>,
    upstream: &Upstream,
    operation: &str,
    input: &Value,
    signed: bool,
) -> Result<Value, Failure> {
    let down = |what: &str| Failure::Down(format!("{operation}: {what}"));
    let signer = match signed {
        true => Some(signer(upstream).ok_or_else(|| down("there is no access key"))?),
        false => None,
    };
    let micros = u64::try_from(cx.clock.wall()).unwrap_or_default();
    let now = UNIX_EPOCH + Duration::from_micros(micros);
    let call = Call {
        url: &format!("{}/", upstream.doc.endpoint),
        target: &format!("{SERVICE}.{operation}"),
        json: input.to_string(),
        signer: signer.as_ref().map(|signer| (signer, now)),
    };
    let answer = cx.outbound.call_aws(call, LIMITS).await?;
    let (status, body) = (answer.status, answer.body);
    let read = move || serde_json::from_slice::<Value>(&body);
    let read = cx.workers.run(read).await.ok().filter(Value::is_object);
    match (status, read) {
        (200, Some(answer)) => Ok(answer),
        (400..=499, Some(error)) => Err(refusal(status, &error)),
        (429 | 503, _) => Err(Failure::Busy),
        (other, _) => Err(down(&format!("status {other}"))),
    }
}

fn refusal(status: u16, error: &Value) -> Failure {
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = text("__type");
    let name = name.rsplit_once('#').map_or(name, |(_, name)| name);
    let message = match text("message") {
        "" => text("Message"),
        message => message,
    };
    match name {
        "TooManyRequestsException" | "ThrottlingException" => Failure::Busy,
        "" => Failure::Down(format!("status {status}")),
        name => Failure::Refused(plain(name, LONGEST_NAME), plain(message, LONGEST_TEXT)),
    }
}

/// Returns the beginning of a text of theirs without what no terminal or log should be given.
fn plain(text: &str, longest: usize) -> String {
    let seen = text.chars().filter(|c| !c.is_control());
    seen.take(longest).collect()
}

fn signer(upstream: &Upstream) -> Option<Signer> {
    let id = upstream.doc.access_key.as_deref()?;
    let secret = upstream.secrets.get(id)?.expose();
    Some(Signer::new(
        id,
        secret,
        None,
        &upstream.doc.region,
        "cognito-idp",
    ))
}
