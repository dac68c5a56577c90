//! What expressions mean.

use super::understood;

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(understood(text), *expected, "{text}");
        assert_eq!(understood(expected), *expected, "the print of {text}");
    }
}

#[test]
fn operators_bind_by_their_precedence() {
    check(&[
        ("a or b and c", "(a or (b and c))"),
        ("a and b or c and d", "((a and b) or (c and d))"),
        ("(a or b) and c", "((a or b) and c)"),
        ("a eq b and c ne d", "((a eq b) and (c ne d))"),
        ("a eq b gt c", "(a eq (b gt c))"),
        ("a gt b eq c", "((a gt b) eq c)"),
        ("a add b mul c", "(a add (b mul c))"),
        ("a mul b add c", "((a mul b) add c)"),
        ("a add b gt c sub d", "((a add b) gt (c sub d))"),
        ("a sub b sub c", "((a sub b) sub c)"),
        (
            "a div b mul c mod d divby e",
            "((((a div b) mul c) mod d) divby e)",
        ),
        ("a eq b eq c", "((a eq b) eq c)"),
        ("-a add b", "((-(a)) add b)"),
        ("-a mul b", "((-(a)) mul b)"),
        ("not a eq b", "((not a) eq b)"),
        ("not a and b", "((not a) and b)"),
        ("not (a eq b)", "(not (a eq b))"),
        ("not not a", "(not (not a))"),
        ("not a in (1,2)", "(not (a in [1,2]))"),
        ("a in (1,2) and b", "((a in [1,2]) and b)"),
        ("a eq b has c'd'", "(a eq (b has c'd'))"),
        ("a le b", "(a le b)"),
        ("a lt b", "(a lt b)"),
        ("a ge b", "(a ge b)"),
    ]);
}

#[test]
fn chains_of_and_and_or_are_balanced() {
    check(&[
        ("a or b or c or d", "((a or b) or (c or d))"),
        ("a and b and c and d and e", "(((a and b) and (c and d)) and e)"),
        ("a or b or (c or d)", "((a or b) or (c or d))"),
    ]);
}

#[test]
fn keywords_come_in_any_case_and_names_may_look_like_them() {
    check(&[
        (
            "Name EQ 'x' AND NOT Flag Or TRUE",
            "(((Name eq 'x') and (not Flag)) or true)",
        ),
        ("a IN (NULL,False)", "(a in [null,false])"),
        ("CONTAINS(name,'x')", "contains(name,'x')"),
        ("Any/ALL(x:x/b)", "Any/all(x:x/b)"),
        ("eq eq eq", "(eq eq eq)"),
        ("android and orchid or inner", "((android and orchid) or inner)"),
        ("notes eq nullable", "(notes eq nullable)"),
        ("not/a eq true", "(not/a eq true)"),
        ("divbyx divby divx", "(divbyx divby divx)"),
    ]);
}

#[test]
fn blanks_and_tabs_may_be_around_operators_commas_and_parentheses() {
    check(&[
        ("  a \t eq\t 1  ", "(a eq 1)"),
        ("( a )", "a"),
        ("concat( a , 'b' )", "concat(a,'b')"),
        ("concat (a,b)", "concat(a,b)"),
        ("a in ( 1 , 2 )", "(a in [1,2])"),
        ("a in(1)", "(a in [1])"),
        ("lines/any( l : l/b )", "lines/any(l:l/b)"),
        ("case( a : 1 , true : 2 )", "case((a):1,(true):2)"),
        ("not(a)", "(not a)"),
        ("(a)and(b)", "(a and b)"),
        ("- a", "(-(a))"),
        ("WP.f( x = 1 , y = 2 )", "WP.f(x=1,y=2)"),
    ]);
}

