//! The few calls of S3 that archives need: parts of an upload, parts of a download, a listing, a deletion.
//!
//! Every call is one request of the outbound client, signed by the signer of all calls to Amazon's services. Buckets are in
//! the path, which every service that speaks S3 understands. An upload is seen by others when it is completed.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use cognate_crypto::basic_time;
use cognate_crypto::secret::SecretString;
use cognate_domain::clock::Clock;
use cognate_outbound::aws::Signer;
use cognate_outbound::{Limits, Outbound, Reach};
use http::header::{CONTENT_RANGE, ETAG, IF_MATCH, RANGE};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use tokio::runtime::Handle;

use super::target::{Item, Sink};

/// Bytes of a part. A service takes ten thousand of them, which is 160 GB.
const PART: usize = 16 << 20;
/// Bytes of an answer that is no part of an archive; a listing has a thousand keys at most.
const ANSWER: usize = 4 << 20;
/// The time for one call.
const TIME: Duration = Duration::from_secs(300);
/// Tries of a call, and the time between them.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
/// Pages of a listing at most.
const PAGES: usize = 1_000;

/// The settings of buckets.
#[derive(Debug, Default)]
pub struct Settings {
    /// The URL of the service; None for Amazon's of the region.
    pub endpoint: Option<String>,
    /// The region in signatures.
    pub region: String,
    /// Id, secret and token of the key that signs.
    pub key: Option<(String, SecretString, Option<SecretString>)>,
}

/// A bucket.
pub struct Bucket {
    outbound: Outbound,
    signer: Signer,
    endpoint: String,
    name: String,
}

/// A call.
struct Call<'a> {
    method: Method,
    key: &'a str,
    /// Names and values, in the order of the names.
    query: &'a [(&'a str, &'a str)],
    headers: &'a [(HeaderName, String)],
    body: Bytes,
    /// Bytes of the answer at most.
    most: usize,
}

impl Call<'_> {
    fn new(method: Method, key: &str) -> Call<'_> {
        Call {
            method,
            key,
            query: &[],
            headers: &[],
            body: Bytes::new(),
            most: ANSWER,
        }
    }
}

