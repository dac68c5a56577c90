//! The first start: an empty store gets what a company begins with, and the administrator's token
//! is made, once, and kept in a file that only its owner can read.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;

use super::ServeError;
use super::system::{SystemClock, SystemSecrets, TimeOrderedIds};
use crate::app::ports::Secrets;
use crate::app::sessions::{TOKEN_PREFIX, token_hash, token_text};
use crate::demo::{Company, Shape};
use crate::domain::founding::Founding;
use crate::domain::id::{ChangeSetId, IdSource};
use crate::domain::record::SettingsId;
use crate::domain::settings::Settings;
use crate::domain::time::Clock;
use crate::domain::token::TokenHash;
use crate::store::Store;

/// The name of the file that holds the administrator's token.
const TOKEN_FILE: &str = "admin-token";

/// Where the administrator's token is to be found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AdministratorsToken {
    /// It was made just now, and kept in a file.
    Made {
        /// Its text.
        text: String,
        /// The file.
        path: PathBuf,
    },
    /// It was made before, and is kept in this file.
    Kept(PathBuf),
    /// It was made before, and is not in this file: somebody has taken that away, or the folder was
    /// restored from a backup.
    Gone(PathBuf),
}

impl fmt::Display for AdministratorsToken {
    /// One line that programs can read, with the text only if it is new.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made { text, path } => {
                write!(f, "administrator's token: {text} (kept in {})", path.display())
            }
            Self::Kept(path) => write!(f, "administrator's token: kept in {}", path.display()),
            Self::Gone(path) => write!(
                f,
                "administrator's token: no longer in {}; `punchcard token create` makes another while no server runs",
                path.display()
            ),
        }
    }
}

/// Gives a store without a company what every company begins with, or a whole demo company, and
/// tells where the administrator's token is.
pub async fn prepare(
    store: &dyn Store,
    data_dir: &Path,
    demo: Option<Shape>,
) -> Result<AdministratorsToken, ServeError> {
    let path = token_path(data_dir);
    let view = store.view(None).await?;
    if view.get::<Settings>(SettingsId).await?.is_some() {
        return Ok(if path.exists() {
            AdministratorsToken::Kept(path)
        } else {
            AdministratorsToken::Gone(path)
        });
    }
    let (text, hash) = make_token(data_dir, &SystemSecrets).map_err(|source| ServeError::File {
        path: path.clone(),
        source,
    })?;
    match demo {
        None => found(store, hash).await?,
        Some(shape) => fill(store, hash, shape).await?,
    }
    Ok(AdministratorsToken::Made { text, path })
}

async fn found(store: &dyn Store, hash: TokenHash) -> Result<(), ServeError> {
    let now = SystemClock.now();
    let founding = Founding::new(now, hash, || TimeOrderedIds.next(now));
    let id = ChangeSetId::new(TimeOrderedIds.next(now));
    store.commit(founding.into_change_set(id)).await?;
    Ok(())
}

/// Makes the next change set up while the one before is written.
async fn fill(store: &dyn Store, hash: TokenHash, shape: Shape) -> Result<(), ServeError> {
    let (ready, mut changes) = mpsc::channel(1);
    let making = tokio::task::spawn_blocking(move || {
        let company = Company::new(shape, |now, next_id| Founding::new(now, hash, next_id));
        for change in company.into_change_sets() {
            if ready.blocking_send(change).is_err() {
                break;
            }
        }
    });
    while let Some(change) = changes.recv().await {
        store.commit(change.map_err(ServeError::Demo)?).await?;
    }
    Ok(making.await?)
}

/// Where the administrator's token is kept.
pub fn token_path(data_dir: &Path) -> PathBuf {
    data_dir.join(TOKEN_FILE)
}

/// The administrator's token, as long as nobody has taken the file away.
pub fn read_token(data_dir: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(token_path(data_dir))?.read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}

/// Makes the administrator's token and its hash. A token that an interrupted first start has left
/// in the file is taken over, so that the file always holds the one that counts.
pub fn make_token(data_dir: &Path, secrets: &dyn Secrets) -> io::Result<(String, TokenHash)> {
    let text = match read_token(data_dir) {
        Ok(text) if text.len() == token_text([0; 32]).len() && text.starts_with(TOKEN_PREFIX) => text,
        _ => {
            let text = token_text(secrets.draw());
            write_private(data_dir, TOKEN_FILE, &format!("{text}\n"))?;
            text
        }
    };
    let hash = token_hash(&text);
    Ok((text, hash))
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn write_private(data_dir: &Path, name: &str, text: &str) -> io::Result<()> {
    let unfinished = data_dir.join(format!("{name}.new"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, data_dir.join(name))?;
    File::open(data_dir)?.sync_all()
}
