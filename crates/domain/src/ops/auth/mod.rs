//! The auth operations, one file each.

/// The response of an operation that begins or continues a sign-in.
macro_rules! response {
    ($response:ident, $reply:expr) => {
        match $reply {
            Reply::Tokens(result) => $response {
                challenge_parameters: Some(Default::default()),
                authentication_result: Some(*result),
                ..$response::default()
            },
            Reply::Challenge {
                name,
                session,
                parameters,
                available,
            } => $response {
                challenge_name: Some(name),
                session,
                challenge_parameters: Some(parameters),
                available_challenges: available,
                ..$response::default()
            },
        }
    };
}

pub mod admin_initiate_auth;
pub mod admin_respond_to_auth_challenge;
pub mod get_client_token;
pub mod get_derived_token;
pub mod get_tokens_from_refresh_token;
pub mod initiate_auth;
pub mod respond_to_auth_challenge;
pub mod revoke_token;
