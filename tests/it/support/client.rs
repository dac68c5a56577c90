//! A client of a server: plain HTTP, and GraphQL over it.

use std::net::SocketAddr;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// Calls one server, as somebody or as nobody.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    token: Option<String>,
}

impl Client {
    /// A client of the server at `address`.
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        Self {
            http: reqwest::Client::new(),
            address,
            token,
        }
    }

    /// A request to a path, with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("http://{}{path}", self.address));
        match &self.token {
            Some(token) => request.bearer_auth(token),
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
