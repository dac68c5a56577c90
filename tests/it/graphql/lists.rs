//! Lists: pages in a total order (X5), filters and orders, and clear refusals of what fits none.

use punchcard::domain::project::BillingType;
use serde_json::{Value, json};

use crate::support::company::{Company, Person};
use crate::support::records::{organization, project, record, sheet};

fn names(connection: &Value) -> Vec<&str> {
    let nodes = connection["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["name"].as_str().unwrap()).collect()
}

async fn with_organizations() -> Company {
    let company = Company::open().await;
    let more = ["Delta", "alpha", "Charlie", "Bravo", "Бета"];
    let organizations = (2..)
        .zip(more)
        .map(|(number, name)| record(organization(number, name)));
    company.keep(organizations.collect()).await;
    company
}

#[tokio::test]
async fn x5_pages_neither_repeat_nor_drop_in_either_direction() {
    let company = with_organizations().await;
    let page = async |arguments: String| {
        let query = format!(
            "{{ organizations({arguments}, orderBy: [{{field: NAME}}]) {{
                nodes {{ name }} edges {{ cursor node {{ name }} }} totalCount
                pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
            }} }}"
        );
        company.data(Person::Ivan, &query).await["organizations"].take()
    };
    let everyone = ["Bravo", "Charlie", "Delta", "Romashka", "alpha", "Бета"];
    let mut forward = Vec::new();
    let mut after = String::new();
    loop {
        let page = page(format!("first: 4{after}")).await;
        assert_eq!(page["totalCount"], 6);
        assert_eq!(page["pageInfo"]["hasPreviousPage"], !forward.is_empty());
        forward.extend(names(&page).into_iter().map(str::to_owned));
        let edges = page["edges"].as_array().unwrap();
        assert_eq!(edges.last().unwrap()["cursor"], page["pageInfo"]["endCursor"]);
        assert_eq!(edges.first().unwrap()["cursor"], page["pageInfo"]["startCursor"]);
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(forward, everyone);
    let last = page("last: 4".to_owned()).await;
    assert_eq!(names(&last), everyone[2..]);
    assert_eq!(last["pageInfo"]["hasPreviousPage"], true);
    let before = page(format!("last: 4, before: {}", last["pageInfo"]["startCursor"])).await;
    assert_eq!(names(&before), everyone[..2]);
    assert_eq!(before["pageInfo"]["hasNextPage"], true);
    assert_eq!(before["pageInfo"]["hasPreviousPage"], false);
    let none = page("first: 0".to_owned()).await;
    assert_eq!((names(&none).len(), &none["totalCount"]), (0, &json!(6)));
    assert_eq!(none["pageInfo"]["endCursor"], json!(null));
}

#[tokio::test]
async fn x5_timesheets_follow_by_their_first_dates_if_no_order_is_asked_for() {
    let company = Company::open().await;
    let sheets = [
        sheet(2, Person::Ivan, "2024-03-18"),
        sheet(3, Person::Olga, "2024-03-11"),
        sheet(4, Person::Ivan, "2024-03-11"),
    ];
    company.keep(sheets.map(record).into()).await;
    let list = async |arguments: &str| {
        let query = format!("{{ timesheets{arguments} {{ edges {{ cursor node {{ id dateFrom }} }} }} }}");
        company.data(Person::Admin, &query).await["timesheets"]["edges"].take()
    };
    let plain = list("").await;
    let dates: Vec<&Value> = plain
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| &edge["node"]["dateFrom"])
        .collect();
    assert!(
        dates.len() >= 3 && dates.is_sorted_by_key(|date| date.as_str()),
        "{dates:?}"
    );
    assert_eq!(list("(orderBy: [{field: DATE_FROM}])").await, plain);
    let second = format!("(first: 1, after: {})", plain[0]["cursor"]);
    assert_eq!(list(&second).await[0], plain[1]);
}

#[tokio::test]
async fn what_picks_no_page_is_refused_with_its_place() {
    let company = with_organizations().await;
    let data = company
        .data(
            Person::Ivan,
            "{ organizations(first: 1) { pageInfo { endCursor } } }",
        )
        .await;
    let cursor = &data["organizations"]["pageInfo"]["endCursor"];
    let wrong = [
        ("organizations(first: 501)", "first"),
        ("organizations(first: -1)", "first"),
        ("organizations(last: 501)", "last"),
        ("organizations(first: 1, last: 1)", "last"),
        ("organizations(after: \"nonsense\")", "after"),
        ("organizations(before: \"\")", "before"),
        (
            &*format!("organizations(after: {cursor}, orderBy: [{{field: NAME}}])"),
            "after",
        ),
        (&*format!("projects(after: {cursor})"), "after"),
    ];
    for (list, place) in wrong {
        let answer = company
            .ask(
                Person::Ivan,
                &format!("{{ {list} {{ totalCount }} me {{ name }} }}"),
                json!({}),
            )
            .await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "BAD_USER_INPUT", "{list}");
        assert_eq!(extensions["faults"][0]["path"], place, "{list}");
        assert_eq!(
            answer["data"]["me"]["name"], "Ivan",
            "what is beside it is answered"
        );
    }
}

