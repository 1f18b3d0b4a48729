//! AdminListUserAuthEvents: an administrator pages through what a user did, newest first.

use cognate_shapes::{AdminListUserAuthEventsRequest, AdminListUserAuthEventsResponse};

use crate::accounts::feedback::require_watched;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::paging;
use crate::records::auth_event::EventRecord;
use crate::records::user::User;

/// Returns a page of the user's events. A token is good for this user alone.
///
/// # Errors
/// UserPoolAddOnNotEnabledException; `User does not exist.`; a page token of something else.
pub async fn admin_list_user_auth_events(
    cx: &Cx<'_>,
    input: AdminListUserAuthEventsRequest,
) -> Result<AdminListUserAuthEventsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    require_watched(&pool)?;
    let user = User::find(&cx.store, &pool, &input.username).await?;
    let user = user.ok_or_else(errors::user_not_found)?;
    let before = match &input.next_token {
        Some(token) => {
            let cursor = paging::open(cx, &pool.id, &user.id, token)?;
            let place = cursor.split_once(' ').and_then(|(at, id)| {
                let at: i64 = at.parse().ok()?;
                Some((at, id.to_owned()))
            });
            Some(place.ok_or_else(|| paging::invalid(cx, token))?)
        }
        None => None,
    };
    let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
    let size = paging::size(input.max_results);
    let events = EventRecord::page(&cx.store, &pool, &user.id, before, size + 1).await?;
    let (events, more) = paging::cut(events, size);
    let next = events.last().filter(|_| more).map(|last| {
        let cursor = format!("{} {}", last.at(), last.id());
        paging::seal(cx, &pool.id, &user.id, &cursor)
    });
    Ok(AdminListUserAuthEventsResponse {
        auth_events: Some(events.into_iter().map(EventRecord::describe).collect()),
        next_token: next,
    })
}
