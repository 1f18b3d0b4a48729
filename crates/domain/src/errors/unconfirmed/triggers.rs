//! Best guesses about the functions of triggers.

use crate::errors::{ApiError, ErrorCode, not_authorized};

/// admin.md 3.5: the reason for a function whose host does not answer or breaks the connection.
pub const UNREACHABLE: &str = "ServiceException";

/// The refusal of a machine's token after PreTokenGeneration failed or refused: GetClientToken declares none of the
/// exceptions about functions (admin.md 3.5), so that the text goes with another one.
pub fn machine_refused(error: ApiError) -> ApiError {
    let about_functions = matches!(
        error.code,
        ErrorCode::UserLambdaValidation
            | ErrorCode::UnexpectedLambda
            | ErrorCode::InvalidLambdaResponse
    );
    if about_functions {
        not_authorized(error.message)
    } else {
        error
    }
}

/// admin.md 3.3: the pattern of an e-mail with a link, by analogy with that of an e-mail with a code.
pub const EMAIL_BY_LINK: &str = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{##[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*##\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*";
