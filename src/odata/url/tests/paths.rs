//! Resource paths.

use super::super::ast::{Arguments, Segment};
use super::super::{Kind, resource_path};
use super::printed;

const ID: &str = "cd935d85-09ec-48fc-8103-7c0baa3afebc";

fn read(raw: &str) -> Vec<String> {
    let path = resource_path(raw).unwrap_or_else(|error| panic!("{raw}: {error}"));
    path.segments.iter().map(printed).collect()
}

fn printed(segment: &Segment) -> String {
    let Segment { name, arguments } = segment;
    match arguments {
        None => name.clone(),
        Some(Arguments::Sets(names)) => format!("{name}({})", names.join(",")),
        Some(Arguments::Empty) => format!("{name}()"),
        Some(Arguments::Single(it)) => format!("{name}({})", printed::expr(it)),
        Some(Arguments::Named(named)) => {
            let named: Vec<_> = named
                .iter()
                .map(|(name, it)| format!("{name}={}", printed::expr(it)))
                .collect();
            format!("{name}({})", named.join(","))
        }
    }
}

#[test]
fn segments_have_keys_and_arguments() {
    let by_key = format!("TimeSheets({ID})");
    let for_period = format!("WP.GetIdForPeriod(date=2021-03-22,userId={ID})");
    for (raw, expected) in [
        ("", vec![]),
        ("TimeSheets", vec!["TimeSheets"]),
        ("TimeSheets/", vec!["TimeSheets"]),
        ("TimeSheets()", vec!["TimeSheets()"]),
        ("TimeSheets( )", vec!["TimeSheets()"]),
        (&format!("TimeSheets({ID})"), vec![&by_key]),
        (&format!("TimeSheets({})", ID.to_uppercase()), vec![&by_key]),
        (&format!("TimeSheets%28{ID}%29/"), vec![&by_key]),
        (
            &format!("TimeSheets(id={ID})"),
            vec![&format!("TimeSheets(id={ID})")],
        ),
        (&format!("TimeSheets/{ID}/name"), vec!["TimeSheets", ID, "name"]),
        ("TimeSheets('x')", vec!["TimeSheets('x')"]),
        ("TimeSheets(@key)", vec!["TimeSheets(@key)"]),
        (
            &format!("TimeSheets/WP.GetIdForPeriod(date=2021-03-22,userId={ID})"),
            vec!["TimeSheets", &for_period],
        ),
        (
            &format!("TimeSheets/WP.GetIdForPeriod(date=2021-03-22,%20userId={ID})"),
            vec!["TimeSheets", &for_period],
        ),
        (
            &format!("TimeSheets/WP.GetIdForPeriod%28date%3D2021-03-22%2C userId = {ID}%29"),
            vec!["TimeSheets", &for_period],
        ),
        (
            &format!("TimeSheets({ID})/WP.GetProjects"),
            vec![&by_key, "WP.GetProjects"],
        ),
        (
            &format!("TimeSheets({ID})/getProjects()/$count"),
            vec![&by_key, "getProjects()", "$count"],
        ),
        ("$metadata", vec!["$metadata"]),
        ("$batch", vec!["$batch"]),
        ("$entity", vec!["$entity"]),
        ("$all", vec!["$all"]),
        ("a/$value", vec!["a", "$value"]),
        ("a/b/$ref", vec!["a", "b", "$ref"]),
        ("a/$query", vec!["a", "$query"]),
        ("a/$each/b", vec!["a", "$each", "b"]),
        ("$crossjoin(a, b)/$count", vec!["$crossjoin(a,b)", "$count"]),
        ("a/$filter(@f)/$count", vec!["a", "$filter(@f)", "$count"]),
        ("a/$filter(b%20gt 3)", vec!["a", "$filter((b gt 3))"]),
        (
            "a/$filter(b/c%20eq%20'd/e')/f",
            vec!["a", "$filter((b/c eq 'd/e'))", "f"],
        ),
        (
            "a/f(at=2021-03-22T08:00:00+03:00)",
            vec!["a", "f(at=2021-03-22T05:00:00+00:00)"],
        ),
        ("%D0%90(%D0%B1=1)", vec!["А(б=1)"]),
    ] {
        assert_eq!(read(raw), expected, "{raw}");
    }
}

#[test]
fn a_path_is_split_before_it_is_decoded() {
    for (raw, expected) in [
        ("a('x%2Fy')", vec!["a('x/y')"]),
        ("a(%27x/y%27)/b", vec!["a('x/y')", "b"]),
        ("a('x%29y')/b", vec!["a('x)y')", "b"]),
        ("a('x)y(z')/b", vec!["a('x)y(z')", "b"]),
        ("a(%27x)y/%27)/b", vec!["a('x)y/')", "b"]),
        ("a('O''Neil')/b", vec!["a('O''Neil')", "b"]),
        ("a(%27O%27%27Neil%27)", vec!["a('O''Neil')"]),
        ("a('1%2B1+1')", vec!["a('1+1+1')"]),
        ("a('100%2525')", vec!["a('100%25')"]),
        ("a%2Fb/c", vec!["a/b", "c"]),
        ("a/O'Neil/c", vec!["a", "O'Neil", "c"]),
        ("a/x)y/c", vec!["a", "x)y", "c"]),
    ] {
        assert_eq!(read(raw), expected, "{raw}");
    }
}

fn refused(kind: Kind, cases: &[(&str, &str)]) {
    for (raw, expected) in cases {
        let error = resource_path(raw).expect_err(raw);
        assert_eq!(
            (error.kind, error.to_string()),
            (kind, format!("path, position {expected}")),
            "{raw}"
        );
    }
}

#[test]
fn paths_are_refused_with_the_place() {
    refused(
        Kind::Malformed,
        &[
            ("a//b", "2: a segment is empty"),
            (
                "a(",
                "2: expected a value, a property or a function, found the end",
            ),
            ("a(1", "3: expected an operator, `,` or `)`, found the end"),
            ("a/b(1))", "6: expected an operator or the end, found `)`"),
            ("a/b(1)c", "6: expected an operator or the end, found `c`"),
            ("a.('x')", "1: expected `(`, found `.('x')`"),
            ("a/1(2)", "2: expected a name before parentheses, found `1(2)`"),
            (
                "a('O%27Neil')",
                "5: expected an operator, `,` or `)`, found `Neil')`",
            ),
            (
                "a/b%2",
                "3: behind `%` come two hexadecimal digits; a percent sign is `%25`",
            ),
            ("a/%FF", "2: the percent-encoded bytes are not UTF-8"),
            (
                "a(1,2)",
                "0: several values in parentheses are given by name, as in (date=2021-03-22,userId=@u)",
            ),
            ("a(id=1,2)", "7: expected the name of a parameter, found `2)`"),
            (
                "a/$count(1)",
                "2: expected a name, $filter or $crossjoin, before parentheses, found `$count(1)`",
            ),
        ],
    );
}

#[test]
fn what_no_path_of_ours_has_is_unsupported() {
    refused(
        Kind::Unsupported,
        &[("a(1)(2)", "4: a second pair of parentheses is not supported")],
    );
    refused(
        Kind::TooLarge,
        &[(&"a/".repeat(101), "200: a path has at most 100 segments")],
    );
}
