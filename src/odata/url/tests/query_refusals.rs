//! Queries that are refused, for which option, where, and in which words.

use super::super::Kind::{self, Malformed, TooLarge, Unsupported};
use super::query_refused;

fn check(cases: &[(&str, Kind, &str)]) {
    for (raw, kind, expected) in cases {
        assert_eq!(query_refused(raw), (*kind, (*expected).to_owned()), "{raw}");
    }
}

#[test]
fn an_option_is_refused_by_its_name() {
    check(&[
        ("$foo=1", Unsupported, "$foo, position 0: there is no such option"),
        (
            "$inlinecount=allpages",
            Unsupported,
            "$inlinecount, position 0: there is no such option",
        ),
        ("$top=1&top=2", Malformed, "$top, position 0: it is given twice"),
        ("@a=1&%40a=2", Malformed, "@a, position 0: it is given twice"),
        (
            "@=1",
            Malformed,
            "@, position 0: a parameter alias is `@` and a name",
        ),
        (
            "@a",
            Malformed,
            "@a, position 0: expected a value, a property or a function, found the end",
        ),
        ("$top", Malformed, "$top, position 0: it has no value"),
        (
            "$levels=1",
            Malformed,
            "$levels, position 0: it belongs into the parentheses of $expand",
        ),
    ]);
}

#[test]
fn an_option_is_refused_for_its_value() {
    let long = format!("$orderby={}", "a".repeat(200));
    check(&[
        (
            "$top=",
            Malformed,
            "$top, position 0: expected a whole number, found the end",
        ),
        (
            "$top=-1",
            Malformed,
            "$top, position 0: expected a whole number, found `-1`",
        ),
        (
            "$top=1.5",
            Malformed,
            "$top, position 1: expected an operator or the end, found `.5`",
        ),
        (
            "$skip=99999999999999999999",
            Malformed,
            "$skip, position 0: the number is too large",
        ),
        (
            "$count=yes",
            Malformed,
            "$count, position 0: expected true or false, found `yes`",
        ),
        (
            "$compute=",
            Malformed,
            "$compute, position 0: expected a value, a property or a function, found the end",
        ),
        (
            "$compute=a",
            Malformed,
            "$compute, position 1: expected an operator, or `as` and a name, found the end",
        ),
        (
            "$filter=%zz",
            Malformed,
            "$filter, position 0: behind `%` come two hexadecimal digits; a percent sign is `%25`",
        ),
        (
            "$filter=%E9",
            Malformed,
            "$filter, position 0: the percent-encoded bytes are not UTF-8",
        ),
        (
            "$orderby=a up",
            Malformed,
            "$orderby, position 2: expected an operator or the end, found `up`",
        ),
        (
            &long,
            TooLarge,
            "$orderby, position 0: a name has at most 128 characters",
        ),
    ]);
}

#[test]
fn expand_and_select_are_refused_at_the_place() {
    check(&[
        (
            "$select=a($levels=1)",
            Malformed,
            "$select, position 2: $levels is no option of a selected property",
        ),
        (
            "$expand=$value",
            Unsupported,
            "$expand, position 0: expanding a media stream is not supported",
        ),
        (
            "$expand=a/*",
            Unsupported,
            "$expand, position 2: `*` behind a path is not supported",
        ),
        (
            "$expand=a($apply=identity)",
            Unsupported,
            "$expand, position 2: $apply within $expand is not supported",
        ),
        (
            "$expand=a($top=1;top=2)",
            Malformed,
            "$expand, position 9: $top is given twice",
        ),
        (
            "$expand=a($format=json)",
            Malformed,
            "$expand, position 2: $format is no option of an expanded navigation",
        ),
        (
            "$expand=a/$ref($select=b)",
            Malformed,
            "$expand, position 7: $select is no option of an expanded $ref",
        ),
        (
            "$expand=a/$count($top=1)",
            Malformed,
            "$expand, position 9: $top is no option of an expanded $count",
        ),
        (
            "$expand=a($levels=0)",
            Malformed,
            "$expand, position 10: expected max, or a whole number from 1, found `0)`",
        ),
        (
            "$expand=a($top=1",
            Malformed,
            "$expand, position 8: expected an operator, `,`, `;` or `)`, found the end",
        ),
        (
            "$expand=a($top 1)",
            Malformed,
            "$expand, position 6: expected `=` behind $top, found ` 1)`",
        ),
        (
            "$expand=a/$value",
            Malformed,
            "$expand, position 2: expected a navigation, $ref or $count, found `$value`",
        ),
        (
            "$expand=a,",
            Malformed,
            "$expand, position 2: expected the name of a property or a navigation, found the end",
        ),
    ]);
}

#[test]
fn search_and_apply_are_refused_at_the_place() {
    check(&[
        (
            "$search=\"a",
            Malformed,
            "$search, position 0: the quote `\"` is not closed",
        ),
        (
            "$search=(a",
            Malformed,
            "$search, position 2: expected a word or `)`, found the end",
        ),
        (
            "$search=)",
            Malformed,
            "$search, position 0: expected a word, a phrase in double quotes, or `(`, found `)`",
        ),
        (
            "$search=\"+\"",
            Malformed,
            "$search, position 0: there is nothing in the phrase",
        ),
        (
            "$apply=concat(identity,identity)",
            Unsupported,
            "$apply, position 0: the transformation concat is not supported; there are aggregate, compute, filter, \
             groupby, identity, orderby, search, skip and top",
        ),
        (
            "$apply=groupby((rollup(a,b)))",
            Unsupported,
            "$apply, position 9: rollup within groupby is not supported",
        ),
        (
            "$apply=aggregate(Forecast)",
            Unsupported,
            "$apply, position 10: a custom aggregate, which has no method, is not supported",
        ),
        (
            "$apply=aggregate(a with sum from b with max as c)",
            Unsupported,
            "$apply, position 21: `from` within aggregate is not supported",
        ),
        (
            "$apply=aggregate(a sub 1)",
            Malformed,
            "$apply, position 17: expected an operator, or `with` and a method such as sum, found `)`",
        ),
        (
            "$apply=filter",
            Malformed,
            "$apply, position 6: expected `(` behind the name of a transformation, found the end",
        ),
    ]);
}
