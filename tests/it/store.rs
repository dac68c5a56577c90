//! The store: what every backend promises, and what the embedded one does beyond that when a
//! disk fails or the process dies.

mod contract;
pub mod disk;
mod failures;
mod formats;
mod killed;
mod large;
mod lists;
mod machine;
mod pasts;
mod recovery;
mod samples;
mod snapshots;

use std::sync::Arc;

use punchcard::store::Store;
use punchcard::store::embedded::{Embedded, Options};

/// An empty store of a kind, and what has to live as long as it.
pub struct Fresh {
    store: Arc<dyn Store>,
    _keep: Box<dyn std::any::Any>,
}

/// An empty embedded store in a folder of its own.
fn fresh_embedded() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path(), Options::default()).unwrap();
    Fresh {
        store,
        _keep: Box::new(folder),
    }
}

/// One that prepares everything beside the writer, as it does with large change sets; in memory, for
/// that takes a disk longer.
fn fresh_embedded_preparing() -> Fresh {
    let options = Options {
        large_records: 0,
        // Each write begins a segment of the journal; they are not to become too many.
        checkpoint_bytes: 64 << 10,
        ..Options::default()
    };
    Fresh {
        store: Embedded::open_in(disk::Disk::new(0).storage(), options).unwrap(),
        _keep: Box::new(()),
    }
}

contract::for_backend!(embedded, super::fresh_embedded);
contract::for_backend!(embedded_preparing, super::fresh_embedded_preparing);
