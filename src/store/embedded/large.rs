//! Large change sets, which would hold up everybody's writes if the writer did all the work: they are
//! checked, encoded, made durable and applied here, one at a time, on a thread of their own. The writer
//! only decides: if nothing has changed meanwhile on which they depend, one small write makes them count.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::batch::assign_versions;
use super::guards;
use super::journal::Staged;
use super::locator::Retired;
use super::outcomes::committed;
use super::snapshot::Stop;
use super::state::State;
use super::storage::Storage;
use super::tail::{Noted, NotedBefore};
use super::writer::{Message, Request, answer};
use super::{MAX_WRITE_BYTES, Options, Shared};
use crate::domain::change::ChangeSet;
use crate::domain::record::Record;
use crate::domain::version::RowVersion;
use crate::store::codec::{self, CodecError};
use crate::store::{Change, Committed, StoreError, Token};

mod footprint;
mod prepared;

use footprint::Footprint;
pub use prepared::{Disturbed, Prepared, Write};

/// So often a change set is prepared; then the writer takes it as it is.
const TRIES: u32 = 3;
/// Bytes that are encoded at once.
const PIECE_BYTES: usize = 1 << 20;

/// Takes large change sets until it is closed.
#[derive(Debug)]
pub struct Desk {
    requests: Sender<Request>,
    thread: JoinHandle<()>,
}

/// What the writer answers to who is about to prepare a change set.
pub enum Beginning {
    /// It may be written. The greatest version that was given until now.
    After(u64),
    /// It was written before.
    Known(Committed),
    /// Writes are not taken.
    Refused(StoreError),
}

/// What became of a prepared change set.
pub enum Decided {
    /// It counts, and is shown.
    Written {
        /// The write.
        change: Arc<Change>,
        /// The state before it, which takes time to drop.
        previous: Arc<State>,
    },
    /// It does not; handed back, for it takes time to drop.
    Not(NotWritten, Box<Prepared>),
}

/// Why a prepared change set does not count.
pub enum NotWritten {
    /// It was written before.
    Known(Committed),
    /// It may not be written.
    Refused(StoreError),
    /// It has to be prepared anew.
    Disturbed,
}

/// The thread's own things.
pub struct Preparer {
    /// What readers see.
    pub shared: Arc<Shared>,
    /// Where the files are.
    pub storage: Arc<dyn Storage>,
    /// The writer's.
    pub writer: Sender<Message>,
    /// How the store behaves.
    pub options: Options,
    /// Ends it early.
    pub stop: Stop,
}

/// How an attempt ended.
enum Attempt {
    Over(Result<Committed, StoreError>),
    Disturbed(ChangeSet),
}

/// Why there are no bytes on the disk.
enum Unstaged {
    Codec(CodecError),
    Disk(io::Error),
}

impl From<CodecError> for Unstaged {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl From<io::Error> for Unstaged {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Desk {
    /// Of the thread that takes these requests.
    pub const fn of(requests: Sender<Request>, thread: JoinHandle<()>) -> Self {
        Self { requests, thread }
    }

    /// Hands over a change set; it is dropped if the thread has ended.
    pub fn take(&self, request: Request) {
        drop(self.requests.send(request));
    }

    /// Blocks until what waits is done.
    pub fn close(self) {
        let Self { requests, thread } = self;
        drop(requests);
        if thread.join().is_err() {
            tracing::error!("a thread of the store ended in a panic");
        }
    }
}

/// Whether a change set is one for here.
pub fn is_large(change: &ChangeSet, options: &Options) -> bool {
    change.puts.len() >= options.large_records && change.deletes.is_empty()
}

impl Preparer {
    /// Takes one change set after another until nobody can ask any more.
    pub fn run(self, requests: &Receiver<Request>) {
        while let Ok(request) = requests.recv() {
            self.carry_out(request);
        }
    }

