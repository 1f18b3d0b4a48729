//! The context in which an endpoint calls the domain, and the run of the action.

use cognate_domain::audit::About;
use cognate_domain::{ApiError, App, Caller, ClientInfo, Cx, Endpoint, Result};

use crate::Visitor;

/// Returns the context of a request that begins now. `path_pool`: the id of the pool that its path names.
pub(crate) fn cx<'a>(
    app: &'a App,
    endpoint: Endpoint,
    visitor: &Visitor,
    path_pool: Option<&str>,
) -> Cx<'a> {
    let client = ClientInfo {
        ip: visitor.address.to_string(),
        user_agent: visitor.user_agent.clone(),
        base_url: visitor.base_url.clone(),
        domain_pool: visitor.domain.as_ref().map(|at| at.pool.id.clone()),
        path_pool: path_pool.map(str::to_owned),
    };
    let cx = Cx::new(
        app,
        endpoint,
        Caller::Public,
        client,
        visitor.request_id.clone(),
    );
    match &visitor.slot {
        Some(slot) => cx.holding(slot.clone()),
        None => cx,
    }
}

/// Runs an endpoint's work for a caller without credentials, again while what it read is out of date.
///
/// # Errors
/// The work's own errors; InternalErrorException for a fault, which is logged.
pub(crate) async fn run<T, F>(
    cx: &Cx<'_>,
    attempt: impl FnMut() -> F,
) -> std::result::Result<T, ApiError>
where
    F: Future<Output = Result<T>>,
{
    cognate_domain::run(cx, About::default, attempt).await
}
