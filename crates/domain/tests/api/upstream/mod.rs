//! Pools in front of a pool of another server, whose users move as they sign in (moving.md 4, decision 018).

mod accounts;
mod challenges;
mod first_factors;
mod hostile;
mod password;
mod set_up;
mod srp;

use crate::support::users::sign_in;
use crate::support::{Refusal, TestApp};

/// The refusal of a wrong password.
fn wrong() -> Refusal {
    (
        "NotAuthorizedException".to_owned(),
        "Incorrect username or password.".to_owned(),
    )
}

/// The refusal where the other server does not answer.
fn fault() -> Refusal {
    (
        "InternalErrorException".to_owned(),
        "Internal server error.".to_owned(),
    )
}

/// Asserts that a sign-in is refused like this.
async fn refused(t: &TestApp, client: &str, name: &str, password: &str, refusal: Refusal) {
    let ended = sign_in(t, client, name, password).await;
    assert_eq!(ended.unwrap_err(), refusal, "{name}");
}
