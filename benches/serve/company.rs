//! The company that is measured: made by the program's own `demo`, then asked for its people.

use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::{Connection, request};
use crate::process::{Server, program};

/// A running server with data, and how to talk to it.
pub struct Company {
    /// The server.
    pub server: Server,
    /// The administrator's token.
    pub token: String,
    /// Some of its people, by id.
    pub users: Vec<String>,
}

/// Fills `folder` with so many people and weeks, and starts a server over it.
pub async fn start_with(folder: &Path, users: u64, weeks: u64) -> io::Result<Company> {
    let data = folder.join("company");
    let made = Command::new(program())
        .args([
            "demo",
            "--users",
            &users.to_string(),
            "--weeks",
            &weeks.to_string(),
            "--seed",
            "1",
            "--data-dir",
        ])
        .arg(&data)
        .output()?;
    if !made.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&made.stderr).into_owned(),
        ));
    }
    let server = Server::punchcard(&data)?;
    let token = std::fs::read_to_string(data.join("admin-token"))?
        .trim()
        .to_owned();
    let mut company = Company {
        server,
        token,
        users: Vec::new(),
    };
    let answer = company
        .ask("{ users(first: 100) { nodes { id } } }", &json!({}))
        .await?;
    let nodes = answer["users"]["nodes"].as_array().cloned().unwrap_or_default();
    company.users = nodes
        .iter()
        .filter_map(|node| node["id"].as_str().map(str::to_owned))
        .collect();
    Ok(company)
}

impl Company {
    /// A ready-made request for an operation.
    pub fn request(&self, query: &str, variables: &Value) -> Arc<[u8]> {
        request(
            "/graphql",
            &self.token,
            &json!({ "query": query, "variables": variables }).to_string(),
        )
        .into()
    }

    /// Asks once and answers the data.
    pub async fn ask(&self, query: &str, variables: &Value) -> io::Result<Value> {
        let mut connection = Connection::open(self.server.port).await?;
        let body = connection.exchange(&self.request(query, variables)).await?;
        let answer: Value = serde_json::from_slice(body)?;
        match answer.get("errors") {
            None => Ok(answer["data"].clone()),
            Some(errors) => Err(io::Error::other(errors.to_string())),
        }
    }
}