    fn carry_out(&self, request: Request) {
        let Request {
            mut change,
            reply,
            permit,
        } = request;
        for attempt in 0..TRIES {
            match self.attempt(change, attempt) {
                Attempt::Over(outcome) => return finish(reply, permit, outcome),
                Attempt::Disturbed(again) => change = again,
            }
        }
        tracing::debug!("too much is written beside a large change set; the writer takes it as it is");
        let request = Request {
            change,
            reply,
            permit,
        };
        // Who waits hears from the dropped reply that the store is closed.
        drop(self.writer.send(Message::Commit(request)));
    }

    fn attempt(&self, change: ChangeSet, attempt: u32) -> Attempt {
        let begun = self.ask(|reply| Message::Begin(change.id, reply));
        let counter = match begun {
            Ok(Beginning::After(counter)) => counter,
            Ok(Beginning::Known(committed)) => return Attempt::Over(Ok(committed)),
            Ok(Beginning::Refused(error)) | Err(error) => return Attempt::Over(Err(error)),
        };
        let state = self.shared.state();
        if let Err(error) = guards::check(&state, &self.shared.locator, &change) {
            return Attempt::Over(Err(error));
        }
        // What others write until this is decided takes the versions between.
        let before = counter.saturating_add(self.options.large_gap << attempt);
        let footprint = Footprint::of(&change);
        let write = stamp(change, before);
        // Until it is shown, or will not be: what is added now must not be forgotten.
        let held = self.shared.locator.hold();
        let prepared = self.prepare(&state, write, footprint);
        drop(state);
        let outcome = match prepared {
            Ok(prepared) => self.decide(prepared),
            Err(error) => Attempt::Over(Err(error)),
        };
        drop(held);
        outcome
    }

    /// Makes it durable under another name, and the state that shows it.
    fn prepare(&self, state: &State, write: Write, footprint: Footprint) -> Result<Prepared, StoreError> {
        let locator = &self.shared.locator;
        let (staged, (next, retired, changed)) = std::thread::scope(|scope| {
            let staging = std::thread::Builder::new()
                .name("store-staging".to_owned())
                .spawn_scoped(scope, || self.stage(&write));
            let mut next = state.clone();
            let applied = next.put_and_delete(locator, &write.puts, &[]);
            let changed: HashSet<_> = write.puts.iter().map(Record::key).collect();
            let staged = match staging.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(staged)) => staged,
                Ok(Err(_)) => Err(unavailable("the thread that stages a write ended in a panic")),
                Err(error) => Err(unavailable(&error.to_string())),
            };
            (staged, (next, applied.retired, changed))
        });
        let staged = staged.inspect_err(|_| self.withdraw(&write.puts))?;
        let mut next = next;
        next.counter = write.counter;
        let noted = Noted {
            at: Token(0),
            audit: &write.audit,
            offset: Staged::entry_offset() as u64,
            length: u32::try_from(staged.entry_bytes() + codec::CHECKSUM_BYTES as u64).unwrap_or(u32::MAX),
        };
        let touched = codec::touched(&write.puts, &[]);
        let noted = NotedBefore::new(staged.file().clone(), &noted, touched);
        Ok(Prepared {
            at: state.at,
            next,
            write,
            footprint,
            retired,
            changed,
            staged,
            noted,
        })
    }

    fn stage(&self, write: &Write) -> Result<Staged, StoreError> {
        let limit = self.options.max_write_bytes.min(MAX_WRITE_BYTES);
        let mut bytes = codec::HEAD_BYTES + codec::CHECKSUM_BYTES;
        let mut written = || {
            let mut staged = Staged::begin(&*self.storage, codec::HEAD_BYTES)?;
            write.encode_in_pieces(PIECE_BYTES, |piece| {
                self.stop.check()?;
                bytes += piece.len();
                if bytes <= limit {
                    staged.append(piece)?;
                }
                Ok::<_, Unstaged>(())
            })?;
            staged.sync()?;
            Ok(staged)
        };
        let outcome = match written() {
            Ok(staged) if bytes <= limit => Ok(staged),
            Ok(_) => Err(StoreError::TooLarge { bytes, limit }),
            Err(Unstaged::Codec(error)) => Err(unavailable(&error.to_string())),
            Err(Unstaged::Disk(error)) => Err(unavailable(&format!("a write could not be staged: {error}"))),
        };
        if outcome.is_err() {
            self.remove_staged();
        }
        outcome
    }

