//! Other programs: run with their output passed on line by line, and stopped when their time is over.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

/// Prints a line. A closed standard output is no reason to stop the run.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _closed = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Runs a program to its end, printing both its outputs and showing each line to `see`.
///
/// The program gets a process group of its own, so that at `deadline` everything that it started can be ended with it.
///
/// # Errors
/// When it cannot be started, ends with another code than 0, or is still running at `deadline`.
pub fn run_within(
    command: Command,
    deadline: Option<Instant>,
    see: impl FnMut(&str),
) -> Result<()> {
    run_labelled("", command, deadline, see)
}

/// Like [`run_within`], with `label` before each line that is printed: several programs can run at the same time.
///
/// # Errors
/// As [`run_within`].
pub fn run_labelled(
    label: &str,
    mut command: Command,
    deadline: Option<Instant>,
    mut see: impl FnMut(&str),
) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let (reader, writer) = std::io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0);
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    // The writing ends in `command` must be closed, or the last line would never come.
    drop(command);
    let group = format!("-{}", child.id());
    let (finished, watch) = mpsc::channel::<()>();
    let watcher = std::thread::spawn(move || {
        let Some(deadline) = deadline else {
            return false;
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let late = watch.recv_timeout(left) == Err(mpsc::RecvTimeoutError::Timeout);
        if late {
            let _gone = Command::new("kill").args(["-KILL", "--", &group]).status();
        }
        late
    });
    let mut lines = BufReader::new(reader);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        see(text);
        say(&format!("{label}{text}"));
        line.clear();
    }
    let status = child.wait()?;
    drop(finished);
    if watcher.join().unwrap_or(false) {
        bail!("{program} was stopped: its stage is over budget");
    }
    if !status.success() {
        bail!("{program} ended with {status}");
    }
    Ok(())
}

/// Whether a program can be run and ends with 0; its output is not shown.
pub fn succeeds(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What a program prints on standard output, without the white space around it.
///
/// # Errors
/// When it cannot be run or ends with another code than 0; the text is what it printed on standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {program}"))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        bail!("{program} ended with {}: {}", done.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_line_of_both_outputs_is_seen() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo one; echo two >&2; printf three"]);
        let mut seen = Vec::new();
        run_within(shell, None, |line| seen.push(line.to_owned())).unwrap();
        assert_eq!(seen, ["one", "two", "three"]);
    }

    #[test]
    fn a_program_over_budget_is_stopped_with_its_children() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 60 & sleep 60"]);
        let started = Instant::now();
        let error = run_within(
            shell,
            started.checked_add(Duration::from_millis(50)),
            |_| {},
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "sh was stopped: its stage is over budget"
        );
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_failing_program_is_an_error() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "exit 3"]);
        let error = run_within(shell, None, |_| {}).unwrap_err();
        assert_eq!(error.to_string(), "sh ended with exit status: 3");
    }
}