#[test]
fn literals_are_the_most_special_type_that_they_look_like() {
    check(&[
        ("null", "null"),
        ("True", "true"),
        ("0", "0"),
        ("-5", "-5"),
        ("+5", "5"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "9223372036854775808"),
        ("3.00000", "3.00000"),
        ("-0.1", "-0.1"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("79228162514264337593543950336", "7.922816251426434e28"),
        (
            "0.1234567890123456789012345678901",
            "0.1234567890123456789012345679",
        ),
        ("1e3", "1e3"),
        ("1.5E-3", "1.5e-3"),
        ("2e+2", "2e2"),
        ("2e 2", "2e2"),
        ("INF", "INF"),
        ("-INF", "-INF"),
        ("NaN", "NaN"),
        (
            "cd935d85-09ec-48fc-8103-7c0baa3afebc",
            "cd935d85-09ec-48fc-8103-7c0baa3afebc",
        ),
        (
            "CD935D85-09EC-48FC-8103-7C0BAA3AFEBC",
            "cd935d85-09ec-48fc-8103-7c0baa3afebc",
        ),
        (
            "09935d85-09ec-48fc-8103-7c0baa3afebc",
            "09935d85-09ec-48fc-8103-7c0baa3afebc",
        ),
        ("2021-03-22", "2021-03-22"),
        ("''", "''"),
        ("'O''Neil'", "'O''Neil'"),
        ("'Иван'", "'Иван'"),
        ("\"a\\\"\\u0416\\ud83d\\ude00\\n\"", "'a\"Ж😀\n'"),
        ("binary'AAAAAAAADMQ='", "binary'AAAAAAAADMQ='"),
        ("binary'AAAAAAAADMQ'", "binary'AAAAAAAADMQ='"),
        ("Binary'-_+/'", "binary'-_-_'"),
        ("WP.Color'Red,Green'", "WP.Color'Red,Green'"),
        ("Color'Red'", "Color'Red'"),
    ]);
}

#[test]
fn dates_and_times_are_read_to_the_microsecond() {
    check(&[
        ("2021-03-22T08:00:00+03:00", "2021-03-22T05:00:00+00:00"),
        ("2021-03-22T08:00:00-03:30", "2021-03-22T11:30:00+00:00"),
        ("2021-03-22t08:00z", "2021-03-22T08:00:00+00:00"),
        (
            "2021-03-22T08:00:00.1234567+03:00",
            "2021-03-22T05:00:00.123456+00:00",
        ),
        (
            "2021-03-22T08:00:00.123456789012Z",
            "2021-03-22T08:00:00.123456+00:00",
        ),
        ("2021-03-22T23:59:60Z", "2021-03-23T00:00:00+00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
        ("08:00", "08:00:00.000000"),
        ("23:59:59.999999", "23:59:59.999999"),
        ("duration'PT8H'", "duration'PT28800.000000S'"),
        ("duration'-P1DT2H30M15.5S'", "duration'-PT95415.500000S'"),
        ("DURATION'P2D'", "duration'PT172800.000000S'"),
        ("'PT8H'", "'PT8H'"),
    ]);
}

#[test]
fn a_plus_that_arrives_as_a_blank_is_still_an_offset() {
    check(&[
        ("2021-03-22T08:00:00 03:00", "2021-03-22T05:00:00+00:00"),
        (
            "created ge 2021-03-22T08:00:00 03:00 and b",
            "((created ge 2021-03-22T05:00:00+00:00) and b)",
        ),
        (
            "created in (2021-03-22T08:00 03:00,null)",
            "(created in [2021-03-22T05:00:00+00:00,null])",
        ),
    ]);
}

#[test]
fn paths_go_through_navigations_types_functions_and_collections() {
    check(&[
        ("timeSheet/user/name", "timeSheet/user/name"),
        ("Пользователь/имя eq 'Ёж'", "(Пользователь/имя eq 'Ёж')"),
        ("$it", "$it"),
        ("$IT/name", "$it/name"),
        ("$this gt 1", "($this gt 1)"),
        (
            "$root/Users(cd935d85-09ec-48fc-8103-7c0baa3afebc)/name",
            "$root/Users(cd935d85-09ec-48fc-8103-7c0baa3afebc)/name",
        ),
        (
            "$root/Users/cd935d85-09ec-48fc-8103-7c0baa3afebc/name",
            "$root/Users(cd935d85-09ec-48fc-8103-7c0baa3afebc)/name",
        ),
        ("a/WP.TimeSheet/b", "a/WP.TimeSheet/b"),
        ("WP.TimeSheet/b", "WP.TimeSheet/b"),
        ("a/WP.f(x=1)/b", "a/WP.f(x=1)/b"),
        ("a/WP.f()", "a/WP.f()"),
        ("WP.f(x=@p)", "WP.f(x=@p)"),
        ("items(1)/b", "items(1)/b"),
        ("lines/$count gt 2", "(lines/$count gt 2)"),
        (
            "lines/$count($filter=duration gt 0;$search=a b)",
            "lines/$count($filter=(duration gt 0);$search=(\"a\" AND \"b\"))",
        ),
        ("lines/$count(search=a)", "lines/$count($search=\"a\")"),
        ("lines/$filter(a gt 1)/$count", "lines/$filter((a gt 1))/$count"),
        ("lines/any()", "lines/any()"),
        (
            "lines/any(l:l/cells/all(c:c/duration gt l/x))",
            "lines/any(l:l/cells/all(c:(c/duration gt l/x)))",
        ),
        ("@p1 eq @п", "(@p1 eq @п)"),
    ]);
}

#[test]
fn functions_take_their_arguments_by_place() {
    check(&[
        ("now()", "now()"),
        ("startsWith(toLower(name),'a')", "startswith(tolower(name),'a')"),
        ("substring(name,1,2)", "substring(name,1,2)"),
        ("contains(name,'(,)''')", "contains(name,'(,)''')"),
        ("cast(a,Edm.String)", "cast(a,Edm.String)"),
        ("cast(Edm.String)", "cast(Edm.String)"),
        (
            "cast( a add 1 , Collection(Edm.Int32) )",
            "cast((a add 1),Collection(Edm.Int32))",
        ),
        ("isof(Collection(WP.User))", "isof(Collection(WP.User))"),
        ("isof(a/b,WP.User) eq true", "(isof(a/b,WP.User) eq true)"),
        ("case(a gt 1:'x',true:null)", "case(((a gt 1)):'x',(true):null)"),
        ("concat([1,[2]],[])", "concat([1,[2]],[])"),
        ("a in [\"x\",'y']", "(a in ['x','y'])"),
        ("a in ()", "(a in [])"),
        ("a in b/c", "(a in b/c)"),
        ("a in @p", "(a in @p)"),
    ]);
}

#[test]
fn in_a_condition_of_case_a_colon_may_end_a_number() {
    check(&[
        ("case(a gt 10:20,true:30)", "case(((a gt 10)):20,(true):30)"),
        ("case(a gt 10:20:30)", "case(((a gt 10:20:00.000000)):30)"),
        ("case(a gt 10:20:30:40)", "case(((a gt 10:20:30.000000)):40)"),
        (
            "case(a gt 10:20 and b:1)",
            "case((((a gt 10:20:00.000000) and b)):1)",
        ),
        ("case(f(10:20):1)", "case((f(10:20:00.000000)):1)"),
        ("case(a eq 'x:':10:20)", "case(((a eq 'x:')):10:20:00.000000)"),
    ]);
}
