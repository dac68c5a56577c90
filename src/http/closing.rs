//! The way out: everything that lives longer than a request learns here that the server stops.

use tokio::sync::watch;

/// How far the stopping has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Phase {
    Running,
    Closing,
    Over,
}

/// Tells everybody.
#[derive(Debug)]
pub struct Closer(watch::Sender<Phase>);

/// Is told. Sockets and endless answers wait for [`begun`](Self::begun) and then say good-bye.
#[derive(Clone, Debug)]
pub struct Closing(watch::Receiver<Phase>);

/// A pair of those.
pub fn channel() -> (Closer, Closing) {
    let (sender, receiver) = watch::channel(Phase::Running);
    (Closer(sender), Closing(receiver))
}

impl Closer {
    /// For one more who is to be told.
    pub fn closing(&self) -> Closing {
        Closing(self.0.subscribe())
    }

    /// From now on nothing new begins; what is in flight may finish.
    pub fn begin(&self) {
        self.0.send_replace(Phase::Closing);
    }

    /// The time is up: what is still there is dropped.
    pub fn end(&self) {
        self.0.send_replace(Phase::Over);
    }
}

impl Closing {
    /// Whether the server stops.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow() >= Phase::Closing
    }

    /// Resolves when the server begins to stop.
    pub async fn begun(&mut self) {
        self.reached(Phase::Closing).await;
    }

    /// Resolves when the time to finish is up.
    pub async fn over(&mut self) {
        self.reached(Phase::Over).await;
    }

    async fn reached(&mut self, wanted: Phase) {
        // A server that is gone without a word has stopped too.
        let _gone = self.0.wait_for(|phase| *phase >= wanted).await;
    }
}
