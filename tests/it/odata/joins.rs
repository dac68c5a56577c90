//! `$crossjoin`: combinations of the members of sets.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{demo, get, get_with};

#[tokio::test]
async fn a_join_is_every_combination_that_the_filter_leaves() {
    let server = demo().await;
    let client = server.client();
    let departments = get(&client, "Departments/$count")
        .await
        .text
        .parse::<usize>()
        .unwrap();
    let statuses = get(&client, "ApprovalStatuses/$count")
        .await
        .text
        .parse::<usize>()
        .unwrap();
    assert_eq!(
        get(&client, "$crossjoin(Departments,ApprovalStatuses)/$count")
            .await
            .text,
        (departments * statuses).to_string()
    );
    let all = get(
        &client,
        "$crossjoin(Departments,ApprovalStatuses)?$count=true&$top=2&$skip=1",
    )
    .await;
    assert_eq!(all.json()["@odata.count"], departments * statuses);
    let rows = all.rows();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        for (set, link) in [
            ("Departments", &row["Departments@odata.navigationLink"]),
            ("ApprovalStatuses", &row["ApprovalStatuses@odata.navigationLink"]),
        ] {
            let link = link.as_str().unwrap();
            assert!(link.starts_with(&format!("{set}(")), "{row}");
            assert!(get(&client, link).await.good()["id"].is_string());
        }
    }
    // An equality is looked up; the sheets' owners are known otherwise.
    let joined = "$crossjoin(TimeSheets,Users)/$count\
        ?$filter=TimeSheets/userId eq Users/id and Users/managerId ne null";
    let count = get(&client, joined).await;
    let sheets = get(&client, "TimeSheets/$count?$filter=user/managerId ne null").await;
    assert_eq!(count.text, sheets.text);
}

#[tokio::test]
async fn joined_rows_are_ordered_and_expanded() {
    let server = demo().await;
    let client = server.client();
    let managers = get(
        &client,
        "Users?$filter=managerId ne null&$orderby=name&$expand=manager",
    )
    .await
    .rows();
    let expected: Vec<Value> = managers
        .iter()
        .map(|user| json!([user["name"], user["manager"]["name"]]))
        .collect();
    assert!(expected.len() > 3);
    let shown = get(
        &client,
        "$crossjoin(users,Departments)?$filter=users/isActive and startswith(Departments/name,users/name)&$expand=*",
    )
    .await;
    assert_eq!(shown.rows(), [json!(null); 0]);
    let ordered = get(
        &client,
        "$crossjoin(Users,ApprovalStatuses)?$filter=ApprovalStatuses/code eq 'Draft' and $it/Users/managerId ne null\
         &$orderby=Users/name,ApprovalStatuses/code desc\
         &$expand=Users($select=name;$expand=manager($select=name)),ApprovalStatuses($select=code)",
    )
    .await
    .rows();
    let told: Vec<Value> = ordered
        .iter()
        .map(|row| json!([row["Users"]["name"], row["Users"]["manager"]["name"]]))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(ordered[0]["ApprovalStatuses"], json!({ "code": "Draft" }));
    let context = get_with(
        &client,
        "$crossjoin(Users)?$top=1",
        &[("odata-maxversion", "4.01")],
    )
    .await
    .good();
    let context = context["@odata.context"].as_str().unwrap().to_owned();
    assert!(
        context.ends_with("$metadata#Collection(Edm.ComplexType)"),
        "{context}"
    );
}

#[tokio::test]
async fn joins_compare_across_navigations_and_collections() {
    let server = demo().await;
    let client = server.client();
    let count = async |filter: &str| {
        let counted = get(
            &client,
            &format!("$crossjoin(Users,Departments)/$count?$filter={filter}"),
        )
        .await;
        counted
            .text
            .parse::<usize>()
            .unwrap_or_else(|_| panic!("{filter}: {counted:?}"))
    };
    let users = get(&client, "Users/$count").await.text.parse::<usize>().unwrap();
    let departments = get(&client, "Departments/$count")
        .await
        .text
        .parse::<usize>()
        .unwrap();
    let led = get(&client, "Users/$count?$filter=manager/name ne null")
        .await
        .text
        .parse::<usize>()
        .unwrap();
    assert_eq!(count("true").await, users * departments);
    assert_eq!(count("false").await, 0);
    assert_eq!(
        count("Users/manager/name ne Departments/name").await,
        users * departments
    );
    assert_eq!(
        count("Users/manager ne null and Departments/id ne Users/id").await,
        led * departments
    );
    let worked = count("Users/timeSheets/any(t:t/departmentId eq Departments/id)").await;
    let pairs = get(
        &client,
        "TimeSheets?$apply=filter(departmentId ne null)/groupby((userId,departmentId))",
    )
    .await;
    assert_eq!(worked, pairs.rows().len());
    assert_eq!(
        count("Departments/timeSheets/any(t:t/user/id eq Users/id)").await,
        worked,
        "from the other side"
    );
    assert_eq!(
        count("Users/isActive and (Departments/isActive or Users/name eq Departments/name)").await,
        get(&client, "Users/$count?$filter=isActive")
            .await
            .text
            .parse::<usize>()
            .unwrap()
            * get(&client, "Departments/$count?$filter=isActive")
                .await
                .text
                .parse::<usize>()
                .unwrap()
    );
}

