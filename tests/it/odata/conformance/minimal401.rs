//! Section 13.2.1 for services that are read.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::{JSON, booked, get, get_with, me, send};
use super::{number, rows, schema, served, status};

const NEW: [(&str, &str); 1] = [("odata-maxversion", "4.01")];

#[tokio::test]
async fn v401_minimal_01_the_level_of_4_0_is_met() {
    let (_server, client) = served().await;
    let level = &schema(&client).await["Container"]["@Capabilities.ConformanceLevel"];
    assert_eq!(level, "Advanced");
}

#[tokio::test]
async fn v401_minimal_02_the_format_of_4_01() {
    let (_server, client) = served().await;
    let answer = get_with(&client, "Users?$top=1", &NEW).await;
    assert_eq!(answer.header("odata-version"), "4.01");
    assert!(
        answer.good()["@odata.context"].is_string(),
        "names may keep their prefix"
    );
}

#[tokio::test]
async fn v401_minimal_03_nothing_is_answered_asynchronously() {
    let (_server, client) = served().await;
    let answer = get_with(&client, "Users", &[("prefer", "respond-async")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("asyncresult")), (200, ""));
}

#[tokio::test]
async fn v401_minimal_04_headers_and_preferences_with_and_without_prefix() {
    let (_server, client) = served().await;
    for prefer in ["odata.maxpagesize=1", "maxpagesize=1"] {
        assert_eq!(
            get_with(&client, "Users", &[("prefer", prefer)])
                .await
                .rows()
                .len(),
            1,
            "{prefer}"
        );
    }
    for prefer in ["odata.track-changes", "track-changes"] {
        let answer = get_with(&client, "Users", &[("prefer", prefer)]).await;
        assert!(answer.good()["@odata.deltaLink"].is_string(), "{prefer}");
    }
    for isolation in ["odata-isolation", "isolation"] {
        assert_eq!(
            get_with(&client, "Users", &[(isolation, "snapshot")])
                .await
                .status,
            412,
            "{isolation}"
        );
    }
    for format in ["odata.metadata=full", "metadata=full"] {
        let answer = get(
            &client,
            &format!("Users?$top=1&$format=application/json;{format}"),
        )
        .await;
        assert!(answer.rows()[0]["@odata.type"].is_string(), "{format}");
    }
}

#[tokio::test]
async fn v401_minimal_05_no_version_of_the_schema_is_told() {
    let (_server, client) = served().await;
    assert!(!get(&client, "$metadata").await.text.contains("SchemaVersion"));
}

#[tokio::test]
async fn v401_minimal_06_options_with_and_without_dollar() {
    let (_server, client) = served().await;
    let with = rows(
        &client,
        "Users?$filter=isActive&$orderby=name&$top=2&$select=name&$expand=manager($select=id)",
    )
    .await;
    let without = rows(
        &client,
        "Users?filter=isActive&orderby=name&top=2&select=name&expand=manager(select=id)",
    )
    .await;
    assert_eq!(with, without);
}

#[tokio::test]
async fn v401_minimal_07_options_operators_and_functions_in_any_case() {
    let (_server, client) = served().await;
    let usual = rows(
        &client,
        "Users?$filter=contains(name,'a') and not (isActive eq false)&$top=3",
    )
    .await;
    let shouted = rows(
        &client,
        "Users?$FILTER=CONTAINS(name,'a') AND NOT (isActive EQ FALSE)&$TOP=3",
    )
    .await;
    assert_eq!(usual, shouted);
}

#[tokio::test]
async fn v401_minimal_08_names_as_metadata_spells_them() {
    let (_server, client) = served().await;
    let row = rows(
        &client,
        "USERS?$select=NAME,ISACTIVE&$expand=MANAGER($select=ID)&$filter=managerId ne null&$top=1",
    )
    .await;
    let names: Vec<_> = row[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["isActive", "manager", "name"]);
}

#[tokio::test]
async fn v401_minimal_09_a_texts_become_other_types() {
    let (_server, client) = served().await;
    let me = me(&client).await;
    for filter in [
        format!("id eq '{me}'"),
        format!("cast('{me}',Edm.Guid) eq id"),
        format!("id eq {me}"),
    ] {
        assert_eq!(
            rows(&client, &format!("Users?$filter={filter}")).await.len(),
            1,
            "{filter}"
        );
    }
    assert_eq!(
        status(&client, "Users?$filter=created gt '2021-01-01T00:00:00Z'").await,
        200
    );
}

