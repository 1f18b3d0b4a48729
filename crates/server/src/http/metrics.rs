//! The metrics, on a listener of their own: `GET /metrics`, for a program that collects them. The listener has neither TLS
//! nor credentials, and shows numbers of the whole server; it is off unless `metrics_listen` names its address.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use cognate_domain::App;
use cognate_domain::app::metrics::text::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::http::limits::HEADER_TIME;
use crate::http::response::{self, Response};

/// Connections that are open at once; further ones wait.
const CONNECTIONS: usize = 16;
/// The longest life of a connection.
const LONGEST: Duration = Duration::from_secs(30);

/// Answers requests until the task is ended.
pub async fn serve(listener: TcpListener, app: Arc<App>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection for metrics could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let app = app.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let response = answer(&app, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            let mut protocol = http1::Builder::new();
            protocol
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIME)
                .max_buf_size(16 << 10)
                // One request each, so that an idle collector holds no place.
                .keep_alive(false);
            let connection = protocol.serve_connection(TokioIo::new(stream), answer);
            let _ = tokio::time::timeout(LONGEST, connection).await;
            drop(place);
        });
    }
}

fn answer(app: &App, request: &Request<Incoming>) -> Response {
    match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/metrics") => text(app),
        (_, "/metrics") => response::of(
            StatusCode::METHOD_NOT_ALLOWED,
            "text/plain; charset=utf-8",
            "Only GET.\n",
        ),
        _ => response::of(
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            "Only /metrics is here.\n",
        ),
    }
}

/// Returns the answer with the metrics.
pub fn text(app: &App) -> Response {
    let mut response = response::of(StatusCode::OK, CONTENT_TYPE, app.metrics_text());
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
