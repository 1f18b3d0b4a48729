//! AdminLinkProviderForUser: lets an outside identity that has never signed in sign in as a user (endpoints.md 4.5).

use cognate_shapes::{
    AdminLinkProviderForUserRequest, AdminLinkProviderForUserResponse, ProviderUserIdentifierType,
};
use cognate_store::Batch;
use cognate_store::tables::{guards, identity_providers};

use crate::cx::Cx;
use crate::errors::{self, Fault, Result, providers as texts};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::providers::links::{self, OWN_USERS, SUBJECT, Source};
use crate::{audit, resources};

/// Attributes, besides the subject, by which the users of a provider may be linked (endpoints.md 4.5).
const MOST_ATTRIBUTES: usize = 5;

pub async fn admin_link_provider_for_user(
    cx: &Cx<'_>,
    input: AdminLinkProviderForUserRequest,
) -> Result<AdminLinkProviderForUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let source = input.source_user;
    let name = given(source.provider_name, "SourceUser.ProviderName")?;
    let value = given(
        source.provider_attribute_value,
        "SourceUser.ProviderAttributeValue",
    )?;
    if name.eq_ignore_ascii_case(OWN_USERS) {
        return Err(texts::native_source().into());
    }
    let provider = resources::providers::find(cx, &pool, &name).await?;
    let attribute = source.provider_attribute_name.unwrap_or_default();
    links::check_attribute(&provider, &attribute)?;
    let before = destination(cx, &pool, input.destination_user).await?;
    let source = Source {
        provider: &provider,
        attribute: &attribute,
        value: &value,
    };
    match links::owner(&cx.store, &pool, &provider, &source.key()).await? {
        Some(owner) if owner == before.id => return Err(texts::already_linked().into()),
        Some(owner) => {
            let owner = User::by_id(&cx.store, &pool, &owner).await?;
            let owner = owner.ok_or(Fault::Stale)?;
            // The identity has signed in as itself, or was linked to somebody.
            return Err(match links::is_own(&owner, &provider, source.value)? {
                true => texts::source_signed_up().into(),
                false => texts::linked_to_another().into(),
            });
        }
        None => {}
    }
    if attribute == SUBJECT {
        let profile = User::find_login(&cx.store, &pool, &format!("{name}_{value}")).await?;
        if profile.is_some() {
            return Err(texts::source_signed_up().into());
        }
    }
    let new_attribute = attribute != SUBJECT && !provider.doc.linked_by.contains(&attribute);
    if new_attribute && provider.doc.linked_by.len() >= MOST_ATTRIBUTES {
        return Err(texts::too_many_link_attributes().into());
    }
    let batch = match new_attribute {
        true => {
            let mut known = provider.duplicate();
            known.doc.linked_by.insert(attribute.clone());
            identity_providers::update(Batch::new(), &pool.id, &known.to_row(&pool)?)
        }
        false => guards::require_provider_exists(Batch::new(), &pool.id, &provider.id),
    };
    let batch = source
        .link(&cx.store, &pool, &before, cx.now(), batch)
        .await?;
    let batch = audit::record(cx, batch, &pool.id, Some(&before.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(AdminLinkProviderForUserResponse {})
}

/// Returns a member of a request that must not be missing or empty.
fn given(value: Option<String>, member: &str) -> Result<String> {
    let value = value.filter(|value| !value.is_empty());
    Ok(value.ok_or_else(|| texts::member_required(member))?)
}

/// Returns one of the pool's own users by name, or a federated one by the provider's name of them; the attribute's name
/// does not matter.
async fn destination(cx: &Cx<'_>, pool: &Pool, user: ProviderUserIdentifierType) -> Result<User> {
    let value = given(
        user.provider_attribute_value,
        "DestinationUser.ProviderAttributeValue",
    )?;
    let found = match user.provider_name.as_deref() {
        None | Some(OWN_USERS) => User::find(&cx.store, pool, &value).await?,
        Some(provider) => User::find_login(&cx.store, pool, &format!("{provider}_{value}")).await?,
    };
    Ok(found.ok_or_else(errors::user_not_found)?)
}
