//! Log lines on their way to the error stream. Whoever logs puts a line into a bounded buffer and
//! goes on; one thread writes what has gathered, many lines at a time. A stream that is slow or
//! stuck never holds up a request: lines that find no room are dropped and counted.
//!
//! There is more room for warnings and errors, so that they are not lost among the lines of
//! requests, and they are written at once.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// Bytes of lines that wait; beyond them only warnings and errors do.
const ROOM: usize = 1 << 20;
/// Bytes of lines that wait, warnings and errors included.
const ROOM_FOR_URGENT: usize = 2 * ROOM;
/// So long lines gather, which spares the system calls.
const GATHER: Duration = Duration::from_millis(5);

/// Where lines wait. Cheap to clone.
#[derive(Clone)]
pub struct Queue(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    something_to_do: Condvar,
    all_written: Condvar,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    lines: u64,
    /// Whether somebody waits for it to be written.
    is_urgent: bool,
    /// Whether the thread waits to be woken.
    is_idle: bool,
    is_writing: bool,
}

impl Queue {
    /// A queue that a thread of its own writes to `out`, for as long as the process lives.
    pub fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let queue = Self(Arc::clone(&shared));
        std::thread::Builder::new()
            .name("logs".to_owned())
            .spawn(move || shared.write_for_ever(out))?;
        Ok(queue)
    }

    /// Waits until everything is written, but no longer than `patience`.
    pub fn flush(&self, patience: Duration) {
        let mut waiting = self.0.lock();
        waiting.is_urgent = true;
        self.0.something_to_do.notify_one();
        let all = self
            .0
            .all_written
            .wait_timeout_while(waiting, patience, |waiting| !waiting.is_done());
        drop(all);
    }

    /// Lines that found no room, or could not be written.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    fn add(&self, line: &[u8], is_urgent: bool) {
        let room = if is_urgent { ROOM_FOR_URGENT } else { ROOM };
        let mut waiting = self.0.lock();
        if waiting.bytes.len() + line.len() > room {
            drop(waiting);
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.bytes.extend_from_slice(line);
        waiting.lines += 1;
        let is_news = is_urgent && !waiting.is_urgent;
        waiting.is_urgent |= is_urgent;
        let must_wake = std::mem::take(&mut waiting.is_idle) || is_news;
        drop(waiting);
        if must_wake {
            self.0.something_to_do.notify_one();
        }
    }
}

impl Waiting {
    const fn is_done(&self) -> bool {
        self.bytes.is_empty() && !self.is_writing
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_for_ever(&self, mut out: impl Write) {
        let mut batch = Vec::new();
        loop {
            let lines = self.take(&mut batch);
            if out.write_all(&batch).and_then(|()| out.flush()).is_err() {
                self.dropped.fetch_add(lines, Ordering::Relaxed);
            }
            batch.clear();
            self.lock().is_writing = false;
            self.all_written.notify_all();
        }
    }

    /// Waits for lines, and a little longer for more, and takes them; says how many.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let mut waiting = self.lock();
        while waiting.bytes.is_empty() {
            waiting.is_idle = true;
            waiting.is_urgent = false;
            let woken = self.something_to_do.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let gathered = self
            .something_to_do
            .wait_timeout_while(waiting, GATHER, |waiting| !waiting.is_urgent);
        let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut waiting.bytes, batch);
        waiting.is_writing = true;
        waiting.is_urgent = false;
        std::mem::take(&mut waiting.lines)
    }
}

/// Takes one line.
pub struct Line<'a> {
    queue: &'a Queue,
    is_urgent: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.queue.add(line, self.is_urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            queue: self,
            is_urgent: false,
        }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Line<'a> {
        Line {
            queue: self,
            is_urgent: *about.level() <= Level::WARN,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use super::{Queue, ROOM, ROOM_FOR_URGENT};

    const LONG: Duration = Duration::from_secs(30);

    /// A stream that takes nothing before it is allowed to, and then tells what it took.
    struct Slow {
        allowed: Receiver<()>,
        taken: Sender<Vec<u8>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.allowed.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
            self.taken.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (Queue, Sender<()>, Receiver<Vec<u8>>) {
        let (allow, allowed) = channel();
        let (taken, took) = channel();
        (Queue::to(Slow { allowed, taken }).unwrap(), allow, took)
    }

    #[test]
    fn a_stuck_stream_costs_lines_and_nobodys_time_and_warnings_last() {
        let (queue, allow, took) = slow();
        // Once this is on its way, the thread is stuck with it.
        queue.add(b"first\n", true);
        while !queue.0.lock().is_writing {
            std::thread::yield_now();
        }
        let before = queue.dropped();
        let line = [b'a'; 1 << 10];
        for _ in 0..ROOM / line.len() + 3 {
            queue.add(&line, false);
        }
        assert_eq!(queue.dropped() - before, 3);
        queue.add(b"a warning\n", true);
        assert_eq!(queue.dropped() - before, 3);
        for _ in 0..ROOM_FOR_URGENT / line.len() {
            queue.add(&line, true);
        }
        assert!(queue.dropped() - before > 3, "there is an end to warnings too");

        allow.send(()).unwrap();
        allow.send(()).unwrap();
        queue.flush(LONG);
        assert_eq!(took.recv().unwrap(), b"first\n");
        let rest = took.recv().unwrap();
        assert!(rest.len() <= ROOM_FOR_URGENT);
        assert!(rest.windows(10).any(|part| part == b"a warning\n"));
        // There is room again.
        let so_far = queue.dropped();
        queue.add(b"last\n", false);
        allow.send(()).unwrap();
        queue.flush(LONG);
        assert_eq!(
            (took.recv().unwrap(), queue.dropped()),
            (b"last\n".to_vec(), so_far)
        );
    }

    #[test]
    fn a_stuck_stream_is_not_waited_for_longer_than_asked() {
        let (queue, _allow, _took) = slow();
        queue.add(b"a line\n", false);
        queue.flush(Duration::from_millis(10));
        assert!(!queue.0.lock().is_done());
    }

    #[test]
    fn lines_of_many_threads_come_out_whole_and_all_of_them() {
        let (queue, allow, took) = slow();
        for _ in 0..4 * 500 {
            allow.send(()).unwrap();
        }
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let queue = queue.clone();
                scope.spawn(move || {
                    for number in 0..500 {
                        queue.add(format!("{thread}-{number}\n").as_bytes(), number % 50 == 0);
                    }
                });
            }
        });
        queue.flush(LONG);
        let text: Vec<u8> = took.try_iter().flatten().collect();
        let text = String::from_utf8(text).unwrap();
        for thread in 0..4 {
            let prefix = format!("{thread}-");
            let own = text.lines().filter_map(|line| line.strip_prefix(&prefix));
            let numbers: Vec<u32> = own.map(|number| number.parse().unwrap()).collect();
            assert_eq!(numbers, (0..500).collect::<Vec<_>>());
        }
    }
}
