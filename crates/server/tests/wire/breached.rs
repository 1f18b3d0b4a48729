//! `cognate breached`: a published list becomes the compact file, which status and check read.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cognate_crypto::hash::sha1;

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cognate"))
        .arg("breached")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let written = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    // A command that refuses its arguments reads nothing.
    assert!(written.is_ok() || !done.status.success());
    done
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", complained(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn line(password: &str, count: u64) -> String {
    format!(
        "{}:{count}\r\n",
        hex::encode_upper(sha1(password.as_bytes()))
    )
}

#[test]
fn a_list_is_imported_looked_at_and_asked() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let lines = [
        line("password", 9_000_000),
        line("rare", 2),
        line("hunter2", 17_000),
    ];
    fs::write(folder.join("pwned.txt"), lines.concat()).unwrap();
    let import = ["import", "pwned.txt", "--min-count", "3", "--file", "list"];
    assert_eq!(
        said(&run(&folder, &import, "")),
        "read\t3 lines of 1 files\nleft out\t1 seen less often than asked for\nwritten\t2 hashes to list\n"
    );
    let setting = ["--breached-passwords", "list"];
    let with = |words: &[&'static str]| [words, &setting[..]].concat();
    let bytes = fs::metadata(folder.join("list")).unwrap().len();
    assert_eq!(
        said(&run(&folder, &with(&["status", "--verify"]), "")),
        format!("file\tlist\nhashes\t2\nleast count\t3\nbytes\t{bytes}\nchecksum\tright\n")
    );
    for (password, answer) in [
        ("password", "found\n"),
        ("hunter2\r\n", "found\n"),
        ("rare\n", "not found\n"),
        (" password\n", "not found\n"),
    ] {
        let asked = run(&folder, &with(&["check"]), password);
        assert_eq!(said(&asked), answer, "{password:?}");
    }

    // A folder, as downloads leave it, and standard input.
    let parts = folder.join("parts");
    fs::create_dir(&parts).unwrap();
    let hash = line("password", 1);
    fs::write(parts.join(&hash[..5]), &hash[5..]).unwrap();
    said(&run(&folder, &["import", "parts", "--file", "list"], ""));
    let asked = run(&folder, &with(&["check"]), "hunter2");
    assert_eq!(
        said(&asked),
        "not found\n",
        "the new list took the place of the old"
    );
    said(&run(
        &folder,
        &["import", "-", "--file", "list"],
        &line("hunter2", 1),
    ));
    assert_eq!(said(&run(&folder, &with(&["check"]), "hunter2")), "found\n");

    // What is refused leaves the list of before, and nothing else.
    fs::write(folder.join("broken"), format!("{}no line\n", line("a", 1))).unwrap();
    let refused = run(&folder, &["import", "broken", "--file", "list"], "");
    assert_eq!(refused.status.code(), Some(1));
    let expected =
        "cognate: broken, line 2: 40 hexadecimal digits, a colon and a count are expected\n";
    assert!(
        complained(&refused).ends_with(expected),
        "{}",
        complained(&refused)
    );
    assert_eq!(said(&run(&folder, &with(&["check"]), "hunter2")), "found\n");
    let mut left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort_unstable();
    assert_eq!(left, ["broken", "list", "parts", "pwned.txt"]);
    for (words, input, text) in [
        (&["check", "--file", "broken"][..], "x", "cannot use broken"),
        (&["check", "--file", "list"], "\n", "a password is expected"),
        (
            &["check"],
            "x",
            "name the file with --file or by the setting breached_passwords",
        ),
        (
            &["import", "nowhere", "--file", "list"],
            "",
            "cannot read nowhere",
        ),
    ] {
        let refused = run(&folder, words, input);
        assert_eq!(refused.status.code(), Some(1), "{words:?}");
        assert!(
            complained(&refused).contains(text),
            "{}",
            complained(&refused)
        );
    }
}

#[test]
fn a_server_does_not_start_with_a_list_that_is_none() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    fs::write(folder.join("list"), "no list").unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args([
            "dev",
            "--ephemeral",
            "--listen",
            "127.0.0.1:0",
            "--breached-passwords",
            "list",
        ])
        .current_dir(&folder)
        .env_clear()
        .env("HOME", &folder)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(1));
    let expected = "cognate: cannot use breached_passwords, list: \
        the file is no whole list of `cognate breached import`\n";
    assert!(
        complained(&done).ends_with(expected),
        "{}",
        complained(&done)
    );
}
