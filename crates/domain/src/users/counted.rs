//! The user under whom a request is counted that names one.

use crate::app::App;
use crate::errors::Result;
use crate::facts::names;
use crate::records::user::User;

/// The scope of a name.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// The id of a pool.
    Pool(&'a str),
    /// The id of a client of a pool.
    Client(&'a str),
}

/// The user that a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The id of the pool; the id that was given when there is no such pool or client.
    pub place: String,
    /// The id of the user; the folded name if it is unknown.
    pub user: String,
}

/// Returns the user that a name means at a place, the same for every spelling, alias and client.
///
/// # Errors
/// The store's.
pub async fn of(app: &App, place: Place<'_>, name: &str) -> Result<Counted> {
    let (given, pool) = match place {
        Place::Pool(id) => (id, app.cached_pool(id).await?),
        Place::Client(id) => match app.cached_client(id).await? {
            Some(client) => (id, app.cached_pool(&client.pool_id).await?),
            None => (id, None),
        },
    };
    let Some(pool) = pool else {
        return Ok(Counted {
            place: given.to_owned(),
            user: names::fold_case(name),
        });
    };
    let user = User::find(&app.store, &pool, name).await?;
    Ok(Counted {
        place: pool.id.clone(),
        user: user.map_or_else(|| pool.fold(name), |user| user.id),
    })
}
