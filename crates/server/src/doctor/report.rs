//! What was looked at, and how it is told: to a person, and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// The most characters of a text that a server wrote.
const LONGEST: usize = 300;

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is as it should be.
    Ok,
    /// It is not.
    Finding,
    /// It could not be looked at.
    NotChecked,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Finding => "finding",
            Self::NotChecked => "not-checked",
        }
    }

    fn shown(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Finding => "FINDING",
            Self::NotChecked => "NOT CHECKED",
        }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// What became of it.
    pub state: State,
    /// What was seen.
    pub detail: String,
    /// The setting to change.
    pub setting: Option<String>,
}

/// Settings of a client, to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The file or program that they are for.
    pub place: String,
    /// The text.
    pub text: String,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Report {
    /// The checks in their order.
    pub checks: Vec<Check>,
    /// The settings.
    pub settings: Vec<Snippet>,
}

impl Report {
    /// Adds what is as it should be.
    pub fn ok(&mut self, name: &'static str, detail: impl AsRef<str>) {
        self.add(name, State::Ok, detail.as_ref(), None);
    }

    /// Adds what is not. `setting`: what to change.
    pub fn finding(
        &mut self,
        name: &'static str,
        detail: impl AsRef<str>,
        setting: impl AsRef<str>,
    ) {
        let setting = Some(plain(setting.as_ref()));
        self.add(name, State::Finding, detail.as_ref(), setting);
    }

    /// Adds what could not be looked at, and why.
    pub fn not_checked(&mut self, name: &'static str, why: impl AsRef<str>) {
        self.add(name, State::NotChecked, why.as_ref(), None);
    }

    fn add(&mut self, name: &'static str, state: State, detail: &str, setting: Option<String>) {
        let detail = plain(detail);
        self.checks.push(Check {
            name,
            state,
            detail,
            setting,
        });
    }

    /// Returns how many checks ended so.
    pub fn count(&self, state: State) -> usize {
        self.checks.iter().filter(|c| c.state == state).count()
    }

    /// Returns the text for a person. `head`: its first line.
    pub fn text(&self, head: &str) -> String {
        let mut out = format!("{head}\n\n");
        for check in &self.checks {
            let (state, name, detail) = (check.state.shown(), check.name, &check.detail);
            let _ = write!(out, "{state:<11}  {name:<10}  {detail}");
            if let Some(setting) = &check.setting {
                let _ = write!(out, "\n{:25}=> {setting}", "");
            }
            out.push('\n');
        }
        for Snippet { place, text } in &self.settings {
            let _ = writeln!(out, "\n{place}:\n");
            for line in text.lines() {
                let line = format!("  {line}");
                let _ = writeln!(out, "{}", line.trim_end());
            }
        }
        let (found, left) = (self.count(State::Finding), self.count(State::NotChecked));
        let found = if found == 1 {
            "1 finding".to_owned()
        } else {
            format!("{found} findings")
        };
        let _ = write!(out, "\n{found}, {left} not checked");
        out
    }

    /// Returns the same as JSON. `head`: members to begin with.
    pub fn json(&self, mut head: Value) -> Value {
        let checks = self.checks.iter().map(|check| {
            json!({
                "check": check.name, "state": check.state.name(),
                "detail": check.detail, "setting": check.setting,
            })
        });
        let settings = self.settings.iter();
        let settings =
            settings.map(|snippet| json!({"place": snippet.place, "text": snippet.text}));
        if let Some(head) = head.as_object_mut() {
            head.insert("checks".to_owned(), checks.collect());
            head.insert("settings".to_owned(), settings.collect());
            head.insert("findings".to_owned(), json!(self.count(State::Finding)));
            let left = self.count(State::NotChecked);
            head.insert("notChecked".to_owned(), json!(left));
        }
        head
    }
}

/// Returns a text that may be printed on a terminal: others wrote parts of it.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(LONGEST) {
        match is_shown(c) {
            true => out.push(c),
            false => out.extend(c.escape_debug()),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

/// True for a character that is what it looks like: no control of a terminal, and no change of the direction of a line.
fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_told_twice() {
        let mut report = Report::default();
        report.ok("reachable", "it answers");
        report.finding("redirect", "there is none", "CallbackURLs of the client");
        report.not_checked("token", "no user");
        report.settings.push(Snippet {
            place: "app.yml".to_owned(),
            text: "a:\n  b".to_owned(),
        });
        assert_eq!(
            report.text("cognate doctor"),
            "cognate doctor\n\n\
             ok           reachable   it answers\n\
             FINDING      redirect    there is none\n\
             \x20                        => CallbackURLs of the client\n\
             NOT CHECKED  token       no user\n\
             \napp.yml:\n\n  a:\n    b\n\n1 finding, 1 not checked"
        );
        assert_eq!(
            report.json(json!({"pool": "p"})),
            json!({
                "pool": "p",
                "checks": [
                    {"check": "reachable", "state": "ok", "detail": "it answers", "setting": null},
                    {"check": "redirect", "state": "finding", "detail": "there is none", "setting": "CallbackURLs of the client"},
                    {"check": "token", "state": "not-checked", "detail": "no user", "setting": null},
                ],
                "settings": [{"place": "app.yml", "text": "a:\n  b"}],
                "findings": 1, "notChecked": 1,
            })
        );
    }

    #[test]
    fn what_a_server_wrote_does_nothing_to_a_terminal() {
        assert_eq!(plain("a\u{1b}[2J\r\nb"), "a\\u{1b}[2J\\r\\nb");
        assert_eq!(plain("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(plain(&"é".repeat(301)), format!("{}…", "é".repeat(300)));
    }
}
