//! AdminDisableProviderForUser: ends a link, or takes the password from one of the pool's own users (endpoints.md 4.5).

use cognate_shapes::{
    AdminDisableProviderForUserRequest, AdminDisableProviderForUserResponse, UserStatusType,
};
use cognate_store::Batch;
use cognate_store::tables::{identity_providers, provider_links as table};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result, providers as texts};
use crate::records::before_image;
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::records::user::{self, User};
use crate::resources::providers::links::{self, OWN_USERS, SUBJECT};
use crate::users::codes::{self, Purpose};

pub async fn admin_disable_provider_for_user(
    cx: &Cx<'_>,
    input: AdminDisableProviderForUserRequest,
) -> Result<AdminDisableProviderForUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let name = input.user.provider_name.unwrap_or_default();
    let attribute = input.user.provider_attribute_name.unwrap_or_default();
    let value = input.user.provider_attribute_value.unwrap_or_default();
    if name == OWN_USERS {
        if attribute != SUBJECT {
            return Err(texts::no_such_link().into());
        }
        take_password(cx, &pool, &value).await?;
    } else {
        unlink(cx, &pool, &name, &attribute, &value).await?;
    }
    Ok(AdminDisableProviderForUserResponse {})
}

/// Deletes the user's password. From then on the user is like one from outside: no password, and none to be had by a
/// code, until an administrator sets one.
async fn take_password(cx: &Cx<'_>, pool: &Pool, name: &str) -> Result<()> {
    let before = User::find(&cx.store, pool, name).await?;
    let before = before.ok_or_else(texts::no_such_link)?;
    let mut after = User {
        status: UserStatusType::ExternalProvider,
        credential: None,
        modified: cx.now(),
        ..before.clone()
    };
    after.doc.temporary_until = None;
    let batch = user::save(Batch::new(), pool, &before, &after)?;
    let batch = codes::forget(batch, pool, &after.id, Purpose::Reset);
    let batch = codes::forget(batch, pool, &after.id, Purpose::SignUp);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}

async fn unlink(cx: &Cx<'_>, pool: &Pool, name: &str, attribute: &str, value: &str) -> Result<()> {
    let row = identity_providers::get(&cx.store, &pool.id, name).await?;
    let provider = Provider::open(pool, row.ok_or_else(texts::no_such_link)?)?;
    let key = links::key(attribute, value);
    let owner = links::owner(&cx.store, pool, &provider, &key).await?;
    let before = User::by_id(&cx.store, pool, &owner.ok_or_else(texts::no_such_link)?).await?;
    // The owner and the link go in one batch; the next try sees neither.
    let before = before.ok_or(Fault::Stale)?;
    if links::is_own(&before, &provider, value)? {
        // The identity is what the user is, and is linked to nobody.
        return Err(texts::not_linked().into());
    }
    let mut after = User {
        modified: cx.now(),
        ..before.clone()
    };
    links::hide(&mut after, &provider, value)?;
    let batch = user::save(Batch::new(), pool, &before, &after)?;
    let batch = before_image::keep(batch, pool, cx.now(), |keep, batch| {
        keep.link(batch, &provider.id, &key)
    });
    let batch = table::delete(batch, &pool.id, &provider.id, &key, &after.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}
