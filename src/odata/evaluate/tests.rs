//! What expressions come to: the functions, the logic of null, and members of collections.

use std::borrow::Cow;

use super::{Evaluator, Item};
use crate::domain::hours::Hours;
use crate::odata::bind::Binder;
use crate::odata::expression::{Class, Column};
use crate::odata::fixtures::{House, list, plan};
use crate::odata::load::Loaded;
use crate::odata::url;
use crate::odata::value::Value;
use crate::odata::value::arithmetic::ArithmeticError;

fn columns() -> (Vec<Column>, Vec<Value<'static>>) {
    let all = [
        ("text", Class::Text, Value::Text(Cow::Borrowed("Тест abc"))),
        ("number", Class::Int, Value::Int(7)),
        (
            "hours",
            Class::Decimal,
            Value::Hours("2.5".parse::<Hours>().unwrap()),
        ),
        ("day", Class::Date, Value::Date("2021-03-22".parse().unwrap())),
        (
            "at",
            Class::Instant,
            Value::Instant("2021-03-22T23:30:15.25+03:00".parse().unwrap()),
        ),
        ("yes", Class::Boolean, Value::Bool(true)),
        ("no", Class::Boolean, Value::Bool(false)),
        ("nothing", Class::Any, Value::Null),
        ("noText", Class::Text, Value::Null),
        ("open", Class::Boolean, Value::Null),
    ];
    let column = |name: &str, class| Column {
        path: vec![name.to_owned()],
        class,
    };
    all.into_iter()
        .map(|(name, class, value)| (column(name, class), value))
        .unzip()
}

/// What a text comes to over the columns above.
fn evaluate(text: &str) -> Result<Value<'static>, String> {
    let (columns, values) = columns();
    let expr = url::expression(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let bound = Binder::of_columns(&columns, &[])
        .expression("$filter", &expr)
        .map_err(|error| error.to_string())?;
    let evaluator = Evaluator {
        loaded: &Loaded::default(),
        now: "2024-03-06T12:00:00Z".parse().unwrap(),
        it: None,
    };
    evaluator
        .value_of(&bound.expr, Item::Columns(&values))
        .map_err(|error| error.to_string())
}

/// As a literal spells it, for short tables.
fn printed(text: &str) -> String {
    match evaluate(text) {
        Ok(Value::Null) => "null".to_owned(),
        Ok(value) => value.print().unwrap_or_else(|| format!("{value:?}")),
        Err(error) => format!("error: {error}"),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(printed(text), *expected, "{text}");
    }
}

#[test]
fn functions_of_text_count_characters_and_know_case() {
    check(&[
        ("contains(text,'ест')", "true"),
        ("contains(text,'ЕСТ')", "false"),
        ("startswith(text,'Тест')", "true"),
        ("endswith(text,'abc')", "true"),
        ("length(text)", "8"),
        ("indexof(text,'a')", "5"),
        ("indexof(text,'z')", "-1"),
        ("substring(text,1)", "ест abc"),
        ("substring(text,1,3)", "ест"),
        ("substring(text,-4,3)", " ab"),
        ("substring(text,-99,3)", "Тес"),
        ("substring(text,99)", ""),
        ("substring(text,2,-1)", ""),
        ("tolower(text)", "тест abc"),
        ("toupper(text)", "ТЕСТ ABC"),
        ("trim(' x ')", "x"),
        ("concat(concat(text,'-'),'x')", "Тест abc-x"),
        ("matchespattern(text,'^Т.*c$')", "true"),
        ("matchespattern(text,'^b')", "false"),
        ("contains(noText,'x')", "null"),
        ("length(noText)", "null"),
        ("concat(noText,'x')", "null"),
        ("text eq 'тест abc'", "false"),
        ("text in ('a','Тест abc')", "true"),
    ]);
}

#[test]
fn functions_of_time_are_in_utc() {
    check(&[
        ("year(day)", "2021"),
        ("month(at)", "3"),
        ("day(at)", "22"),
        ("hour(at)", "20"),
        ("minute(at)", "30"),
        ("second(at)", "15"),
        ("fractionalseconds(at)", "0.25"),
        ("date(at)", "2021-03-22"),
        ("date(at) eq day", "true"),
        ("time(at)", "20:30:15.25"),
        ("totaloffsetminutes(at)", "0"),
        ("totalseconds(duration'PT1H0.5S')", "3600.5"),
        ("now()", "2024-03-06T12:00:00Z"),
        ("mindatetime()", "0001-01-01T00:00:00Z"),
        ("maxdatetime() gt now()", "true"),
        ("day add duration'P1D'", "2021-03-23"),
        ("at sub duration'PT30M'", "2021-03-22T20:00:15.250Z"),
        ("at sub day", "PT20H30M15.25S"),
        ("at gt 2021-03-22", "true"),
        ("day eq 2021-03-22T00:00:00Z", "true"),
        ("day eq '2021-03-22'", "true"),
        ("at lt '2021-03-23T00:00:00Z'", "true"),
        (
            "year(noText)",
            "error: $filter: year takes Edm.DateTimeOffset, not Edm.String",
        ),
    ]);
}

