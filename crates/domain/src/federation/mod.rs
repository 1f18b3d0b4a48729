//! What a provider's word changes of a user: functions from the provider's settings and a user's claims to the attributes
//! and the name that the user has then (endpoints.md 4.2). Nothing is read or written here.
//!
//! A user of a provider is known by the provider and the exact subject, never by the name that is made of both: in a pool
//! whose names have no case, two subjects can make one name. Nor may a sign-in look for a user by an address that a provider
//! gives.

pub mod address;
pub mod mapping;
pub mod profile;
