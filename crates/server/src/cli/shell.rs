//! `cognate completions` and `cognate man`: what a shell and a package want to know about the command line.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

/// Returns the grammar of the commands.
pub(super) fn commands() -> [Command; 2] {
    [
        Command::new("completions")
            .about("Print the completions of a shell")
            .arg(
                Arg::new("shell")
                    .value_name("SHELL")
                    .required(true)
                    .value_parser(value_parser!(Shell))
                    .help("The shell that is to know the commands"),
            ),
        Command::new("man").about("Print the manual page").arg(
            Arg::new("out")
                .long("out")
                .value_name("FOLDER")
                .help("Write a page for each command into a folder instead"),
        ),
    ]
}

/// Runs `completions`.
///
/// # Errors
/// Standard output that is closed.
pub(super) fn completions(matches: &ArgMatches) -> anyhow::Result<()> {
    let shell = *matches.get_one::<Shell>("shell").context("which shell?")?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::command(), "cognate", &mut script);
    print(&script)
}

/// Runs `man`.
///
/// # Errors
/// Standard output that is closed, and a folder that cannot be written.
pub(super) fn man(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(folder) = matches.get_one::<String>("out") else {
        let mut page = Vec::new();
        clap_mangen::Man::new(super::command()).render(&mut page)?;
        return print(&page);
    };
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(super::command(), folder))
        .with_context(|| format!("cannot write into {}", folder.display()))
}

fn print(text: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_gets_completions_that_name_every_command() {
        for &shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut super::super::command(), "cognate", &mut script);
            let script = String::from_utf8(script).unwrap();
            for command in super::super::command().get_subcommands() {
                assert!(
                    script.contains(command.get_name()),
                    "{shell}: {}",
                    command.get_name()
                );
            }
        }
    }

    #[test]
    fn the_manual_page_has_every_command() {
        let mut page = Vec::new();
        clap_mangen::Man::new(super::super::command())
            .render(&mut page)
            .unwrap();
        let page = String::from_utf8(page).unwrap();
        for command in super::super::command().get_subcommands() {
            let name = format!("cognate\\-{}(1)", command.get_name().replace('-', "\\-"));
            assert!(page.contains(&name), "{name}");
        }
    }
}
