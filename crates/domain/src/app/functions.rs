//! The functions that a pool's triggers name, and how they are called. `domain` only says when a trigger fires and
//! obeys the answer; the implementation of [`Functions`] knows how the function is reached.

use std::collections::BTreeMap;
use std::pin::Pin;

use serde_json::Value;

use crate::errors::Result;
use crate::records::pool::Pool;

/// A point at which a pool can have a function called (LambdaConfigType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Before a user is created: may refuse, confirm and verify.
    PreSignUp,
    /// After a user was confirmed.
    PostConfirmation,
    /// Before a sign-in is judged: may refuse.
    PreAuthentication,
    /// After a sign-in, before its tokens.
    PostAuthentication,
    /// Before tokens are signed: may change claims.
    PreTokenGeneration,
    /// Before a message is written: may word it.
    CustomMessage,
    /// An unknown user signs in or forgot the password: may create the user.
    UserMigration,
}

/// The event that a function receives.
#[derive(Clone, Debug)]
pub struct Event {
    /// Why it is called.
    pub trigger: Trigger,
    /// The pool.
    pub pool_id: String,
    /// The app client; None for administrators.
    pub client_id: Option<String>,
    /// The user name.
    pub username: String,
    /// The user's attributes as they would be after the action.
    pub attributes: BTreeMap<String, String>,
    /// ClientMetadata of the request.
    pub metadata: BTreeMap<String, String>,
}

/// A call that runs.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Result<Value>> + Send + 'a>>;

/// Calls functions.
pub trait Functions: Send + Sync {
    /// Returns the function that the pool has for a trigger: the target whose calls share a limit. None without one.
    fn target(&self, pool: &Pool, trigger: Trigger) -> Option<String>;

    /// Calls the function and returns its response.
    ///
    /// # Errors
    /// The exception with which the action ends.
    fn call<'a>(&'a self, target: &'a str, event: &'a Event) -> Calling<'a>;
}
