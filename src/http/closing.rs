//! The way out: everything that lives longer than a request learns here that the server stops.

use tokio::sync::watch;

/// Tells everybody.
#[derive(Debug)]
pub struct Closer {
    begun: watch::Sender<bool>,
    over: watch::Sender<bool>,
}

/// Is told. Sockets and endless answers wait for [`begun`](Self::begun) and then say good-bye.
#[derive(Clone, Debug)]
pub struct Closing {
    begun: watch::Receiver<bool>,
    over: watch::Receiver<bool>,
}

/// A pair of those.
pub fn channel() -> (Closer, Closing) {
    let (begun, has_begun) = watch::channel(false);
    let (over, is_over) = watch::channel(false);
    let closing = Closing {
        begun: has_begun,
        over: is_over,
    };
    (Closer { begun, over }, closing)
}

impl Closer {
    /// For one more who is to be told.
    pub fn closing(&self) -> Closing {
        Closing {
            begun: self.begun.subscribe(),
            over: self.over.subscribe(),
        }
    }

    /// From now on nothing new begins; what is in flight may finish.
    pub fn begin(&self) {
        self.begun.send_replace(true);
    }

    /// The time is up: what is still there is dropped.
    pub fn end(&self) {
        self.over.send_replace(true);
    }
}

impl Closing {
    /// Whether the server stops.
    pub fn has_begun(&self) -> bool {
        *self.begun.borrow()
    }

    /// Becomes `true` when the server begins to stop.
    pub fn flag(&self) -> watch::Receiver<bool> {
        self.begun.clone()
    }

    /// Resolves when the server begins to stop.
    pub async fn begun(&mut self) {
        raised(&mut self.begun).await;
    }

    /// Resolves when the time to finish is up.
    pub async fn over(&mut self) {
        raised(&mut self.over).await;
    }
}

async fn raised(flag: &mut watch::Receiver<bool>) {
    // A server that is gone without a word has stopped too.
    let _gone = flag.wait_for(|raised| *raised).await;
}