#[tokio::test]
async fn v401_minimal_09_b_durations_with_and_without_their_type() {
    let (_server, client) = served().await;
    for literal in ["duration'PT1H'", "'PT1H'"] {
        let path = format!("Users?$filter=now() sub created gt {literal}&$top=1");
        assert_eq!(status(&client, &path).await, 200, "{literal}");
    }
}

#[tokio::test]
async fn v401_minimal_09_c_functions_without_parameters_with_and_without_parentheses() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    for call in ["WP.GetProjects", "WP.GetProjects()"] {
        assert_eq!(
            status(&client, &format!("TimeSheets({sheet})/{call}")).await,
            200,
            "{call}"
        );
    }
}

#[tokio::test]
async fn v401_minimal_09_d_actions_with_an_empty_body_and_with_none() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let act = async |action: &str, body: Option<String>| {
        let path = format!("TimeSheets({sheet})/{action}");
        send(&client, Method::POST, &path, &[JSON], body).await.status
    };
    assert_eq!(act("WP.ForceSubmit", Some("{}".to_owned())).await, 204);
    assert_eq!(act("WP.Recall", None).await, 204);
}

#[tokio::test]
async fn v401_minimal_09_e_operations_with_and_without_their_namespace() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let qualified = rows(&client, &format!("TimeSheets({sheet})/WP.GetProjects")).await;
    assert_eq!(
        rows(&client, &format!("TimeSheets({sheet})/GetProjects")).await,
        qualified
    );
}

#[tokio::test]
async fn v401_minimal_09_f_aliases_of_keys_and_parameters() {
    let (_server, client) = served().await;
    let me = me(&client).await;
    assert_eq!(
        get(&client, &format!("Users(@u)/id/$value?@u={me}")).await.text,
        me
    );
    let call = format!("TimeSheets/WP.GetIdForPeriod(date=@d,userId=@u)?@d=2027-03-22&@u={me}");
    assert_eq!(status(&client, &call).await, 200);
    assert_eq!(
        status(&client, "Users?$filter=name eq @n&@n='a%2Fb%5Cc'").await,
        200
    );
}

#[tokio::test]
async fn v401_minimal_09_g_parameters_by_name_alone() {
    let (_server, client) = served().await;
    let me = me(&client).await;
    let call = format!("TimeSheets/WP.GetIdForPeriod?date=2027-03-22&userId={me}");
    assert_eq!(status(&client, &call).await, 200);
}

#[tokio::test]
async fn v401_minimal_09_h_whether_a_navigation_leads_anywhere() {
    let (_server, client) = served().await;
    let (with, without) = (
        number(&client, "Users/$count?$filter=manager ne null").await,
        number(&client, "Users/$count?$filter=manager eq null").await,
    );
    assert!(with > 0 && without > 0);
    assert_eq!(with + without, number(&client, "Users/$count").await);
}