impl Bucket {
    /// Returns a bucket of the settings.
    ///
    /// # Errors
    /// Settings without a key, or a URL that cannot be called.
    pub(super) fn new(name: &str, settings: &Settings) -> anyhow::Result<Self> {
        let (id, secret, token) = settings.key.as_ref().context(
            "a bucket needs a key: set backup_s3_access_key_id and backup_s3_secret_access_key",
        )?;
        let region = match settings.region.as_str() {
            "" => "us-east-1",
            region => region,
        };
        let endpoint = settings.endpoint.clone();
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        // The operator names the service.
        let outbound = Outbound::reaching(Reach::PlainHttp);
        ensure!(
            outbound.may_call(&endpoint) && !endpoint.contains(['?', '#']),
            "backup_s3_endpoint is no http or https URL"
        );
        let token = token.as_ref().map(|token| token.expose().as_str());
        Ok(Self {
            signer: Signer::new(id, secret.expose(), token, region, "s3"),
            outbound,
            endpoint,
            name: name.to_owned(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Makes a call, again if the service does not answer or is busy; all calls here may be repeated.
    async fn call(&self, call: &Call<'_>) -> anyhow::Result<Response<Bytes>> {
        let mut tries = 0;
        loop {
            tries += 1;
            let answer = self.attempt(call).await;
            let again = match &answer {
                Ok(answer) => {
                    answer.status().is_server_error()
                        || answer.status() == StatusCode::TOO_MANY_REQUESTS
                }
                Err(_) => true,
            };
            if !again || tries >= TRIES {
                let answer = answer?;
                if answer.status().is_success() {
                    return Ok(answer);
                }
                let text = String::from_utf8_lossy(answer.body()).into_owned();
                let code = between(&text, "<Code>", "</Code>").unwrap_or_default();
                bail!(
                    "the service of the bucket {} answers {} {}",
                    self.name,
                    answer.status().as_u16(),
                    code.chars().take(64).collect::<String>()
                );
            }
            tokio::time::sleep(PAUSE * tries).await;
        }
    }

    async fn attempt(&self, call: &Call<'_>) -> anyhow::Result<Response<Bytes>> {
        let mut url = format!("{}/{}", self.endpoint, self.name);
        if !call.key.is_empty() {
            let _ = write!(url, "/{}", call.key);
        }
        for (at, (name, value)) in call.query.iter().enumerate() {
            let mark = if at == 0 { '?' } else { '&' };
            let _ = write!(url, "{mark}{name}={}", encoded(value));
        }
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(url)
            .body(call.body.clone())?;
        for (name, value) in call.headers {
            let value = HeaderValue::from_str(value)?;
            request.headers_mut().insert(name, value);
        }
        let now = u64::try_from(Clock::default().wall()).unwrap_or_default();
        let now = UNIX_EPOCH + Duration::from_micros(now);
        self.signer.sign(&mut request, now)?;
        let limits = Limits {
            total: TIME,
            connect: Duration::from_secs(10),
            bytes: call.most,
            content_type: None,
        };
        Ok(self.outbound.send(request, limits).await?)
    }

    /// Returns the objects whose keys begin so, with their whole keys.
    pub(super) async fn list(&self, prefix: &str) -> anyhow::Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = vec![("list-type", "2"), ("prefix", prefix)];
            if let Some(token) = &token {
                query.insert(0, ("continuation-token", token));
            }
            let call = Call {
                query: &query,
                ..Call::new(Method::GET, "")
            };
            let answer = self.call(&call).await?;
            let text = std::str::from_utf8(answer.body()).context("the listing is no text")?;
            items.extend(items_of(text));
            token = between(text, "<NextContinuationToken>", "</NextContinuationToken>")
                .map(|token| token.replace("&amp;", "&"));
            if token.is_none() {
                return Ok(items);
            }
        }
        bail!("the bucket {} has too many objects there", self.name)
    }

    pub(super) async fn delete(&self, key: &str) -> anyhow::Result<()> {
        self.call(&Call::new(Method::DELETE, key)).await.map(drop)
    }

    async fn begin_upload(&self, key: &str) -> anyhow::Result<String> {
        let call = Call {
            query: &[("uploads", "")],
            ..Call::new(Method::POST, key)
        };
        let answer = self.call(&call).await?;
        let text = std::str::from_utf8(answer.body())?;
        let id = between(text, "<UploadId>", "</UploadId>");
        Ok(id.context("no id of an upload")?.to_owned())
    }

    /// Sends a part, counted from 1; returns its ETag.
    async fn send_part(
        &self,
        key: &str,
        upload: &str,
        number: usize,
        body: Bytes,
    ) -> anyhow::Result<String> {
        let number = number.to_string();
        let call = Call {
            query: &[("partNumber", &number), ("uploadId", upload)],
            body,
            ..Call::new(Method::PUT, key)
        };
        let answer = self.call(&call).await?;
        let tag = answer
            .headers()
            .get(ETAG)
            .context("a part without an ETag")?;
        Ok(tag.to_str()?.to_owned())
    }

    async fn end_upload(&self, key: &str, upload: &str, tags: &[String]) -> anyhow::Result<()> {
        let mut body = String::from("<CompleteMultipartUpload>");
        for (number, tag) in (1_usize..).zip(tags) {
            let tag = tag.replace('&', "&amp;").replace('<', "&lt;");
            let _ = write!(
                body,
                "<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
            );
        }
        body.push_str("</CompleteMultipartUpload>");
        let call = Call {
            query: &[("uploadId", upload)],
            body: body.into(),
            ..Call::new(Method::POST, key)
        };
        let answer = self.call(&call).await?;
        // An error may come with the status of a success, once the service has begun to answer.
        let text = String::from_utf8_lossy(answer.body());
        ensure!(!text.contains("<Error>"), "the upload was not completed");
        Ok(())
    }

    async fn abort_upload(&self, key: &str, upload: &str) -> anyhow::Result<()> {
        let call = Call {
            query: &[("uploadId", upload)],
            ..Call::new(Method::DELETE, key)
        };
        self.call(&call).await.map(drop)
    }
}

/// Percent-encodes a value of a query as signatures want it.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Returns the text between two marks.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(begin)?;
    rest.split_once(end).map(|(found, _)| found)
}

/// Returns the objects of a listing. Archives have keys without characters that XML writes in another way; other objects do
/// not matter.
fn items_of(text: &str) -> impl Iterator<Item = Item> {
    text.split("<Contents>").skip(1).filter_map(|entry| {
        Some(Item {
            name: between(entry, "<Key>", "</Key>")?.to_owned(),
            bytes: between(entry, "<Size>", "</Size>")?.parse().ok()?,
            written: between(entry, "<LastModified>", "</LastModified>").map_or(0, micros),
        })
    })
}

/// Reads `2026-11-30T01:02:03.000Z`; 0 for another form.
fn micros(text: &str) -> i64 {
    let digits: String = text
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !"-:Z".contains(*c))
        .collect();
    basic_time::parse(&format!("{digits}Z")).unwrap_or(0)
}

/// An upload in parts.
pub(super) struct Upload {
    bucket: Arc<Bucket>,
    key: String,
    handle: Handle,
    /// The id, once the first part is full.
    upload: Option<String>,
    tags: Vec<String>,
    buffer: Vec<u8>,
    done: bool,
}

