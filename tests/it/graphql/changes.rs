//! Reading on from a version (X5): everything that changed, once, in order, and what is gone; for
//! each caller as much as they may see (F11), and nothing missed while others write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::company::{Company, Person};
use crate::support::records::{sheet, sheet_id};
use crate::support::{records, server::TestServer};

const CHANGES: &str = "query ($version: RowVersion!, $first: Int) {
    changedSince(version: $version, first: $first) {
        version hasMore
        nodes {
            __typename
            ... on Timesheet { id rowVersion name user { name } }
            ... on User { id rowVersion name }
            ... on Activity { id rowVersion }
            ... on Project { id rowVersion organization { name } }
            ...Task
            ... on AccessToken { id rowVersion name }
            ... on Settings { companyName }
            ... on Tombstone { kind id version }
            ... on ChangedRecord { again: __typename }
        }
    }
}
fragment Task on ProjectTask { id rowVersion name }";

async fn since(company: &Company, who: Person, version: &Value, first: i32) -> Value {
    let mut answer = company
        .ask(who, CHANGES, json!({ "version": version, "first": first }))
        .await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["changedSince"].take()
}

/// Everything since a version, page by page.
async fn all(company: &Company, who: Person, version: Value, first: i32) -> (Vec<Value>, Value) {
    let (mut version, mut nodes) = (version, Vec::new());
    loop {
        let page = since(company, who, &version, first).await;
        nodes.extend(page["nodes"].as_array().unwrap().clone());
        version = page["version"].clone();
        if page["hasMore"] == false {
            return (nodes, version);
        }
    }
}

#[tokio::test]
async fn x5_everything_comes_once_in_order_whatever_the_size_of_the_pages() {
    let company = Company::open().await;
    let (whole, end) = all(&company, Person::Admin, json!("0"), 500).await;
    assert!(whole.len() > 15, "{whole:?}");
    for node in &whole {
        assert_eq!(node["__typename"], node["again"]);
    }
    let project = whole.iter().find(|it| it["__typename"] == "Project").unwrap();
    assert!(project["organization"]["name"].is_string());
    for size in [1, 2, 7] {
        assert_eq!(
            all(&company, Person::Admin, json!("0"), size).await,
            (whole.clone(), end.clone())
        );
    }
    assert_eq!(all(&company, Person::Admin, end.clone(), 5).await, (vec![], end));
}

#[tokio::test]
async fn x1_what_changes_twice_comes_once_and_what_is_deleted_leaves_a_tombstone() {
    let company = Company::open().await;
    let (_, end) = all(&company, Person::Admin, json!("0"), 500).await;
    company
        .keep(vec![records::record(sheet(2, Person::Stranger, "2024-03-04"))])
        .await;
    for name in ["one", "two"] {
        let version = company
            .data(
                Person::Ivan,
                &format!("{{ timesheet(id: \"{}\") {{ rowVersion }} }}", sheet_id(1)),
            )
            .await["timesheet"]["rowVersion"]
            .take();
        let save = format!(
            "mutation {{ saveTimesheet(input: {{ id: \"{}\", rowVersion: {version}, name: \"{name}\" }}) {{ timesheet {{ id }} }} }}",
            sheet_id(1)
        );
        company.data(Person::Ivan, &save).await;
    }
    let seen = since(&company, Person::Ivan, &end, 50).await;
    let nodes = seen["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    assert_eq!(
        (&nodes[0]["name"], &nodes[0]["user"]["name"]),
        (&json!("two"), &json!("Ivan"))
    );

    for (number, who) in [(1, Person::Ivan), (2, Person::Stranger)] {
        let delete = format!(
            "mutation {{ deleteTimesheet(id: \"{}\") {{ deletedId }} }}",
            sheet_id(number)
        );
        company.data(who, &delete).await;
    }
    let gone = |number| json!({ "__typename": "Tombstone", "again": "Tombstone", "kind": "TIMESHEET", "id": sheet_id(number).to_string() });
    for (who, numbers) in [
        (Person::Ivan, vec![1]),
        (Person::Lead, vec![1]),
        (Person::Olga, vec![]),
        (Person::Stranger, vec![2]),
        (Person::Admin, vec![1, 2]),
    ] {
        let mut seen = since(&company, who, &end, 50).await["nodes"].take();
        for node in seen.as_array_mut().unwrap() {
            assert!(node.as_object_mut().unwrap().remove("version").is_some());
        }
        let wanted: Vec<Value> = numbers.into_iter().map(gone).collect();
        assert_eq!(seen, json!(wanted), "{who:?}");
    }
}

