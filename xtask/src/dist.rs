//! The program as it is shipped: optimized across all crates, and laid out for the branches that it takes. Which
//! those are is counted in a rehearsal: the benches are run on a build that counts them. What requests the benches
//! make is not known here.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::workspace::{self, Stamp};
use crate::{Outcome, pages, runner, say};

/// The profile of Cargo.toml by which it is built. The build that counts has the same, so that the names of all
/// functions are the same.
const PROFILE: &str = "dist";

/// The benches of the rehearsal, each with what makes it short.
const BENCHES: [(&str, &str); 3] = [
    ("serve", "--seconds 2 --rounds 1"),
    ("odata", "--seconds 2 --rounds 1 --users 200"),
    (
        "imports",
        "--entries 100000 --users 1000 --subscribers 100 --rounds 1",
    ),
];

/// What the rehearsal depends on.
const SOURCES: [&str; 4] = ["src", "benches", "Cargo.toml", "Cargo.lock"];

/// The variable by which benches measure another program than their own.
const MEASURED: &str = "PUNCHCARD_BENCHED";

/// Builds the program: one file.
pub fn build() -> Outcome<()> {
    pages::build_or_say();
    let built = build_program(laid_out())?;
    let shipped = workspace::program(PROFILE);
    if let Some(folder) = shipped.parent() {
        fs::create_dir_all(folder)?;
    }
    // What is there may be running, or be a second name of what cargo built.
    if shipped.exists() {
        fs::remove_file(&shipped)?;
    }
    fs::copy(built, &shipped)?;
    say(shipped.display());
    Ok(())
}

/// Runs benches, built as the program is; `arguments` are those of `cargo bench`.
pub fn bench(arguments: &[String]) -> Outcome<()> {
    pages::build_or_say();
    if !runner::succeeds(cargo("bench", laid_out())?.args(arguments))? {
        return Err("a bench failed".into());
    }
    Ok(())
}

/// The flag that lays out what is built for what was counted, if anything was.
fn laid_out() -> Option<OsString> {
    match rehearsed() {
        Ok(counted) => Some(flag("-Cprofile-use=", &counted)),
        Err(why) => {
            say(format_args!("without a rehearsal: {why}"));
            None
        }
    }
}

/// Builds the program with one more flag; where it is then.
fn build_program(flag: Option<OsString>) -> Outcome<PathBuf> {
    if !runner::succeeds(cargo("build", flag)?.args(["--bin", "punchcard"]))? {
        return Err("the program could not be built".into());
    }
    Ok(workspace::program(&format!("{}/{PROFILE}", host()?)))
}

/// Cargo, about to build as it is shipped. The flag is for the program alone, not for what runs while it is
/// built; so that cargo tells them apart, the target is named.
fn cargo(subcommand: &str, flag: Option<OsString>) -> Outcome<Command> {
    let mut cargo = workspace::cargo();
    cargo.args([subcommand, "--locked", "--profile", PROFILE, "--target", &host()?]);
    if let Some(flag) = flag {
        cargo.env(
            FLAGS,
            joined(env::var_os(FLAGS), env::var("RUSTFLAGS").ok().as_deref(), &flag),
        );
    }
    Ok(cargo)
}

/// The compiler's flags in the form in which they may have spaces.
const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

/// The flags of the environment, in that form or as plain words, and one more.
fn joined(encoded: Option<OsString>, plain: Option<&str>, flag: &OsStr) -> OsString {
    const BETWEEN: &str = "\u{1f}";
    let plain = || plain.map(|words| words.split_whitespace().collect::<Vec<_>>().join(BETWEEN).into());
    let mut flags = encoded.or_else(plain).unwrap_or_default();
    if !flags.is_empty() {
        flags.push(BETWEEN);
    }
    flags.push(flag);
    flags
}

fn flag(name: &str, path: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(path);
    flag
}

/// What was counted of these sources; rehearses unless that is known.
fn rehearsed() -> Outcome<PathBuf> {
    let mergers = mergers()?;
    let folder = workspace::target().join("rehearsal");
    let counted = folder.join("counted.profdata");
    let stamp = Stamp::at(folder.join("rehearsed-for"));
    let sources = workspace::fingerprint_at_top(&SOURCES)?;
    if stamp.is(sources) && counted.is_file() {
        return Ok(counted);
    }
    let raw = folder.join("raw");
    if raw.exists() {
        fs::remove_dir_all(&raw)?;
    }
    rehearse(&build_program(Some(flag("-Cprofile-generate=", &raw)))?)?;
    // One that is older than the compiler may not know how it counts.
    if !mergers.iter().any(|merger| merges(merger, &raw, &counted)) {
        return Err(format!("no llvm-profdata here is new enough: {BRINGS_MERGER}").into());
    }
    stamp.set(sources)?;
    Ok(counted)
}

/// Puts the program through the benches.
fn rehearse(program: &Path) -> Outcome<()> {
    for (bench, arguments) in BENCHES {
        say(format_args!("rehearsing {bench}"));
        let mut cargo = workspace::cargo();
        cargo.args(["bench", "--locked", "--profile", "release", "--bench", bench]);
        cargo.arg("--").args(arguments.split_whitespace());
        if !runner::succeeds(cargo.env(MEASURED, program))? {
            return Err(format!("the bench `{bench}` failed").into());
        }
    }
    Ok(())
}

/// Whether the program could merge what all processes counted.
fn merges(merger: &Path, raw: &Path, counted: &Path) -> bool {
    let mut merge = Command::new(merger);
    merge.arg("merge").arg("-o").arg(counted).arg(raw);
    merge.output().is_ok_and(|merged| merged.status.success())
}

/// The command that brings what merges.
const BRINGS_MERGER: &str = "rustup component add llvm-tools";

/// The programs that may merge what was counted: the toolchain's own, then those of the system, the newest first.
fn mergers() -> Outcome<Vec<PathBuf>> {
    let libraries = printed_by_rustc(&["--print", "target-libdir"])?;
    let own = Path::new(libraries.trim())
        .with_file_name("bin")
        .join(workspace::program_file("llvm-profdata"));
    let mut mergers = Vec::from_iter(Some(own).filter(|own| own.is_file()));
    let names = ["-22", "-21", "-20", "-19", ""].map(|version| format!("llvm-profdata{version}"));
    mergers.extend(names.iter().filter_map(|name| workspace::find_program(name)));
    if mergers.is_empty() {
        return Err(format!("llvm-profdata is needed: {BRINGS_MERGER}").into());
    }
    Ok(mergers)
}

/// The target that the toolchain builds for.
fn host() -> Outcome<String> {
    let printed = printed_by_rustc(&["-vV"])?;
    let host = printed.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("`rustc -vV` names no host")?.to_owned())
}

fn printed_by_rustc(arguments: &[&str]) -> Outcome<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Ok(String::from_utf8(
        Command::new(rustc).args(arguments).output()?.stdout,
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_the_environment_stay_and_one_is_added() {
        let added = |encoded: Option<&str>, plain| {
            joined(encoded.map(OsString::from), plain, OsStr::new("-Cx=a b"))
                .into_string()
                .unwrap()
        };
        assert_eq!(added(None, None), "-Cx=a b");
        assert_eq!(added(None, Some(" -Ca  -Cb ")), "-Ca\u{1f}-Cb\u{1f}-Cx=a b");
        assert_eq!(added(Some("-Cc"), Some("-Ca")), "-Cc\u{1f}-Cx=a b");
    }

    #[test]
    fn the_host_is_one_that_this_program_was_built_for() {
        assert!(host().unwrap().starts_with(env::consts::ARCH));
    }
}
