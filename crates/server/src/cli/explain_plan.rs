//! `cognate explain-plan`: why a plan of Terraform wants to change what nobody changed (docs/SEED.md).

use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};
use cognate_templates::plan::{self, Finding, Report};
use serde_json::{Value, json};

use super::{FOUND, document, format_of_findings, say, text};

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let plan = Arg::new("plan")
        .value_name("PLAN")
        .default_value("-")
        .help("What `terraform show -json PLAN` prints; - or nothing for standard input");
    Command::new("explain-plan")
        .about("Say why a Terraform plan changes what nobody changed; the status is 1 if it does")
        .args([plan, format_of_findings()])
}

/// Runs the command.
pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let name = text(matches, "plan");
    let document = document::read(&name)?;
    let report = plan::explain(&document).map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
    match text(matches, "format").as_str() {
        "json" => {
            let findings: Vec<Value> = report.findings.iter().map(Finding::to_json).collect();
            say(&serde_json::to_string_pretty(&json!({
                "changing": report.changing,
                "configured": report.configured,
                "findings": findings,
            }))?)?;
        }
        _ => say(&shown(&report))?,
    }
    Ok(match report.findings.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(FOUND),
    })
}

fn shown(report: &Report) -> String {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let anew = match finding.replaces {
            true => ", and the resource is made anew",
            false => "",
        };
        let (there, planned) = (&finding.there, &finding.planned);
        lines.push(format!("{}: {}", finding.address, finding.field));
        lines.push(format!("  {there} becomes {planned}{anew}"));
        lines.push(format!("  why: {}", finding.why()));
        if let Some(cause) = finding.cause {
            lines.push(format!("  source: {}", cause.source));
        }
        lines.push("  add:".to_owned());
        lines.extend(finding.line.lines().map(|line| format!("    {line}")));
    }
    lines.push(format!(
        "resources of Cognito that change: {}; differences that nobody asked for: {}, that the configuration asks for: {}",
        report.changing,
        report.findings.len(),
        report.configured
    ));
    // Names and values are the pool's, and may be made for a terminal.
    let lines = lines
        .iter()
        .map(|line| line.chars().filter(|c| !c.is_control()).collect::<String>());
    lines.collect::<Vec<_>>().join("\n")
}
