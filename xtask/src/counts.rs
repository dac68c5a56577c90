//! How many tests passed, failed and were skipped, read from each runner's own last words.

use std::fmt;
use std::ops::AddAssign;

/// Counts of tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Those that passed.
    pub passed: u64,
    /// Those that failed, or could not be run.
    pub failed: u64,
    /// Those that were not run.
    pub skipped: u64,
}

impl Counts {
    /// One check that passed, or failed.
    pub const fn one(success: bool) -> Self {
        Self {
            passed: success as u64,
            failed: !success as u64,
            skipped: 0,
        }
    }

    /// What a runner counted. One that ends badly without a failed test, or that counted nothing,
    /// has failed itself.
    pub fn of_runner(success: bool, lines: &[String]) -> Self {
        let mut counts = Self::default();
        let mut is_counted = false;
        for found in lines.iter().filter_map(|line| Self::in_line(line)) {
            counts += found;
            is_counted = true;
        }
        if !is_counted || (!success && counts.failed == 0) {
            counts.failed += 1;
        }
        counts
    }

    /// The counts that a summary line of nextest, `cargo test`, Vitest or TAP tells; none in others.
    fn in_line(line: &str) -> Option<Self> {
        let line = line.trim();
        if let Some(summary) = line.strip_prefix("# ") {
            return Self::in_tap(summary);
        }
        if let Some(share) = Self::in_share(line) {
            return Some(share);
        }
        line.strip_prefix("Summary [")
            .or_else(|| line.strip_prefix("test result: "))
            .or_else(|| line.strip_prefix("Tests  "))
            .map(Self::in_phrases)
    }

    /// `graphql-http: 60 of 61 audits pass`, all in one line.
    fn in_share(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("graphql-")?.split(' ').skip(1);
        let passed: u64 = words.next()?.parse().ok()?;
        let all: u64 = words
            .next()
            .filter(|word| *word == "of")
            .and(words.next())?
            .parse()
            .ok()?;
        Some(Self {
            passed,
            failed: all.checked_sub(passed)?,
            skipped: 0,
        })
    }

    /// `pass 3`, one count a line.
    fn in_tap(summary: &str) -> Option<Self> {
        let (word, number) = summary.split_once(' ')?;
        let number = number.parse().ok()?;
        let none = Self::default();
        match word {
            "pass" => Some(Self {
                passed: number,
                ..none
            }),
            "fail" | "cancelled" => Some(Self {
                failed: number,
                ..none
            }),
            "skipped" | "todo" => Some(Self {
                skipped: number,
                ..none
            }),
            _ => None,
        }
    }

    /// `3 passed (1 slow), 1 failed`, all in one line.
    fn in_phrases(summary: &str) -> Self {
        let mut counts = Self::default();
        let phrases = summary.split([',', ';', '|', ':', '(', ')']);
        for (number, word) in phrases.filter_map(|phrase| {
            let phrase = phrase
                .trim()
                .trim_start_matches("ok. ")
                .trim_start_matches("FAILED. ");
            let (number, word) = phrase.split_once(' ')?;
            Some((number.parse::<u64>().ok()?, word))
        }) {
            match word {
                "passed" => counts.passed += number,
                "failed" | "timed out" | "exec failed" => counts.failed += number,
                "skipped" | "ignored" | "todo" => counts.skipped += number,
                _ => {}
            }
        }
        counts
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(success: bool, printed: &str) -> (u64, u64, u64) {
        let lines: Vec<String> = printed.lines().map(str::to_owned).collect();
        let counts = Counts::of_runner(success, &lines);
        (counts.passed, counts.failed, counts.skipped)
    }

    #[test]
    fn nextest_is_read() {
        let all = "────\n     Summary [   1.234s] 55 tests run: 55 passed (2 slow), 3 skipped";
        assert_eq!(counted(true, all), (55, 0, 3));
        let some = "     Summary [   9.1s] 10 tests run: 7 passed, 2 failed, 1 timed out, 0 skipped";
        assert_eq!(counted(false, some), (7, 3, 0));
        let stopped = "     Summary [   9.1s] 3/10 tests run: 2 passed, 1 failed, 0 skipped";
        assert_eq!(counted(false, stopped), (2, 1, 0));
    }

    #[test]
    fn cargo_test_is_read_and_its_programs_are_added_up() {
        let printed = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.1s\n\
                       test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(counted(false, printed), (4, 2, 1));
    }

    #[test]
    fn vitest_is_read_but_not_its_count_of_files() {
        let printed = " Test Files  4 passed (4)\n      Tests  1 failed | 24 passed | 2 skipped (27)";
        assert_eq!(counted(false, printed), (24, 1, 2));
    }

    #[test]
    fn tap_is_read() {
        let printed = "# tests 7\n# suites 1\n# pass 4\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n# duration_ms 9.5";
        assert_eq!(counted(false, printed), (4, 2, 1));
    }

    #[test]
    fn the_javascript_clients_are_read() {
        assert_eq!(counted(true, "graphql-http: 61 of 61 audits pass"), (61, 0, 0));
        assert_eq!(
            counted(false, "graphql-ws: 20 of 22 uses are as the protocol says"),
            (20, 2, 0)
        );
    }

    #[test]
    fn a_runner_that_ends_badly_without_a_failed_test_has_failed() {
        assert_eq!(counted(false, "error: could not compile `punchcard`"), (0, 1, 0));
        assert_eq!(counted(false, "# pass 4\n# fail 0"), (4, 1, 0));
    }

    #[test]
    fn a_runner_that_counted_nothing_has_failed() {
        assert_eq!(counted(true, ""), (0, 1, 0));
        assert_eq!(counted(true, "done\n# Subtest: pass"), (0, 1, 0));
        assert_eq!(
            counted(true, "test result: ok. 0 passed; 0 failed; 0 ignored"),
            (0, 0, 0)
        );
    }

    #[test]
    fn what_tests_print_themselves_is_not_counted() {
        assert_eq!(counted(true, "9 passed\nran: 9 failed\n# pass 1"), (1, 0, 0));
    }
}
