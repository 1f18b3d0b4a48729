//! Writing an archive.

use std::io::{self, Write};

use cognate_crypto::age::{self, Recipient, Sealing};
use zeroize::Zeroizing;

use super::{Cell, Header, Ledger, Manifest, ManifestLine, TableLine};

/// How hard zstd tries: its default, beyond which it costs more than it saves.
const LEVEL: i32 = 3;

/// An archive that is being written. It counts only after [`Writer::finish`].
pub struct Writer<W: Write> {
    out: zstd::Encoder<'static, Sealing<W>>,
    ledger: Ledger,
    /// The line at hand; it may hold keys.
    line: Zeroizing<Vec<u8>>,
}

impl<W: Write> Writer<W> {
    /// Begins an archive for the recipients.
    ///
    /// # Errors
    /// Those of the output; `InvalidInput` without a recipient.
    pub fn begin(recipients: &[Recipient], header: &Header, out: W) -> io::Result<Self> {
        let sealing = age::seal(recipients, out)?;
        let mut encoder = zstd::Encoder::new(sealing, LEVEL)?;
        let mut line = serde_json::to_vec(header)?;
        line.push(b'\n');
        encoder.write_all(&line)?;
        Ok(Self {
            out: encoder,
            ledger: Ledger::new(&line),
            line: Zeroizing::new(Vec::new()),
        })
    }

    /// Begins a table.
    ///
    /// # Errors
    /// Those of the output; `InvalidInput` for a table that was there already.
    pub fn table(&mut self, name: &str, columns: &[&str]) -> io::Result<()> {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        let table = name.to_owned();
        let mut line = serde_json::to_vec(&TableLine { table, columns })?;
        line.push(b'\n');
        if !self.ledger.table(name, &line) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.out.write_all(&line)
    }

    /// Writes a row of the table at hand.
    ///
    /// # Errors
    /// Those of the output; `InvalidInput` outside of a table.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut *self.line, cells)?;
        self.line.push(b'\n');
        if !self.ledger.row(&self.line) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.out.write_all(&self.line)
    }

    /// Writes the manifest and the end; returns what was written to, and the manifest.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<(W, Manifest)> {
        let manifest = self.ledger.manifest();
        self.finish_with(&manifest).map(|out| (out, manifest))
    }

    /// Ends with a manifest that may say something else, for tests of readers.
    fn finish_with(mut self, manifest: &Manifest) -> io::Result<W> {
        let line = ManifestLine {
            manifest: manifest.clone(),
        };
        let mut line = serde_json::to_vec(&line)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.finish()?.finish()
    }

    /// Ends with a manifest that `change` made, for tests of readers.
    ///
    /// # Errors
    /// Those of the output.
    #[doc(hidden)]
    pub fn finish_lying(mut self, change: impl FnOnce(&mut Manifest)) -> io::Result<W> {
        let mut manifest = self.ledger.manifest();
        change(&mut manifest);
        self.finish_with(&manifest)
    }
}
