//! Where archives are: a folder of this machine, or a bucket of a service that speaks S3.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context as _, bail, ensure};
use cognate_crypto::basic_time;
use cognate_crypto::random;
use serde::{Deserialize, Serialize};

use super::s3::{self, Bucket};

/// The end of the names of archives: what is inside, from the innermost on.
const ENDING: &str = ".jsonl.zst.age";
/// The beginning of the names of archives.
const BEGINNING: &str = "cognate-";
/// What a backup that was killed has left in a folder is deleted after this time.
const LEFT_OVER: Duration = Duration::from_secs(86_400);

/// A place for archives.
#[derive(Clone)]
pub enum Target {
    /// A folder.
    Folder(PathBuf),
    /// A bucket, and the beginning of the keys in it: empty, or with a slash at its end.
    Bucket(Arc<Bucket>, String),
}

/// An archive in a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name in the place.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written, in microseconds since the epoch, as the place says.
    pub written: i64,
}

/// What an archive is written to. It is there for others only after [`Sink::commit`]; dropped before, nothing stays.
pub trait Sink: Write + Send {
    /// Ends the archive: all of it is durable and has its name.
    ///
    /// # Errors
    /// Those of the place.
    fn commit(self: Box<Self>) -> io::Result<()>;
}

/// Returns a new name. `kind`: `server`, `pool` or `auto`. Names of a kind are in the order of time, which is in
/// microseconds.
pub fn new_name(kind: &str, now: i64) -> String {
    let mark: String = random::uuid_v4().chars().take(8).collect();
    format!(
        "{BEGINNING}{kind}-{}-{mark}{ENDING}",
        basic_time::format(now)
    )
}

/// True for the name of an archive.
fn is_archive(name: &str) -> bool {
    name.starts_with(BEGINNING) && name.ends_with(ENDING)
}

/// True for the name of an archive that the schedule made, which alone it deletes.
pub fn is_scheduled(name: &str) -> bool {
    let rest = name.strip_prefix(BEGINNING);
    rest.is_some_and(|rest| rest.starts_with("auto-")) && is_archive(name)
}

impl Target {
    /// Reads `s3://bucket/prefix` or the path of a folder.
    ///
    /// # Errors
    /// A bucket that cannot be, or settings that lack what a bucket needs.
    pub fn parse(text: &str, settings: &s3::Settings) -> anyhow::Result<Self> {
        let Some(rest) = text.strip_prefix("s3://") else {
            ensure!(
                !text.is_empty(),
                "a place for backups is a folder or s3://bucket/prefix"
            );
            return Ok(Self::Folder(PathBuf::from(text)));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |text: &str| {
            let known = |b: u8| b.is_ascii_alphanumeric() || b"-._/".contains(&b);
            text.bytes().all(known) && !text.contains("//") && !text.starts_with('/')
        };
        ensure!(
            (3..=63).contains(&bucket.len()) && plain(bucket),
            "{bucket:?} is no name of a bucket"
        );
        ensure!(
            plain(prefix) && !prefix.split('/').any(|part| part == "." || part == ".."),
            "the beginning of keys may have letters, digits, - . _ and / alone"
        );
        let prefix = match prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Ok(Self::Bucket(
            Arc::new(Bucket::new(bucket, settings)?),
            prefix,
        ))
    }

    /// Splits the whole name of an archive into its place and its name there.
    ///
    /// # Errors
    /// A name without one.
    pub fn of_archive(text: &str, settings: &s3::Settings) -> anyhow::Result<(Self, String)> {
        let (place, name) = match text.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some((place, name)) => (place, name),
            None => (".", text),
        };
        ensure!(!name.is_empty(), "{text} is no archive");
        Ok((Self::parse(place, settings)?, name.to_owned()))
    }

    /// Returns the whole name of an archive of the place.
    pub fn whole_name(&self, name: &str) -> String {
        match self {
            Self::Folder(folder) => folder.join(name).display().to_string(),
            Self::Bucket(bucket, prefix) => format!("s3://{}/{prefix}{name}", bucket.name()),
        }
    }

    /// Returns the archives of the place by their names.
    ///
    /// # Errors
    /// Those of the place.
    pub async fn list(&self) -> anyhow::Result<Vec<Item>> {
        let mut items = match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                tokio::task::spawn_blocking(move || list(&folder)).await??
            }
            Self::Bucket(bucket, prefix) => {
                let mut items = bucket.list(prefix).await?;
                for item in &mut items {
                    item.name = item.name.split_off(prefix.len().min(item.name.len()));
                }
                items
            }
        };
        items.retain(|item| is_archive(&item.name) && !item.name.contains('/'));
        items.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(items)
    }

    /// Begins an archive. For threads that may wait.
    ///
    /// # Errors
    /// Those of the place.
    pub fn create(&self, name: &str) -> anyhow::Result<Box<dyn Sink>> {
        match self {
            Self::Folder(folder) => Ok(Box::new(FolderSink::create(folder, name)?)),
            Self::Bucket(bucket, prefix) => {
                Ok(Box::new(s3::Upload::new(bucket, format!("{prefix}{name}"))))
            }
        }
    }

    /// Opens an archive. For threads that may wait.
    ///
    /// # Errors
    /// Those of the place.
    pub fn open(&self, name: &str) -> anyhow::Result<Box<dyn Read + Send>> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                let file = File::open(&path);
                let file = file.with_context(|| format!("cannot read {}", path.display()))?;
                Ok(Box::new(io::BufReader::with_capacity(1 << 16, file)))
            }
            Self::Bucket(bucket, prefix) => {
                let download = s3::Download::new(bucket, format!("{prefix}{name}"));
                Ok(Box::new(io::BufReader::with_capacity(1 << 16, download)))
            }
        }
    }

    /// Deletes an archive.
    ///
    /// # Errors
    /// Those of the place.
    pub async fn delete(&self, name: &str) -> anyhow::Result<()> {
        if !is_archive(name) || name.contains('/') {
            bail!("{name} is no archive");
        }
        match self {
            Self::Folder(folder) => Ok(std::fs::remove_file(folder.join(name))?),
            Self::Bucket(bucket, prefix) => bucket.delete(&format!("{prefix}{name}")).await,
        }
    }
}