#[tokio::test]
async fn v401_minimal_09_i_in() {
    let (_server, client) = served().await;
    let me = me(&client).await;
    assert_eq!(
        rows(&client, &format!("Users?$filter=id in ({me},{me})"))
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn v401_minimal_09_j_divby() {
    let (_server, client) = served().await;
    let row = rows(
        &client,
        "Users?$compute=5 divby 2 as x,5 div 2 as y&$select=x,y&$top=1",
    )
    .await;
    assert_eq!(row[0], json!({ "x": 2.5, "y": 2 }));
}

#[tokio::test]
async fn v401_minimal_09_k_substrings_from_the_end() {
    let (_server, client) = served().await;
    let row = rows(
        &client,
        "Users?$compute=substring(name,-2) as end&$select=name,end&$top=1",
    )
    .await[0]
        .clone();
    assert!(
        row["name"]
            .as_str()
            .unwrap()
            .ends_with(row["end"].as_str().unwrap()),
        "{row}"
    );
    assert_eq!(row["end"].as_str().unwrap().chars().count(), 2);
}

#[tokio::test]
async fn v401_minimal_09_l_keys_as_segments_and_in_parentheses() {
    let (_server, client) = served().await;
    let me = me(&client).await;
    assert_eq!(
        get(&client, &format!("Users/{me}/name")).await.good(),
        get(&client, &format!("Users({me})/name")).await.good()
    );
    assert_eq!(
        schema(&client).await["Container"]["@Capabilities.KeyAsSegmentSupported"],
        true
    );
}

#[tokio::test]
async fn v401_minimal_09_m_counts_of_filtered_collections() {
    let (_server, client) = served().await;
    let (sheet, _) = booked(&client, "2027-03-22", "3").await;
    let filter = format!("id eq {sheet} and timeSheetLines/$count($filter=orderNumber eq 0) eq 1");
    assert_eq!(
        rows(&client, &format!("TimeSheets?$filter={filter}")).await.len(),
        1
    );
}

#[tokio::test]
async fn v401_minimal_09_n_collections_are_compared() {
    let (_server, client) = served().await;
    let all = number(&client, "Users/$count").await;
    assert_eq!(number(&client, "Users/$count?$filter=[1,2] eq [1,2]").await, all);
    assert_eq!(number(&client, "Users/$count?$filter=[1,2] ne [2,1]").await, all);
}

#[tokio::test]
async fn v401_minimal_10_metadata_as_xml_and_json() {
    let (_server, client) = served().await;
    assert!(get(&client, "$metadata").await.text.starts_with("<?xml"));
    assert_eq!(
        get(&client, "$metadata?$format=json").await.good()["$Version"],
        "4.01"
    );
}

/// No two names differ by case alone, at any depth.
fn check_names(of: &Value) {
    let Some(members) = of.as_object() else { return };
    let mut names: Vec<String> = members.keys().map(|name| name.to_lowercase()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), members.len(), "{:?}", members.keys());
    members.values().for_each(check_names);
}

#[tokio::test]
async fn v401_minimal_11_no_names_differ_by_case_alone() {
    let (_server, client) = served().await;
    check_names(&schema(&client).await);
}

#[tokio::test]
async fn v401_minimal_12_the_versions_are_told() {
    let (_server, client) = served().await;
    assert_eq!(
        schema(&client).await["Container"]["@Core.ODataVersions"],
        "4.0 4.01"
    );
}

#[tokio::test]
async fn v401_minimal_13_capabilities_are_told() {
    let (_server, client) = served().await;
    let container = schema(&client).await["Container"].clone();
    for term in [
        "ConformanceLevel",
        "BatchSupport",
        "SelectSupport",
        "ComputeSupported",
        "SupportedFormats",
    ] {
        assert!(container.get(format!("@Capabilities.{term}")).is_some(), "{term}");
    }
    for (name, set) in container
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !name.starts_with(['@', '$']))
    {
        for term in [
            "InsertRestrictions",
            "UpdateRestrictions",
            "DeleteRestrictions",
            "ChangeTracking",
        ] {
            assert!(
                set.get(format!("@Capabilities.{term}")).is_some(),
                "{name}: {term}"
            );
        }
    }
}

#[tokio::test]
async fn v401_minimal_14_annotations_are_not_filtered_by() {
    let (_server, client) = served().await;
    assert_eq!(
        status(&client, "Users?$filter=name@Core.Description eq 'a'").await,
        501
    );
}

#[tokio::test]
async fn v401_minimal_15_compute() {
    let (_server, client) = served().await;
    let row = rows(&client, "Users?$compute=length(name) as n&$select=n&$top=1").await;
    assert!(row[0]["n"].is_number());
}

#[tokio::test]
async fn v401_minimal_16_search_in_every_set_that_has_texts() {
    let (_server, client) = served().await;
    let container = schema(&client).await["Container"].clone();
    for (name, set) in container
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !name.starts_with(['@', '$']))
    {
        let found = status(&client, &format!("{name}?$search=a&$top=1")).await;
        assert_eq!(found, 200, "{name}: {set}");
    }
}

#[tokio::test]
async fn v401_minimal_17_who_says_nothing_gets_4_01() {
    let (_server, client) = served().await;
    assert_eq!(get(&client, "Users?$top=1").await.header("odata-version"), "4.01");
}
