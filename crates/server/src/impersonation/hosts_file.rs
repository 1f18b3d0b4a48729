//! Lines of ours in a hosts file: put in where that is asked for, and taken out again without a trace.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::{is_amazons, is_host, is_of_region};

/// Where most systems have it.
pub const PATH: &str = "/etc/hosts";
/// The most bytes of one that is changed.
const MOST: u64 = 1 << 20;
/// Behind a custom domain, which the operator has named and the region does not show.
const NAMED: &str = " # --impersonate-domain";
/// What is to be done about lines that somebody has changed.
const BY_HAND: &str = "take the lines out by hand";
/// How often a file is tried that another program has locked, and the pause between.
const TRIES: (u32, Duration) = (20, Duration::from_millis(50));
/// How often a file is changed that another program replaces.
const REPLACED: u32 = 3;

/// Returns the line that leads a host to an address.
pub fn line(ip: IpAddr, host: &str, region: &str) -> String {
    let note = if is_of_region(region, host) {
        ""
    } else {
        NAMED
    };
    format!("{ip} {host}{note}")
}

/// True for a line that [`line`] may have returned for the region.
fn is_ours(text: &str, region: &str) -> bool {
    let bare = text.strip_suffix(NAMED).unwrap_or(text);
    let Some((ip, host)) = bare.split_once(' ') else {
        return false;
    };
    let fits = is_of_region(region, host) || is_host(host) && !is_amazons(host);
    fits && ip
        .parse::<IpAddr>()
        .is_ok_and(|ip| line(ip, host, region) == text)
}

/// True if a text has a mark of ours with this region: one that is as it was, or one that was changed. What people write of it in
/// other lines is none.
fn mentions(text: &str, region: &str) -> bool {
    let marks = ["BEGIN", "END"].map(|word| format!("{word} cognate dev --impersonate {region}"));
    marks.iter().any(|mark| {
        text.match_indices(mark).any(|(at, _)| {
            let rest = text.get(at + mark.len()..).unwrap_or_default();
            !rest.starts_with(|next: char| next.is_ascii_alphanumeric())
        })
    })
}

fn begin(region: &str) -> String {
    format!("\n# BEGIN cognate dev --impersonate {region}; --undo takes these lines out\n")
}

fn end(region: &str) -> String {
    format!("# END cognate dev --impersonate {region}\n")
}

/// Returns the text of a file with these lines, in the place of those that it has for the region.
///
/// # Errors
/// As [`without`].
pub fn with(text: &str, region: &str, lines: &str) -> anyhow::Result<Option<String>> {
    let rest = without(text, region)?;
    let rest = rest.as_deref().unwrap_or(text);
    let whole = format!("{rest}{}{lines}{}", begin(region), end(region));
    Ok((whole != text).then_some(whole))
}

/// Returns the text of a file without the lines for a region, which is what it was before; None if it has none.
///
/// # Errors
/// Marks that somebody has changed, or lines between them that are not of here: nothing of anybody else's is taken out.
pub fn without(text: &str, region: &str) -> anyhow::Result<Option<String>> {
    let (begin, end) = (begin(region), end(region));
    // Somebody may have taken the empty line away at the top of the file.
    let first = begin.trim_start();
    let top = text.strip_prefix(first).map(|rest| ("", rest));
    let Some((before, rest)) = top.or_else(|| text.split_once(&begin)) else {
        if mentions(text, region) {
            bail!("the line `{}` was changed: {BY_HAND}", begin.trim());
        }
        return Ok(None);
    };
    let Some((inside, after)) = rest.split_once(&end) else {
        bail!("the line `{}` is missing: {BY_HAND}", end.trim());
    };
    if [before, inside, after].iter().any(|t| mentions(t, region)) {
        bail!("the line `{}` is there twice: {BY_HAND}", begin.trim());
    }
    let foreign = |line: &&str| !is_ours(line, region);
    let whole = inside.strip_suffix('\n').unwrap_or(inside);
    let mut lines = whole.split('\n').filter(|_| !inside.is_empty());
    if !inside.is_empty() && !inside.ends_with('\n') {
        bail!("the line `{}` was changed: {BY_HAND}", end.trim());
    }
    if let Some(line) = lines.find(foreign) {
        bail!(
            "below `{}` is a line that is not of here, {line:?}: {BY_HAND}",
            begin.trim()
        );
    }
    let ends = |text: &str| text.is_empty() || text.ends_with('\n');
    let joins = !ends(before) && !after.is_empty() && !after.starts_with('\n');
    let between = if joins { "\n" } else { "" };
    Ok(Some(format!("{before}{between}{after}")))
}

