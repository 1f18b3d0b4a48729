//! Whom a public operation speaks of: a user, or a name that must look like one (auth.md 2.11).

use crate::attempts::Subject;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::users::codes::Owner;

/// The result of looking a name up.
pub struct Named {
    /// None when nobody has the name, or when the client must not learn of the user.
    pub user: Option<User>,
    /// Whose attempts are counted.
    pub subject: Subject,
}

impl Named {
    /// Looks a name up. For clients that hide who exists, a disabled user is as good as none.
    ///
    /// # Errors
    /// UserNotFoundException where the client may tell that nobody has the name, NotAuthorizedException where it may tell
    /// that the user is disabled.
    pub async fn find(cx: &Cx<'_>, pool: &Pool, client: &Client, name: &str) -> Result<Self> {
        let user = User::find(&cx.store, pool, name).await?;
        match user {
            Some(user) if user.enabled => Ok(Self {
                subject: Subject::known(&user.id),
                user: Some(user),
            }),
            _ if client.hides_existence() => Ok(Self::nobody(pool, name)),
            Some(_) => Err(errors::auth::user_disabled().into()),
            None => Err(errors::users::combination_not_found().into()),
        }
    }

    /// What stands for a name that nobody has, or whose user must not show.
    pub fn nobody(pool: &Pool, name: &str) -> Self {
        Self {
            user: None,
            subject: Subject::unknown(pool, &pool.fold(name)),
        }
    }

    /// The owner of the codes.
    pub fn owner(&self) -> Owner<'_> {
        match &self.user {
            Some(user) => Owner::User(&user.id),
            None => Owner::Nobody(self.subject.as_str()),
        }
    }
}
