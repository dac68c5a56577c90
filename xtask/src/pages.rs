//! Builds the pages of `web/`, which the program embeds.

use crate::workspace::{self, Stamp};
use crate::{Outcome, node, runner, say};

/// What is in `web/` but no source of the pages.
const NOT_SOURCES: [&str; 3] = ["node_modules", "dist", "e2e"];

/// Builds the pages, unless they are as new as their sources. Fails where Node.js is missing.
pub fn build_if_stale() -> Outcome<()> {
    node::require()?;
    let web = workspace::root().join("web");
    node::install_packages(&web)?;
    let sources = workspace::fingerprint(&web, &NOT_SOURCES)?;
    let stamp = Stamp::at(web.join("dist/built-from"));
    if stamp.is(sources) && are_there() {
        return Ok(());
    }
    say("building the pages");
    if !runner::succeeds(node::package_program(&web, "vite").args(["build", "--logLevel", "warn"]))? {
        return Err("the pages could not be built".into());
    }
    Ok(stamp.set(sources)?)
}

/// The same; where they cannot be built, says in one line why, and with which pages it goes on.
pub fn build_or_say() {
    if let Err(error) = build_if_stale() {
        let those = if are_there() {
            "with the pages as they are"
        } else {
            "without the pages"
        };
        say(format_args!("{those}: {error}"));
    }
}

fn are_there() -> bool {
    workspace::root().join("web/dist/pages/index.html.gz").is_file()
}
