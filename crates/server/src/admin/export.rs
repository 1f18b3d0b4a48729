//! `cognate export` on its way to the command: the pieces of a file, made here or by the server that has the database.
//!
//! On the control socket the answer's line is followed by pieces, each behind its length in four bytes. A length of 0 and one
//! more line end them: what was written, or why the file is not complete. The pieces of an encrypted file are encrypted where
//! they are made.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use cognate_crypto::age::Recipient;
use cognate_crypto::imported::JobHash;
use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::moving::export::{Asked, Export};
use cognate_moving::export::{Format, Tally};
use cognate_store::Store;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;

use crate::admin::Request;
use crate::admin::control::{self, Reply};

/// The longest piece on the socket.
const PIECE: usize = 64 << 10;
/// How long a command may take to take a piece: it may write to a slow disk, or to somebody who reads.
const PATIENCE: Duration = Duration::from_secs(600);

/// Reads what is asked for.
///
/// # Errors
/// A text for the person at the terminal.
fn asked(
    pool: &str,
    format: &str,
    recipients: &[String],
    hashes: Option<&str>,
) -> Result<Asked, String> {
    let format = Format::named(format);
    let recipients = recipients.iter().map(|text| Recipient::parse(text));
    Ok(Asked {
        pool: pool.to_owned(),
        format: format.ok_or("a format is jsonl, csv, scim or keycloak")?,
        recipients: recipients
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?,
        hashes: match hashes {
            Some(name) => Some(
                JobHash::named(name)
                    .ok_or("hashes are BCRYPT, SCRYPT, ARGON2ID or PBKDF2_SHA256")?,
            ),
            None => None,
        },
    })
}

/// Begins an export. `now`: the wall's time in microseconds.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn begin(
    store: &Store,
    root: &RootKey,
    now: i64,
    request: &Request,
) -> Result<Export, String> {
    let Request::Export {
        pool,
        format,
        recipients,
        hashes,
    } = request
    else {
        return Err("this is no export".to_owned());
    };
    let asked = asked(pool, format, recipients, hashes.as_deref())?;
    let now = cognate_access::commands::service_time(store, now).await;
    let now = now.map_err(|error| error.to_string())?;
    Export::begin(store, root, now, &asked).await.map_err(text)
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}

/// Sends the pieces of an export that was begun, and how it ended.
///
/// # Errors
/// Those of the socket.
pub(super) async fn send(mut export: Export, to: &mut OwnedWriteHalf) -> anyhow::Result<()> {
    let end = loop {
        match export.next().await {
            Ok(Some(bytes)) => {
                for piece in bytes.chunks(PIECE) {
                    let length = u32::try_from(piece.len())?.to_be_bytes();
                    let sent = async {
                        to.write_all(&length).await?;
                        to.write_all(piece).await
                    };
                    let sent = tokio::time::timeout(PATIENCE, sent).await;
                    sent.context("the command does not take what it asked for")??;
                }
            }
            Ok(None) => break Reply::Done(json!(export.tally())),
            Err(fault) => break Reply::Refused(text(fault)),
        }
    };
    to.write_all(&[0; 4]).await?;
    to.write_all(&control::line_of(&end)?).await?;
    Ok(())
}

/// The pieces of a file.
pub enum Pieces {
    /// Made here.
    Own(Box<Export>),
    /// Made by the server of a folder.
    Served {
        /// The socket, behind the line that answered the command.
        from: BufReader<UnixStream>,
        /// What was written, once it is known.
        tally: Option<Tally>,
    },
}

impl Pieces {
    /// Asks the server of a folder. None if no server listens there.
    ///
    /// # Errors
    /// Its refusal; those of the socket.
    pub async fn served(folder: &Path, request: &Request) -> anyhow::Result<Option<Self>> {
        let Some(mut from) = control::send(folder, request).await? else {
            return Ok(None);
        };
        control::reply(&mut from, control::TIME).await?;
        Ok(Some(Self::Served { from, tally: None }))
    }

    /// Returns the next piece, which may be empty; None at the end of a complete file.
    ///
    /// # Errors
    /// Why the file cannot be completed.
    pub async fn next(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        match self {
            Self::Own(export) => export
                .next()
                .await
                .map_err(|fault| anyhow::anyhow!(text(fault))),
            Self::Served { from, tally } => {
                if tally.is_some() {
                    return Ok(None);
                }
                let stopped = "the server has stopped in the middle of the export";
                let length = tokio::time::timeout(control::TIME, from.read_u32()).await;
                let length = length.context(stopped)?.context(stopped)?;
                if length == 0 {
                    let end = control::reply(from, control::TIME).await?;
                    *tally = Some(
                        serde_json::from_value(end)
                            .context("the server's answer is not understood")?,
                    );
                    return Ok(None);
                }
                let length = usize::try_from(length)?;
                ensure!(length <= PIECE, "the server's answer is not understood");
                let mut piece = vec![0; length];
                let read = tokio::time::timeout(control::TIME, from.read_exact(&mut piece)).await;
                read.context(stopped)?.context(stopped)?;
                Ok(Some(piece))
            }
        }
    }

    /// Returns what is in the file and what is not, after its end.
    ///
    /// # Errors
    /// If the file is not complete.
    pub fn tally(&self) -> anyhow::Result<Tally> {
        match self {
            Self::Own(export) => Ok(*export.tally()),
            Self::Served { tally, .. } => match tally {
                Some(tally) => Ok(*tally),
                None => bail!("the file is not complete"),
            },
        }
    }
}
