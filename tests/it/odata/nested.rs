//! What stands within other options: `$it`, options of selected properties, aliases, and pages of what
//! is expanded.

use serde_json::{Value, json};

use super::{booked, demo, get, get_with};
use crate::support::client::Client;

#[tokio::test]
async fn it_is_the_row_of_the_answer_at_any_depth_of_expansion() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    for (filter, expected) in [
        ("timeSheet/id eq $it/id", 1),
        ("$it/dateFrom eq 2027-03-22 and $it/user/name ne null", 1),
        ("$it/dateFrom eq 2027-03-23", 0),
        ("$it/timeSheetLines/any(l:l/id eq $this/id)", 1),
        ("$it/timeSheetLines/$count eq 1", 1),
        ("$it/editAllowed and $it/schedule/any(d:d/duration gt 0)", 1),
        ("timeAllocations/any(a:a/date eq $it/dateFrom)", 1),
        ("timeAllocations/any(a:a/date eq $it/dateTo)", 0),
    ] {
        let read = get(
            &client,
            &format!("{path}?$expand=timeSheetLines($filter={filter})"),
        )
        .await;
        let lines = read.good()["timeSheetLines"].clone();
        assert_eq!(lines.as_array().unwrap().len(), expected, "{filter}");
    }
    let deep = "$expand=timeSheetLines($expand=timeAllocations($filter=date eq $it/dateFrom;\
        $compute=$it/name as sheet;$orderby=$it/name;$select=sheet))";
    let read = get(&client, &format!("{path}?{deep}")).await.good();
    assert_eq!(
        read["timeSheetLines"][0]["timeAllocations"],
        json!([{ "sheet": read["name"] }])
    );
    // Each row of a list is its own.
    let rows = get(
        &client,
        "Users?$expand=timeSheets($filter=user/id ne $it/id;$select=id),manager($compute=$it/name as of;$select=of)",
    )
    .await
    .rows();
    assert!(rows.len() > 3);
    for row in &rows {
        assert_eq!(row["timeSheets"], json!([]), "{row}");
        assert!(
            row["manager"].is_null() || row["manager"]["of"] == row["name"],
            "{row}"
        );
    }
    assert!(rows.iter().any(|row| row["manager"].is_object()));
}

#[tokio::test]
async fn selected_collections_take_options() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    let whole = get(&client, &format!("{path}/schedule")).await.rows();
    let worked: Vec<Value> = whole
        .iter()
        .filter(|day| day["duration"] != json!(0.0))
        .cloned()
        .collect();
    let read = async |select: &str| {
        let read = get(&client, &format!("{path}?$select={select}")).await;
        assert_eq!(read.status, 200, "{select}: {read:?}");
        read.good()
    };
    assert_eq!((whole.len(), worked.len()), (7, 5));
    assert_eq!(read("schedule").await, json!({ "schedule": whole }));
    assert_eq!(
        read("schedule($filter=duration gt 0)").await,
        json!({ "schedule": worked })
    );
    assert_eq!(
        read("schedule($filter=duration gt 0;$count=true;$top=1;$skip=1),name").await["schedule@odata.count"],
        5
    );
    assert_eq!(
        read("schedule($filter=duration gt 0;$orderby=date desc;$skip=1;$top=1;$select=date)").await,
        json!({ "schedule": [{ "date": "2027-03-25" }] })
    );
    assert_eq!(read("schedule/date").await, read("schedule($select=date)").await);
    assert_eq!(
        read("schedule/date,schedule/duration").await,
        json!({ "schedule": whole })
    );
    assert_eq!(
        read("schedule($filter=date eq $it/dateTo or $this/date eq @d;@d=2027-03-22)").await["schedule"],
        json!([whole[0], whole[6]])
    );
    let nested = format!(
        "TimeSheets?$filter=id eq {sheet}&$expand=user($expand=timeSheets($filter=id eq {sheet};\
        $select=schedule($filter=date eq $it/dateFrom;$select=date)))&$select=id"
    );
    let rows = get(&client, &nested).await.rows();
    assert_eq!(
        rows[0]["user"]["timeSheets"],
        json!([{ "schedule": [{ "date": "2027-03-22" }] }])
    );
}

