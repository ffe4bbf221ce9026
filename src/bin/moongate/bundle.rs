//! `moongate bundle`: decides what a merchant's folder holds, in which order it is made, and when it is made anew.
//!
//! It does not decide what a file says: each step has a file of its own below.

mod compile;
mod folder;
mod glue;
mod links;
mod names;
mod order;
mod package;
mod parts;
mod report;
mod script;
mod shell;
mod split;
mod stamp;
mod style;
mod tongues;
mod trap;
mod unread;

use crate::say;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use compile::Std;
use folder::{Fetched, File, hash};
use glue::Glue;
use moongate::words::{Key, Language};
use parts::PARTS;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Older bundles are kept under the target folder for a quick way back to another branch; not without end.
const KEPT: usize = 6;

/// Arguments of `moongate bundle`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// The folder to write into; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Writes where the bytes of the wasm are into this folder too: a table and a picture of the crates, a list of the functions
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Links the widget with a standard library that is made for size; adds Rust's component `rust-src` for it
    #[arg(long)]
    small: bool,
    /// Makes everything anew, even if nothing has changed since the last bundle
    #[arg(long)]
    anew: bool,
    /// Writes the npm package instead, for `npm pack` in that folder
    #[arg(long)]
    npm: bool,
    /// Lets npm publish it, with provenance, which must name the repository that it is built from: https://HOST/OWNER/NAME
    #[arg(long, value_name = "URL", requires = "npm")]
    repository: Option<String>,
}

