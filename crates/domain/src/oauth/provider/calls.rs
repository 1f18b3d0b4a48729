//! Calls to the endpoints of a provider while a user signs in, by the one outbound client, and the place where what a
//! provider wrote is read.

use std::time::Duration;

use cognate_crypto::secret::SecretString;
use cognate_federation::oidc::request::Request;
use cognate_outbound::{Limits, OutboundError, form};

use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{Fault, Result};
use crate::foreign;

pub(super) use cognate_outbound::form::Answer as Answered;

/// Bounds of one call: five seconds, one mebibyte.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    connect: Duration::from_secs(5),
    bytes: 1 << 20,
    // Facebook answers with `text/javascript`, others without any type.
    content_type: None,
};
/// The name under which the service calls (endpoints.md 4.3).
const AGENT: &str = "Amazon/Cognito";

/// The most bytes of an ordinary answer.
const ORDINARY: usize = 32 << 10;

/// The answer of a call, or the reason why there is none.
pub(super) type Outcome = std::result::Result<Answered, OutboundError>;

/// Makes a call once in an action. `point`: the kind of the call; `subject`: the sign-in that it is made for.
///
/// # Errors
/// `overloaded` if too many calls to the host run.
pub(super) async fn ask(
    cx: &Cx<'_>,
    point: &str,
    subject: &str,
    asked: &Request,
) -> Result<Outcome> {
    let url = asked.url.expose();
    let host = cognate_outbound::host(url);
    let call = Call {
        point,
        subject,
        target: host.as_deref().unwrap_or("a provider without a host"),
    };
    let sent = form::Call {
        url,
        form: asked.form.as_ref().map(|form| form.expose().as_str()),
        authorization: asked
            .authorization
            .as_ref()
            .map(|value| value.expose().as_str()),
        agent: AGENT,
    };
    cx.call(call, async { Ok(cx.outbound.call(sent, LIMITS).await) })
        .await
}

/// Fetches a document once in an action.
///
/// # Errors
/// As [`ask`].
pub(super) async fn fetch(cx: &Cx<'_>, point: &str, subject: &str, url: &str) -> Result<Outcome> {
    let asked = Request {
        url: SecretString::new(url.to_owned()),
        form: None,
        authorization: None,
    };
    ask(cx, point, subject, &asked).await
}

/// Reads what a provider wrote beside the async threads: ordinary answers of `bytes` where sign-ins are judged, long ones
/// where they delay nobody else.
///
/// # Errors
/// A fault if a long one was not read in time.
pub(super) async fn read<T: Send + 'static>(
    cx: &Cx<'_>,
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    if bytes <= ORDINARY {
        return Ok(cx.workers.run(work).await);
    }
    let read = foreign::read(cx, work).await;
    read.map_err(|slow| Fault::Internal(slow.to_string()))
}
