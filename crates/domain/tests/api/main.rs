//! Every operation called through validation and dispatch, on SQLite and on PostgreSQL.

mod support;
mod list_users;
mod messages;
mod signup;
mod users;
mod users_password;
mod users_setup;
mod clients;
mod clients_refused;
mod pools;
mod pools_life;
mod pools_pending;
mod pools_refused;
mod pools_schema;
mod lockout;
mod refresh;
mod signin_new_password;
mod signin_password;
mod signin_srp;
mod signin_support;
mod tokens;