/// Returns the command by which an administrator adds these lines to a file that has none for the region.
pub fn by_administrator(path: &str, region: &str, lines: &str) -> String {
    let (begin, end) = (begin(region), end(region));
    format!("sudo tee -a {path} <<'END'\n{begin}{lines}{end}END")
}

/// True for the error of a file that only others may write.
pub fn is_denied(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<std::io::Error>();
    kind.is_some_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// Changes a file in its place, since it may be mounted and its owner and rights are to stay; returns true if it changed.
/// `change` returns None to leave it as it is. It is called again behind a lock before anything is written, and once more for the
/// file that another program has put in the place of this one meanwhile.
///
/// # Errors
/// That of `change`, and a file that cannot be read or written, is no text or too large.
pub fn change(
    path: &Path,
    change: impl Fn(&str) -> anyhow::Result<Option<String>>,
) -> anyhow::Result<bool> {
    let mut has_changed = false;
    for _ in 0..REPLACED {
        match change_once(path, &change)? {
            Changed::No => return Ok(has_changed),
            Changed::Yes => return Ok(true),
            Changed::Another => has_changed = true,
        }
    }
    bail!("another program puts other files in its place")
}

/// What became of a file.
enum Changed {
    No,
    Yes,
    /// It is another file now.
    Another,
}

fn change_once(
    path: &Path,
    change: impl Fn(&str) -> anyhow::Result<Option<String>>,
) -> anyhow::Result<Changed> {
    // Without the right to write: most ends find nothing to do.
    if change(&read(&mut File::open(path)?)?)?.is_none() {
        return Ok(Changed::No);
    }
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    lock(&file)?;
    let text = read(&mut file)?;
    let Some(changed) = change(&text)? else {
        return Ok(Changed::No);
    };
    if let Err(error) = write(&mut file, &changed) {
        let error = anyhow::Error::from(error);
        return Err(match write(&mut file, &text) {
            Ok(()) => error.context("it is as it was"),
            Err(_) => error.context("it could not be written whole, nor back: look at it"),
        });
    }
    // Editors, and what keeps networks, write another file and give it the name.
    let (own, there) = (file.metadata()?, std::fs::metadata(path)?);
    Ok(match (own.dev(), own.ino()) == (there.dev(), there.ino()) {
        true => Changed::Yes,
        false => Changed::Another,
    })
}

fn read(file: &mut File) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = file.take(MOST + 1).read_to_string(&mut text)?;
    if u64::try_from(read)? > MOST {
        bail!("it is longer than {MOST} bytes");
    }
    Ok(text)
}

/// Locks a file until it is closed.
fn lock(file: &File) -> anyhow::Result<()> {
    let (tries, pause) = TRIES;
    for _ in 0..tries {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(pause),
            Err(TryLockError::Error(error)) => return Err(error).context("it cannot be locked"),
        }
    }
    bail!("another program has it locked")
}

