//! A server in front of another, which notes what it is asked, and answers some of it itself.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cognate_testkit::Raw;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What it answers itself, to a line such as `POST / InitiateAuth`; None leaves it to the other server.
type Own = dyn Fn(&str) -> Option<(u16, String)> + Send + Sync;

/// One that has its address and does not answer yet.
pub struct Front {
    listener: TcpListener,
    /// Its port.
    pub port: u16,
}

/// One that answers until it is dropped.
pub struct Answering {
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Answering {
    /// Returns what it was asked so far: method, path with query, and the operation, if there is one.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Returns how often it was asked what has this in its line.
    pub fn count(&self, part: &str) -> usize {
        self.asked()
            .iter()
            .filter(|line| line.contains(part))
            .count()
    }
}

struct Inner {
    to: Option<String>,
    own: Box<Own>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Front {
    /// Takes a port on every address of this machine.
    pub async fn new() -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { listener, port }
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Answers. `to`: the server behind it; what neither answers is not found. A status of 0 is no answer for a long time.
    pub fn answer(
        self,
        to: Option<&str>,
        own: impl Fn(&str) -> Option<(u16, String)> + Send + Sync + 'static,
    ) -> Answering {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let inner = Arc::new(Inner {
            to: to.map(str::to_owned),
            own: Box::new(own),
            asked: asked.clone(),
        });
        let task = tokio::spawn(async move {
            // Ends the connections, too.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = self.listener.accept().await {
                let inner = inner.clone();
                connections.spawn(async move {
                    let service = service_fn(move |request| respond(inner.clone(), request));
                    let connection = hyper::server::conn::http1::Builder::new();
                    let _ = connection
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Answering { asked, task }
    }
}

async fn respond(
    inner: Arc<Inner>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let target = parts.headers.get("x-amz-target");
    let target = target.map_or("", |target| target.to_str().unwrap());
    let line = format!(
        "{} {} {}",
        parts.method,
        parts.uri,
        target.rsplit('.').next().unwrap()
    );
    let line = line.trim_end().to_owned();
    inner.asked.lock().unwrap().push(line.clone());
    let own = match ((inner.own)(&line), &inner.to) {
        (Some((0, _)), _) => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            (500, String::new())
        }
        (Some(own), _) => own,
        (None, None) => (404, String::new()),
        (None, Some(to)) => {
            parts.uri = format!("{to}{}", parts.uri).parse().unwrap();
            let request = Request::from_parts(parts, Full::new(body));
            let reply = Raw::new(to, None).send(request).await.unwrap();
            let mut response = Response::new(Full::new(reply.body));
            *response.status_mut() = reply.status;
            *response.headers_mut() = reply.headers;
            for name in [
                header::CONTENT_LENGTH,
                header::TRANSFER_ENCODING,
                header::CONNECTION,
            ] {
                response.headers_mut().remove(name);
            }
            return Ok(response);
        }
    };
    let response = Response::builder().status(own.0);
    Ok(response.body(Full::new(own.1.into())).unwrap())
}
