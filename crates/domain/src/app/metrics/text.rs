//! The metrics as text, in the exposition format of Prometheus, version 0.0.4. All labels are of fixed lists and need no
//! escapes.

use std::fmt::Write as _;

use cognate_store::Totals;

use crate::app::metrics::labels::Label;
use crate::app::metrics::{Counts, Metrics, Operations};

/// The media type of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

impl Metrics {
    /// Returns the text. `database`: the work of the database since the start.
    #[must_use]
    pub fn text(&self, database: Totals) -> String {
        let mut text = Text(String::with_capacity(8 << 10));
        text.operations(&self.operations);
        text.family(
            "cognate_endpoint_requests_total",
            "Work of the endpoints outside the API, by its end.",
            ["endpoint", "result"],
            &self.endpoints,
        );
        text.family(
            "cognate_sign_ins_total",
            "Sign-ins that ended with a session or with a refusal of a step.",
            ["result", ""],
            &self.sign_ins,
        );
        text.family(
            "cognate_risk_total",
            "What threat protection found.",
            ["metric", ""],
            &self.risk,
        );
        text.family(
            "cognate_risk_decisions_total",
            "What threat protection did.",
            ["decision", ""],
            &self.risk_decisions,
        );
        text.family(
            "cognate_risk_notices_total",
            "Messages to users about risky sign-ins, by what became of them.",
            ["result", ""],
            &self.risk_notices,
        );
        text.family(
            "cognate_messages_total",
            "Tries to send messages, by their end.",
            ["result", ""],
            &self.messages,
        );
        text.family(
            "cognate_log_records_total",
            "Records of log delivery, by kind of target and end of a try.",
            ["target", "result"],
            &self.log_records,
        );
        text.head(
            "cognate_log_records_waiting",
            "gauge",
            "Records that wait for their target, in the whole database.",
        );
        text.line("cognate_log_records_waiting", "", self.log_backlog.get());
        text.head(
            "cognate_log_targets_broken",
            "gauge",
            "Targets of log delivery that took nothing when this node last tried.",
        );
        text.line(
            "cognate_log_targets_broken",
            "",
            self.log_targets_broken.get(),
        );
        text.family(
            "cognate_client_secrets_total",
            "Calls of the store of published client secrets, by their end.",
            ["result", ""],
            &self.client_secrets,
        );
        text.head(
            "cognate_client_secrets_waiting",
            "gauge",
            "Clients whose secrets wait for a store that is broken.",
        );
        text.line(
            "cognate_client_secrets_waiting",
            "",
            self.client_secrets_waiting.get(),
        );
        let name = "cognate_jobs_total";
        text.head(name, "counter", "Portions of background work.");
        for (job, [done, failed]) in self.jobs() {
            text.line(name, &format!("{{job=\"{job}\",result=\"done\"}}"), done);
            text.line(
                name,
                &format!("{{job=\"{job}\",result=\"failed\"}}"),
                failed,
            );
        }
        let name = "cognate_database_commits_total";
        text.head(name, "counter", "Batches, by their end.");
        for (result, count) in [
            ("applied", database.applied),
            ("conflict", database.conflicts),
            ("failed", database.failed),
        ] {
            text.line(name, &format!("{{result=\"{result}\"}}"), count);
        }
        text.0
    }
}

struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    /// Writes the operations that were asked for: most servers see few of them.
    fn operations(&mut self, operations: &Operations) {
        let name = "cognate_requests_total";
        self.head(name, "counter", "Requests for operations, by their end.");
        self.counts(name, ["operation", "result"], &operations.0, true);
    }

    fn family<A: Label, B: Label>(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; 2],
        counts: &Counts<A, B>,
    ) {
        self.head(name, "counter", help);
        self.counts(name, labels, counts, false);
    }

    fn counts<A: Label, B: Label>(
        &mut self,
        name: &str,
        [first, second]: [&str; 2],
        counts: &Counts<A, B>,
        only_seen: bool,
    ) {
        for a in A::ALL {
            for b in B::ALL {
                let value = counts.of(*a, *b);
                if only_seen && value == 0 {
                    continue;
                }
                let labels = match second {
                    "" => format!("{{{first}=\"{}\"}}", a.name()),
                    _ => format!("{{{first}=\"{}\",{second}=\"{}\"}}", a.name(), b.name()),
                };
                self.line(name, &labels, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use cognate_shapes::Op;

    use super::*;
    use crate::app::metrics::labels::{MessageEnd, RequestEnd};

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.operations.count(Op::InitiateAuth, RequestEnd::Ok);
        metrics
            .operations
            .count(Op::InitiateAuth, RequestEnd::Refused);
        metrics.messages.count(MessageEnd::Dropped);
        metrics.job("expiry", false);
        metrics.job("expiry", true);
        metrics.log_backlog.set(7);
        let database = Totals {
            applied: 5,
            conflicts: 2,
            failed: 0,
        };
        let text = metrics.text(database);
        for line in [
            "# TYPE cognate_requests_total counter",
            "cognate_requests_total{operation=\"InitiateAuth\",result=\"ok\"} 1",
            "cognate_requests_total{operation=\"InitiateAuth\",result=\"refused\"} 1",
            "cognate_sign_ins_total{result=\"passed\"} 0",
            "cognate_risk_total{metric=\"CompromisedCredentialRisk\"} 0",
            "cognate_messages_total{result=\"dropped\"} 1",
            "cognate_log_records_total{target=\"firehose\",result=\"sent\"} 0",
            "cognate_log_records_waiting 7",
            "cognate_jobs_total{job=\"expiry\",result=\"done\"} 1",
            "cognate_jobs_total{job=\"expiry\",result=\"failed\"} 1",
            "cognate_database_commits_total{result=\"applied\"} 5",
            "cognate_database_commits_total{result=\"conflict\"} 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        // Operations that nobody asked for make no lines.
        assert!(!text.contains("DescribeUserPool"));
        // Every line is a comment, or a name with labels and one number.
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<u64>().is_ok(), "{line}");
            assert!(series.starts_with("cognate_"), "{line}");
        }
        assert!(text.ends_with('\n'));
    }
}
