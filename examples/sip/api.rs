//! The requests: GraphQL for what is asked and made one by one, uploads for what is imported.

use std::collections::BTreeSet;
use std::fmt;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::Result;
use crate::data::sip;

/// A server.
pub struct Api {
    http: reqwest::Client,
    url: String,
}

/// What became of an import.
pub struct Told(Value);

impl Api {
    pub fn new(url: &str, token: &str) -> Result<Self> {
        let bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
        Ok(Self {
            http: reqwest::Client::builder().default_headers(headers).build()?,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// The data of an answer without errors.
    pub async fn graphql(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = self.http.post(format!("{}/graphql", self.url));
        let answer = request
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .send()
            .await?;
        let mut answer: Value = serde_json::from_slice(&answer.bytes().await?)?;
        if let Some(errors) = answer.get("errors") {
            return Err(errors.to_string().into());
        }
        Ok(answer["data"].take())
    }

    pub async fn make_activities(&self, names: &BTreeSet<&str>) -> Result<()> {
        let known = self.external_ids("activities").await?;
        for name in names.iter().filter(|name| !known.contains(&sip(name))) {
            let document = "mutation($input: SaveActivityInput!) { saveActivity(input: $input) { activity { id } faults { path message } } }";
            self.make(
                document,
                "saveActivity",
                json!({ "name": name, "externalId": sip(name) }),
            )
            .await?;
        }
        Ok(())
    }

    pub async fn make_users(&self, names: &BTreeSet<&str>) -> Result<()> {
        let known = self.external_ids("users").await?;
        for name in names.iter().filter(|name| !known.contains(&sip(name))) {
            let document = "mutation($input: SaveUserInput!) { saveUser(input: $input) { user { id } faults { path message } } }";
            let input = json!({ "name": format!("Developer {name}"), "externalId": sip(name) });
            self.make(document, "saveUser", input).await?;
        }
        Ok(())
    }

    async fn make(&self, document: &str, field: &str, input: Value) -> Result<()> {
        let data = self.graphql(document, json!({ "input": input })).await?;
        match data[field]["faults"].as_array() {
            Some(faults) if !faults.is_empty() => Err(format!("{input}: {faults:?}").into()),
            _ => Ok(()),
        }
    }

    async fn external_ids(&self, list: &str) -> Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        let mut after = Value::Null;
        loop {
            let query = format!(
                "query($after: String) {{ {list}(first: 500, after: $after) {{ nodes {{ externalId }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let data = self.graphql(&query, json!({ "after": after })).await?;
            let nodes = data[list]["nodes"].as_array().cloned().unwrap_or_default();
            found.extend(
                nodes
                    .iter()
                    .filter_map(|node| node["externalId"].as_str().map(str::to_owned)),
            );
            if data[list]["pageInfo"]["hasNextPage"] != true {
                return Ok(found);
            }
            after = data[list]["pageInfo"]["endCursor"].clone();
        }
    }

    /// Uploads lines of JSON, shows how far the import has come, and waits for its end.
    pub async fn import(&self, kind: &str, lines: &str) -> Result<Told> {
        let request = self.http.post(format!("{}/sync/{kind}", self.url));
        let answer = request
            .header(CONTENT_TYPE, "application/x-ndjson")
            .body(lines.to_owned())
            .send()
            .await?;
        let status = answer.status();
        let job: Value = serde_json::from_slice(&answer.bytes().await?)?;
        let Some(id) = job["id"].as_str() else {
            return Err(format!("the upload was answered {status}: {job}").into());
        };
        let mut events = self
            .http
            .get(format!("{}/sync/jobs/{id}/events", self.url))
            .send()
            .await?;
        let mut text = String::new();
        while let Some(piece) = events.chunk().await? {
            text.push_str(&String::from_utf8_lossy(&piece));
            while let Some((event, rest)) = text.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                let data: Value = data.map(serde_json::from_str).transpose()?.unwrap_or_default();
                if let Some(percent) = data["percent"].as_u64() {
                    eprint!("\r{kind}: {percent:>3} %");
                }
                if !data["report"].is_null() {
                    eprintln!("\r{kind}: 100 %");
                    return Told::of(&data);
                }
                text = rest.to_owned();
            }
        }
        Err("the events ended before the import".into())
    }
}

impl Told {
    fn of(event: &Value) -> Result<Self> {
        if event["report"]["faultCount"] == 0 && event["fault"].is_null() {
            return Ok(Self(event["report"].clone()));
        }
        let (fault, faults) = (&event["fault"], &event["report"]["faults"]);
        Err(format!(
            "{fault}: {:#}",
            faults
                .as_array()
                .map_or(&Value::Null, |all| all.first().unwrap_or(faults))
        )
        .into())
    }

    fn count(&self, what: &str) -> u64 {
        let lists = ["customers", "commonTasks", "projects", "tasks", "timeEntries"];
        lists.iter().filter_map(|list| self.0[list][what].as_u64()).sum()
    }

    /// Nothing was made or changed.
    pub fn prove_unchanged(&self) -> Result<()> {
        let changes = ["created", "updated", "archived", "failed"].map(|what| self.count(what));
        if changes == [0; 4] {
            Ok(())
        } else {
            Err(format!("a second run changed something: {self}").into())
        }
    }

    /// One row was changed, and nothing else.
    pub fn prove_one_updated(&self) -> Result<()> {
        let changes = ["created", "updated", "archived", "failed"].map(|what| self.count(what));
        if changes == [0, 1, 0, 0] {
            Ok(())
        } else {
            Err(format!("one row was changed, but: {self}").into())
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = ["created", "updated", "unchanged", "archived", "skipped", "failed"];
        let told: Vec<String> = counts
            .iter()
            .map(|what| format!("{} {what}", self.count(what)))
            .collect();
        write!(
            f,
            "{}; {} timesheets",
            told.join(", "),
            self.0["timesheetsChanged"]
        )
    }
}
