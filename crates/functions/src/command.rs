//! Local commands of `dev`: the event on standard input, the output on standard output, notes on standard error.
//!
//! A command and all that it starts are one process group, which ends with the call. A handler file runs through a small
//! program of ours (`runner/`), as a function would in the service: `exports.handler`, `def handler(event, context)`.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cognate_domain::app::functions::{Invocation, InvokeError, MAX_OUTPUT};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::answer::{self, Failure};
use crate::lambda;
use crate::settings::{CommandLine, Language};

/// Commands that run at the same time.
const AT_ONCE: usize = 16;
/// Bytes of a line on standard error that are kept.
const LINE: usize = 4096;
/// Lines on standard error of one run that are logged.
const LINES: usize = 200;

const NODE_RUNNER: &str = include_str!("runner/node.js");
const PYTHON_RUNNER: &str = include_str!("runner/python.py");

/// A run of a command.
pub struct Run<'a> {
    /// The command.
    pub line: &'a CommandLine,
    /// The call.
    pub call: &'a Invocation,
    /// The event.
    pub event: Bytes,
    /// The time that it has, the wait for its turn included.
    pub time: Duration,
}

/// Runs commands, a few at a time.
pub struct Commands {
    turns: Arc<Semaphore>,
    hidden: Vec<String>,
}

