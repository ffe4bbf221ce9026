//! Decides what the npm package holds: the bundle's files, named so that bundlers find them, beside what npm and editors read.
//!
//! It does not decide what the script does; `npm pack` makes the archive.

use super::folder::{self, Fetched, File};
use super::script;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What is taken over as it is: the name in the package, and where it lies in the sources.
const PLAIN: [(&str, &str); 6] = [
    ("moongate.d.ts", "www/moongate.d.ts"),
    ("README.md", "www/package.md"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("types/react.d.ts", "www/types/react.d.ts"),
    ("types/vue.d.ts", "www/types/vue.d.ts"),
];

/// How the bundle's script finds its other files, in whose place the package has a way that bundlers know.
const PLACES: &str = "www/files.js";

/// What npm reads first.
pub(super) const MANIFEST: &str = "package.json";

/// What keeps npm from publishing a package that does not say which repository it is built from.
const PRIVATE: &str = "\"private\": true,";

/// The version that stands in the source, where nobody keeps it.
const UNSET: &str = "\"version\": \"0.0.0\"";

/// Every file of the package: what the bundle names by a hash as it is, `shared`, and the script that knows `generated`.
pub(super) fn contents(workspace: &Workspace, generated: &Value, shared: &[File]) -> Result<Vec<File>> {
    let read = |path: &str| if path == PLACES { Ok(files(shared)) } else { workspace.text(path) };
    let script = script::assemble("www/moongate.js", generated, &read)?;
    let script = quoted(script, shared);
    let mut contents = vec![
        File::named(MANIFEST, manifest(&workspace.text("www/package.json")?)?.into_bytes(), Fetched::Never),
        File::named("moongate.js", script.into_bytes(), Fetched::Never),
    ];
    contents.extend(shared.iter().cloned());
    for (name, source) in PLAIN {
        contents.push(File::named(name, workspace.text(source)?.into_bytes(), Fetched::Never));
    }
    Ok(contents)
}

fn manifest(text: &str) -> Result<String> {
    ensure!(text.matches(UNSET).count() == 1, "www/package.json must hold {UNSET} once: the version is Cargo.toml's");
    Ok(text.replace(UNSET, concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"")))
}

/// The manifest of a package that npm publishes. The registry refuses a provenance that names another repository than this.
///
/// # Errors
/// If the address is not that of a repository, as `https://HOST/OWNER/NAME`.
pub(super) fn publishable(manifest: &str, repository: &str) -> Result<String> {
    let named = repository.trim_end_matches('/').trim_end_matches(".git");
    let parts: Vec<&str> = named.strip_prefix("https://").unwrap_or_default().split('/').collect();
    let plain = |part: &&str| {
        part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) && !part.is_empty()
    };
    ensure!(
        parts.len() >= 3 && parts.iter().all(plain),
        "--repository must be the public address of the sources, https://HOST/OWNER/NAME, not {repository}"
    );
    ensure!(manifest.matches(PRIVATE).count() == 1, "{MANIFEST} must hold {PRIVATE} once");
    let origin = json!({ "type": "git", "url": format!("git+{named}.git") });
    Ok(manifest.replace(PRIVATE, &format!("\"repository\": {origin},")))
}

/// Removes what an older package of ours has left in this folder: npm would pack it with the new one. What is not named by
/// its hash is written over, and what is not ours stays.
pub(super) fn forget_older(package: &Path, folder: &Path) -> Result<()> {
    let older = fs::read(folder.join(MANIFEST)).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let ours = older.is_some_and(|older| older.get("name").is_some_and(|name| name == "moongate"));
    if ours { forget_hashed(package, folder) } else { Ok(()) }
}

fn forget_hashed(package: &Path, folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))? {
        let entry = entry?;
        let (new, old) = (package.join(entry.file_name()), entry.path());
        if entry.file_type()?.is_dir() {
            if new.is_dir() {
                forget_hashed(&new, &old)?;
            }
        } else if !new.exists() && entry.file_name().to_str().is_some_and(folder::is_hashed) {
            fs::remove_file(&old).with_context(|| format!("could not remove {}", old.display()))?;
        }
    }
    Ok(())
}

/// What stands in the place of `www/files.js`: every address as literal text, in the two forms that bundlers follow. None is
/// worked out before it is asked for, so that nothing happens on a server. A bundler may change a script, so it can't be held
/// to a hash; the wasm and the words, which it can't change, are.
fn files(shared: &[File]) -> String {
    let mut table = String::from("const files = {");
    for File { name, .. } in shared {
        let place = json!(["./", name].concat());
        let found = if name.ends_with(".js") {
            format!("import({place})")
        } else {
            format!("new URL({place}, import.meta.url).href")
        };
        table.push_str(&format!("{}: () => {found},", json!(name)));
    }
    table.push_str(
        "'moongate.css': () => URL.createObjectURL(new Blob([generated.css], { type: 'text/css' })) };\n\
         const beside = (name) => files[name]();\nconst script = ({ name }) => files[name]();\n",
    );
    table
}

/// The short script writes texts between backticks, which not every bundler takes for an address that is known.
fn quoted(script: String, shared: &[File]) -> String {
    shared
        .iter()
        .fold(script, |script, File { name, .. }| script.replace(&format!("`./{name}`"), &format!("\"./{name}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_imported_and_everything_else_is_an_address_both_as_literal_text() {
        let file = |name: &str| File::named(name, Vec::new(), Fetched::Never);
        let text = files(&[file("a-1.js"), file("words/en-2.json")]);
        assert!(text.contains("\"a-1.js\": () => import(\"./a-1.js\"),"), "{text}");
        let address = "\"words/en-2.json\": () => new URL(\"./words/en-2.json\", import.meta.url).href,";
        assert!(text.contains(address), "{text}");
    }

    #[test]
    fn only_the_address_of_a_repository_lets_a_package_be_published() {
        let manifest = "{ \"private\": true, \"type\": \"module\" }";
        let says = "{ \"repository\": {\"type\":\"git\",\"url\":\"git+https://host.example/owner/name.git\"}, \"type\": \"module\" }";
        for address in [
            "https://host.example/owner/name",
            "https://host.example/owner/name.git",
            "https://host.example/owner/name/",
        ] {
            assert_eq!(publishable(manifest, address).unwrap(), says);
        }
        for address in [
            "",
            "owner/name",
            "http://host.example/owner/name",
            "https://host.example/name",
            "https://host.example/owner/\"",
            "https://host.example//name",
        ] {
            assert!(publishable(manifest, address).is_err(), "{address}");
        }
        assert!(publishable(says, "https://host.example/owner/name").is_err(), "once");
    }

    #[test]
    fn the_version_is_that_of_the_crate_and_nobody_keeps_another() {
        let text = manifest("{ \"version\": \"0.0.0\" }").unwrap();
        assert_eq!(text, concat!("{ \"version\": \"", env!("CARGO_PKG_VERSION"), "\" }"));
        assert!(manifest("{ \"version\": \"1.2.3\" }").is_err());
    }
}
