//! The walk over GraphQL: every query, list, filter, order, cursor, nested field and mutation that
//! the schema has, read from its own description.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Asked, Asker, Worlds};

const INTROSPECTION: &str = include_str!("../../graphql/protocol/introspection.graphql");
/// Where an administrator sees that the secrets are there.
const TOLD_APART: [&str; 17] = [
    "auditTrail",
    "availableProjects",
    "changedSince",
    "checkTimesheet",
    "projects",
    "syncJob",
    "syncJobs",
    "taskTree",
    "timesheet",
    "timesheetAsOf",
    "timesheetByPeriod",
    "timesheetHistory",
    "timesheets",
    "token",
    "tokens",
    "user",
    "users",
];
/// So deep answers are asked for.
const DEPTH: usize = 2;
/// A name that is among the secrets.
const NAME: &str = "Ivan";

/// A schema as it describes itself.
struct Schema {
    types: HashMap<String, Value>,
}

/// How much of an input is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// Everything.
    All,
    /// What must be, and every id.
    Needed,
}

fn named(of: &Value) -> (&str, &str) {
    match of["ofType"].as_object() {
        Some(_) => named(&of["ofType"]),
        None => (of["kind"].as_str().unwrap(), of["name"].as_str().unwrap()),
    }
}

fn is_list(of: &Value) -> bool {
    of["kind"] == "LIST" || of["ofType"].is_object() && is_list(&of["ofType"])
}

fn is_needed(input: &Value) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap()
}

impl Schema {
    async fn of(worlds: &Worlds) -> Self {
        let admin = Asker::Administrator.at(&worlds.with);
        let described = admin.graphql(INTROSPECTION, json!({})).await;
        let types = described["data"]["__schema"]["types"].as_array().unwrap();
        let types = types.iter().map(|it| (text(it, "name").to_owned(), it.clone()));
        Self {
            types: types.collect(),
        }
    }

