//! What the same machine does when there is nothing to do: an axum route that answers bytes that
//! are ready-made, and one that makes as many bytes durable as a save does, with group commit.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// Answers every request with the bytes of `answer`.
pub async fn ready_made(answer: &Path) -> io::Result<()> {
    let answer = Bytes::from(std::fs::read(answer)?);
    let route = post(|State(answer): State<Bytes>, _body: Bytes| async move { json(answer) });
    serve(Router::new().route("/graphql", route).with_state(answer)).await
}

/// Appends `bytes` bytes for every request to a file in `folder`, calls fdatasync once for all that
/// wait, and only then answers with the bytes of `answer`.
pub async fn append(folder: &Path, bytes: usize, answer: &Path) -> io::Result<()> {
    let answer = Bytes::from(std::fs::read(answer)?);
    let (sender, receiver) = mpsc::channel::<oneshot::Sender<()>>(1024);
    let file = File::create(folder.join("append"))?;
    std::thread::spawn(move || write(file, bytes, receiver));
    let route = post(
        |State((answer, sender)): State<(Bytes, mpsc::Sender<oneshot::Sender<()>>)>, _body: Bytes| async move {
            let (done, wait) = oneshot::channel();
            sender.send(done).await.unwrap();
            wait.await.unwrap();
            json(answer)
        },
    );
    serve(
        Router::new()
            .route("/graphql", route)
            .with_state((answer, sender)),
    )
    .await
}

fn write(mut file: File, bytes: usize, mut receiver: mpsc::Receiver<oneshot::Sender<()>>) {
    let record = vec![0xA5_u8; bytes];
    while let Some(first) = receiver.blocking_recv() {
        let mut waiting = vec![first];
        while let Ok(next) = receiver.try_recv() {
            waiting.push(next);
        }
        file.write_all(&record.repeat(waiting.len())).unwrap();
        file.sync_data().unwrap();
        for done in waiting {
            let _ = done.send(());
        }
    }
}

fn json(answer: Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], answer)
}

async fn serve(router: Router) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await
}
