//! Writes the table of the pages that the server embeds, from what `cargo xtask web` left in
//! `web/dist/pages`. It never builds the pages itself: without them the table holds a page that
//! says so, and everything else works.

use std::error::Error;
use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let pages = root.join("web/dist/pages");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/dist");

    let mut rows = Vec::new();
    if pages.join("index.html.gz").is_file() {
        for file in packed_files(&pages)? {
            rows.push(packed_entry(&pages, &file)?);
        }
    } else {
        println!(
            "cargo::warning=the pages are not built, so a placeholder is embedded; `cargo xtask web` builds them"
        );
        let page = root.join("src/http/ui/placeholder.html");
        println!("cargo::rerun-if-changed=src/http/ui/placeholder.html");
        for path in ["/", "/graphiql"] {
            rows.push(plain_entry(path, &page)?);
        }
    }
    let table = format!(
        "/// What the program carries: the pages, or a placeholder where they were not built.\n\
         static ASSETS: [Asset; {}] = [\n{}];\n",
        rows.len(),
        rows.concat()
    );
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("pages.rs"), table)?;
    Ok(())
}

/// The files under `folder` that are there as `.gz`, without that ending, in a stable order.
fn packed_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(packed_files(&path)?);
        } else if path.extension() == Some(OsStr::new("gz")) {
            found.push(path.with_extension(""));
        }
    }
    found.sort();
    Ok(found)
}

fn packed_entry(pages: &Path, file: &Path) -> Result<String, Box<dyn Error>> {
    let (br, gz) = (ending(file, "br"), ending(file, "gz"));
    let name = text(file.strip_prefix(pages)?)?.replace('\\', "/");
    let path = match name.as_str() {
        "index.html" => "/".to_owned(),
        page => format!("/{}", page.strip_suffix(".html").unwrap_or(page)),
    };
    let body = format!("Body::packed({}, {})", included(&br)?, included(&gz)?);
    Ok(entry(&path, media_type(file)?, &fs::read(&gz)?, &body))
}

fn plain_entry(path: &str, file: &Path) -> Result<String, Box<dyn Error>> {
    let body = format!("Body::Plain({})", included(file)?);
    Ok(entry(path, media_type(file)?, &fs::read(file)?, &body))
}

fn entry(path: &str, media_type: &str, content: &[u8], body: &str) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    format!("    Asset {{ path: {path:?}, media_type: {media_type:?}, tag: {tag:?}, body: {body} }},\n")
}

fn ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn included(file: &Path) -> Result<String, Box<dyn Error>> {
    Ok(format!("include_bytes!({:?})", text(file)?))
}

fn text(path: &Path) -> Result<&str, Box<dyn Error>> {
    Ok(path
        .to_str()
        .ok_or_else(|| format!("{} is not UTF-8", path.display()))?)
}

fn media_type(file: &Path) -> Result<&'static str, Box<dyn Error>> {
    let known = match file.extension().and_then(OsStr::to_str) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => return Err(format!("no media type is known for {}", file.display()).into()),
    };
    Ok(known)
}
