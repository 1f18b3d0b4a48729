//! Under which user a request is counted that names one.

use cognate_shapes::Op;

use crate::app::App;
use crate::cx::{Caller, ClientInfo, Cx};
use crate::errors::Result;
use crate::records::user::User;
use crate::users::names;

/// Where a name belongs.
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
    /// The id of the user; the folded name when nobody has it.
    pub user: String,
}

/// The user that a name means at a place, the same for every spelling, alias and client.
///
/// # Errors
/// The store's.
pub async fn of(app: &App, place: Place<'_>, name: &str) -> Result<Counted> {
    // The operation does not matter: nothing is done but reading.
    let (op, from) = (Op::GetUser, ClientInfo::default());
    let cx = Cx::new(app, op, Caller::Public, from, String::new());
    let (given, pool) = match place {
        Place::Pool(id) => (id, cx.cache.pool(&cx, id).await?),
        Place::Client(id) => match cx.cache.client(&cx, id).await? {
            Some(client) => (id, cx.cache.pool(&cx, &client.pool_id).await?),
            None => (id, None),
        },
    };
    let Some(pool) = pool else {
        return Ok(Counted {
            place: given.to_owned(),
            user: names::fold_case(name),
        });
    };
    let user = User::find(&cx, &pool, name).await?;
    Ok(Counted {
        place: pool.id.clone(),
        user: user.map_or_else(|| names::fold(&pool, name), |user| user.id),
    })
}
