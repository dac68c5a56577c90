//! Opening sheets: made when they are asked for, once, and not for everybody.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::company::{Company, Person};
use crate::support::records::sheet_id;

fn open(arguments: &str) -> String {
    format!(
        "mutation {{ openTimesheet({arguments}) {{ timesheet {{ id name dateFrom dueDate user {{ name }} }} faults {{ path code }} }} }}"
    )
}

#[tokio::test]
async fn p2_to_p8_a_sheet_is_made_once_and_found_again() {
    let company = Company::open().await;
    let first = company.data(Person::Olga, &open("date: \"2024-03-06\"")).await;
    let sheet = &first["openTimesheet"]["timesheet"];
    assert_eq!(sheet["name"], "Olga 04.03.2024-10.03.2024");
    assert_eq!(sheet["dateFrom"], "2024-03-04");
    assert_eq!(sheet["dueDate"], "2024-03-12");
    assert_eq!(sheet["user"]["name"], "Olga");
    let again = company.data(Person::Olga, &open("date: \"2024-03-10\"")).await;
    assert_eq!(again, first);
    let list = company.data(Person::Olga, "{ timesheets { totalCount } }").await;
    assert_eq!(list["timesheets"]["totalCount"], 1);
}

#[tokio::test]
async fn p4_next_and_previous_are_inverses() {
    let company = Company::open().await;
    let step = async |verb: &str, id: &str| {
        let operation = format!("mutation {{ {verb}(id: \"{id}\") {{ timesheet {{ id dateFrom }} }} }}");
        let mut data = company.data(Person::Ivan, &operation).await;
        data[verb]["timesheet"].take()
    };
    let start = sheet_id(1).to_string();
    let next = step("openNextTimesheet", &start).await;
    assert_eq!(next["dateFrom"], "2024-03-11");
    let back = step("openPreviousTimesheet", next["id"].as_str().unwrap()).await;
    assert_eq!(back["id"], start);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p5_any_number_of_calls_for_one_week_make_one_sheet() {
    let company = Arc::new(Company::open().await);
    let calls = (0..200).map(|call| {
        let company = Arc::clone(&company);
        tokio::spawn(async move {
            let arguments = format!("date: \"2024-03-{:02}\"", 4 + call % 7);
            let data = company.data(Person::Olga, &open(&arguments)).await;
            data["openTimesheet"]["timesheet"]["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
    });
    let mut ids = BTreeSet::new();
    for call in calls.collect::<Vec<_>>() {
        ids.insert(call.await.unwrap());
    }
    assert_eq!(ids.len(), 1);
    let list = company.data(Person::Olga, "{ timesheets { totalCount } }").await;
    assert_eq!(list["timesheets"]["totalCount"], 1);
}

#[tokio::test]
async fn p9_who_may_not_open_is_refused_and_nothing_is_made() {
    let company = Company::open().await;
    let ivan = format!("date: \"2024-03-11\", userId: \"{}\"", Person::Ivan.id());
    assert_eq!(company.codes(Person::Lead, &open(&ivan)).await, ["FORBIDDEN"]);
    assert_eq!(company.codes(Person::Stranger, &open(&ivan)).await, ["NOT_FOUND"]);
    let nobody = "date: \"2024-03-11\", userId: \"00000000-0000-0000-0000-000000000001\"";
    assert_eq!(company.codes(Person::Admin, &open(nobody)).await, ["NOT_FOUND"]);
    let early = company.data(Person::Ivan, &open("date: \"2023-12-01\"")).await;
    let outside_employment = &early["openTimesheet"];
    assert_eq!(outside_employment["timesheet"], Value::Null);
    assert_eq!(outside_employment["faults"][0]["path"], "date");
    let list = company.data(Person::Admin, "{ timesheets { totalCount } }").await;
    assert_eq!(list, json!({ "timesheets": { "totalCount": 1 } }));
}
