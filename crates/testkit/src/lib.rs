//! Servers, clients and mailboxes for tests.
//!
//! [`TestServer::start`] runs a whole server in the test's process on a port that the system picks. [`Raw`] is a client
//! that speaks the wire protocol by hand and reaches every operation, also those that no SDK has. [`FunctionServer`] plays
//! the functions of triggers, and [`SmtpServer`] is a mail server whose answers a test chooses.

mod functions;
mod mailbox;
mod raw;
mod server;
mod smtp;

pub use functions::{FunctionServer, Play, Received};
pub use mailbox::Mailbox;
pub use raw::{Credentials, Raw, Reply};
pub use server::{Engine, Options, TestServer};
pub use smtp::{
    ReceivedMail, SmtpAct, SmtpMoment, SmtpOptions, SmtpScript, SmtpServer, SmtpStep, SmtpTls,
};
