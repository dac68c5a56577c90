//! The operations that run on one socket: each in its own task, all speaking into one bounded
//! queue, so that an operation whose words nobody takes waits and does not pile them up.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::message;
use crate::graphql::front::refusal::{Code, Refusal};
use crate::graphql::front::{Front, Prepared};
use crate::graphql::session::Session;

/// A message for the client.
#[derive(Debug)]
pub struct Outgoing {
    /// The operation that it is about; a message of one that has ended meanwhile is not sent.
    operation: Option<Ticket>,
    /// The text.
    text: String,
}

/// One operation, told from later ones with the same id.
#[derive(Debug, Clone)]
struct Ticket {
    id: Arc<str>,
    number: u64,
    /// Nothing comes behind this message.
    last: bool,
}

/// The running operations of a socket.
#[derive(Debug, Default)]
pub struct Operations(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    running: HashMap<Arc<str>, Running>,
    started: u64,
}

#[derive(Debug)]
struct Running {
    number: u64,
    task: Option<AbortHandle>,
}

impl Outgoing {
    /// A message that is about no operation.
    pub const fn of_connection(text: String) -> Self {
        Self {
            operation: None,
            text,
        }
    }
}

impl Operations {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an operation with this id runs.
    pub fn has(&self, id: &str) -> bool {
        self.state().running.contains_key(id)
    }

    /// How many run.
    pub fn count(&self) -> usize {
        self.state().running.len()
    }

    /// Runs an operation until it, or the client, ends it.
    pub fn start(
        &self,
        id: &str,
        front: &Arc<Front>,
        prepared: Prepared,
        session: &Session,
        out: mpsc::Sender<Outgoing>,
    ) {
        let ticket = self.ticket(id);
        let number = ticket.number;
        let task = run(ticket.clone(), Arc::clone(front), prepared, session.clone(), out);
        let handle = tokio::spawn(task).abort_handle();
        if let Some(running) = self.state().running.get_mut(id)
            && running.number == number
        {
            running.task = Some(handle);
        }
    }

    fn ticket(&self, id: &str) -> Ticket {
        let mut state = self.state();
        state.started += 1;
        let number = state.started;
        let id: Arc<str> = id.into();
        state
            .running
            .insert(Arc::clone(&id), Running { number, task: None });
        Ticket {
            id,
            number,
            last: false,
        }
    }

    /// Ends an operation, because the client does not listen any more.
    pub fn stop(&self, id: &str) {
        if let Some(Running { task: Some(task), .. }) = self.state().running.remove(id) {
            task.abort();
        }
    }

    /// Ends all operations.
    pub fn stop_all(&self) {
        for (_, running) in self.state().running.drain() {
            if let Some(task) = running.task {
                task.abort();
            }
        }
    }

    /// The text to send, unless its operation has ended meanwhile. With its last message an
    /// operation gives its id free: the client may use it again as soon as it reads the message.
    pub fn release(&self, message: Outgoing) -> Option<String> {
        let Some(ticket) = message.operation else {
            return Some(message.text);
        };
        let mut state = self.state();
        let running = state.running.get(&ticket.id)?;
        if running.number != ticket.number {
            return None;
        }
        if ticket.last {
            state.running.remove(&ticket.id);
        }
        Some(message.text)
    }
}

async fn run(
    ticket: Ticket,
    front: Arc<Front>,
    prepared: Prepared,
    session: Session,
    out: mpsc::Sender<Outgoing>,
) {
    let last = Ticket {
        last: true,
        ..ticket.clone()
    };
    let relayed = relay(&ticket, &front, prepared, &session, &out);
    let text = match AssertUnwindSafe(relayed).catch_unwind().await {
        Ok(()) => message::complete(&ticket.id),
        Err(_) => message::error(&ticket.id, &Refusal::new(Code::Internal, "the server failed")),
    };
    // Only fails when the socket is gone, and then nobody is there to be told.
    let _ = out
        .send(Outgoing {
            operation: Some(last),
            text,
        })
        .await;
}

async fn relay(
    ticket: &Ticket,
    front: &Arc<Front>,
    prepared: Prepared,
    session: &Session,
    out: &mpsc::Sender<Outgoing>,
) {
    let mut answers = front.events(prepared, session);
    while let Some(answer) = answers.next().await {
        let message = Outgoing {
            operation: Some(ticket.clone()),
            text: message::next(&ticket.id, &answer.json),
        };
        if out.send(message).await.is_err() {
            return;
        }
    }
}