    fn members<'a>(&'a self, of: &str, kind: &str) -> &'a [Value] {
        self.types[of][kind].as_array().map_or(&[], Vec::as_slice)
    }

    fn fields<'a>(&'a self, of: &str) -> &'a [Value] {
        self.members(of, "fields")
    }

    /// A value of a type, which is about the secret wherever it has an id.
    fn value(&self, of: &Value, secret: &str, said: Said, within: &mut Vec<String>) -> String {
        let (kind, name) = named(of);
        let one = match (kind, name) {
            ("SCALAR", "UUID") => format!("\"{secret}\""),
            ("SCALAR", "String" | "ID") => format!("\"{NAME}\""),
            ("SCALAR", "Int") => "1".to_owned(),
            ("SCALAR", "RowVersion") => "\"AAAAAAAAAAE=\"".to_owned(),
            ("SCALAR", "Float" | "Decimal") => "1.5".to_owned(),
            ("SCALAR", "Boolean") => "true".to_owned(),
            ("SCALAR", "Date") => "\"2024-03-06\"".to_owned(),
            ("SCALAR", "DateTime" | "Moment") => "\"2024-03-06T08:00:00Z\"".to_owned(),
            ("ENUM", name) => text(&self.members(name, "enumValues")[0], "name").to_owned(),
            ("INPUT_OBJECT", name) => self.object(name, secret, said, within),
            unknown => panic!("the walk does not know what to say for {unknown:?}"),
        };
        if is_list(of) { format!("[{one}]") } else { one }
    }

    fn object(&self, name: &str, secret: &str, said: Said, within: &mut Vec<String>) -> String {
        within.push(name.to_owned());
        let mut members = Vec::new();
        for member in self.members(name, "inputFields") {
            let of = &member["type"];
            let (kind, type_name) = named(of);
            let is_said = said == Said::All || is_needed(member) || type_name == "UUID";
            let recurs = kind == "INPUT_OBJECT" && within.iter().any(|outer| outer == type_name);
            if is_said && !recurs {
                let value = self.value(of, secret, said, within);
                members.push(format!("{}: {value}", text(member, "name")));
            }
        }
        within.pop();
        format!("{{ {} }}", members.join(", "))
    }

    /// The arguments of a field, about the secret.
    fn arguments(&self, field: &Value, secret: &str, said: Said) -> String {
        let arguments = field["args"].as_array().unwrap().iter();
        // A cursor cannot be made up.
        let is_cursor = |it: &Value| matches!(text(it, "name"), "after" | "before");
        let is_said = |it: &&Value| {
            said == Said::All && !is_cursor(it) || is_needed(it) || named(&it["type"]).1 == "UUID"
        };
        let said: Vec<String> = arguments
            .filter(is_said)
            .map(|it| {
                let value = self.value(&it["type"], secret, said, &mut Vec::new());
                format!("{}: {value}", text(it, "name"))
            })
            .collect();
        in_parentheses(&said)
    }

    /// Everything below a type, so deep.
    fn selection(&self, of: &Value, depth: usize, secret: &str) -> String {
        let (kind, name) = named(of);
        match kind {
            "SCALAR" | "ENUM" => String::new(),
            "OBJECT" => format!("{{ __typename {} }}", self.below(name, depth, secret, "")),
            "UNION" => {
                let parts = self.members(name, "possibleTypes").iter();
                let parts: Vec<String> = parts
                    .map(|part| {
                        let part = text(part, "name");
                        let below = self.below(part, depth, secret, &format!("{part}_"));
                        format!("... on {part} {{ {below} }}")
                    })
                    .collect();
                format!("{{ __typename {} }}", parts.join(" "))
            }
            unknown => panic!("the walk does not know what is below a {unknown}"),
        }
    }

    fn below(&self, name: &str, depth: usize, secret: &str, prefix: &str) -> String {
        let fields = self.fields(name).iter().filter_map(|field| {
            let is_leaf = matches!(named(&field["type"]).0, "SCALAR" | "ENUM");
            // Pages have their items twice.
            if !is_leaf && depth == 0 || text(field, "name") == "edges" {
                return None;
            }
            let field_name = text(field, "name");
            let arguments = self.arguments(field, secret, Said::Needed);
            let below = self.selection(&field["type"], depth.saturating_sub(1), secret);
            let alias = if prefix.is_empty() {
                String::new()
            } else {
                format!("{prefix}{field_name}: ")
            };
            Some(format!("{alias}{field_name}{arguments} {below}"))
        });
        fields.collect::<Vec<_>>().join(" ")
    }

    /// Whether it is one of the lists of records, which are filtered and ordered by their members.
    fn is_list_field(&self, field: &Value) -> bool {
        let name = named(&field["type"]).1;
        let arguments = field["args"].as_array().unwrap();
        let is_ordered = arguments.iter().any(|argument| argument["name"] == "orderBy");
        name.ends_with("Connection") && self.types.contains_key(name) && is_ordered
    }

    /// Every condition of a filter, of every kind, about these secrets.
    fn conditions(&self, filter: &str, secrets: &[&str]) -> Vec<(String, Vec<String>)> {
        let mut conditions = Vec::new();
        for member in self.members(filter, "inputFields") {
            let (member_name, of) = (text(member, "name"), &member["type"]);
            let (kind, condition) = named(of);
            assert_eq!(
                kind, "INPUT_OBJECT",
                "the walk does not know the filter {member_name}"
            );
            let mut of_member = Vec::new();
            if condition == filter {
                for secret in secrets {
                    let inner = format!("{{ id: {{ eq: \"{secret}\" }} }}");
                    let other = "{ id: { isNull: false } }";
                    let value = if is_list(of) {
                        format!("[{inner}, {other}]")
                    } else {
                        inner
                    };
                    of_member.push(format!("{{ {member_name}: {value} }}"));
                }
            } else {
                for operator in self.members(condition, "inputFields") {
                    for secret in secrets {
                        let value = self.value(&operator["type"], secret, Said::All, &mut Vec::new());
                        let condition =
                            format!("{{ {member_name}: {{ {}: {value} }} }}", text(operator, "name"));
                        if !of_member.contains(&condition) {
                            of_member.push(condition);
                        }
                    }
                }
            }
            conditions.push((member_name.to_owned(), of_member));
        }
        conditions
    }
}

fn in_parentheses(arguments: &[String]) -> String {
    if arguments.is_empty() {
        String::new()
    } else {
        format!("({})", arguments.join(", "))
    }
}

fn operation(place: &str, kind: &str, fields: &[String]) -> Asked {
    let aliased: Vec<String> = fields
        .iter()
        .enumerate()
        .map(|(number, field)| format!("a{number}: {field}"))
        .collect();
    let document = format!("{kind} {{ {} }}", aliased.join(" "));
    Asked {
        method: Method::POST,
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("accept", "application/graphql-response+json".to_owned()),
        ],
        body: Some(json!({ "query": document }).to_string()),
        ..Asked::get(place, "/graphql")
    }
}