#[test]
fn numbers_stay_exact() {
    check(&[
        ("number add 1", "8"),
        ("number div 2", "3"),
        ("number divby 2", "3.5"),
        ("number mod 4", "3"),
        ("-number", "-7"),
        ("hours mul 2 eq 5", "true"),
        ("hours eq 2.5", "true"),
        ("hours eq 25e-1", "true"),
        ("hours lt 2.500001", "true"),
        ("0.1 add 0.2 eq 0.3", "true"),
        ("round(hours)", "3"),
        ("round(-2.5)", "-3"),
        ("round(2.4999999999999999999)", "2"),
        ("floor(-2.5)", "-3"),
        ("ceiling(2.1)", "3"),
        ("round(number)", "7"),
        ("number div 0", "error: a number is divided by zero"),
        (
            "9223372036854775807 add 1",
            "error: the outcome of a computation is too large",
        ),
        ("number eq nothing", "false"),
        ("number add nothing", "null"),
        ("cast(hours,Edm.Int32)", "2"),
        ("cast(number,Edm.String)", "7"),
        ("cast('x',Edm.Int32)", "null"),
        ("isof(number,Edm.Int32)", "true"),
        ("isof(text,Edm.Int32)", "false"),
        ("case(number gt 9:'big',number gt 5:'some',true:'few')", "some"),
        ("case(false:1)", "null"),
        ("number in (1,7)", "true"),
        ("number in (1,2.5)", "false"),
        ("nothing in (1,null)", "true"),
        ("number in ()", "false"),
    ]);
}

#[test]
fn lists_have_subsets_and_subsequences() {
    check(&[
        ("hassubset([1,2,3],[3,1])", "true"),
        ("hassubset([1,2,3],[4])", "false"),
        ("hassubsequence([1,2,3],[1,3])", "true"),
        ("hassubsequence([1,2,3],[3,1])", "false"),
        ("length([1,2,3])", "3"),
    ]);
}

#[test]
fn comparisons_with_null_are_never_null() {
    check(&[
        ("nothing eq null", "true"),
        ("nothing ne null", "false"),
        ("number eq null", "false"),
        ("number ne null", "true"),
        ("null eq null", "true"),
        ("nothing lt 1", "false"),
        ("nothing ge 1", "false"),
        ("nothing le null", "false"),
        ("not (nothing gt 1)", "true"),
        ("noText ne 'x'", "true"),
    ]);
}

#[test]
fn logic_has_three_values() {
    let names = ["yes", "no", "open"];
    let and = [
        "true", "false", "null", "false", "false", "false", "null", "false", "null",
    ];
    let or = [
        "true", "true", "true", "true", "false", "null", "true", "null", "null",
    ];
    let mut at = 0;
    for left in names {
        for right in names {
            assert_eq!(
                printed(&format!("{left} and {right}")),
                and[at],
                "{left} and {right}"
            );
            assert_eq!(
                printed(&format!("{left} or {right}")),
                or[at],
                "{left} or {right}"
            );
            at += 1;
        }
    }
    check(&[
        ("not yes", "false"),
        ("not no", "true"),
        ("not open", "null"),
        ("not null", "null"),
        ("null and no", "false"),
        ("yes and contains(noText,'x')", "null"),
    ]);
}

#[test]
fn a_failing_part_is_not_reached_once_the_outcome_is_known() {
    assert_eq!(evaluate("no and (1 div 0) eq 1"), Ok(Value::Bool(false)));
    let error = ArithmeticError::DivisionByZero.to_string();
    assert_eq!(evaluate("yes and (1 div 0) eq 1"), Err(error));
}

#[tokio::test]
async fn collections_within_collections_have_limits() {
    let mut nested = "true".to_owned();
    for at in (0..6).rev() {
        let from = if at == 0 {
            String::new()
        } else {
            format!("v{}/timeSheet/", at - 1)
        };
        nested = format!("{from}timeSheetLines/all(v{at}:{nested})");
    }
    let error = plan("TimeSheets", &format!("$filter={nested}"), 10).unwrap_err();
    assert_eq!(error.message, "collections may be nested 4 deep in an expression");
}

