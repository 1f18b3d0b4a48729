//! Lines of ours in a hosts file: put in where that is asked for, and taken out again without a trace.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

/// Where most systems have it.
pub const PATH: &str = "/etc/hosts";
/// The most bytes of one that is changed.
const MOST: u64 = 1 << 20;

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
/// A beginning without an end, or twice: then somebody has changed what is in between.
pub fn without(text: &str, region: &str) -> anyhow::Result<Option<String>> {
    let (begin, end) = (begin(region), end(region));
    let Some((before, rest)) = text.split_once(&begin) else {
        return Ok(None);
    };
    let Some((inside, after)) = rest.split_once(&end) else {
        bail!(
            "the line `{}` is missing: take the lines out by hand",
            end.trim()
        );
    };
    if inside.contains(begin.trim()) || after.contains(begin.trim()) {
        bail!(
            "the line `{}` is there twice: take the lines out by hand",
            begin.trim()
        );
    }
    Ok(Some(format!("{before}{after}")))
}

/// Changes a file in its place, since it may be mounted and its owner and rights are to stay; returns true if it changed.
/// `change` returns None to leave it as it is.
///
/// # Errors
/// That of `change`, and a file that cannot be read or written, is no text or too large.
pub fn change(
    path: &Path,
    change: impl FnOnce(&str) -> anyhow::Result<Option<String>>,
) -> anyhow::Result<bool> {
    let mut text = String::new();
    let read = std::fs::File::open(path)?
        .take(MOST + 1)
        .read_to_string(&mut text)?;
    if u64::try_from(read)? > MOST {
        bail!("it is longer than {MOST} bytes");
    }
    let Some(changed) = change(&text)? else {
        return Ok(false);
    };
    let opened = OpenOptions::new().write(true).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => anyhow::anyhow!("{error}: run the command with sudo"),
        _ => error.into(),
    })?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(changed.as_bytes())?;
    file.set_len(u64::try_from(changed.len())?)
        .context("it could not be made shorter")?;
    Ok(true)
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
            let other = with(&put, "eu-west-1", "::1 x\n").unwrap().unwrap();
            assert!(!other.contains(LINES), "{other}");
            let both = with(&put, "us-east-1", "::1 y\n").unwrap().unwrap();
            let left = without(&both, "eu-west-1").unwrap().unwrap();
            assert_eq!(without(&left, "us-east-1").unwrap().unwrap(), text);
            // What others add behind stays.
            let more = format!("{put}10.0.0.1 later\n");
            let left = without(&more, "eu-west-1").unwrap().unwrap();
            assert_eq!(left, format!("{text}10.0.0.1 later\n"));
        }
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
        std::fs::write(&path, "x".repeat(2 << 20)).unwrap();
        assert!(change(&path, |text| Ok(Some(text.to_owned()))).is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
