//! Structured logs on standard error.
//!
//! The level applies to this project's own crates. Libraries log warnings and errors only, whatever the level: at
//! their debug and trace levels they write headers, statements and handshakes, where secrets are.

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::settings::config::{Config, ConfigError};

/// Starts the log as the settings say. A second start in one process changes nothing.
pub fn start(config: &Config) -> Result<(), ConfigError> {
    let level = match config.word("log_level", &["info", "error", "warn", "debug", "trace"])? {
        "error" => Level::ERROR,
        "warn" => Level::WARN,
        "debug" => Level::DEBUG,
        "trace" => Level::TRACE,
        _ => Level::INFO,
    };
    let own = [
        "cognate",
        "cognate_server",
        "cognate_access",
        "cognate_domain",
        "cognate_functions",
        "cognate_store",
        "cognate_web",
        "cognate_crypto",
    ];
    let filter = Targets::new()
        .with_default(Level::WARN.min(level))
        .with_targets(own.map(|name| (name, level)));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    let started = match config.word("log_format", &["text", "json"])? {
        "json" => registry.with(lines.json()).try_init(),
        _ => registry.with(lines.with_ansi(false)).try_init(),
    };
    // Several servers in one process (tests) share the first one's log.
    drop(started);
    Ok(())
}
