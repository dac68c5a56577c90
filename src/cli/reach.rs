//! How a command gets at the data: directly while the folder is free, else through the server
//! that holds it.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Failure;
use super::remote::Remote;
use crate::server::address::Address;
use crate::server::first_start;
use crate::server::local::Local;

/// The file that every folder with data has.
const SNAPSHOT: &str = "snapshot.redb";

/// The way to the data.
pub(super) enum Reach {
    /// The folder was free, and is now this command's.
    Local(Local),
    /// A server holds it.
    Remote(Remote),
}

impl Reach {
    /// What a GraphQL operation answers, of which nothing may fail.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        document: &str,
        variables: Value,
    ) -> Result<T, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            data: Option<Value>,
            #[serde(default)]
            errors: Vec<Error>,
        }

        #[derive(Deserialize)]
        struct Error {
            message: String,
        }

        let answer = match self {
            Self::Local(local) => local.ask(document, &variables.to_string()).await?,
            Self::Remote(server) => server.graphql(document, &variables).await?,
        };
        let Answer { data, errors } = serde_json::from_slice(&answer)?;
        if let Some(error) = errors.into_iter().next() {
            return Err(error.message.into());
        }
        Ok(serde_json::from_value(data.unwrap_or_default())?)
    }

    /// Gives the folder back, if it was taken.
    pub(super) async fn leave(self) -> Result<(), Failure> {
        match self {
            Self::Local(local) => Ok(local.close().await?),
            Self::Remote(_) => Ok(()),
        }
    }
}

/// Finds the way to the data of a folder.
pub(super) async fn reach(data_dir: &Path) -> Result<Reach, Failure> {
    // A mistyped name is not to become a new folder.
    if !data_dir.join(SNAPSHOT).exists() {
        return Err(format!("there is no data in {}", data_dir.display()).into());
    }
    let refusal = match Local::open(data_dir).await {
        Ok(local) => return Ok(Reach::Local(local)),
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
