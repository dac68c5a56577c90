//! Decoded as a whole, an input is what it is when it is parsed from values, or has the same
//! faults: compared are two fronts of one schema, of which one was told of the type.

use async_graphql::{InputType, Value};
use proptest::prelude::*;

use super::Whole;
use crate::graphql::front::{Front, Given, build};
use crate::graphql::limits::Limits;
use crate::graphql::mutation::Mutation;
use crate::graphql::mutation::inputs::timesheet::{SaveTimesheetInput, TimesheetLineInput};
use crate::graphql::query::Query;
use crate::graphql::subscription::Subscription;

const SAVE: &str =
    "mutation Save($input: SaveTimesheetInput!) { saveTimesheet(input: $input) { conflict { rowVersion } } }";

fn ordinary() -> Front {
    let schema = build(Query::default(), Mutation::default(), Subscription).finish();
    Front::new(schema, Limits::default()).unwrap()
}

fn decoding() -> Front {
    ordinary().decoding::<SaveTimesheetInput>().unwrap()
}

/// What the resolver gets, and whether it was decoded; or what the caller is told.
fn outcome(front: &Front, input: &str) -> Result<(SaveTimesheetInput, bool), Vec<String>> {
    let told = |refusal: super::super::Refusal| {
        let errors = refusal.errors.iter();
        errors
            .map(|error| format!("{:?} {error:?}", refusal.code))
            .collect::<Vec<_>>()
    };
    let text = format!("{{\"input\":{input}}}");
    let given = Given::read(&text).map_err(told)?;
    let selected = front.select(SAVE, None).unwrap();
    let (variables, decoded) = front
        .coerce(&selected.document.operations[0], given)
        .map_err(told)?;
    let value = variables.get("input").cloned();
    let was_decoded = matches!(value, Some(Value::Binary(_)));
    // What is decoded where its end is not known yet is what is decoded where it is.
    let short = front.prepare_whole(&selected, "input", input);
    assert_eq!(short.is_some(), was_decoded, "{input}");
    if let Some(short) = short {
        let short = short.map_err(told)?;
        let argument = Whole::<SaveTimesheetInput>::parse(short.variables.get("input").cloned()).unwrap();
        let whole = Whole::<SaveTimesheetInput>::parse(value.clone()).unwrap();
        assert_eq!(
            argument.get_from(Some(&short.decoded)),
            whole.get_from(Some(&decoded)),
            "{input}"
        );
    }
    let argument = Whole::<SaveTimesheetInput>::parse(value).map_err(|error| vec![format!("{error:?}")])?;
    Ok((argument.get_from(Some(&decoded)).cloned().unwrap(), was_decoded))
}

const PLAIN: &str = r#"{ "id": "0190b5a0-0000-7000-8000-000000000001", "rowVersion": "AAAAAAAADMQ=", "name": "A week",
    "lines": [{ "orderNumber": 0, "projectId": "0190B5A0-0000-7000-8000-00000000000A", "taskId": null,
        "cells": [{ "date": "2024-03-05", "hours": 7.5, "comment": "\u00e4 \"quoted\"" }, { "hours": "1.25" }] }] }"#;

#[test]
fn a_sheet_is_decoded_as_a_whole() {
    let (whole, was_decoded) = outcome(&decoding(), PLAIN).unwrap();
    assert!(was_decoded);
    assert_eq!(outcome(&ordinary(), PLAIN), Ok((whole, false)));
}

#[test]
fn what_only_coercion_understands_goes_the_ordinary_way() {
    let (ordinary, decoding) = (ordinary(), decoding());
    let single = r#"{ "id": "0190b5a0-0000-7000-8000-000000000001", "rowVersion": "AAAAAAAADMQ=",
        "lines": { "orderNumber": 1.0, "cells": { "date": "2024-03-05", "hours": 1e1 } } }"#;
    let (whole, was_decoded) = outcome(&decoding, single).unwrap();
    assert!(!was_decoded);
    assert_eq!(outcome(&ordinary, single), Ok((whole, false)));
    for wrong in [
        "[\"0190b5a0-0000-7000-8000-000000000001\", \"AAAAAAAADMQ=\", null, []]",
        "{ \"id\": \"0190b5a0-0000-7000-8000-000000000001\" }",
        "null",
        "1e999",
    ] {
        let told = outcome(&decoding, wrong).unwrap_err();
        assert_eq!(outcome(&ordinary, wrong).unwrap_err(), told, "{wrong}");
    }
}

#[test]
fn a_type_that_is_a_part_of_another_is_not_decoded() {
    let refused = ordinary().decoding::<TimesheetLineInput>().unwrap_err();
    assert!(
        refused.to_string().contains("is a part of SaveTimesheetInput"),
        "{refused}"
    );
}

