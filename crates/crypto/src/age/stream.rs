//! The payload: chunks of 64 KiB, each sealed under a counter and a mark of the last one (STREAM).

use std::io::{self, Read, Write};

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::failure::sure;
use crate::secret::Secret;

/// Bytes of the payload in a full chunk.
const CHUNK: usize = 64 * 1024;
/// Bytes that sealing adds to each.
const TAG: usize = 16;

/// Seals and opens chunks in their order.
struct Chunks {
    key: LessSafeKey,
    counter: u64,
}

impl Chunks {
    fn new(key: &Secret<[u8; 32]>) -> Self {
        let key = sure(UnboundKey::new(&CHACHA20_POLY1305, key.expose()), "a key");
        Self {
            key: LessSafeKey::new(key),
            counter: 0,
        }
    }

    /// 11 bytes of a counter and one that is 1 for the last chunk. 2^64 chunks are never reached.
    fn nonce(&self, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        if let Some(counter) = nonce.get_mut(3..11) {
            counter.copy_from_slice(&self.counter.to_be_bytes());
        }
        if let Some(mark) = nonce.last_mut() {
            *mark = u8::from(last);
        }
        Nonce::assume_unique_for_key(nonce)
    }

    fn seal(&mut self, chunk: &mut Vec<u8>, last: bool) {
        let nonce = self.nonce(last);
        let sealed = self
            .key
            .seal_in_place_append_tag(nonce, Aad::empty(), chunk);
        sure(sealed, "encryption");
        self.counter = self.counter.saturating_add(1);
    }

    /// Leaves the plain bytes in `chunk`.
    fn open(&mut self, chunk: &mut Vec<u8>, last: bool) -> io::Result<()> {
        let nonce = self.nonce(last);
        let opened = self.key.open_in_place(nonce, Aad::empty(), chunk);
        let length = opened.map_err(|_| changed())?.len();
        // Only a payload of nothing ends with a chunk of nothing.
        if length == 0 && self.counter > 0 {
            return Err(changed());
        }
        chunk.truncate(length);
        self.counter = self.counter.saturating_add(1);
        Ok(())
    }
}

fn changed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the encrypted file was cut or changed",
    )
}

/// A file that is being encrypted.
pub struct Sealing<W: Write> {
    chunks: Chunks,
    pending: Zeroizing<Vec<u8>>,
    out: W,
}

impl<W: Write> Sealing<W> {
    pub(super) fn new(key: Secret<[u8; 32]>, out: W) -> Self {
        Self {
            chunks: Chunks::new(&key),
            pending: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)),
            out,
        }
    }

    /// Returns what the file is written to, to take away what is there already.
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes the last chunk and returns what the file was written to. Without it nobody can read the end of the file.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.chunks.seal(&mut self.pending, true);
        self.out.write_all(&self.pending)?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until more comes: only then it is not the last one.
        if self.pending.len() == CHUNK && !bytes.is_empty() {
            self.chunks.seal(&mut self.pending, false);
            self.out.write_all(&self.pending)?;
            self.pending.clear();
        }
        let room = CHUNK.saturating_sub(self.pending.len()).min(bytes.len());
        let taken = bytes.get(..room).unwrap_or_default();
        self.pending.extend_from_slice(taken);
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A file that is being decrypted.
pub struct Opened<R: Read> {
    chunks: Chunks,
    input: R,
    /// The plain bytes of the chunk at hand.
    chunk: Zeroizing<Vec<u8>>,
    given: usize,
    /// The first byte of the next chunk, read to learn whether there is one.
    next: Option<u8>,
    /// How far reading came.
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is another chunk.
    More,
    /// The last chunk is at hand.
    Last,
    /// A chunk was not what was sealed. Every later read says so too.
    Changed,
}

impl<R: Read> Opened<R> {
    pub(super) fn new(key: Secret<[u8; 32]>, input: R) -> Self {
        Self {
            chunks: Chunks::new(&key),
            input,
            chunk: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)),
            given: 0,
            next: None,
            state: State::More,
        }
    }

    /// Reads and opens one chunk.
    fn advance(&mut self) -> io::Result<()> {
        self.given = 0;
        self.chunk.clear();
        self.chunk.extend(self.next.take());
        let room = (CHUNK + TAG).saturating_sub(self.chunk.len());
        let room = u64::try_from(room).unwrap_or(0);
        (&mut self.input).take(room).read_to_end(&mut self.chunk)?;
        let mut byte = [0];
        let more = read_one(&mut self.input, &mut byte)?;
        let [byte] = byte;
        self.next = more.then_some(byte);
        let opened = self.chunks.open(&mut self.chunk, !more);
        self.state = match (&opened, more) {
            (Err(_), _) => State::Changed,
            (Ok(()), true) => State::More,
            (Ok(()), false) => State::Last,
        };
        if opened.is_err() {
            self.chunk.clear();
        }
        opened
    }
}

fn read_one(input: &mut impl Read, byte: &mut [u8; 1]) -> io::Result<bool> {
    loop {
        match input.read(byte) {
            Ok(read) => return Ok(read == 1),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.chunk.len() {
            match self.state {
                State::Changed => return Err(changed()),
                State::Last => return Ok(0),
                State::More if out.is_empty() => return Ok(0),
                State::More => self.advance()?,
            }
        }
        let rest = self.chunk.get(self.given..).unwrap_or_default();
        let length = rest.len().min(out.len());
        if let (Some(from), Some(to)) = (rest.get(..length), out.get_mut(..length)) {
            to.copy_from_slice(from);
        }
        self.given = self.given.saturating_add(length);
        Ok(length)
    }
}