fn list(folder: &Path) -> anyhow::Result<Vec<Item>> {
    let entries = std::fs::read_dir(folder);
    let entries = entries.with_context(|| format!("cannot list {}", folder.display()))?;
    let mut items = Vec::new();
    for entry in entries {
        let entry = entry?;
        let facts = entry.metadata()?;
        let (true, Ok(name)) = (facts.is_file(), entry.file_name().into_string()) else {
            continue;
        };
        let written = facts.modified()?.duration_since(UNIX_EPOCH);
        items.push(Item {
            name,
            bytes: facts.len(),
            written: written.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(0)),
        });
    }
    Ok(items)
}

/// A file under a name that no listing has, until it is whole.
struct FolderSink {
    file: BufWriter<File>,
    folder: PathBuf,
    under_way: PathBuf,
    name: PathBuf,
    done: bool,
}

impl FolderSink {
    fn create(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let shown = || format!("cannot write into {}", folder.display());
        if !folder.is_dir() {
            let mut builder = std::fs::DirBuilder::new();
            let made = builder.recursive(true).mode(0o700).create(folder);
            made.with_context(shown)?;
        }
        forget_left_over(folder);
        let under_way = folder.join(format!(".{name}.part"));
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&under_way)
            .with_context(shown)?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 17, file),
            folder: folder.to_owned(),
            under_way,
            name: folder.join(name),
            done: false,
        })
    }
}

/// Deletes what backups that were killed have left long ago.
fn forget_left_over(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let ours = name.starts_with(".cognate-") && name.ends_with(".jsonl.zst.age.part");
        let age = entry.metadata().and_then(|facts| facts.modified());
        let old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT_OVER));
        if ours && old {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

impl Write for FolderSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for FolderSink {
    fn commit(mut self: Box<Self>) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        std::fs::rename(&self.under_way, &self.name)?;
        self.done = true;
        // The name, too, must outlive a power cut.
        File::open(&self.folder)?.sync_all()
    }
}

impl Drop for FolderSink {
    fn drop(&mut self) {
        if !self.done {
            let _ = std::fs::remove_file(&self.under_way);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s3() -> s3::Settings {
        s3::Settings::default()
    }

    #[test]
    fn places_are_folders_and_buckets() {
        assert!(matches!(
            Target::parse("/var/backups", &s3()),
            Ok(Target::Folder(folder)) if folder == Path::new("/var/backups")
        ));
        let settings = s3::Settings {
            key: Some((
                "id".into(),
                cognate_crypto::secret::Secret::new("s".into()),
                None,
            )),
            ..s3()
        };
        let whole = |text: &str| {
            let target = Target::parse(text, &settings).unwrap();
            target.whole_name("x")
        };
        assert_eq!(whole("s3://backups"), "s3://backups/x");
        assert_eq!(whole("s3://backups/a/b"), "s3://backups/a/b/x");
        assert_eq!(whole("s3://backups/a/b/"), "s3://backups/a/b/x");
        for wrong in [
            "",
            "s3://",
            "s3://ab",
            "s3://back ups",
            "s3://backups/a b",
            "s3://backups/a//b",
            "s3://backups/../b",
            "s3://backups?x",
        ] {
            assert!(Target::parse(wrong, &settings).is_err(), "{wrong}");
        }
        assert!(Target::parse("s3://backups", &s3()).is_err(), "no key");
    }

    #[test]
    fn an_archive_is_there_when_it_is_whole_and_its_owner_alone_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = std::env::temp_dir().join(format!("cognate-sink-{}", random::uuid_v4()));
        let target = Target::Folder(folder.clone());
        let names = || {
            let mut names: Vec<_> = std::fs::read_dir(&folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let name = new_name("server", 0);
        assert!(
            name.starts_with("cognate-server-19700101T000000Z-"),
            "{name}"
        );
        let mut sink = target.create(&name).unwrap();
        sink.write_all(b"half").unwrap();
        assert_eq!(names(), [format!(".{name}.part")]);
        drop(sink);
        assert!(names().is_empty());
        let mut sink = target.create(&name).unwrap();
        sink.write_all(b"whole").unwrap();
        sink.commit().unwrap();
        assert_eq!(names(), std::slice::from_ref(&name));
        let mode = std::fs::metadata(folder.join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_schedule_deletes_nothing_but_its_own() {
        assert!(is_scheduled(&new_name("auto", 0)));
        for other in [
            new_name("server", 0),
            new_name("pool", 0),
            "cognate-auto-x".into(),
            "auto-x.jsonl.zst.age".into(),
        ] {
            assert!(!is_scheduled(&other), "{other}");
        }
    }
}