type Text = BoxedStrategy<String>;

fn one_of(texts: &'static [&'static str]) -> Text {
    proptest::sample::select(texts).prop_map(str::to_owned).boxed()
}

/// What fits hardly anywhere.
fn odd() -> Text {
    one_of(&[
        "null",
        "true",
        "0",
        "1",
        "-0",
        "1.0",
        "-1.5",
        "1e2",
        "2147483648",
        "18446744073709551615",
        "1e999",
        "\"\"",
        "\"x\"",
        "\"1\"",
        "\"\\ud800\"",
        "[]",
        "[null]",
        "[[]]",
        "[1]",
        "{}",
        "{\"id\":null}",
    ])
}

fn usual(fitting: Text) -> Text {
    prop_oneof![40 => fitting, 1 => odd()].boxed()
}

fn id() -> Text {
    one_of(&[
        "\"0190b5a0-0000-7000-8000-000000000001\"",
        "\"0190B5A0-0000-7000-8000-00000000000A\"",
        "\"00000000-0000-0000-0000-000000000000\"",
        "null",
    ])
}

fn list(item: Text) -> Text {
    let items = proptest::collection::vec(usual(item.clone()), 0..4);
    let many = items.prop_map(|items| format!("[{}]", items.join(",")));
    prop_oneof![20 => many, 1 => item].boxed()
}

fn object(needed: usize, members: Vec<(&'static str, Text)>) -> Text {
    let texts: Vec<_> = (members.into_iter().enumerate())
        .map(|(place, (name, fitting))| {
            let member = usual(fitting).prop_map(move |value| Some(format!("\"{name}\":{value}")));
            let given = if place < needed { 60 } else { 2 };
            prop_oneof![1 => Just(None), given => member].boxed()
        })
        .collect();
    let extra = prop_oneof![
        60 => Just(None),
        1 => Just(Some("\"else\":1".to_owned())),
        1 => Just(Some("\"hours\":\"2\"".to_owned())),
        1 => Just(Some("\"id\":null".to_owned())),
    ];
    let members = (texts, extra).prop_map(|(members, extra)| members.into_iter().flatten().chain(extra));
    let members = members.prop_map(Vec::from_iter);
    prop_oneof![
        60 => members.clone().prop_map(|members| format!("{{{}}}", members.join(","))),
        1 => members.prop_map(|members| {
            let values = members.iter().filter_map(|member| Some(member.split_once(':')?.1));
            format!("[{}]", values.collect::<Vec<_>>().join(","))
        }),
    ]
    .boxed()
}

fn sheet() -> Text {
    let hours = one_of(&[
        "\"7.5\"",
        "7.5",
        "8",
        "-1",
        "1e1",
        "0.1",
        "\"1e-5\"",
        "\"0.000001\"",
        "25",
        "100000000000000000000",
    ]);
    let text = one_of(&["\"Review\"", "\"\\u0000\\n\\\"\"", "\"«два»\"", "\"\"", "null"]);
    let date = one_of(&[
        "\"2024-03-05\"",
        "\"2024-02-29\"",
        "\"0001-01-01\"",
        "\"2023-02-29\"",
        "null",
    ]);
    let cell = object(
        0,
        vec![
            ("id", id()),
            ("date", date),
            ("hours", hours),
            ("comment", text.clone()),
        ],
    );
    let line = object(
        0,
        vec![
            ("id", id()),
            (
                "orderNumber",
                one_of(&["0", "1", "-1", "2147483647", "1.0", "null"]),
            ),
            ("projectId", id()),
            ("taskId", id()),
            ("activityId", id()),
            ("cells", list(cell)),
        ],
    );
    object(
        2,
        vec![
            ("id", one_of(&["\"0190b5a0-0000-7000-8000-000000000001\""])),
            ("rowVersion", one_of(&["\"AAAAAAAADMQ=\""])),
            ("name", text),
            ("lines", list(line)),
        ],
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn s15_decoded_or_parsed_an_input_is_the_same_or_has_the_same_faults(
        inputs in proptest::collection::vec(sheet(), 20)
    ) {
        thread_local! {
            static FRONTS: (Front, Front) = (decoding(), ordinary());
        }
        FRONTS.with(|(decoding, ordinary)| {
            for input in inputs {
                let taken = outcome(decoding, &input).map(|(input, _)| input);
                prop_assert_eq!(taken, outcome(ordinary, &input).map(|(input, _)| input), "{}", input);
            }
            Ok(())
        })?;
    }
}