/// The group of a command's processes; killed when it is dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It has no member left if all is well.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Commands {
    /// Returns a runner. `hidden`: variables that commands must not see.
    pub fn new(hidden: Vec<String>) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            hidden,
        }
    }

    /// Returns why a command cannot be run, if that can be told without running it.
    pub fn problem(line: &CommandLine) -> Option<String> {
        match line {
            CommandLine::Handler { file, .. } if !std::path::Path::new(file).is_file() => {
                Some(format!("there is no file {file}"))
            }
            _ => None,
        }
    }

    /// Runs a command once.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn run(&self, run: Run<'_>) -> Result<Value, Failure> {
        let deadline = Instant::now() + run.time;
        let whole = async {
            let turn = self.turns.clone().acquire_owned().await;
            let turn = turn.map_err(|error| unreachable(&error))?;
            let result = self.run_now(&run, deadline).await;
            drop(turn);
            result
        };
        let ended = tokio::time::timeout_at(deadline, whole).await;
        ended.unwrap_or(Err(Failure::passing(InvokeError::Timeout)))
    }

    async fn run_now(&self, run: &Run<'_>, deadline: Instant) -> Result<Value, Failure> {
        let as_handler = is_handler(run.line).await;
        let mut child = self.command(run, as_handler, deadline).spawn();
        let child = child.as_mut().map_err(|error| unreachable(&*error))?;
        let group = Group::of(child);
        let (input, output, notes) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let write = async {
            if let Some(mut input) = input {
                // A command that does not read its event closes the pipe; that is its business.
                let _ = input.write_all(&run.event).await;
                let _ = input.shutdown().await;
            }
            Ok(())
        };
        let read = async {
            let mut all = Vec::new();
            if let Some(output) = output {
                let most = u64::try_from(MAX_OUTPUT).unwrap_or(u64::MAX);
                let mut output = output.take(most.saturating_add(1));
                let read = output.read_to_end(&mut all).await;
                read.map_err(|error| unreachable(&error))?;
            }
            match all.len() > MAX_OUTPUT {
                // The rest stays unread: the end of this function ends the command.
                true => Err(Failure::lasting(InvokeError::NotJson)),
                false => Ok(all),
            }
        };
        let secrets = secrets(&run.call.event);
        let listen = async {
            Ok(match notes {
                Some(notes) => listen(notes, run.call, &secrets).await,
                None => String::new(),
            })
        };
        let wait = async {
            let status = child.wait().await.map_err(|error| unreachable(&error));
            // What the command left behind must not keep its output open.
            drop(group);
            status
        };
        let (output, (), last, status) = tokio::try_join!(read, write, listen, wait)?;
        match status.success() {
            true => answer::output(output.into()).await,
            false => Err(Failure::lasting(InvokeError::Failed(error(
                &output, &last, status,
            )))),
        }
    }

    fn command(&self, run: &Run<'_>, as_handler: bool, deadline: Instant) -> Command {
        let mut command = match run.line {
            CommandLine::Shell(line) => {
                let mut shell = Command::new("sh");
                shell.arg("-c").arg(line);
                shell
            }
            CommandLine::Handler { program, file, .. } if !as_handler => {
                let mut itself = Command::new(program);
                itself.arg(file);
                itself
            }
            CommandLine::Handler {
                program,
                language,
                file,
                function,
                ..
            } => {
                let (flag, script) = match language {
                    Language::Node => ("-e", NODE_RUNNER),
                    Language::Python => ("-c", PYTHON_RUNNER),
                };
                let mut runner = Command::new(program);
                runner.arg(flag).arg(script);
                if *language == Language::Node {
                    runner.arg("--");
                }
                runner
                    .arg(file)
                    .arg(function.as_deref().unwrap_or_default());
                runner
            }
        };
        for name in &self.hidden {
            command.env_remove(name);
        }
        let (region, name) = lambda::region_and_name(&run.call.arn);
        let left = deadline.saturating_duration_since(Instant::now());
        command
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_REGION", region)
            .env("FUNCTION_ARN", &run.call.arn)
            .env("FUNCTION_REQUEST_ID", &run.call.id)
            .env("FUNCTION_TIMEOUT_MS", left.as_millis().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

/// True if a file is a handler and no program that reads the event by itself, by its text as it is now.
async fn is_handler(line: &CommandLine) -> bool {
    let (language, file) = match line {
        CommandLine::Shell(_) => return false,
        CommandLine::Handler { certain: true, .. } => return true,
        CommandLine::Handler { language, file, .. } => (language, file),
    };
    let text = tokio::fs::read_to_string(file).await.unwrap_or_default();
    match language {
        Language::Node => {
            text.contains("handler") && text.contains("export") && !text.contains("process.stdin")
        }
        Language::Python => {
            let defined = ["def handler(", "def lambda_handler("];
            defined.iter().any(|begin| text.contains(begin)) && !text.contains("sys.stdin")
        }
    }
}

fn unreachable(error: &dyn std::fmt::Display) -> Failure {
    Failure::lasting(InvokeError::Unreachable(format!("the command: {error}")))
}

/// Logs what a command writes on standard error and returns its last line.
async fn listen(notes: impl AsyncRead + Unpin, call: &Invocation, secrets: &[String]) -> String {
    let mut reader = BufReader::new(notes);
    let (mut last, mut lines) = (String::new(), 0);
    loop {
        let mut line = Vec::new();
        let most = u64::try_from(LINE).unwrap_or(u64::MAX);
        match (&mut reader).take(most).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return last,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if text.is_empty() {
            continue;
        }
        lines += 1;
        if lines <= LINES {
            let shown = without(text, secrets);
            tracing::info!(trigger = call.trigger.name(), pool = %call.pool_id, arn = %call.arn, "command: {shown}");
        }
        text.clone_into(&mut last);
    }
}

/// Returns the message of a command that failed: of its error document, or its last words.
fn error(output: &[u8], last: &str, status: ExitStatus) -> String {
    answer::error_message(output)
        .or_else(|| answer::error_message(last.as_bytes()))
        .or_else(|| (!last.is_empty()).then(|| answer::shortened(last)))
        .unwrap_or_else(|| format!("{}: {status}", answer::UNHANDLED))
}

/// Members of `request` whose texts a log must not have.
const SECRET_MEMBERS: [&str; 4] = [
    "password",
    "code",
    "challengeAnswer",
    "privateChallengeParameters",
];

/// Returns the texts of an event that a log must not have, as they are and as JSON writes them.
fn secrets(event: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for request in event.get("request").into_iter() {
        for member in SECRET_MEMBERS.iter().filter_map(|name| request.get(name)) {
            collect(member, &mut found);
        }
    }
    // The longest first, so that no part of one is left.
    found.sort_by_key(|text: &String| std::cmp::Reverse(text.len()));
    found.dedup();
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => {
            found.push(text.clone());
            found.push(
                Value::from(text.as_str())
                    .to_string()
                    .trim_matches('"')
                    .to_owned(),
            );
        }
        Value::Object(members) => members.values().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn without(text: &str, secrets: &[String]) -> String {
    let mut shown = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        shown = shown.replace(secret.as_str(), "********");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_of_an_event_are_masked_however_they_are_written() {
        let event = json!({"userName": "ann", "request": {
            "password": "a\"b\\c", "privateChallengeParameters": {"answer": "4711"},
            "userAttributes": {"email": "a@b.example"}}});
        let secrets = secrets(&event);
        let plain = without("got a\"b\\c for ann", &secrets);
        assert_eq!(plain, "got ******** for ann");
        let written = without(&event.to_string(), &secrets);
        assert!(
            !written.contains("4711") && !written.contains("a\\\""),
            "{written}"
        );
        assert!(written.contains("a@b.example"));
    }
}