    /// Has the writer decide.
    fn decide(&self, prepared: Prepared) -> Attempt {
        let mut prepared = Box::new(prepared);
        let decided = match prepared.catch_up(&self.shared) {
            Ok(()) => self.ask(|reply| Message::Decide(prepared, reply)),
            Err(Disturbed) => Ok(Decided::Not(NotWritten::Disturbed, prepared)),
        };
        let (why, write) = match decided {
            Ok(Decided::Written { change, previous }) => {
                drop(previous);
                return Attempt::Over(Ok(committed(&change)));
            }
            Ok(Decided::Not(why, prepared)) => (why, prepared.into_write()),
            Err(error) => return Attempt::Over(Err(error)),
        };
        self.withdraw(&write.puts);
        self.remove_staged();
        match why {
            NotWritten::Known(committed) => Attempt::Over(Ok(committed)),
            NotWritten::Refused(error) => Attempt::Over(Err(error)),
            NotWritten::Disturbed => Attempt::Disturbed(into_change_set(write)),
        }
    }

    fn remove_staged(&self) {
        if let Err(error) = Staged::remove(&*self.storage) {
            tracing::warn!(%error, "what was staged could not be removed; the next start does it");
        }
    }

    /// Has the locator forget what was added for records that will not be shown.
    fn withdraw(&self, puts: &[Record]) {
        let retired: Vec<Retired> = located(&self.shared, puts).collect();
        // A writer that has ended forgets nothing, and nobody asks it.
        drop(self.writer.send(Message::Retire(retired)));
    }

    fn ask<T>(&self, message: impl FnOnce(SyncSender<T>) -> Message) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        self.writer.send(message(reply)).map_err(|_| super::closed())?;
        answer.recv().map_err(|_| super::closed())
    }
}

/// What the locator holds of these records, to be forgotten.
pub fn located<'a>(shared: &'a Shared, puts: &'a [Record]) -> impl Iterator<Item = Retired> + 'a {
    puts.iter().filter_map(|put| match put {
        Record::Timesheet(sheet) => shared.locator.retired(sheet, None),
        _ => None,
    })
}

/// The change set with its versions, which follow `before`.
fn stamp(change: ChangeSet, before: u64) -> Write {
    let ChangeSet {
        id,
        guards,
        mut puts,
        deletes: _,
        audit,
    } = change;
    let mut counter = before;
    let mut next = || {
        counter += 1;
        RowVersion::new(counter)
    };
    assign_versions(&mut puts, &mut next);
    Write {
        id,
        guards,
        puts,
        audit,
        before: RowVersion::new(before),
        counter: RowVersion::new(counter),
    }
}

/// The change set as it was before it had versions, which others may take now.
fn into_change_set(write: Write) -> ChangeSet {
    let Write {
        id,
        guards,
        mut puts,
        audit,
        before,
        counter: _,
    } = write;
    for put in &mut puts {
        if let Record::Timesheet(sheet) = put {
            Arc::make_mut(sheet).take_back_versions(before);
        }
    }
    ChangeSet {
        id,
        guards,
        puts,
        deletes: Vec::new(),
        audit,
    }
}

fn finish(
    reply: oneshot::Sender<Result<Committed, StoreError>>,
    permit: OwnedSemaphorePermit,
    outcome: Result<Committed, StoreError>,
) {
    drop(permit);
    answer(reply, outcome);
}

fn unavailable(what: &str) -> StoreError {
    StoreError::Unavailable(what.to_owned())
}