#[tokio::test]
async fn a_collection_by_itself_takes_the_same_options_and_others_take_none() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    // The property by itself takes the same.
    let alone = get(
        &client,
        &format!(
            "{path}/schedule?$filter=$it/duration gt 0&$orderby=date desc&$top=1&$count=true&$select=date"
        ),
    )
    .await
    .good();
    assert_eq!(
        alone,
        json!({ "@odata.count": 5, "value": [{ "date": "2027-03-26" }] })
    );
    assert_eq!(
        get(&client, &format!("{path}/schedule/$count?$filter=duration eq 0"))
            .await
            .text,
        "2"
    );
    for (wrong, status) in [
        ("$select=name($filter=true)", 400),
        ("$select=name($select=x)", 400),
        ("$select=user($select=name)", 400),
        ("$select=schedule($filter=nothing eq 1)", 400),
        ("$select=schedule/nothing", 400),
        ("$select=schedule/date/more", 400),
        ("$select=schedule,schedule/date($top=1)", 400),
        ("$select=schedule($top=1),schedule($top=2)", 400),
        ("$select=schedule($levels=2)", 400),
        ("$select=schedule($expand=user)", 400),
        ("$select=schedule($search=a)", 501),
        ("$select=schedule($compute=date as d)", 501),
    ] {
        assert_eq!(
            get(&client, &format!("{path}?{wrong}")).await.status,
            status,
            "{wrong}"
        );
    }
    for wrong in [
        "name?$top=1",
        "name?$filter=true",
        "schedule?$search=a",
        "name?$select=name",
    ] {
        let status = get(&client, &format!("{path}/{wrong}")).await.status.as_u16();
        assert!([400, 501].contains(&status), "{wrong}: {status}");
    }
}

#[tokio::test]
async fn aliases_within_parentheses_are_known_there_alone() {
    let server = demo().await;
    let client = server.client();
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let path = format!("TimeSheets({sheet})");
    for (options, expected) in [
        ("$expand=timeSheetLines($filter=orderNumber eq @n;@n=0)", 1),
        ("$expand=timeSheetLines($filter=orderNumber eq @n;@n=0)&@n=1", 1),
        ("$expand=timeSheetLines($filter=orderNumber eq @n)&@n=1", 0),
        (
            "$expand=timeSheetLines($filter=orderNumber eq @n),user($compute=@n as n;@n=0)",
            0,
        ),
    ] {
        let read = get(&client, &format!("{path}?{options}")).await.good();
        assert_eq!(
            read["timeSheetLines"].as_array().unwrap().len(),
            expected,
            "{options}"
        );
    }
}

/// A collection within an answer, page by page; how long each page was.
async fn pages(
    client: &Client,
    path: &str,
    size: usize,
    of: fn(&Value) -> (Value, Value),
) -> (Vec<Value>, Vec<usize>) {
    let prefer = format!("maxpagesize={size}");
    let headers = [("prefer", prefer.as_str())];
    let first = get_with(client, path, &headers).await;
    assert_eq!(
        first.header("preference-applied"),
        format!("odata.maxpagesize={size}")
    );
    let (rows, mut next) = of(&first.good());
    let mut all = rows.as_array().unwrap().clone();
    let mut lengths = vec![all.len()];
    while let Some(link) = next.as_str() {
        let path = link.split_once("/odata/").unwrap().1;
        let page = get_with(client, path, &headers).await;
        let rows = page.rows();
        lengths.push(rows.len());
        all.extend(rows);
        next = page.json()["@odata.nextLink"].clone();
        assert!(lengths.len() < 1_000, "the links have no end");
    }
    (all, lengths)
}

#[tokio::test]
async fn x5_expanded_collections_come_in_pages_too() {
    let server = demo().await;
    let client = server.client();
    let users = get(&client, "Users?$expand=timeSheets/$count&$select=id")
        .await
        .rows();
    let busy = users
        .iter()
        .max_by_key(|user| user["timeSheets@odata.count"].as_u64())
        .unwrap();
    let user = busy["id"].as_str().unwrap();
    let count = usize::try_from(busy["timeSheets@odata.count"].as_u64().unwrap()).unwrap();
    assert!(count > 6, "{count}");
    for options in [
        "$expand=timeSheets",
        "$expand=timeSheets($orderby=dateFrom desc;$select=dateFrom;$count=true)",
        "$expand=timeSheets($filter=dateFrom ge @d and user/id eq $it/id;$select=id)&@d=2024-01-01",
        "$expand=timeSheets($skip=2;$top=4;$select=dateFrom)",
        "$expand=timeSheets/$ref",
        "$expand=timeSheets($expand=timeSheetLines($expand=timeAllocations($filter=$it/isActive)))",
    ] {
        let of = |read: &Value| {
            (
                read["timeSheets"].clone(),
                read["timeSheets@odata.nextLink"].clone(),
            )
        };
        let path = format!("Users({user})?{options}");
        let whole = get(&client, &path).await.good();
        assert_eq!(whole.get("timeSheets@odata.nextLink"), None);
        // Collections of what is expanded are cut as well: none of the others is looked at here.
        let inner = |row: &Value| json!([row["id"], row["@odata.id"], row["dateFrom"]]);
        let expected: Vec<Value> = whole["timeSheets"]
            .as_array()
            .unwrap()
            .iter()
            .map(inner)
            .collect();
        assert!(expected.len() > 3, "{options}");
        for size in [1, 3, expected.len()] {
            let (rows, lengths) = pages(&client, &path, size, of).await;
            assert_eq!(
                rows.iter().map(inner).collect::<Vec<_>>(),
                expected,
                "{options}, {size}"
            );
            assert_eq!(
                lengths.len(),
                expected.len().div_ceil(size),
                "{options}, {size}: none is empty"
            );
        }
    }
}

