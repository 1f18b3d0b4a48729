//! A receiver of webhooks, which answers as a test says and keeps what it took.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does with what comes.
#[derive(Clone, Debug)]
pub enum Mood {
    /// It answers with a status.
    Status(u16),
    /// It sends the caller elsewhere.
    Redirect(String),
    /// It answers 200 after a while.
    Slow(Duration),
    /// It never answers.
    Silent,
    /// It closes the connection.
    Reset,
    /// It sends more than it is asked for.
    Endless,
}

/// What came.
#[derive(Clone, Debug)]
pub struct Came {
    pub headers: HashMap<String, String>,
    pub body: String,
    /// True if it was taken.
    pub taken: bool,
}

impl Came {
    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

struct State {
    mood: Mood,
    came: Vec<Came>,
}

pub struct Receiver {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    pub async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?token=t", listener.local_addr().unwrap());
        let came = Vec::new();
        let state = Arc::new(Mutex::new(State { mood, came }));
        let served = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, served.clone()));
            }
        });
        Self { url, state }
    }

    pub fn set(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    pub fn came(&self) -> Vec<Came> {
        self.state.lock().unwrap().came.clone()
    }

    /// The events that it took, in order.
    pub fn taken(&self) -> Vec<Value> {
        let came = self.came();
        came.iter()
            .filter(|came| came.taken)
            .map(Came::event)
            .collect()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut bytes = Vec::new();
    let (head, length) = loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let headers: HashMap<_, _> = head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect();
            let length: usize = headers["content-length"].parse().unwrap();
            if bytes.len() >= head.len() + 4 + length {
                break (headers, length);
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    let body = String::from_utf8(bytes.split_off(bytes.len() - length)).unwrap();
    let mood = state.lock().unwrap().mood.clone();
    if let Mood::Slow(time) = mood {
        tokio::time::sleep(time).await;
    }
    let taken = match mood {
        Mood::Status(status) => (200..300).contains(&status),
        Mood::Slow(_) | Mood::Endless => true,
        _ => false,
    };
    let headers = head;
    state.lock().unwrap().came.push(Came {
        headers,
        body,
        taken,
    });
    let answer = match mood {
        Mood::Status(status) => {
            format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Mood::Slow(_) => {
            "HTTP/1.1 200 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
        }
        Mood::Redirect(to) => {
            format!(
                "HTTP/1.1 307 x\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
        }
        Mood::Silent => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return;
        }
        Mood::Reset => return,
        Mood::Endless => format!(
            "HTTP/1.1 200 x\r\ncontent-length: 1000000\r\nconnection: close\r\n\r\n{}",
            "x".repeat(1_000_000)
        ),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
}
