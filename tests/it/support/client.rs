//! A client of a server: plain HTTP, and GraphQL over it.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// Less than a server leaves a connection open between two requests: one that it is just closing would
/// take the next request along.
const UNUSED_CONNECTION: Duration = Duration::from_secs(5);

/// Calls one server, as somebody or as nobody.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    token: Option<String>,
    acts_for: Option<String>,
}

impl Client {
    /// A client of the server at `address`.
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        Self {
            http: reqwest::Client::builder()
                .pool_idle_timeout(UNUSED_CONNECTION)
                .build()
                .unwrap(),
            address,
            token,
            acts_for: None,
        }
    }

    /// The same client, acting for another user in all that it asks for.
    pub fn acting_for(&self, user_id: impl Into<String>) -> Self {
        Self {
            acts_for: Some(user_id.into()),
            ..self.clone()
        }
    }

    /// A request to a path, with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("http://{}{path}", self.address));
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        match &self.acts_for {
            Some(user_id) => request.header("Punchcard-Act-For", user_id),
            None => request,
        }
    }

    /// The answer to a GET.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// The whole answer to a GraphQL document: `data`, `errors` and all.
    pub async fn graphql(&self, document: &str, variables: Value) -> Value {
        let body = json!({ "query": document, "variables": variables });
        let request = self
            .request(Method::POST, "/graphql")
            .header("accept", "application/graphql-response+json, application/json")
            .json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }
}
