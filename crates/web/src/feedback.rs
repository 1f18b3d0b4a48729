//! `/feedback`: the page of the links in a message about a risky sign-in (admin.md 2.8).
//!
//! The links of the service record an answer when they are opened. These do not: programs that look for malware open every link
//! of a message before its reader does, and would answer both ways. So the page asks, and its form answers. The token is all
//! that the form needs: who has it may answer, here and by UpdateAuthEventFeedback, and who has not cannot make the form.

use cognate_domain::accounts::feedback::{self, require_watched};
use cognate_domain::errors::ErrorCode;
use cognate_domain::messages::risk_notice::FeedbackToken;
use cognate_domain::{ApiError, Cx, Endpoint, Result as Acted, errors};
use cognate_shapes::{FeedbackValueType, Op, validate};
use http::{Method, StatusCode};
use serde_json::json;

use crate::action;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::flow;
use crate::request::Request;
use crate::response::Response;
use crate::views::Screen;
use crate::views::frame::{Alert, AlertKind};
use crate::views::screen::{Feedback, Notice, NoticeKind};

/// The path of the links, and of the form.
pub(crate) const PATH: &str = "/feedback";
/// The button that answers.
const ANSWER: &str = "answer";

/// What a link or the form names.
#[derive(Clone, Copy)]
struct Named<'a> {
    pool: &'a str,
    token: &'a str,
}

impl<'a> Named<'a> {
    fn read(fields: &'a Fields) -> Option<Self> {
        let value = |name| fields.get(name).filter(|value| !value.is_empty());
        Some(Self {
            pool: value("pool")?,
            token: value("token")?,
        })
    }

    /// True if the operation that does the same would take these values: a link has no other bounds.
    fn fits(self) -> bool {
        let mut input = json!({
            "UserPoolId": self.pool, "FeedbackToken": self.token, "Username": "u", "EventId": "e", "FeedbackValue": "Valid",
        });
        validate(Op::UpdateAuthEventFeedback, &mut input).is_ok()
    }
}

/// Asks whether it was the user. Changes nothing.
pub(crate) async fn ask(request: Request<'_>) -> Result<Response, Failure> {
    if request.method() == Method::HEAD {
        return Ok(Response::empty(StatusCode::OK).without_referrer());
    }
    let query = request.query()?;
    let named = Named::read(&query).ok_or(Failure::BadRequest)?;
    let token = match act(&request, named, None).await {
        Ok(token) => token,
        Err(error) => return refused(&request, error).await,
    };
    let sent = [("pool", named.pool), ("token", named.token)];
    let screen = Screen::Feedback(Feedback {
        request: sent.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec(),
        answer: ANSWER,
        valid_first: query.get("value") == Some("valid"),
    });
    flow::draw(&request, Some(&token.client_id), StatusCode::OK, &screen).await
}

/// Takes the answer.
pub(crate) async fn take(request: Request<'_>) -> Result<Response, Failure> {
    let form = request.form()?;
    let named = Named::read(&form).ok_or(Failure::BadRequest)?;
    let value = match form.get(ANSWER) {
        Some("valid") => FeedbackValueType::Valid,
        Some("invalid") => FeedbackValueType::Invalid,
        _ => return Err(Failure::BadRequest),
    };
    let token = match act(&request, named, Some(value)).await {
        Ok(token) => token,
        Err(error) => return refused(&request, error).await,
    };
    let kind = match value {
        FeedbackValueType::Valid => NoticeKind::FeedbackValid,
        FeedbackValueType::Invalid => NoticeKind::FeedbackInvalid,
    };
    let page = notice(&request, Some(&token.client_id), StatusCode::OK, kind).await?;
    Ok(page.without_referrer())
}

/// Opens the token, and records the answer if there is one.
async fn act(
    request: &Request<'_>,
    named: Named<'_>,
    value: Option<FeedbackValueType>,
) -> Result<FeedbackToken, ApiError> {
    if !named.fits() {
        return Err(errors::risk::feedback_token_invalid());
    }
    let cx = request.cx(Endpoint::Feedback);
    // On the heap, as operations run.
    action::run(&cx, || Box::pin(record(&cx, named, value))).await
}

async fn record(
    cx: &Cx<'_>,
    named: Named<'_>,
    value: Option<FeedbackValueType>,
) -> Acted<FeedbackToken> {
    let pool = cx.pool(named.pool).await?;
    if !cx.is_home_of(&pool) {
        return Err(errors::pool_not_found(named.pool).into());
    }
    require_watched(&pool)?;
    let token = FeedbackToken::open(cx, &pool, named.token)?;
    if let Some(value) = value {
        feedback::by_token(cx, &pool, &token, value).await?;
    }
    Ok(token)
}

/// Shows one page for every link that cannot be used, whatever the reason.
async fn refused(request: &Request<'_>, error: ApiError) -> Result<Response, Failure> {
    match error.code {
        ErrorCode::TooManyRequests | ErrorCode::LimitExceeded => return Err(Failure::TooMany),
        ErrorCode::InternalError => return Err(Failure::from(error)),
        _ => {}
    }
    let kind = NoticeKind::LinkRefused(Alert {
        kind: AlertKind::Error,
        text: request.locale().texts().pages.feedback.refused.clone(),
        field: None,
    });
    let page = notice(request, None, StatusCode::BAD_REQUEST, kind).await?;
    Ok(page.without_referrer())
}

async fn notice(
    request: &Request<'_>,
    client_id: Option<&str>,
    status: StatusCode,
    kind: NoticeKind,
) -> Result<Response, Failure> {
    let screen = Screen::Notice(Notice {
        kind,
        next: None,
        home: None,
    });
    flow::draw(request, client_id, status, &screen).await
}
