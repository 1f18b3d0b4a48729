//! `cognate events`: reads the events of a pool, and sets where they are sent.

use std::time::Duration;

use anyhow::Context as _;
use clap::{ArgMatches, Command, FromArgMatches as _, Subcommand};
use cognate_domain::events::webhooks::Wanted;
use serde_json::Value;

use super::{Reach, ask, say};
use crate::admin::Request;
use crate::admin::events::{Start, Step};
use crate::settings::config::Config;

/// The time between two looks of `--follow`.
const LOOK: Duration = Duration::from_secs(1);

/// The commands.
#[derive(Debug, Subcommand)]
enum Events {
    /// Print the events of a pool, a line of JSON each, the oldest first
    Tail {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
        /// The cursor of the last event that is known; begin; or end
        #[arg(long, value_name = "CURSOR", default_value = "begin")]
        after: String,
        /// Go on with what happens
        #[arg(long)]
        follow: bool,
    },
    /// Have webhooks take the events behind a cursor again
    Replay {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
        /// The cursor of the last event that is not wanted again; begin; or end
        #[arg(long, value_name = "CURSOR")]
        after: String,
        /// The URL of the webhook; all of the pool without it
        #[arg(long, value_name = "URL")]
        to: Option<String>,
    },
    /// Where the events of a pool are sent
    #[command(subcommand)]
    Webhook(Webhook),
}

#[derive(Debug, Subcommand)]
enum Webhook {
    /// Send events to a URL, from now on; or change how
    Set {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
        /// Where events are posted
        #[arg(value_name = "URL")]
        url: String,
        /// File with the secret of the signatures, one line: `whsec_` and 24 to 64 bytes in base64
        #[arg(long, value_name = "FILE")]
        secret_file: String,
        /// Type of events, or the beginning of types and `*`; may be given several times
        #[arg(long = "type", value_name = "PATTERN")]
        types: Vec<String>,
    },
    /// Show the webhooks of a pool
    Show {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
    },
    /// Send nothing to a URL any more
    End {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
        /// Where events are posted
        #[arg(value_name = "URL")]
        url: String,
    },
}

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let command = Command::new("events")
        .about("What changed in a pool, as events for applications")
        .subcommand_required(true);
    Events::augment_subcommands(command)
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    match Events::from_arg_matches(matches)? {
        Events::Tail {
            pool,
            after,
            follow,
        } => {
            let mut reach = Reach::new(config)?;
            let outcome = tail(&mut reach, config, &pool, after, follow).await;
            reach.close().await;
            outcome
        }
        Events::Replay { pool, after, to } => {
            let step = Step::Replay { after, webhook: to };
            let answer = ask(config, Request::Events { pool, step }).await?;
            let n = answer.get("webhooks").and_then(Value::as_u64);
            say(&format!("{} webhooks begin again", n.unwrap_or_default()))
        }
        Events::Webhook(Webhook::Set {
            pool,
            url,
            secret_file,
            types,
        }) => {
            let secret = std::fs::read_to_string(&secret_file)
                .with_context(|| format!("cannot read {secret_file}"))?;
            let wanted = Box::new(Wanted { url, secret, types });
            let step = Step::Set { wanted };
            say(&shown(&ask(config, Request::Events { pool, step }).await?))
        }
        Events::Webhook(Webhook::Show { pool }) => {
            let step = Step::List;
            let answer = ask(config, Request::Events { pool, step }).await?;
            let webhooks = answer.as_array().into_iter().flatten();
            webhooks.map(shown).try_for_each(|line| say(&line))
        }
        Events::Webhook(Webhook::End { pool, url }) => {
            let step = Step::End { url };
            ask(config, Request::Events { pool, step }).await?;
            say("nothing is sent there any more")
        }
    }
}

async fn tail(
    reach: &mut Reach,
    config: &Config,
    pool: &str,
    after: String,
    follow: bool,
) -> anyhow::Result<()> {
    let account = config.one("account").unwrap_or("000000000000").to_owned();
    let mut from = Start::Cursor(after);
    loop {
        let request = Request::Events {
            pool: pool.to_owned(),
            step: Step::Read {
                from: from.clone(),
                account: account.clone(),
            },
        };
        let answer = reach.ask(request).await?;
        for event in answer
            .get("events")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            match say(&event.to_string()) {
                Ok(()) => {}
                // The reader closed its end, as `head` does.
                Err(error) if is_closed(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        let place = answer.get("place").and_then(Value::as_i64);
        from = Start::Place(place.context("the server's answer is not understood")?);
        if answer.get("more").and_then(Value::as_bool) != Some(true) {
            if !follow {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn is_closed(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn shown(webhook: &Value) -> String {
    let text = |name: &str| {
        webhook
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let number = |name: &str| {
        webhook
            .get(name)
            .and_then(Value::as_i64)
            .unwrap_or_default()
    };
    let types = webhook.get("types").and_then(Value::as_array);
    let types: Vec<_> = types
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let types = match types.is_empty() {
        true => "all types".to_owned(),
        false => types.join(" "),
    };
    let problem = match number("failures") {
        0 => String::new(),
        n => format!("\tfailed {n} times: {}", text("problem")),
    };
    format!(
        "{}\t{types}\tup to {}{problem}",
        text("url"),
        number("place")
    )
}
