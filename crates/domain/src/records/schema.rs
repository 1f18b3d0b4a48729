//! The attributes that users of a pool may have (admin.md 1.4).

use cognate_shapes::SchemaAttributeType;

use crate::records::pool::Pool;
pub use crate::records::standard_schema::{is_standard, standard_attributes};

/// Returns the attribute of a pool with this name, prefix included.
pub fn find<'a>(pool: &'a Pool, name: &str) -> Option<&'a SchemaAttributeType> {
    find_in(&pool.doc.schema, name)
}

/// Returns the attribute of a schema with this name, prefix included.
pub fn find_in<'a>(
    schema: &'a [SchemaAttributeType],
    name: &str,
) -> Option<&'a SchemaAttributeType> {
    schema.iter().find(|a| a.name.as_deref() == Some(name))
}

/// True if users of the pool may get values of the attribute: not of one that a change of the pool removes.
pub fn takes(pool: &Pool, name: &str) -> bool {
    let change = pool.doc.reshaping.as_ref();
    let goes = change.is_some_and(|change| change.without.iter().any(|gone| gone == name));
    !goes && find(pool, name).is_some()
}

/// Returns the attributes of a pool, and behind them those that a change makes different, as its other rules have them.
pub fn of_all_rules(pool: &Pool) -> impl Iterator<Item = &SchemaAttributeType> {
    let change = pool.doc.reshaping.iter();
    let others = change.flat_map(|change| change.schema.iter());
    pool.doc.schema.iter().chain(others)
}

/// True if every user must have the attribute, by the pool's rules or by those to which it changes.
pub fn requires(pool: &Pool, name: &str) -> bool {
    of_all_rules(pool).any(|entry| entry.name.as_deref() == Some(name) && is_required(entry))
}

/// True if an attribute is the service's own: users have it, and neither they nor an administrator write it.
pub fn is_of_service(name: &str) -> bool {
    matches!(name, "sub" | "identities") || name.starts_with("cognito:")
}

/// True if the service itself finds out the attribute's value: only it and an administrator say whether an address is
/// verified.
pub fn is_flag(name: &str) -> bool {
    matches!(name, "email_verified" | "phone_number_verified")
}

/// True if every user must have the attribute. An attribute that users may not write is never required of one, whatever
/// a schema of an older pool says.
pub fn is_required(entry: &SchemaAttributeType) -> bool {
    let name = entry.name.as_deref().unwrap_or_default();
    entry.required == Some(true) && !is_of_service(name) && !is_flag(name)
}

/// Returns the names of the attributes that every user must have ([`is_required`]).
pub fn required(schema: &[SchemaAttributeType]) -> impl Iterator<Item = &str> {
    schema
        .iter()
        .filter(|entry| is_required(entry))
        .filter_map(|entry| entry.name.as_deref())
}