/// Every list of the schema, filtered, ordered and paged in every way.
async fn lists(worlds: &Worlds, schema: &Schema) -> Vec<Asked> {
    let every = worlds.secrets.one_of_each();
    let mut asked = Vec::new();
    for field in schema
        .fields("Query")
        .iter()
        .filter(|field| schema.is_list_field(field))
    {
        let name = text(field, "name");
        let whole = schema.selection(&field["type"], DEPTH, every[0]);
        asked.push(operation(name, "query", &[format!("{name} {whole}")]));
        let page = "{ totalCount pageInfo { hasNextPage hasPreviousPage } edges { cursor } }";
        let mut cursors = Vec::new();
        for argument in field["args"].as_array().unwrap() {
            let of = named(&argument["type"]).1;
            match text(argument, "name") {
                "filter" => {
                    for (_, conditions) in schema.conditions(of, &every) {
                        let fields: Vec<String> = conditions
                            .iter()
                            .map(|condition| {
                                format!("{name}(filter: {condition}) {{ totalCount nodes {{ id }} }}")
                            })
                            .collect();
                        asked.push(operation(name, "query", &fields));
                    }
                }
                "orderBy" => {
                    let keys = schema.members(of, "inputFields");
                    let key = named(&keys.iter().find(|key| key["name"] == "field").unwrap()["type"]).1;
                    let orders = schema.members(key, "enumValues").iter().flat_map(|value| {
                        ["ASC", "DESC"]
                            .map(|way| format!("[{{ field: {}, direction: {way} }}]", text(value, "name")))
                    });
                    let fields: Vec<String> = orders
                        .flat_map(|order| {
                            let (whole, first) = (
                                format!("(orderBy: {order})"),
                                format!("(orderBy: {order}, first: 1)"),
                            );
                            [format!("{name}{whole} {page}"), format!("{name}{first} {page}")]
                        })
                        .collect();
                    asked.push(operation(name, "query", &fields));
                }
                way @ ("after" | "before") => cursors.push(way),
                way @ ("first" | "last") => {
                    asked.push(operation(name, "query", &[format!("{name}({way}: 1) {page}")]));
                }
                unknown => panic!("the walk does not know the argument {unknown} of {name}"),
            }
        }
        // The places of the secrets in the list, as somebody who sees them would hand them on.
        let admin = Asker::Administrator.at(&worlds.with);
        let listed = admin
            .graphql(&format!("{{ {name} {{ edges {{ cursor }} }} }}"), json!({}))
            .await;
        let edges = listed["data"][name]["edges"].as_array().unwrap();
        let fields: Vec<String> = edges
            .iter()
            .flat_map(|edge| {
                let cursor = edge["cursor"].as_str().unwrap();
                cursors
                    .iter()
                    .map(move |way| format!("{name}({way}: \"{cursor}\") {page}"))
            })
            .collect();
        asked.push(operation(name, "query", &fields));
    }
    asked
}

/// They are requests that fit the schema and its limits: what is refused before it runs proves nothing.
async fn are_run(worlds: &Worlds, asked: impl IntoIterator<Item = &Asked>) {
    for asked in asked {
        let [told, _] = worlds.answers(Asker::Employee, asked).await;
        let is_run = !told.contains("LIMIT_EXCEEDED") && !told.contains("VALIDATION_FAILED");
        assert!(is_run, "{asked:?}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_strangers_learn_nothing_by_any_query_list_filter_order_or_cursor() {
    let worlds = Worlds::open().await;
    let schema = Schema::of(&worlds).await;
    let secrets = &worlds.secrets;
    let mut asked = lists(&worlds, &schema).await;
    for field in schema
        .fields("Query")
        .iter()
        .filter(|field| !schema.is_list_field(field))
    {
        let name = text(field, "name");
        let mut fields: Vec<String> = Vec::new();
        for secret in secrets.one_of_each() {
            for said in [Said::All, Said::Needed] {
                let below = schema.selection(&field["type"], DEPTH, secret);
                let arguments = schema.arguments(field, secret, said);
                fields.push(format!("{name}{arguments} {below}"));
            }
        }
        fields.dedup();
        for some in fields.chunks(4) {
            asked.push(operation(name, "query", some));
        }
    }
    // As it was at the earliest version, which the walk says, there was nothing yet.
    asked.extend(secrets.one_of_each().into_iter().map(|secret| {
        let sheet = "{ id status name lines { id } }";
        let as_of = format!("timesheetAsOf(id: \"{secret}\", version: \"900000\") {sheet}");
        operation("timesheetAsOf", "query", &[as_of])
    }));
    are_run(&worlds, asked.iter().step_by(10)).await;
    worlds.walk(&asked, &TOLD_APART).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_strangers_learn_nothing_by_any_mutation_and_change_nothing() {
    let worlds = Worlds::open().await;
    let schema = Schema::of(&worlds).await;
    let mut asked = Vec::new();
    for field in schema.fields("Mutation") {
        let name = text(field, "name");
        for said in [Said::All, Said::Needed] {
            let fields: Vec<String> = worlds
                .secrets
                .one_of_each()
                .into_iter()
                .map(|secret| {
                    let below = schema.selection(&field["type"], 1, secret);
                    format!("{name}{} {below}", schema.arguments(field, secret, said))
                })
                .collect();
            asked.push(operation(name, "mutation", &fields));
        }
    }
    are_run(&worlds, &asked).await;
    let everything = "{ timesheets { nodes { id rowVersion } } users { nodes { rowVersion } } tokens { nodes { rowVersion } }
        projects { nodes { rowVersion } } syncJobs { nodes { rowVersion state } } }";
    let admin = Asker::Administrator.at(&worlds.with);
    let before = admin.graphql(everything, json!({})).await;
    worlds.same_for_strangers(&asked).await;
    assert_eq!(admin.graphql(everything, json!({})).await, before);
}
