//! `punchcard backup`: the data with its history as one file, also while a server runs. To restore
//! it, name the file `snapshot.redb`, put it alone into an empty folder, and serve that folder.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::reach::{Reach, reach};
use super::remote::Remote;
use super::{Failure, Folder, print};

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    folder: Folder,
    /// The file to be made; there must be none of this name yet.
    #[arg(long, env = "PUNCHCARD_TO", value_name = "FILE")]
    to: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Self { folder, to } = self;
        match reach(&folder.data_dir).await? {
            Reach::Local(local) => {
                let (store, file) = (local.store().clone(), to.clone());
                tokio::task::spawn_blocking(move || store.backup(&file)).await??;
            }
            Reach::Remote(server) => receive(&server, &to).await?,
        }
        let bytes = std::fs::metadata(&to)?.len();
        print(format_args!("{}: {bytes} bytes", to.display()))
    }
}

/// The file gets its name only when it is whole and durable.
async fn receive(server: &Remote, to: &Path) -> Result<(), Failure> {
    let named = |error: io::Error| Failure::from(format!("{}: {error}", to.display()));
    if to.exists() {
        return Err(named(io::Error::other("there is such a file already")));
    }
    let mut unfinished = to.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let mut file = create(&unfinished).map_err(named)?;
    let received = server
        .download("/admin/backup", |piece| file.write_all(piece))
        .await
        .and_then(|()| Ok(file.sync_all()?))
        .and_then(|()| Ok(std::fs::rename(&unfinished, to)?));
    if received.is_err() {
        // What is there is of no use to anybody.
        let _gone = std::fs::remove_file(&unfinished);
    }
    received
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}
