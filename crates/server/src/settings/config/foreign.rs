//! Variables of LocalStack that `cognate dev` understands, as the settings that they are here. Each is said in the log. They are
//! weaker than a flag or a variable of this program, and stronger than a file.

use super::{Config, Source};

/// The variables.
const NAMES: [&str; 5] = [
    "PERSISTENCE",
    "DEBUG",
    "LOCALSTACK_HOST",
    "USE_SSL",
    "GATEWAY_LISTEN",
];
/// The port of an address without one.
const PORT: &str = "4566";

/// Returns those of them that are set.
#[allow(
    clippy::disallowed_methods,
    reason = "these are settings, read beside the others"
)]
pub fn environment() -> Vec<(&'static str, String)> {
    let set = |name| Some((name, std::env::var_os(name)?.into_string().ok()?));
    NAMES.into_iter().filter_map(set).collect()
}

impl Config {
    /// Takes over what the variables of LocalStack say, where nothing stronger does.
    pub fn adopt(&mut self, variables: &[(&'static str, String)]) {
        for (variable, value) in variables {
            let on = match value.trim() {
                "1" | "true" | "True" => Some(true),
                "0" | "false" | "False" => Some(false),
                _ => None,
            };
            // What says the contrary, where it is as strong.
            let contrary = match (*variable, on) {
                ("PERSISTENCE", Some(false)) => ["data_dir", "database_url"].as_slice(),
                ("USE_SSL", Some(true)) => &["tls_cert"],
                _ => &[],
            };
            let is_strong = |name: &&str| self.source(name).is_some_and(|at| at < Source::File);
            if let Some(name) = contrary.iter().copied().find(is_strong) {
                self.notes
                    .push(format!("{variable} is not used: {name} is set"));
                continue;
            }
            let wanted: Option<(&'static str, Vec<String>)> = match (*variable, on) {
                ("PERSISTENCE", Some(false)) => Some(("ephemeral", vec!["true".to_owned()])),
                ("DEBUG", Some(true)) => Some(("log_level", vec!["debug".to_owned()])),
                ("USE_SSL", Some(true)) => Some(("tls", vec!["self-signed".to_owned()])),
                ("LOCALSTACK_HOST", None) => {
                    let host = value
                        .rsplit_once(':')
                        .map_or(value.as_str(), |(host, _)| host);
                    let own = ["", "localhost", "127.0.0.1"].contains(&host);
                    (!own).then(|| ("host", vec![host.to_owned()]))
                }
                ("GATEWAY_LISTEN", _) => {
                    let all = value.split(',').map(str::trim);
                    let all = all.filter(|text| !text.is_empty()).map(|text| {
                        let has_port = text.rsplit_once(':').is_some_and(|(_, port)| {
                            !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
                        });
                        match has_port {
                            true => text.to_owned(),
                            false => format!("{text}:{PORT}"),
                        }
                    });
                    Some(("listen", all.collect()))
                }
                _ => None,
            };
            let Some((name, values)) = wanted else {
                continue;
            };
            let shown = values.join(", ");
            let is_stronger = self
                .values
                .get(name)
                .is_some_and(|(_, source)| *source < Source::File);
            if is_stronger {
                self.notes
                    .push(format!("{variable} is not used: {name} is set"));
                continue;
            }
            self.notes
                .push(format!("{variable} is understood as {name} = {shown}"));
            self.values.insert(name, (values, Source::Variable));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adopted(
        variables: &[(&'static str, &str)],
        flags: Vec<(&'static str, Vec<String>)>,
    ) -> Config {
        let mut config = Config::load(flags, None, &[]).unwrap();
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        config.adopt(&variables);
        config
    }

    #[test]
    fn they_are_stronger_than_what_an_image_says_for_want_of_anything_else() {
        let image = [
            ("COGNATE_DEFAULT_DATA_DIR".to_owned(), "/data".to_owned()),
            (
                "COGNATE_DEFAULT_LISTEN".to_owned(),
                "0.0.0.0:9229".to_owned(),
            ),
        ];
        let mut config = Config::load(Vec::new(), None, &image).unwrap();
        assert_eq!(config.many("listen"), ["0.0.0.0:9229"]);
        config.adopt(&[
            ("PERSISTENCE", "0".to_owned()),
            ("GATEWAY_LISTEN", "0.0.0.0:4566".to_owned()),
        ]);
        assert_eq!(config.one("ephemeral"), Some("true"));
        assert_eq!(config.many("listen"), ["0.0.0.0:4566"]);
        assert_eq!(
            config.notes,
            [
                "PERSISTENCE is understood as ephemeral = true",
                "GATEWAY_LISTEN is understood as listen = 0.0.0.0:4566"
            ]
        );
    }

    #[test]
    fn each_variable_is_a_setting_and_is_said() {
        let config = adopted(
            &[
                ("PERSISTENCE", "0"),
                ("DEBUG", "1"),
                ("LOCALSTACK_HOST", "cognito.test:4566"),
                ("USE_SSL", "true"),
                ("GATEWAY_LISTEN", "127.0.0.1, [::1]:4567"),
            ],
            Vec::new(),
        );
        assert_eq!(config.one("ephemeral"), Some("true"));
        assert_eq!(config.one("log_level"), Some("debug"));
        assert_eq!(config.one("host"), Some("cognito.test"));
        assert_eq!(config.one("tls"), Some("self-signed"));
        assert_eq!(config.many("listen"), ["127.0.0.1:4566", "[::1]:4567"]);
        assert_eq!(config.notes.len(), 5);
        assert_eq!(
            config.notes[4],
            "GATEWAY_LISTEN is understood as listen = 127.0.0.1:4566, [::1]:4567"
        );
    }

    #[test]
    fn what_is_set_here_wins_and_what_means_something_else_is_left_alone() {
        let listen = vec![("listen", vec!["127.0.0.1:1".to_owned()])];
        let config = adopted(&[("GATEWAY_LISTEN", "0.0.0.0:4566")], listen);
        assert_eq!(config.many("listen"), ["127.0.0.1:1"]);
        assert_eq!(config.notes, ["GATEWAY_LISTEN is not used: listen is set"]);
        let folder = vec![("data_dir", vec!["x".to_owned()])];
        let others = [
            ("DEBUG", "express:*"),
            ("LOCALSTACK_HOST", "localhost:4566"),
            ("PERSISTENCE", "0"),
        ];
        let config = adopted(&others, folder);
        assert_eq!(config.notes, ["PERSISTENCE is not used: data_dir is set"]);
        assert_eq!(config.one("ephemeral"), None);
        let files = ["tls_cert", "tls_key"].map(|name| (name, vec!["x.pem".to_owned()]));
        let config = adopted(&[("USE_SSL", "1")], files.to_vec());
        assert_eq!(config.notes, ["USE_SSL is not used: tls_cert is set"]);
        assert_eq!(config.one("tls"), None);
    }
}