/// Writes the bundle and prints what it weighs.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match write(arguments) {
        Ok(weights) => {
            say::line(weights);
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("moongate: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn write(arguments: &Arguments) -> Result<String> {
    let workspace = Workspace::here();
    let std = if arguments.small { Std::Rebuilt } else { Std::Shipped };
    if let Some(folder) = &arguments.report {
        let _turn = workspace.turn()?;
        let glue = glue::generate(&compile::module(&workspace, std)?)?;
        say::line(report::write(folder, &glue.weights, &PARTS.map(|part| part.name))?);
    }
    if !arguments.anew {
        let made = up_to_date(&workspace, std)?.folder;
        return hand_over(&made, arguments);
    }
    // Not in the place of the present bundle, which a server may be reading.
    let _turn = workspace.turn()?;
    let made = workspace.own()?.join("anew");
    make(&workspace, std, &stamp::of(&workspace)?, &made)?;
    hand_over(&made, arguments)
}

/// Copies what was asked for out of a bundle that is made.
fn hand_over(made: &Path, arguments: &Arguments) -> Result<String> {
    if arguments.npm {
        package::forget_older(&package_of(made), &arguments.out)?;
        folder::copy(&package_of(made), &arguments.out)?;
        if let Some(repository) = &arguments.repository {
            let manifest = arguments.out.join(package::MANIFEST);
            let text =
                fs::read_to_string(&manifest).with_context(|| format!("could not read {}", manifest.display()))?;
            fs::write(&manifest, package::publishable(&text, repository)?)
                .with_context(|| format!("could not write {}", manifest.display()))?;
        }
        return Ok(format!("The npm package is in {}: npm pack makes its archive.", arguments.out.display()));
    }
    folder::copy(made, &arguments.out)?;
    folder::weights(made)
}

/// Where the npm package lies that was made with this bundle.
fn package_of(bundle: &Path) -> PathBuf {
    bundle.with_extension("package")
}

/// The folder of a bundle that is as the sources are, made only if they have changed since the last one; what a newly
/// made one weighs goes to standard error.
///
/// # Errors
/// A sentence that says what could not be read, built or written.
pub(crate) fn current(workspace: &Workspace) -> Result<PathBuf> {
    let bundle = up_to_date(workspace, Std::Shipped)?;
    if bundle.is_new {
        eprintln!("{}", folder::weights(&bundle.folder)?);
    }
    Ok(bundle.folder)
}

struct Bundle {
    folder: PathBuf,
    is_new: bool,
}

fn up_to_date(workspace: &Workspace, std: Std) -> Result<Bundle> {
    let _turn = workspace.turn()?;
    let stamp = stamp::of(workspace)?;
    let folder = place(workspace, std, &stamp)?;
    let is_new = !folder.join(folder::MANIFEST).is_file();
    if is_new {
        make(workspace, std, &stamp, &folder)?;
        folder::forget_older(&workspace.own()?, KEPT);
    }
    Ok(Bundle { folder, is_new })
}

/// Where the bundle of the sources of this stamp lies: by its name a wrong one can't be taken for it.
fn place(workspace: &Workspace, std: Std, stamp: &str) -> Result<PathBuf> {
    let kind = match std {
        Std::Shipped => "bundle",
        Std::Rebuilt => "bundle-small",
    };
    Ok(workspace.own()?.join(format!("{kind}-{stamp}")))
}

/// Makes the bundle of the sources of this stamp, and its package.
fn make(workspace: &Workspace, std: Std, stamp: &str, place: &Path) -> Result<()> {
    eprintln!("Building the widget. The first time takes a minute or two; then only what changed is built.");
    let made = stamp::held(
        stamp,
        || stamp::of(workspace),
        || contents(workspace, glue::generate(&compile::module(workspace, std)?)?),
    )?;
    let (draft, package) = (place.with_extension("draft"), package_of(place));
    for old in [&draft, &package, place] {
        let _ = fs::remove_dir_all(old);
    }
    folder::write_plain(&package, &made.package)?;
    folder::write(&draft, &made.files)?;
    fs::rename(&draft, place).with_context(|| format!("could not move the bundle to {}", place.display()))?;
    Ok(())
}

/// What is made at once.
struct Made {
    /// The folder for a CDN.
    files: Vec<File>,
    /// What the npm package has of its own.
    package: Vec<File>,
}

/// Every file of the bundle. What another file names by its hash is made before that file.
fn contents(workspace: &Workspace, glue: Glue) -> Result<Made> {
    let Value::Object(mut generated) = shell::tables() else { bail!("the tables for moongate.js are no object") };
    let mut files = named_by_hash(workspace, glue, &mut generated)?;
    let css = style::lean(&workspace.text("www/moongate.css")?);
    generated.insert("sheet".to_owned(), folder::integrity(css.as_bytes()).into());
    generated.insert("css".to_owned(), css.clone().into());
    let generated = Value::Object(generated);
    let package = package::contents(workspace, &generated, &files)?;
    let script = script::assemble("www/moongate.js", &generated, &|path| workspace.text(path))?;
    files.insert(0, File::named("moongate.js", script.into_bytes(), Fetched::UntilRows));
    // For browsers without constructed style sheets, which get a link to it.
    files.push(File::named("moongate.css", css.into_bytes(), Fetched::Never));
    files.push(File::named("moongate.d.ts", workspace.text("www/moongate.d.ts")?.into_bytes(), Fetched::Never));
    Ok(Made { files, package })
}

/// The files that `moongate.js` names, which it learns from `generated`.
fn named_by_hash(workspace: &Workspace, glue: Glue, generated: &mut Map<String, Value>) -> Result<Vec<File>> {
    let script = File::hashed("moongate", "js", script::called(&glue.script)?.into_bytes(), Fetched::UntilReady);
    let fetched = [Fetched::UntilReady, Fetched::WithInterest, Fetched::WithInterest];
    let modules = glue.modules.into_iter().zip(fetched);
    let modules = modules.map(|((name, module), fetched)| (name, File::hashed(name, "wasm", module, fetched)));
    let modules: Vec<(&str, File)> = modules.collect();
    let form = script::assemble("www/form.js", &shell::tables_of_the_form(), &|path| workspace.text(path))?;
    let form = File::hashed("form", "js", form.into_bytes(), Fetched::Never);
    let words: Vec<(&str, File)> = shell::at_hand().map(|language| (language.tag, words_of(language))).collect();
    let tongues = tongues::files(&|path| workspace.text(path))?;
    let named = [
        ("glue", reference(&script)),
        ("parts", references(&modules)),
        ("form", reference(&form)),
        ("words", references(&words)),
        ("tongues", reference(&tongues.script)),
    ];
    generated.extend(named.map(|(name, what)| (name.to_owned(), what)));
    let mut files = vec![script, form];
    files.extend(modules.into_iter().chain(words).map(|(_, file)| file));
    files.push(tongues.script);
    files.extend(tongues.words);
    Ok(files)
}

/// The file of a language whose first words are in the script: the name and the text of each key that the shell does not have.
fn words_of(language: &Language) -> File {
    let shells: Vec<Key> = shell::keys().collect();
    let rest = Key::ALL.iter().filter(|key| !shells.contains(key));
    let texts = rest.map(|key| (key.name().to_owned(), Value::from(language.text(*key))));
    let text = Value::Object(texts.collect::<Map<_, _>>()).to_string();
    File::hashed(&format!("words/{}", language.tag), "json", text.into_bytes(), Fetched::WithInterestInOneLanguage)
}

/// What the script must know to fetch a file: its stem and ending, and the hash that the browser holds it to, whose first
/// letters the name has in between.
fn reference(file: &File) -> Value {
    let stem = file.name.rsplit_once('-').map_or("", |(stem, _)| stem);
    let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    format!("{stem}.{ending} {}", hash(&file.bytes)).into()
}

/// The same of several files, each under its name.
fn references(files: &[(&str, File)]) -> Value {
    files.iter().map(|(name, file)| (*name, reference(file))).collect()
}