#[tokio::test]
async fn x5_pages_within_pages_lead_to_every_cell_once() {
    let server = demo().await;
    let client = server.client();
    let expand =
        "$expand=timeSheetLines($select=id;$expand=timeAllocations($select=id))&$select=id&$orderby=id";
    let full = get(&client, &format!("TimeSheets?$top=12&{expand}")).await.rows();
    let cells_of = |lines: &Value| -> Vec<Value> {
        let lines = lines.as_array().unwrap().iter();
        lines
            .flat_map(|line| line["timeAllocations"].as_array().unwrap().clone())
            .collect()
    };
    let expected: Vec<Value> = full
        .iter()
        .flat_map(|sheet| cells_of(&sheet["timeSheetLines"]))
        .collect();
    assert!(expected.len() > 20, "{}", expected.len());
    let headers = [("prefer", "maxpagesize=2")];
    let (mut todo, mut seen) = (vec![format!("TimeSheets?$top=12&{expand}")], Vec::new());
    let mut requests = 0;
    while let Some(path) = todo.pop() {
        let page = get_with(&client, &path, &headers).await.good();
        requests += 1;
        // Every member of the answer that is a collection is followed, and every link.
        let mut within = vec![page];
        while let Some(value) = within.pop() {
            match value {
                Value::Object(members) => {
                    for (name, member) in members {
                        if let (Some(link), true) = (member.as_str(), name.ends_with("@odata.nextLink")) {
                            todo.push(link.split_once("/odata/").unwrap().1.to_owned());
                        }
                        within.push(member);
                    }
                }
                Value::Array(members) => {
                    assert!(members.len() <= 2);
                    within.extend(members);
                }
                _ => {}
            }
        }
        let page = get_with(&client, &path, &headers).await.good();
        collect(&page, &mut seen);
    }
    assert!(requests > 10);
    let ids = |rows: &[Value]| {
        let mut ids: Vec<String> = rows
            .iter()
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&seen), ids(&expected));
}

/// The rows of a page that have nothing in them but their id: cells, there.
fn collect(value: &Value, seen: &mut Vec<Value>) {
    match value {
        Value::Object(members) if members.keys().all(|name| name == "id") => seen.push(value.clone()),
        Value::Object(members) => members.values().for_each(|it| collect(it, seen)),
        Value::Array(members) => members.iter().for_each(|it| collect(it, seen)),
        _ => {}
    }
}

#[tokio::test]
async fn levels_go_on_behind_a_link_and_foreign_tokens_are_refused() {
    let server = demo().await;
    let client = server.client();
    let trees = "ProjectTasks?$filter=leadTaskId eq null and childTasks/$count ge 2 and childTasks/any(c:c/childTasks/any())\
        &$expand=childTasks($levels=2;$select=id)&$select=id&$top=1";
    let whole = get(&client, trees).await.rows();
    let children = whole[0]["childTasks"].as_array().unwrap().clone();
    let of = |read: &Value| {
        let row = &read["value"][0];
        (
            row["childTasks"].clone(),
            row["childTasks@odata.nextLink"].clone(),
        )
    };
    let (rows, lengths) = pages(&client, trees, 1, of).await;
    assert_eq!(lengths.len(), children.len());
    for (row, child) in rows.iter().zip(&children) {
        assert_eq!(row["id"], child["id"]);
        assert!(row["childTasks"].is_array(), "{row}");
        assert_eq!(row["childTasks"].get(0), child["childTasks"].get(0));
    }
    let page = get_with(&client, trees, &[("prefer", "maxpagesize=1")]).await;
    let link = page.json()["value"][0]["childTasks@odata.nextLink"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.rsplit_once('=').unwrap().1;
    for path in [
        format!("ProjectTasks?$skiptoken={token}"),
        format!("Users?$skiptoken={token}"),
        format!("ProjectTasks?$expand=project&$skiptoken={token}"),
        "ProjectTasks?$expand=childTasks&$skiptoken=~".to_owned(),
        "ProjectTasks?$expand=childTasks&$skiptoken=~e30".to_owned(),
        format!("ApprovalStatuses/$count?$skiptoken={token}"),
    ] {
        let status = get(&client, &path).await.status.as_u16();
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
}
