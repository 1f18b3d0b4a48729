//! The OAuth endpoints below the id of a pool: `/POOL/oauth2/token` is `/oauth2/token`, of this pool alone.
//!
//! The discovery document names them where the host is not the pool's own: a client may have an id that says nothing of
//! its pool, and some send tokens by http to no other host than this machine's own (agents.md 4.2). Pages have no such
//! paths: the request for an authorization leads to `/login?…&user_pool_id=POOL`.

use cognate_shapes::Category;

use crate::route::{Class, Cors, Handler, Rate, Route, Verb};
use crate::{flow, oauth, register};

const fn endpoint(
    pattern: &'static str,
    method: Verb,
    cors: Cors,
    rate: Rate,
    handler: Handler,
) -> Route {
    Route {
        pattern,
        method,
        cors,
        class: Class::Endpoint,
        rate,
        handler,
    }
}

const fn page(pattern: &'static str, method: Verb, rate: Rate, handler: Handler) -> Route {
    Route {
        pattern,
        method,
        cors: Cors::Closed,
        class: Class::Page,
        rate,
        handler,
    }
}

const SIGN_OUTS: Rate = Rate::Category(Category::UserToken);
const READS: Rate = Rate::Category(Category::UserRead);
const SIGN_INS: Rate = Rate::Category(Category::UserAuthentication);

/// The routes. They are behind all others: `{pool}` is any one segment.
pub(crate) const ROUTES: &[Route] = &[
    register("/{pool}/oauth2/register", Verb::Post),
    register("/{pool}/oauth2/register/{client}", Verb::Get),
    register("/{pool}/oauth2/register/{client}", Verb::Put),
    register("/{pool}/oauth2/register/{client}", Verb::Delete),
    page(
        "/{pool}/oauth2/authorize",
        Verb::Get,
        Rate::ByHandler,
        |r| Box::pin(flow::authorize(r)),
    ),
    page(
        "/{pool}/oauth2/authorize",
        Verb::Post,
        Rate::ByHandler,
        |r| Box::pin(flow::authorize(r)),
    ),
    endpoint(
        "/{pool}/oauth2/token",
        Verb::Post,
        Cors::Open,
        Rate::ByHandler,
        |r| Box::pin(oauth::token(r)),
    ),
    endpoint(
        "/{pool}/oauth2/revoke",
        Verb::Post,
        Cors::Open,
        SIGN_OUTS,
        |r| Box::pin(oauth::revoke(r)),
    ),
    endpoint(
        "/{pool}/oauth2/userInfo",
        Verb::Get,
        Cors::Open,
        READS,
        |r| Box::pin(oauth::user_info(r)),
    ),
    endpoint(
        "/{pool}/oauth2/userInfo",
        Verb::Post,
        Cors::Open,
        READS,
        |r| Box::pin(oauth::user_info(r)),
    ),
    endpoint(
        "/{pool}/oauth2/introspect",
        Verb::Post,
        Cors::Closed,
        READS,
        |r| Box::pin(oauth::introspect(r)),
    ),
    endpoint(
        "/{pool}/oauth2/par",
        Verb::Post,
        Cors::Closed,
        SIGN_INS,
        |r| Box::pin(oauth::par(r)),
    ),
    endpoint(
        "/{pool}/oauth2/device_authorization",
        Verb::Post,
        Cors::Closed,
        SIGN_INS,
        |r| Box::pin(oauth::device_authorization(r)),
    ),
    page("/{pool}/logout", Verb::Get, SIGN_OUTS, |r| {
        Box::pin(oauth::logout(r))
    }),
    page("/{pool}/logout", Verb::Post, SIGN_OUTS, |r| {
        Box::pin(oauth::logout(r))
    }),
];
