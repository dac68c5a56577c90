//! Query options, nested and not.

use super::query;

fn check(cases: &[(&str, &str)]) {
    for (raw, expected) in cases {
        assert_eq!(query(raw), *expected, "{raw}");
    }
}

#[test]
fn options_come_in_any_case_with_or_without_a_dollar() {
    check(&[
        ("", ""),
        ("&&", ""),
        ("$top=5&$skip=10&$count=true", "$top=5&$skip=10&$count=true"),
        ("top=5&SKIP=10&%24Count=False", "$top=5&$skip=10&$count=false"),
        ("$Filter=a&orderBy=b", "$filter=a&$orderby=b asc"),
        (
            "$format=application/json;odata.metadata=full",
            "$format=application/json;odata.metadata=full",
        ),
        ("$skiptoken=a%26b%3D", "$skiptoken=a&b="),
        ("DeltaToken=17", "$deltatoken=17"),
        ("$schemaversion=*", "$schemaversion=*"),
        ("id=http://host/odata/Users(1)", "$id=http://host/odata/Users(1)"),
        ("$index=-2", "$index=-2"),
        ("$top=18446744073709551615", "$top=18446744073709551615"),
        ("$top= 5 ", "$top=5"),
    ]);
}

#[test]
fn what_is_no_system_option_is_kept_as_text() {
    check(&[
        ("date=2021-03-22&x=%D1%8F+1&debug", "date=2021-03-22&x=я 1&debug="),
        ("x=1&x=2", "x=1&x=2"),
        ("x=%E9&$top=1", "$top=1"),
    ]);
}

#[test]
fn lax_clients_send_options_without_a_value() {
    check(&[
        ("$expand=&$select=&$filter=&$orderby=&$search=", ""),
        ("$expand=lines($expand=;$select=;$filter=)", "$expand=lines"),
        ("$expand=lines()", "$expand=lines"),
        ("$expand=lines( )", "$expand=lines"),
        ("$expand=lines($top=1;)", "$expand=lines($top=1)"),
    ]);
}

#[test]
fn the_query_is_split_before_it_is_decoded_once() {
    check(&[
        ("$filter=a+eq+'x+y'", "$filter=(a eq 'x y')"),
        ("$filter=a%20eq%20'x%2By'", "$filter=(a eq 'x+y')"),
        ("$filter=a eq 'x%26$top=1'", "$filter=(a eq 'x&$top=1')"),
        ("$filter=a eq 'x=y'", "$filter=(a eq 'x=y')"),
        ("$filter=a eq 'x%3Dy%2526'", "$filter=(a eq 'x=y%26')"),
        ("$filter=a eq '%D0%A8%D0%B8%D1%82'", "$filter=(a eq 'Шит')"),
        ("$filter=a%28b%29", "$filter=a(b)"),
        ("$filter=a eq %27O%27%27Neil%27", "$filter=(a eq 'O''Neil')"),
        (
            "$filter=a ge 2021-03-22T08:00:00+03:00",
            "$filter=(a ge 2021-03-22T05:00:00+00:00)",
        ),
        (
            "$filter=a ge 2021-03-22T08:00:00%2B03:00",
            "$filter=(a ge 2021-03-22T05:00:00+00:00)",
        ),
        ("$filter=a eq @p&@p='x%26y'", "$filter=(a eq @p)&@p='x&y'"),
        ("%40p=[1,%22x%22]", "@p=[1,'x']"),
    ]);
}

#[test]
fn expand_nests_all_options() {
    check(&[
        (
            "$expand=TimeSheetLines($expand=TimeAllocations)",
            "$expand=TimeSheetLines($expand=TimeAllocations)",
        ),
        (
            "$expand=a($filter=b eq 1;$orderby=c desc;$select=d,e/f;$expand=g;$top=1;$skip=2;$count=true;$search=x)",
            "$expand=a($filter=(b eq 1);$orderby=c desc;$select=d,e/f;$expand=g;$search=\"x\";$top=1;$skip=2;$count=true)",
        ),
        (
            "$expand=a(levels=max),b($levels=3)",
            "$expand=a($levels=max),b($levels=3)",
        ),
        (
            "$expand=a($compute=b mul 2 as c;select=c)",
            "$expand=a($select=c;$compute=(b mul 2) as c)",
        ),
        (
            "$expand=a(@p=$this;filter=b eq @p)",
            "$expand=a($filter=(b eq @p);@p=$this)",
        ),
        ("$expand=*", "$expand=*"),
        ("$expand=*($levels=2)", "$expand=*($levels=2)"),
        ("$expand=*/$ref,a/$ref", "$expand=*/$ref,a/$ref"),
        (
            "$expand=a/$count($filter=b),c/WP.D/e/$REF",
            "$expand=a/$count($filter=b),c/WP.D/e/$ref",
        ),
        (
            "$expand= a , b ( $top = 1 ; $skip = 2 ) ",
            "$expand=a,b($top=1;$skip=2)",
        ),
        (
            "$expand=a($orderby=b,c desc),d",
            "$expand=a($orderby=b asc,c desc),d",
        ),
    ]);
}