#[tokio::test]
async fn f11_a_reader_is_told_what_lists_show_them_and_nothing_else() {
    let company = Company::open().await;
    company
        .keep(vec![records::record(sheet(2, Person::Stranger, "2024-03-04"))])
        .await;
    for who in Person::ALL {
        let (nodes, _) = all(&company, who, json!("0"), 3).await;
        for (member, name) in [
            ("timesheets", "Timesheet"),
            ("users", "User"),
            ("tokens", "AccessToken"),
            ("projects", "Project"),
        ] {
            let query = format!("{{ {member}(first: 500) {{ nodes {{ id }} }} }}");
            let listed = company.data(who, &query).await;
            let listed: BTreeSet<&str> = listed[member]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node["id"].as_str().unwrap())
                .collect();
            let told: BTreeSet<&str> = nodes
                .iter()
                .filter(|node| node["__typename"] == name)
                .map(|node| node["id"].as_str().unwrap())
                .collect();
            assert_eq!(told, listed, "{who:?}: {member}");
        }
    }
}

#[tokio::test]
async fn a_version_that_was_never_given_is_refused() {
    let company = Company::open().await;
    let answer = company
        .ask(Person::Ivan, CHANGES, json!({ "version": "999999" }))
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

/// Makes activities and sheets, changes some, and deletes some.
async fn write(client: Client, writer: u32) {
    for number in 0..25 {
        let name = format!("{writer}-{number}");
        let save = "mutation ($name: String!) { saveActivity(input: { name: $name }) { activity { id } } }";
        let made = client.graphql(save, json!({ "name": name })).await;
        let id = &made["data"]["saveActivity"]["activity"]["id"];
        assert!(id.is_string(), "{made}");
        if number % 3 == 0 {
            let archive = "mutation ($id: UUID!) { archiveActivity(id: $id) { activity { id } } }";
            client.graphql(archive, json!({ "id": id })).await;
        }
        let date = format!("2024-{:02}-{:02}", 1 + number % 12, 1 + writer * 7);
        let open = "mutation ($date: Date!) { openTimesheet(date: $date) { timesheet { id } } }";
        let sheet = client.graphql(open, json!({ "date": date })).await;
        if number % 2 == 0 {
            let delete = "mutation ($id: UUID!) { deleteTimesheet(id: $id) { deletedId } }";
            let id = &sheet["data"]["openTimesheet"]["timesheet"]["id"];
            client.graphql(delete, json!({ "id": id })).await;
        }
    }
}

/// Reads on until nobody writes any more and there is nothing left to read: ids with their versions.
async fn read(client: Client, is_over: Arc<AtomicBool>) -> BTreeMap<String, String> {
    let query = "query ($version: RowVersion!) { changedSince(version: $version, first: 3) {
        version hasMore nodes {
            __typename ... on Activity { id rowVersion } ... on Timesheet { id rowVersion } ... on Tombstone { id }
        }
    } }";
    let mut version = json!("0");
    let mut known = BTreeMap::new();
    loop {
        let was_over = is_over.load(Ordering::SeqCst);
        let answer = client.graphql(query, json!({ "version": version })).await;
        let page = &answer["data"]["changedSince"];
        for node in page["nodes"].as_array().unwrap() {
            let id = node["id"].as_str().unwrap_or_default().to_owned();
            match node["__typename"].as_str().unwrap() {
                "Activity" | "Timesheet" => {
                    drop(known.insert(id, node["rowVersion"].as_str().unwrap().to_owned()));
                }
                "Tombstone" => drop(known.remove(&id)),
                _ => {}
            }
        }
        version = page["version"].clone();
        if was_over && page["hasMore"] == false {
            return known;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x5_nothing_is_missed_while_others_write() {
    let server = TestServer::start().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|writer| tokio::spawn(write(server.client(), writer)))
        .collect();
    let reader = tokio::spawn(read(server.client(), Arc::clone(&is_over)));
    for writer in writers {
        writer.await.unwrap();
    }
    is_over.store(true, Ordering::SeqCst);
    let known = reader.await.unwrap();
    let lists = "{ activities(first: 500) { nodes { id rowVersion } } timesheets(first: 500) { nodes { id rowVersion } } }";
    let listed = server.client().graphql(lists, json!({})).await;
    let text = |node: &Value, member: &str| node[member].as_str().unwrap().to_owned();
    let wanted: BTreeMap<String, String> = ["activities", "timesheets"]
        .iter()
        .flat_map(|list| listed["data"][list]["nodes"].as_array().unwrap())
        .map(|node| (text(node, "id"), text(node, "rowVersion")))
        .collect();
    assert!(wanted.len() > 100, "{}", wanted.len());
    assert_eq!(known, wanted);
    server.stop().await;
}
