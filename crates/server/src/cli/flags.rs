//! The settings of [`config::keys`] as flags of every command.
//!
//! A command gets these flags when it turns out to be the one that is wanted. As global arguments of clap all of them were
//! copied into each of some fifty commands at every start: 2.5 MiB, for nothing.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::settings::config::{self, Config, Kind};

/// Adds the settings to a command, and to those below it as soon as they are wanted.
pub(super) fn with_settings(command: Command) -> Command {
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .help("TOML file with settings");
    // A command's own flag of that name is no setting.
    let settings = config::keys().map(setting).filter(|setting| {
        let mut own = command.get_arguments();
        own.all(|own| own.get_long() != setting.get_long())
    });
    let settings: Vec<Arg> = settings.collect();
    command
        .arg(file)
        .args(settings)
        .mut_subcommands(|sub| sub.defer(with_settings))
}

/// Returns the id of a setting, which no argument of a command has.
fn setting_id(key: &config::Key) -> String {
    format!("setting {}", key.name)
}

fn setting(key: &'static config::Key) -> Arg {
    let arg = Arg::new(setting_id(key))
        .long(key.name.replace('_', "-"))
        .help(key.help);
    let arg = arg
        .help_heading("Settings")
        .value_name(key.name.to_ascii_uppercase());
    match key.kind {
        Kind::One => arg,
        Kind::Many => arg.action(ArgAction::Append),
        Kind::Switch => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true"),
    }
}

/// Reads the settings of a command line, of files and of the environment.
///
/// # Errors
/// For a file or a value that cannot be read.
pub(super) fn load(matches: &ArgMatches) -> anyhow::Result<Config> {
    // Settings may come before or after the command's words: what stands last counts.
    let mut levels = vec![matches];
    while let Some((_, sub)) = levels.last().and_then(|last| last.subcommand()) {
        levels.push(sub);
    }
    let given = |name: &str| {
        let mut levels = levels.iter().rev();
        levels.find_map(|level| level.try_get_many::<String>(name).ok()?)
    };
    let flags = config::keys().filter_map(|key| {
        let values: Vec<String> = given(&setting_id(key))?.cloned().collect();
        Some((key.name, values))
    });
    let path = given("config").and_then(Iterator::last).map(String::as_str);
    Ok(Config::load(flags.collect(), path, &config::environment())?)
}
