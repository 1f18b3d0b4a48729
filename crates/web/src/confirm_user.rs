//! `/confirmUser`: the page of the link that confirms a sign-up (admin.md 4.3).
//!
//! The service confirms when the link is opened, and so does this page, although GET should change nothing: users have
//! such links in their mailboxes. A second visit finds what the first one did. A link that cannot be used gets one text,
//! whatever the reason: whether a user exists, has confirmed or waits for it is not told to whoever has no code.

use cognate_domain::accounts::confirm_by_link::{Link, confirm_by_link};
use cognate_domain::errors::ErrorCode;
use cognate_domain::{ApiError, Endpoint};
use cognate_shapes::{Op, validate};
use http::{Method, StatusCode};
use serde_json::json;

use crate::action;
use crate::failure::Failure;
use crate::flow;
use crate::locale::ConfirmUserTexts;
use crate::request::Request;
use crate::response::Response;
use crate::views::Screen;
use crate::views::frame::{Alert, AlertKind};
use crate::views::screen::{Notice, NoticeKind};

/// Confirms the sign-up and says so. HEAD does nothing: programs ask so if there is a page.
pub(crate) async fn confirm_user(request: Request<'_>) -> Result<Response, Failure> {
    let locale = request.locale();
    let texts = locale.texts();
    if request.method() == Method::HEAD {
        return Ok(Response::empty(StatusCode::OK).without_referrer());
    }
    let query = request.query()?;
    let value = |name| query.get(name).filter(|value| !value.is_empty());
    let (Some(client_id), Some(username), Some(code)) = (
        value("client_id"),
        value("user_name"),
        value("confirmation_code"),
    ) else {
        return Err(Failure::BadRequest);
    };
    let link = Link {
        client_id,
        username,
        code,
        host: &request.visitor().host,
    };
    let outcome = if fits(&link) {
        let cx = request.cx(Endpoint::Account);
        // On the heap, as operations run.
        Some(action::run(&cx, || Box::pin(confirm_by_link(&cx, &link))).await)
    } else {
        None
    };
    let (status, kind) = match &outcome {
        Some(Ok(())) => (StatusCode::OK, NoticeKind::ConfirmedByLink),
        Some(Err(error)) => refused(refusal(&texts.confirm_user, error)?),
        None => refused(texts.confirm_user.refused.clone()),
    };
    let screen = Screen::Notice(Notice {
        kind,
        next: None,
        home: None,
    });
    let page = flow::draw(&request, Some(client_id), status, &screen).await?;
    Ok(page.without_referrer())
}

/// Returns the page of a refusal.
fn refused(text: String) -> (StatusCode, NoticeKind) {
    let alert = Alert {
        kind: AlertKind::Error,
        text,
        field: None,
    };
    (StatusCode::BAD_REQUEST, NoticeKind::LinkRefused(alert))
}

/// True if the operation that does the same would take these values: a link has no other bounds.
fn fits(link: &Link<'_>) -> bool {
    let mut input = json!({
        "ClientId": link.client_id, "Username": link.username, "ConfirmationCode": link.code,
    });
    validate(Op::ConfirmSignUp, &mut input).is_ok()
}

/// Returns the text of a refusal, with the words of the pool's function if that refused.
fn refusal(texts: &ConfirmUserTexts, error: &ApiError) -> Result<String, Failure> {
    use ErrorCode as E;
    match error.code {
        E::TooManyRequests | E::LimitExceeded => Err(Failure::TooMany),
        E::InternalError => Err(Failure::from(error.clone())),
        // The code was right.
        E::AliasExists => Ok(texts.taken.clone()),
        E::UserLambdaValidation | E::UnexpectedLambda | E::InvalidLambdaResponse => {
            Ok(format!("{} {}", texts.incomplete, error.message))
        }
        _ => Ok(texts.refused.clone()),
    }
}
