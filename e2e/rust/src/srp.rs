//! The client's part of an SRP sign-in, in the names of the API.

use std::collections::HashMap;
use std::time::UNIX_EPOCH;

use cognate_crypto::srp::client::{Answer, Client, timestamp};

/// One sign-in under way.
pub struct Proof(Client);

impl Proof {
    /// A sign-in with a new secret.
    pub fn new() -> Self {
        Self(Client::new())
    }

    /// The parameter SRP_A.
    pub fn srp_a(&self) -> String {
        self.0.srp_a()
    }

    /// The ChallengeResponses that answer a PASSWORD_VERIFIER challenge.
    #[allow(
        clippy::disallowed_methods,
        reason = "a client has the clock of its own machine"
    )]
    pub fn responses(
        &self,
        pool: &str,
        password: &str,
        given: &HashMap<String, String>,
    ) -> HashMap<String, String> {
        let now = timestamp(
            std::time::SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap()
                .as_secs(),
        );
        let (_, pool_name) = pool.split_once('_').unwrap();
        let signature = self
            .0
            .answer(&Answer {
                pool_name,
                user_id: &given["USER_ID_FOR_SRP"],
                password,
                salt: &given["SALT"],
                srp_b: &given["SRP_B"],
                secret_block: &given["SECRET_BLOCK"],
                timestamp: &now,
            })
            .unwrap();
        HashMap::from([
            ("USERNAME".to_owned(), given["USERNAME"].clone()),
            (
                "PASSWORD_CLAIM_SECRET_BLOCK".to_owned(),
                given["SECRET_BLOCK"].clone(),
            ),
            ("PASSWORD_CLAIM_SIGNATURE".to_owned(), signature),
            ("TIMESTAMP".to_owned(), now),
        ])
    }
}