impl Upload {
    pub(super) fn new(bucket: &Arc<Bucket>, key: String) -> Self {
        Self {
            bucket: Arc::clone(bucket),
            key,
            handle: Handle::current(),
            upload: None,
            tags: Vec::new(),
            buffer: Vec::new(),
            done: false,
        }
    }

    fn send(&mut self) -> anyhow::Result<()> {
        let body = Bytes::from(std::mem::take(&mut self.buffer));
        let handle = self.handle.clone();
        let upload = match &self.upload {
            Some(upload) => upload.clone(),
            None => {
                let begun = handle.block_on(self.bucket.begin_upload(&self.key))?;
                self.upload = Some(begun.clone());
                begun
            }
        };
        let number = self.tags.len().saturating_add(1);
        let sent = self.bucket.send_part(&self.key, &upload, number, body);
        self.tags.push(handle.block_on(sent)?);
        Ok(())
    }
}

fn other(error: anyhow::Error) -> io::Error {
    io::Error::other(format!("{error:#}"))
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() >= PART {
            self.send().map_err(other)?;
        }
        let room = PART.saturating_sub(self.buffer.len()).min(bytes.len());
        self.buffer
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Upload {
    fn commit(mut self: Box<Self>) -> io::Result<()> {
        self.send().map_err(other)?;
        let upload = self.upload.clone().unwrap_or_default();
        let ended = self.bucket.end_upload(&self.key, &upload, &self.tags);
        self.handle.block_on(ended).map_err(other)?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Upload {
    /// Gives up the parts. A program that was killed leaves them to the bucket's own rule for incomplete uploads.
    fn drop(&mut self) {
        if self.done {
            return;
        }
        if let Some(upload) = self.upload.take() {
            let (bucket, key) = (Arc::clone(&self.bucket), std::mem::take(&mut self.key));
            self.handle.spawn(async move {
                if let Err(error) = bucket.abort_upload(&key, &upload).await {
                    tracing::warn!(%error, "an upload of a backup was not given up");
                }
            });
        }
    }
}

/// A download in parts, all of the same object.
pub(super) struct Download {
    bucket: Arc<Bucket>,
    key: String,
    handle: Handle,
    /// The ETag of the first part.
    tag: Option<String>,
    part: Bytes,
    /// Bytes that were asked for.
    at: u64,
    /// Bytes of the object, once it is known.
    size: Option<u64>,
}

impl Download {
    pub(super) fn new(bucket: &Arc<Bucket>, key: String) -> Self {
        Self {
            bucket: Arc::clone(bucket),
            key,
            handle: Handle::current(),
            tag: None,
            part: Bytes::new(),
            at: 0,
            size: None,
        }
    }

    fn next(&mut self) -> anyhow::Result<()> {
        let length = u64::try_from(PART)?;
        let range = format!("bytes={}-{}", self.at, self.at + length - 1);
        let mut headers = vec![(RANGE, range)];
        headers.extend(self.tag.clone().map(|tag| (IF_MATCH, tag)));
        let call = Call {
            headers: &headers,
            most: PART + 1,
            ..Call::new(Method::GET, &self.key)
        };
        let answer = self.handle.block_on(self.bucket.call(&call))?;
        ensure!(
            answer.status() == StatusCode::PARTIAL_CONTENT,
            "the service does not give parts of objects"
        );
        let header = |name| answer.headers().get(name)?.to_str().ok();
        let range = header(CONTENT_RANGE).context("no range in the answer")?;
        let size = range.rsplit_once('/').map(|(_, size)| size.parse());
        self.size = Some(size.context("no size in the answer")??);
        self.tag = header(ETAG).map(str::to_owned);
        let got = u64::try_from(answer.body().len())?;
        ensure!(got > 0, "an empty part");
        self.at += got;
        self.part = answer.into_body();
        Ok(())
    }
}

impl Read for Download {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.part.is_empty() && self.size.is_none_or(|size| self.at < size) {
            self.next().map_err(other)?;
        }
        let length = self.part.len().min(out.len());
        let given = self.part.split_to(length);
        if let Some(to) = out.get_mut(..length) {
            to.copy_from_slice(&given);
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_read() {
        let text = "<?xml version=\"1.0\"?><ListBucketResult><Contents><Key>a/cognate-auto-x</Key>\
                    <LastModified>2026-11-30T01:02:03.000Z</LastModified><Size>17</Size></Contents>\
                    <Contents><Key>b</Key><Size>x</Size></Contents></ListBucketResult>";
        let items: Vec<_> = items_of(text).collect();
        let written = basic_time::parse("20261130T010203Z").unwrap();
        let wanted = Item {
            name: "a/cognate-auto-x".into(),
            bytes: 17,
            written,
        };
        assert_eq!(items, [wanted]);
    }

    #[test]
    fn values_of_queries_are_encoded_once() {
        assert_eq!(encoded("a b/c~d=é"), "a%20b%2Fc~d%3D%C3%A9");
    }
}