/// Makes a text the whole of a file.
fn write(file: &mut File, text: &str) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len().try_into().map_err(std::io::Error::other)?)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "127.0.92.29 cognito-idp.eu-west-1.amazonaws.com\n";

    #[test]
    fn what_is_put_in_is_taken_out_to_the_byte() {
        for text in [
            "",
            "127.0.0.1 localhost",
            "127.0.0.1 localhost\n",
            "# a\n\n\n",
            "a\r\n",
        ] {
            let put = with(text, "eu-west-1", LINES).unwrap().unwrap();
            assert!(put.contains(&format!("\n{LINES}")), "{put}");
            assert_eq!(without(&put, "eu-west-1").unwrap().unwrap(), text);
            // A second start changes nothing, one with other lines replaces them, another region's stay.
            assert_eq!(with(&put, "eu-west-1", LINES).unwrap(), None);
            let other = "::1 cognito-idp.eu-west-1.amazonaws.com\n";
            let other = with(&put, "eu-west-1", other).unwrap().unwrap();
            assert!(!other.contains(LINES), "{other}");
            let there = "::1 cognito-idp.us-east-1.amazonaws.com\n";
            let both = with(&put, "us-east-1", there).unwrap().unwrap();
            let left = without(&both, "eu-west-1").unwrap().unwrap();
            assert_eq!(without(&left, "us-east-1").unwrap().unwrap(), text);
            // What others add behind stays, in a line of its own.
            let more = format!("{put}10.0.0.1 later\n");
            let left = without(&more, "eu-west-1").unwrap().unwrap();
            let whole = text.is_empty() || text.ends_with('\n');
            let between = if whole { "" } else { "\n" };
            assert_eq!(left, format!("{text}{between}10.0.0.1 later\n"));
        }
        // Whoever takes the empty line away joins nothing either.
        let put = with("10.0.0.1 a\n", "eu-west-1", LINES).unwrap().unwrap();
        let squeezed = format!("{}10.0.0.2 b\n", put.replace("\n\n", "\n"));
        let left = without(&squeezed, "eu-west-1").unwrap().unwrap();
        assert_eq!(left, "10.0.0.1 a\n10.0.0.2 b\n");
        let top = with("", "eu-west-1", LINES).unwrap().unwrap();
        let left = without(top.trim_start(), "eu-west-1").unwrap().unwrap();
        assert_eq!(left, "");
        assert_eq!(without("127.0.0.1 localhost\n", "eu-west-1").unwrap(), None);
    }

    #[test]
    fn lines_that_somebody_changed_are_left_alone() {
        let put = with("a\n", "eu-west-1", LINES).unwrap().unwrap();
        let cut = put.replace("# END", "# ENDE");
        let error = without(&cut, "eu-west-1").unwrap_err().to_string();
        assert!(
            error.contains("is missing: take the lines out by hand"),
            "{error}"
        );
        assert!(with(&cut, "eu-west-1", LINES).is_err());
        let twice = format!("{put}{put}");
        let error = without(&twice, "eu-west-1").unwrap_err().to_string();
        assert!(error.contains("is there twice"), "{error}");
        for (old, new, why) in [
            ("\n", "\r\n", "was changed"),
            ("# BEGIN", "#BEGIN", "was changed"),
            ("; --undo", " --undo", "was changed"),
            ("# END", "x # END", "was changed"),
            ("# END", "\n# END", "not of here"),
            ("# END", "10.0.0.1 db.shop.example\n# END", "not of here"),
            ("# END", "# a comment\n# END", "not of here"),
            ("idp.eu", "idp.us", "not of here"),
            ("127.0.92.29 ", "127.0.92.29\t", "not of here"),
            ("amazonaws.com", "amazonaws.com more", "not of here"),
        ] {
            let error = without(&put.replace(old, new), "eu-west-1").unwrap_err();
            let error = error.to_string();
            assert!(
                error.contains(why) && error.ends_with(BY_HAND),
                "{new}: {error}"
            );
        }
        // What people write is theirs.
        let note = "# cognate dev --impersonate eu-west-1 writes here\n";
        assert_eq!(without(note, "eu-west-1").unwrap(), None);
        let both = with(note, "eu-west-1", LINES).unwrap().unwrap();
        assert_eq!(without(&both, "eu-west-1").unwrap().unwrap(), note);
        assert_eq!(without(&put, "eu-west-11").unwrap(), None);
        assert_eq!(
            without(&put.replace("-1", "-11"), "eu-west-1").unwrap(),
            None
        );
    }

    #[test]
    fn a_domain_that_the_operator_named_says_so_and_is_taken_out() {
        let ip = IpAddr::from([127, 0, 92, 29]);
        let named = line(ip, "login.shop.example", "eu-west-1");
        assert_eq!(
            named,
            "127.0.92.29 login.shop.example # --impersonate-domain"
        );
        let prefix = line(ip, "shop.auth.eu-west-1.amazoncognito.com", "eu-west-1");
        assert!(prefix.ends_with(".com"), "{prefix}");
        let lines = format!("{LINES}{prefix}\n{named}\n");
        let put = with("a\n", "eu-west-1", &lines).unwrap().unwrap();
        assert_eq!(without(&put, "eu-west-1").unwrap().unwrap(), "a\n");
        assert!(!is_ours(
            &line(ip, "sts.amazonaws.com", "eu-west-1"),
            "eu-west-1"
        ));
    }

    #[test]
    fn a_file_that_another_program_replaces_is_changed_again() {
        let name = format!("cognate-hosts-{}", cognate_crypto::random::uuid_v4());
        let path = std::env::temp_dir().join(name);
        let other = path.with_extension("new");
        std::fs::write(&path, "127.0.0.1 localhost\n").unwrap();
        let calls = std::cell::Cell::new(0);
        let replacing = |text: &str| {
            calls.set(calls.get() + 1);
            // Behind the lock.
            if calls.get() == 2 {
                std::fs::write(&other, "10.0.0.1 of-another\n").unwrap();
                std::fs::rename(&other, &path).unwrap();
            }
            with(text, "eu-west-1", LINES)
        };
        assert!(change(&path, replacing).unwrap());
        let text = || std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text(),
            with("10.0.0.1 of-another\n", "eu-west-1", LINES)
                .unwrap()
                .unwrap()
        );
        // Whoever never ends is told of.
        std::fs::write(&path, "x\n").unwrap();
        let always = |text: &str| {
            std::fs::write(&other, "x\n").unwrap();
            std::fs::rename(&other, &path).unwrap();
            with(text, "eu-west-1", LINES)
        };
        let error = change(&path, always).unwrap_err().to_string();
        assert_eq!(error, "another program puts other files in its place");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn an_administrator_adds_lines_that_are_taken_out_again() {
        let name = format!("cognate-hosts-{}", cognate_crypto::random::uuid_v4());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, "127.0.0.1 localhost\n").unwrap();
        let shown = path.display().to_string();
        let command = by_administrator(&shown, "eu-west-1", LINES);
        let command = command.strip_prefix("sudo ").unwrap();
        let mut shell = std::process::Command::new("sh");
        assert!(
            shell
                .args(["-c", command])
                .output()
                .unwrap()
                .status
                .success()
        );
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(with(&text, "eu-west-1", LINES).unwrap(), None);
        let before = without(&text, "eu-west-1").unwrap().unwrap();
        assert_eq!(before, "127.0.0.1 localhost\n");
        std::fs::remove_file(&path).unwrap();
        let denied = std::io::Error::from(ErrorKind::PermissionDenied);
        assert!(is_denied(&denied.into()) && !is_denied(&anyhow::anyhow!("x")));
    }

    #[test]
    fn a_file_is_changed_in_its_place() {
        let name = format!("cognate-hosts-{}", cognate_crypto::random::uuid_v4());
        let path = std::env::temp_dir().join(name);
        assert!(change(&path, |_| Ok(None)).is_err(), "none is made");
        std::fs::write(&path, "127.0.0.1 localhost\n").unwrap();
        let write = || change(&path, |text| with(text, "eu-west-1", LINES)).unwrap();
        assert_eq!((write(), write()), (true, false));
        assert!(std::fs::read_to_string(&path).unwrap().contains(LINES));
        assert!(change(&path, |text| without(text, "eu-west-1")).unwrap());
        let left = std::fs::read_to_string(&path).unwrap();
        assert_eq!(left, "127.0.0.1 localhost\n");
        // Not while another program has it.
        let other = File::open(&path).unwrap();
        other.lock().unwrap();
        let error = change(&path, |text| with(text, "eu-west-1", LINES)).unwrap_err();
        assert_eq!(error.to_string(), "another program has it locked");
        drop(other);
        std::fs::write(&path, "x".repeat(2 << 20)).unwrap();
        assert!(change(&path, |text| Ok(Some(text.to_owned()))).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
