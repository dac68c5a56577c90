//! Expressions that are refused, where, and in which words.

use super::super::Kind;
use super::refused;

fn check(kind: Kind, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let error = refused(text);
        assert_eq!(error.to_string(), format!("expression, {expected}"), "{text}");
        assert_eq!(error.kind, kind, "{text}");
    }
}

#[test]
fn a_refusal_says_where_and_what_is_expected_of_operators_and_parentheses() {
    check(
        Kind::Malformed,
        &[
            (
                "",
                "position 0: expected a value, a property or a function, found the end",
            ),
            (
                "a eq",
                "position 4: expected a value, a property or a function, found the end",
            ),
            (
                "a equals 5",
                "position 2: expected an operator or the end, found `equals 5`",
            ),
            (
                "имя eq (5",
                "position 9: expected an operator or `)`, found the end",
            ),
            (
                "a eq 5)",
                "position 6: expected an operator or the end, found `)`",
            ),
            (
                "a in 1,2",
                "position 6: expected an operator or the end, found `,2`",
            ),
            ("a in (1 2)", "position 8: expected `,` or `)`, found `2)`"),
            ("[1,2", "position 4: expected `,` or `]`, found the end"),
            (
                "a eq ?",
                "position 5: expected a value, a property or a function, found `?`",
            ),
        ],
    );
}

#[test]
fn a_refusal_says_where_and_what_is_expected_of_literals() {
    check(
        Kind::Malformed,
        &[
            (
                "a eq 'x",
                "position 5: the quote `'` is not closed; within a text it is doubled",
            ),
            ("a eq 25:00", "position 5: the hour is from 00 to 23"),
            ("a eq \"x", "position 5: the quote `\"` is not closed"),
            ("\"\\x\"", "position 3: there is no such escape in JSON"),
            ("\"\\ud83d\"", "position 7: there is no such escape in JSON"),
            (
                "a eq 2x4",
                "position 5: it is neither a number nor a name: a name does not begin with a digit",
            ),
            (
                "a eq 2021-02-30",
                "position 5: there is no date 2021-02-30 in the calendar",
            ),
            (
                "a eq 0000-01-01",
                "position 5: there is no date 0000-01-01 in the calendar",
            ),
            ("2021-03-22T", "position 11: the hour is from 00 to 23"),
            ("2021-03-22T25:00Z", "position 11: the hour is from 00 to 23"),
            ("2021-03-22T20:61Z", "position 14: the minute is from 00 to 59"),
            ("2021-03-22T20:30:61Z", "position 17: the second is from 00 to 60"),
            (
                "20:30:00.1234567890123",
                "position 9: a second has at most 12 decimals",
            ),
            (
                "2021-03-22T08:00:00",
                "position 19: a date and time ends with its offset, such as Z or +03:00 (the plus as %2B)",
            ),
            (
                "2021-03-22T08:00:00+24:00",
                "position 20: the hours of an offset are from 00 to 23",
            ),
            (
                "duration'8h'",
                "position 0: a duration is written as duration'P1DT2H30M15.5S'",
            ),
            (
                "duration'PT'",
                "position 0: a duration is written as duration'P1DT2H30M15.5S'",
            ),
            (
                "duration'P1Y'",
                "position 0: a duration is written as duration'P1DT2H30M15.5S'",
            ),
            (
                "duration'P999999999999D'",
                "position 0: a duration is written as duration'P1DT2H30M15.5S'",
            ),
            (
                "binary'A'",
                "position 0: binary is written in base64url, as binary'AAAAAAAADMQ='",
            ),
        ],
    );
}

#[test]
fn a_refusal_says_where_and_what_is_expected_of_paths() {
    check(
        Kind::Malformed,
        &[
            (
                "a/",
                "position 2: expected a name, $count or $filter, found the end",
            ),
            (
                "a/$it",
                "position 2: expected a name, $count or $filter, found `$it`",
            ),
            (
                "$foo eq 1",
                "position 0: expected $it, $this or $root, as an expression begins with no other name with `$`, found `$foo eq 1`",
            ),
            (
                "$root",
                "position 5: expected `/` and the name of an entity set behind $root, found the end",
            ),
            ("lines/any(l)", "position 11: expected `:`, found `)`"),
            (
                "lines/any(l:)",
                "position 12: expected a value, a property or a function, found `)`",
            ),
            (
                "lines/all()",
                "position 6: all() takes a predicate, as in all(l:l/duration gt 0)",
            ),
            (
                "lines/$count($top=1)",
                "position 13: expected $filter or $search, as nothing else narrows a $count, found `$top=1)`",
            ),
            (
                "lines/$count($filter=a;$filter=b)",
                "position 23: the option is given twice",
            ),
            (
                "@",
                "position 1: expected the name of a parameter alias, found the end",
            ),
        ],
    );
}

#[test]
fn a_refusal_says_where_and_what_is_expected_of_functions() {
    check(
        Kind::Malformed,
        &[
            (
                "contains(a,'x'",
                "position 14: expected an operator, `,` or `)`, found the end",
            ),
            (
                "contains(a,)",
                "position 11: expected a value, a property or a function, found `)`",
            ),
            (
                "WP.f(1,2)",
                "position 0: several values in parentheses are given by name, as in (date=2021-03-22,userId=@u)",
            ),
            ("cast(a,)", "position 7: expected a type, found `)`"),
            ("case(a)", "position 6: expected `:`, found `)`"),
        ],
    );
}

#[test]
fn a_refusal_repeats_little_of_a_long_text() {
    let error = refused(&format!("a {}", "ж".repeat(1_000)));
    assert_eq!(
        error.message,
        format!("expected an operator or the end, found `{}...`", "ж".repeat(20))
    );
}

#[test]
fn what_is_odata_but_nothing_for_us_is_unsupported() {
    check(
        Kind::Unsupported,
        &[
            (
                "a eq {\"b\":1}",
                "position 5: a JSON object in a URL is not supported",
            ),
            ("geo.distance(a,b)", "position 0: geography is not supported"),
            (
                "a eq geography'SRID=0;Point(1 2)'",
                "position 5: geography is not supported",
            ),
            (
                "@Core.Messages",
                "position 0: an annotation in an expression is not supported",
            ),
            (
                "a/@Core.Messages",
                "position 2: an annotation in an expression is not supported",
            ),
            (
                "@p/name eq 'x'",
                "position 0: a path behind a parameter alias is not supported",
            ),
            (
                "a/aggregate(b with sum)",
                "position 2: aggregate in an expression is not supported",
            ),
            ("$these/a", "position 0: $these is not supported"),
            (
                "f(1)(2)",
                "position 4: a second pair of parentheses is not supported",
            ),
            (
                "a/$filter(b)(2)",
                "position 12: a second pair of parentheses is not supported",
            ),
        ],
    );
}