#[test]
fn separators_within_quotes_split_nothing() {
    check(&[
        (
            "$expand=a($filter=b eq 'x;y,z)%26''(';$top=1),c",
            "$expand=a($filter=(b eq 'x;y,z)&''(');$top=1),c",
        ),
        (
            "$expand=a($search=\"x;y)\" z;$top=1)",
            "$expand=a($search=(\"x;y)\" AND \"z\");$top=1)",
        ),
        ("$filter=contains(a,'),(')", "$filter=contains(a,'),(')"),
        (
            "$orderby=indexof(a,',') desc,b",
            "$orderby=indexof(a,',') desc,b asc",
        ),
        (
            "$apply=filter(a eq ')/top(1)')/top(2)",
            "$apply=filter((a eq ')/top(1)'))/top(2)",
        ),
    ]);
}

#[test]
fn lists_of_keys_names_and_computed_properties() {
    check(&[
        ("$orderby=a,b asc,c/d DESC", "$orderby=a asc,b asc,c/d desc"),
        (
            "$orderby=a add b desc , lines/$count",
            "$orderby=(a add b) desc,lines/$count asc",
        ),
        ("$orderby=desc desc", "$orderby=desc desc"),
        (
            "$select=a, b/c ,*,WP.*,WP.getProjects",
            "$select=a,b/c,*,WP.*,WP.getProjects",
        ),
        (
            "$compute=a mul b as c,day(d) AS e",
            "$compute=(a mul b) as c,day(d) as e",
        ),
    ]);
}

#[test]
fn searches_know_operators_from_words() {
    check(&[
        ("$search=blue", "$search=\"blue\""),
        ("$search=blue green", "$search=(\"blue\" AND \"green\")"),
        (
            "$search=a AND b OR c NOT d",
            "$search=((\"a\" AND \"b\") OR (\"c\" AND (NOT \"d\")))",
        ),
        ("$search=a OR b c", "$search=(\"a\" OR (\"b\" AND \"c\"))"),
        ("$search=(a OR b) c", "$search=((\"a\" OR \"b\") AND \"c\")"),
        ("$search=NOT (a OR b)", "$search=(NOT (\"a\" OR \"b\"))"),
        ("$search=NOT(a)", "$search=(NOT \"a\")"),
        ("$search=\"a b\" c", "$search=(\"a b\" AND \"c\")"),
        (
            "$search=\"a \\\"b\\\" \\c\\\\\"",
            "$search=\"a \\\"b\\\" \\\\c\\\\\"",
        ),
        ("$search=AND", "$search=\"AND\""),
        ("$search=NOT", "$search=\"NOT\""),
        ("$search=NOT NOT", "$search=(NOT \"NOT\")"),
        ("$search=AND OR", "$search=(\"AND\" AND \"OR\")"),
        (
            "$search=a ANDROID ORANGE AND",
            "$search=(\"a\" AND \"ANDROID\" AND \"ORANGE\" AND \"AND\")",
        ),
        ("$search=AND OR NOT", "$search=(\"AND\" OR \"NOT\")"),
        ("$search=a or ORANGE", "$search=(\"a\" AND \"or\" AND \"ORANGE\")"),
        (
            "$search=9,81 08/15 O'Neil a;b",
            "$search=(\"9,81\" AND \"08/15\" AND \"O'Neil\" AND \"a;b\")",
        ),
        ("$search='a \"b'", "$search=\"a \\\"b\""),
        ("$search=Ёж", "$search=\"Ёж\""),
    ]);
}

#[test]
fn apply_chains_transformations() {
    check(&[
        ("$apply=identity", "$apply=identity"),
        (
            "$apply=filter(a gt 1)/groupby((projectId,user/name),aggregate(duration with sum as total,$count as n))",
            "$apply=filter((a gt 1))/groupby((projectId,user/name),aggregate(duration with sum as total,$count as n))",
        ),
        ("$apply=groupby( ( a , b ) )", "$apply=groupby((a,b))"),
        (
            "$apply=groupby((),aggregate(a with MAX as b))",
            "$apply=groupby((),aggregate(a with max as b))",
        ),
        (
            "$apply=groupby((a),filter(b)/top(1)/skip(2))/orderby(a desc,b)",
            "$apply=groupby((a),filter(b)/top(1)/skip(2))/orderby(a desc,b asc)",
        ),
        (
            "$apply=compute(a add 1 as b)/search(x OR y)",
            "$apply=compute((a add 1) as b)/search((\"x\" OR \"y\"))",
        ),
        (
            "$apply=aggregate((a mul b) with average as c, lines/$count as d,e with Custom.Method as f)",
            "$apply=aggregate((a mul b) with average as c,lines/$count as d,e with Custom.Method as f)",
        ),
    ]);
}
