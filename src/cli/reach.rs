//! How a command gets at the data: directly while the folder is free, else through the server
//! that holds it.

use std::path::Path;
use std::sync::Arc;

use super::Failure;
use super::remote::Remote;
use crate::server::address::Address;
use crate::server::{first_start, open_store};
use crate::store::embedded::Embedded;

/// The file that every folder with data has.
const SNAPSHOT: &str = "snapshot.redb";

/// The way to the data.
pub(super) enum Reach {
    /// The folder was free, and is now this command's.
    Local(Arc<Embedded>),
    /// A server holds it.
    Remote(Remote),
}

/// Finds the way to the data of a folder.
pub(super) async fn reach(data_dir: &Path) -> Result<Reach, Failure> {
    // A mistyped name is not to become a new folder.
    if !data_dir.join(SNAPSHOT).exists() {
        return Err(format!("there is no data in {}", data_dir.display()).into());
    }
    let refusal = match open_store(data_dir).await {
        Ok(store) => return Ok(Reach::Local(store)),
        Err(refusal) => refusal,
    };
    let Some(address) = Address::read(data_dir) else {
        return Err(refusal.into());
    };
    let token = first_start::read_token(data_dir).map_err(|error| {
        format!("{refusal}; its server cannot be asked, for the administrator's token: {error}")
    })?;
    let server = Remote::new(address, token);
    if server.is_there().await {
        Ok(Reach::Remote(server))
    } else {
        Err(refusal.into())
    }
}
