//! Best guesses about import jobs (moving.md 1).

use cognate_crypto::imported::BadHash;
use cognate_moving::csv::{BadHeader, BadRow, MOST_CHARS, MOST_ROWS};

/// moving.md 1.3: that a pool has at most 1,000 jobs is documented, the text is not.
pub const TOO_MANY_JOBS: &str = "Cannot have more than 1000 user import jobs for a user pool.";
/// moving.md 1.3: that such a pool starts no job is documented, the text is not.
pub const NOTHING_AUTO_VERIFIED: &str =
    "The user pool has no auto verified attributes, so that no users can be imported.";
/// Of this server alone.
pub const NO_URL: &str =
    "The server does not know the URL by which clients reach it: set public_url.";
/// moving.md 1.3: the exception is of the model, the text was never captured.
pub const IN_PROGRESS: &str = "A user import job is in progress for this user pool.";

/// A job that is not there.
pub fn job_not_found(job_id: &str) -> String {
    format!("User import job {job_id} does not exist.")
}

/// A job that cannot be started or stopped any more, or yet.
pub fn wrong_status(job_id: &str, status: &str) -> String {
    format!("User import job {job_id} is in status {status}.")
}

// Why a job failed.

/// An algorithm was given, and the file has no hashes (moving.md 1.3).
pub const NO_HASH_COLUMN: &str =
    "The job has a password hashing algorithm and the file has no column password_hash.";
/// The pieces of the file are not what was uploaded.
pub const FILE_UNREADABLE: &str = "The file cannot be read.";

/// moving.md 1.2.
pub fn too_many_rows() -> String {
    format!("The file has more than {MOST_ROWS} rows.")
}

/// What is wrong with a header. The names in it are not told: they may be data.
pub fn header(bad: BadHeader) -> String {
    match bad {
        BadHeader::Unreadable => "The header of the file cannot be read.".to_owned(),
        BadHeader::Unknown(n) => {
            format!("Column {n} of the header is no attribute of the user pool.")
        }
        BadHeader::Twice(n) => format!("Column {n} of the header is there more than once."),
        BadHeader::NoUsername => "The header has no column cognito:username.".to_owned(),
    }
}

// Why a row failed.

/// moving.md 1.2.
pub const NO_USERNAME: &str = "The User Record has no cognito:username.";
/// moving.md 1.2: blanks, or characters that user names cannot have.
pub const INVALID_USERNAME: &str = "The cognito:username is not valid.";
/// moving.md 1.2.
pub const INVALID_MFA_ENABLED: &str =
    "The value of cognito:mfa_enabled contradicts the MFA configuration of the user pool.";
/// moving.md 1.2.
pub const INVALID_BIRTHDATE: &str = "The birthdate is not of the form mm/dd/yyyy.";
/// moving.md 1.6.
pub const WRONG_ALGORITHM: &str =
    "The password_hash is not of the password hashing algorithm of the job.";
/// The row itself is fine, and its user cannot be stored.
pub const CANNOT_STORE: &str = "The user cannot be stored.";

/// A value that is longer than values may be.
pub fn value_too_long(name: &str) -> String {
    format!("The value of {name} is too long.")
}

/// A row that cannot be read.
pub fn row(bad: BadRow) -> String {
    match bad {
        BadRow::TooLong => format!("The row has more than {MOST_CHARS} characters."),
        BadRow::NotUtf8 => "The row is not UTF-8.".to_owned(),
        BadRow::Nul => "The row has a NUL character.".to_owned(),
        BadRow::Columns => "The row has another number of values than the header.".to_owned(),
    }
}

/// moving.md 1.6: a hash that is not taken.
pub fn hash(bad: BadHash) -> &'static str {
    match bad {
        BadHash::TooCostly => "The password_hash exceeds the highest cost that is allowed.",
        BadHash::Unknown | BadHash::Weak => WRONG_ALGORITHM,
        BadHash::Malformed => "The password_hash is malformed.",
    }
}
