//! The inbox of a `dev` server, as a person would read it.

use anyhow::Context as _;
use http::{Method, StatusCode};
use serde_json::Value;

use crate::raw::Raw;

/// Reads the messages that a server's users got.
pub struct Mailbox {
    pub(crate) http: Raw,
}

impl Mailbox {
    /// Returns the messages that fit, newest first. Filters: pool, user, to, kind, after, wait (seconds).
    pub async fn messages(&self, filters: &[(&str, &str)]) -> anyhow::Result<Vec<Value>> {
        let query: Vec<String> = filters
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let reply = self
            .http
            .fetch(
                Method::GET,
                &format!("/_dev/messages?{}", query.join("&")),
                &[],
                "",
            )
            .await?;
        anyhow::ensure!(
            reply.status == StatusCode::OK,
            "the inbox answered {} {}",
            reply.status,
            reply.text()
        );
        let messages = reply
            .json()
            .get_mut("messages")
            .map(Value::take)
            .context("no messages member")?;
        Ok(serde_json::from_value(messages)?)
    }

    /// Returns the code in the newest message that fits, waiting a few seconds for it.
    pub async fn code(&self, filters: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut filters = filters.to_vec();
        filters.push(("wait", "5"));
        let messages = self.messages(&filters).await?;
        let code = messages
            .first()
            .and_then(|m| m.get("code"))
            .and_then(Value::as_str);
        code.map(str::to_owned)
            .with_context(|| format!("no message with a code for {filters:?}"))
    }
}

fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