#[tokio::test]
async fn lambdas_see_the_members_and_the_row() {
    let house = House::small().await;
    let reader = house.reader().await;
    let count = |options: &'static str| {
        let reader = reader.clone();
        async move { list(&reader, "TimeSheets", options).await.len() }
    };
    let long_cell = |hours: i32| {
        let sheets = house.sheets();
        let has = sheets
            .iter()
            .filter(|sheet| sheet.cells().any(|cell| cell.hours() >= Hours::whole(hours)));
        has.count()
    };
    let all = house.sheets().len();
    let filter = "$filter=timeSheetLines/any(l:l/timeAllocations/any(c:c/duration ge 6))";
    assert_eq!(count(filter).await, long_cell(6));
    assert!(long_cell(6) > 0 && long_cell(6) < all);
    let filter = "$filter=not timeSheetLines/any(l:l/timeAllocations/any(c:c/duration ge 6))";
    assert_eq!(count(filter).await, all - long_cell(6));
    let filter = "$filter=timeSheetLines/all(l:l/timeAllocations/all(c:c/duration lt 6))";
    assert_eq!(count(filter).await, all - long_cell(6));
    let empty = house
        .sheets()
        .iter()
        .filter(|it| it.rows.line_count() == 0)
        .count();
    assert_eq!(count("$filter=timeSheetLines/any()").await, all - empty);
    assert_eq!(count("$filter=timeSheetLines/$count eq 0").await, empty);
    let within =
        "$filter=timeSheetLines/any(l:l/timeAllocations/any(c:c/date lt dateFrom or c/date gt $it/dateTo))";
    assert_eq!(count(within).await, 0);
    let scheduled = "$filter=schedule/any(d:d/duration gt 0 and d/date eq dateFrom)";
    assert!(count(scheduled).await > 0);
    let days = "$filter=schedule/$count eq 7";
    assert_eq!(count(days).await, all);
    let filtered = "$filter=timeSheetLines/$filter(orderNumber eq 0)/any(l:l/timeSheet/id eq $it/id)";
    assert_eq!(count(filtered).await, all - empty);
    let counted = "$filter=timeSheetLines/$count($filter=orderNumber ge 0) eq timeSheetLines/$count";
    assert_eq!(count(counted).await, all);
}

#[tokio::test]
async fn computed_members_do_not_hide_those_of_a_lambda() {
    let house = House::small().await;
    let reader = house.reader().await;
    let options = "$compute=timeSheetLines/$count($filter=project ne null) as n\
                   &$filter=timeSheetLines/any(l:n gt 0 and l/project/name ne null)";
    let booked = house
        .sheets()
        .into_iter()
        .filter(|sheet| sheet.lines().any(|line| line.project_id().is_some()));
    assert_eq!(list(&reader, "TimeSheets", options).await.len(), booked.count());
    let by_id = format!("$filter=user/id eq {}", house.sheets()[0].user_id);
    let by_user_id = format!("$filter=userId eq {}", house.sheets()[0].user_id);
    let count = list(&reader, "TimeSheets", &by_id).await.len();
    assert_eq!(count, list(&reader, "TimeSheets", &by_user_id).await.len());
    assert!(count > 0);
}

#[tokio::test]
async fn paths_lead_along_navigations() {
    let house = House::small().await;
    let reader = house.reader().await;
    let user = house.sheets()[0].user_id;
    let users = list(&reader, "Users", &format!("$filter=id eq {user}")).await;
    let Value::Text(name) = Loaded::default()
        .value(
            &users[0],
            crate::odata::types::user::USER.property("name").unwrap(),
        )
        .into_owned()
    else {
        panic!("a user has a name");
    };
    let own = house
        .sheets()
        .iter()
        .filter(|sheet| sheet.user_id == user)
        .count();
    let by_name = list(&reader, "TimeSheets", &format!("$filter=user/name eq '{name}'")).await;
    assert_eq!(by_name.len(), own);
    let cells = list(
        &reader,
        "TimeAllocations",
        &format!("$filter=timeSheetLine/timeSheet/user/NAME eq '{name}'"),
    )
    .await;
    let of_user = house.sheets().into_iter().filter(|sheet| sheet.user_id == user);
    assert_eq!(
        cells.len(),
        of_user.map(|sheet| sheet.cells().count()).sum::<usize>()
    );
    assert!(!cells.is_empty());
    let managed = list(&reader, "Users", "$filter=manager ne null").await;
    let unmanaged = list(&reader, "Users", "$filter=manager eq null").await;
    assert_eq!(
        managed.len() + unmanaged.len(),
        list(&reader, "Users", "").await.len()
    );
    assert!(!managed.is_empty() && !unmanaged.is_empty());
    assert!(
        list(
            &reader,
            "Users",
            "$filter=manager/name eq null and manager ne null"
        )
        .await
        .is_empty()
    );
}