#[tokio::test]
async fn filters_pick_by_every_type_of_value() {
    let company = with_organizations().await;
    company
        .keep(vec![
            record(project(3, "Done", Some(1), BillingType::FixedBid)),
            record(sheet(2, Person::Ivan, "2024-03-11")),
            record(sheet(3, Person::Olga, "2024-03-04")),
        ])
        .await;
    let cases: &[(&str, &str, &[&str])] = &[
        ("organizations", "{name: {contains: \"RO\"}}", &["Romashka"]),
        ("organizations", "{name: {startsWith: \"бет\"}}", &["Бета"]),
        ("organizations", "{name: {eq: \"alpha\"}}", &["alpha"]),
        (
            "organizations",
            "{name: {in: [\"alpha\", \"Bravo\"]}}",
            &["Bravo", "alpha"],
        ),
        (
            "organizations",
            "{or: [{name: {eq: \"Delta\"}}, {number: {endsWith: \"-1\"}}]}",
            &["Delta", "Romashka"],
        ),
        ("organizations", "{not: {name: {ge: \"Charlie\"}}}", &["Bravo"]),
        (
            "organizations",
            "{and: [{name: {lt: \"D\"}}, {name: {gt: \"C\"}}]}",
            &["Charlie"],
        ),
        ("organizations", "{externalId: {isNull: false}}", &[]),
        ("projects", "{billingType: {eq: FIXED_BID}}", &["Done"]),
        (
            "projects",
            "{billingType: {in: [NON_BILLABLE, TIME_AND_MATERIAL]}}",
            &["Internal", "Website"],
        ),
        ("projects", "{organizationId: {eq: null}}", &["Internal"]),
        (
            "projects",
            "{organizationId: {ne: null}, name: {ne: \"Done\"}}",
            &["Website"],
        ),
        ("projects", "{estimate: {ge: \"100.00001\"}}", &[]),
        (
            "projects",
            "{estimate: {le: 100}, isActive: {eq: true}, state: {eq: OPEN}}",
            &["Done", "Internal", "Website"],
        ),
        ("projects", "{}", &["Done", "Internal", "Website"]),
        ("tasks", "{number: {gt: 0}}", &["Build"]),
        (
            "timesheets",
            "{dateFrom: {gt: \"2024-03-04\"}}",
            &["Ivan 11.03.2024-17.03.2024"],
        ),
        ("timesheets", "{status: {ne: DRAFT}}", &[]),
        (
            "timesheets",
            "{created: {lt: \"2024-01-02T03:04:05.679Z\"}, userId: {eq: \"a0000000-0000-0000-0000-000000000004\"}}",
            &["Olga 04.03.2024-10.03.2024"],
        ),
    ];
    for (list, filter, expected) in cases {
        let query = format!(
            "{{ {list}(filter: {filter}, orderBy: [{{field: NAME}}]) {{ nodes {{ name }} totalCount }} }}"
        );
        let data = company.data(Person::Admin, &query).await;
        assert_eq!(names(&data[list]), *expected, "{list} {filter}");
        assert_eq!(data[list]["totalCount"], expected.len(), "{list} {filter}");
    }
}

#[tokio::test]
async fn orders_have_several_keys_and_two_directions() {
    let company = with_organizations().await;
    company
        .keep(vec![record(project(3, "Website", None, BillingType::FixedBid))])
        .await;
    let query = "{ projects(orderBy: [{field: NAME, direction: DESC}, {field: BILLING_TYPE}]) { nodes { name billingType } } }";
    let data = company.data(Person::Ivan, query).await;
    let expected = [
        ("Website", "FIXED_BID"),
        ("Website", "TIME_AND_MATERIAL"),
        ("Internal", "NON_BILLABLE"),
    ];
    let expected = expected.map(|(name, billing)| json!({ "name": name, "billingType": billing }));
    assert_eq!(data["projects"]["nodes"], json!(expected));
}

#[tokio::test]
async fn a_filter_too_large_or_too_deep_is_refused() {
    let company = Company::open().await;
    let many = "{name: {eq: \"x\"}},".repeat(1_000);
    let deep = format!("{}{{}}{}", "{not: ".repeat(25), "}".repeat(25));
    for filter in [format!("{{or: [{many}]}}"), deep] {
        let query = format!("{{ organizations(filter: {filter}) {{ totalCount }} }}");
        assert_eq!(company.codes(Person::Ivan, &query).await, ["BAD_USER_INPUT"]);
    }
}

#[tokio::test]
async fn a_page_of_sheets_takes_no_read_per_sheet() {
    let company = Company::open().await;
    let weeks = (0..20).map(|week| {
        let monday = crate::support::records::date("2023-01-02").plus_days(7 * week);
        record(sheet(
            100 + u128::try_from(week).unwrap(),
            Person::Olga,
            &monday.to_string(),
        ))
    });
    company.keep(weeks.collect()).await;
    company.store.asked();
    let query = "{ timesheets { nodes { user { name manager { name } } template { name } lines { project { name } } } } }";
    let data = company.data(Person::Admin, query).await;
    assert_eq!(data["timesheets"]["nodes"].as_array().unwrap().len(), 21);
    assert_eq!(
        company.store.asked(),
        4,
        "the caller, the page, and two levels of references"
    );
}

#[tokio::test]
async fn common_tasks_are_those_of_no_project() {
    let company = Company::open().await;
    company
        .keep(vec![record(crate::support::records::task(
            9, None, None, 0, "Travel",
        ))])
        .await;
    let data = company
        .data(
            Person::Ivan,
            "{ commonTasks { nodes { name } } tasks { totalCount } }",
        )
        .await;
    assert_eq!(names(&data["commonTasks"]), ["Travel"]);
    assert_eq!(data["tasks"]["totalCount"], 5);
}
