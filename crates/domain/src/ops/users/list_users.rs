//! ListUsers: a page of the pool's users, all or those whose attribute has a value (admin.md 1.14, 2.3).
//!
//! Every page is one range of one index, whatever the number of users. A page follows the last user shown, by the
//! searched value and the immutable id, so users who come and go in between make no other user appear twice or never.

use cognate_shapes::{AttributeType, ListUsersRequest, ListUsersResponse};
use cognate_store::Value;
use cognate_store::tables::users as table;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::paging;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::User;
use crate::users::filter::{Comparison, Filter, upper_bound};
use crate::users::view;

/// The last user of a page: the indexed value by which the pages are ordered, and the id.
type Cursor = (String, String);

/// The length of every id.
const ID_LENGTH: usize = 36;

/// Returns a page of users.
pub async fn list_users(cx: &Cx<'_>, input: ListUsersRequest) -> Result<ListUsersResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let text = input.filter.unwrap_or_default();
    let filter = Filter::parse(&text)?;
    let wanted = input.attributes_to_get;
    check_wanted(&pool, wanted.as_deref())?;
    let cursor = match &input.pagination_token {
        Some(token) => Some(serde_json::from_str::<Cursor>(&paging::open(
            cx, &pool.id, &text, token,
        )?)?),
        None => None,
    };
    let size = paging::size(input.limit);
    let limit = size.saturating_add(1);
    let (sql, params) = match &filter {
        None => all(&pool, cursor, limit),
        Some(filter) if filter.attribute == "sub" => by_id(&pool, filter, cursor, limit),
        Some(filter) => by_value(&pool, filter, cursor, limit),
    };
    let rows = cx.store.rows(sql, params).await?;
    let (rows, more) = paging::cut(rows, size);

    // The index holds only the beginning of long values.
    let compared = filter.as_ref().filter(|filter| filter.outgrows_index());
    let mut users = Vec::with_capacity(rows.len());
    let mut last = None;
    for mut row in rows {
        let value = row.take_text(table::PAGE_VALUE).unwrap_or_default();
        let mut user = User::from_row(&pool, &mut row)?;
        if compared.is_none_or(|filter| filter.matches(&user)) {
            // The attributes go last: which factors a user has depends on them.
            let mut view = view::user_type(&user, Vec::new());
            view.attributes = Some(shown(&mut user, wanted.as_deref())?);
            users.push(view);
        }
        last = Some((value, user.id));
    }
    let next = last
        .filter(|_| more)
        .map(|cursor| serde_json::to_string(&cursor))
        .transpose()?;
    Ok(ListUsersResponse {
        users: Some(users),
        pagination_token: next.map(|cursor| paging::seal(cx, &pool.id, &text, &cursor)),
    })
}

fn check_wanted(pool: &Pool, wanted: Option<&[String]>) -> Result<()> {
    let known = |name: &String| schema::find(pool, name).is_some();
    if wanted.unwrap_or_default().iter().all(known) {
        return Ok(());
    }
    Err(errors::users::no_such_requested_attribute().into())
}

/// Returns all attributes, or those asked for: none for an empty list, and an error where a user of the page lacks one,
/// even if the schema knows it (settled L4).
fn shown(user: &mut User, wanted: Option<&[String]>) -> Result<Vec<AttributeType>> {
    let mut list = user.take_attributes(wanted);
    let Some(wanted) = wanted else {
        return Ok(list);
    };
    list.retain(|attribute| wanted.contains(&attribute.name));
    let has = |name: &String| list.iter().any(|attribute| attribute.name == *name);
    if wanted.iter().all(has) {
        Ok(list)
    } else {
        Err(errors::users::no_such_requested_attribute().into())
    }
}

fn all(pool: &Pool, cursor: Option<Cursor>, limit: i64) -> (&'static str, Vec<Value>) {
    let (_, id) = cursor.unwrap_or_default();
    table::page(&pool.id, &id, limit)
}

fn by_id(
    pool: &Pool,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: i64,
) -> (&'static str, Vec<Value>) {
    // A value as long as an id cannot be a mere beginning of one.
    if filter.is_point() || filter.value.len() >= ID_LENGTH {
        return table::by_id(&pool.id, &filter.value);
    }
    let start = cursor.map_or_else(|| filter.value.clone(), |(_, id)| id);
    match upper_bound(&filter.value) {
        Some(bound) => table::page_by_id_prefix(&pool.id, &start, &bound, limit),
        None => table::page(&pool.id, &start, limit),
    }
}

fn by_value(
    pool: &Pool,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: i64,
) -> (&'static str, Vec<Value>) {
    let value = filter.indexed();
    if filter.is_point() {
        let (_, id) = cursor.unwrap_or_default();
        return table::page_equal(&pool.id, filter.attribute, &value, &id, limit);
    }
    debug_assert_eq!(filter.comparison, Comparison::Prefix);
    let bound = upper_bound(&value);
    let (from, id) = cursor.unwrap_or((value, String::new()));
    match bound {
        Some(bound) => table::page_below(&pool.id, filter.attribute, (&from, &id), &bound, limit),
        None => table::page_after(&pool.id, filter.attribute, (&from, &id), limit),
    }
}