#[tokio::test]
async fn x5_pages_of_a_join_neither_repeat_nor_drop() {
    let server = demo().await;
    let client = server.client();
    for query in [
        "$crossjoin(Departments,ApprovalStatuses)?$expand=*",
        "$crossjoin(Departments,ApprovalStatuses)?$expand=*&$orderby=ApprovalStatuses/code desc&$count=true",
        "$crossjoin(Departments,ApprovalStatuses)?$expand=*&$skip=3&top=7",
    ] {
        let whole = get(&client, query).await.rows();
        assert!(whole.len() > 6, "{query}");
        for size in [1, 4, whole.len()] {
            let prefer = format!("maxpagesize={size}");
            let (mut seen, mut next, mut pages) = (Vec::new(), Some(query.to_owned()), 0);
            while let Some(path) = next {
                let page = get_with(&client, &path, &[("prefer", &prefer)]).await;
                seen.extend(page.rows());
                pages += 1;
                let link = page.json()["@odata.nextLink"].clone();
                next = link
                    .as_str()
                    .map(|link| link.split_once("/odata/").unwrap().1.to_owned());
            }
            assert_eq!(
                (pages, &seen),
                (whole.len().div_ceil(size), &whole),
                "{query}, {size}"
            );
        }
    }
}

#[tokio::test]
async fn joins_that_are_too_large_or_wrong_are_refused_at_once() {
    let server = demo().await;
    let client = server.client();
    for (path, status) in [
        ("$crossjoin()", 400),
        ("$crossjoin(Nothing,Users)", 404),
        ("$crossjoin(Users,Users)", 400),
        ("$crossjoin(Users,users)", 400),
        (
            "$crossjoin(Users,Projects,Departments,Activities,Organizations)",
            400,
        ),
        ("$crossjoin(Users,Projects)/Users", 404),
        ("$crossjoin(Users,Projects)/$ref", 400),
        ("$crossjoin(Users,Projects)?$filter=name eq 'x'", 400),
        ("$crossjoin(Users,Projects)?$filter=$it/name eq 'x'", 400),
        ("$crossjoin(Users,Projects)?$filter=$this/name eq 'x'", 400),
        ("$crossjoin(Users,Projects)?$filter=Users/nothing eq 1", 400),
        ("$crossjoin(Users,Projects)?$orderby=Users", 400),
        ("$crossjoin(Users,Projects)?$expand=Activities", 400),
        ("$crossjoin(Users,Projects)?$expand=Users/manager", 400),
        ("$crossjoin(Users,Projects)?$expand=Users($top=1)", 400),
        (
            "$crossjoin(Users,Projects)?$expand=Users($expand=team($filter=$it/name eq 'x'))",
            501,
        ),
        ("$crossjoin(Users,Projects)?$select=Users", 501),
        ("$crossjoin(Users,Projects)?$search=a", 501),
        ("$crossjoin(Users,Projects)?$apply=aggregate($count as n)", 501),
        ("$crossjoin(Users,Projects)?$compute=Users/name as n", 501),
        ("$crossjoin(TimeAllocations,TimeSheetLines)/$count", 400),
        (
            "$crossjoin(TimeAllocations,TimeSheetLines,TimeSheets)?$top=1",
            400,
        ),
        (
            "$crossjoin(TimeAllocations,TimeSheetLines)?$orderby=TimeSheetLines/id",
            400,
        ),
    ] {
        let began = Instant::now();
        let answer = get(&client, path).await;
        let mut expected = vec![status];
        if status == 400 {
            // What is too large has a status of its own.
            expected.push(413);
        }
        assert!(expected.contains(&answer.status.as_u16()), "{path}: {answer:?}");
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{path}: {:?}",
            began.elapsed()
        );
    }
    let large = get(&client, "$crossjoin(TimeAllocations,TimeSheetLines)/$count").await;
    assert_eq!(large.refusal().1, "LIMIT_EXCEEDED", "{large:?}");
    // With an equality the same sets are joined at once.
    let tied = "$crossjoin(TimeAllocations,TimeSheetLines)/$count?$filter=TimeAllocations/timeSheetLine/id eq TimeSheetLines/id";
    assert_eq!(
        get(&client, tied).await.text,
        get(&client, "TimeAllocations/$count").await.text
    );
}
