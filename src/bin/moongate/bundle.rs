//! `moongate bundle`: decides what a merchant's folder holds, in which order it is made, and when it is made anew.
//!
//! It does not decide what a file says: each step has a file of its own below.

mod compile;
mod folder;
mod glue;
mod links;
mod names;
mod order;
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

use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
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
    /// Makes everything anew, even if nothing has changed since the last bundle
    #[arg(long)]
    anew: bool,
}

/// Writes the bundle and prints what it weighs.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match write(arguments) {
        Ok(weights) => {
            println!("{weights}");
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
    if let Some(folder) = &arguments.report {
        let _turn = workspace.turn()?;
        let glue = glue::generate(&compile::module(&workspace)?)?;
        println!("{}", report::write(folder, &glue.weights, &PARTS.map(|part| part.name))?);
    }
    if !arguments.anew {
        let made = up_to_date(&workspace)?.folder;
        folder::copy(&made, &arguments.out)?;
        return folder::weights(&made);
    }
    // Not in the place of the present bundle, which a server may be reading.
    let _turn = workspace.turn()?;
    let made = workspace.own()?.join("anew");
    make(&workspace, &made)?;
    folder::copy(&made, &arguments.out)?;
    folder::weights(&made)
}

/// The folder of a bundle that is as the sources are, made only if they have changed since the last one; what a newly
/// made one weighs goes to standard error.
///
/// # Errors
/// A sentence that says what could not be read, built or written.
pub(crate) fn current(workspace: &Workspace) -> Result<PathBuf> {
    let bundle = up_to_date(workspace)?;
    if bundle.is_new {
        eprintln!("{}", folder::weights(&bundle.folder)?);
    }
    Ok(bundle.folder)
}

struct Bundle {
    folder: PathBuf,
    is_new: bool,
}

fn up_to_date(workspace: &Workspace) -> Result<Bundle> {
    let _turn = workspace.turn()?;
    let folder = place(workspace)?;
    let is_new = !folder.join(folder::MANIFEST).is_file();
    if is_new {
        make(workspace, &folder)?;
        folder::forget_older(&workspace.own()?, KEPT);
    }
    Ok(Bundle { folder, is_new })
}

/// Where the bundle of these very sources lies: its name is the stamp, so a wrong one can't be taken for it.
fn place(workspace: &Workspace) -> Result<PathBuf> {
    Ok(workspace.own()?.join(format!("bundle-{}", stamp::of(workspace)?)))
}

fn make(workspace: &Workspace, place: &Path) -> Result<()> {
    eprintln!("Building the widget. The first time takes a minute or two; then only what changed is built.");
    let files = contents(workspace, glue::generate(&compile::module(workspace)?)?)?;
    let draft = place.with_extension("draft");
    let _ = fs::remove_dir_all(&draft);
    let _ = fs::remove_dir_all(place);
    folder::write(&draft, &files)?;
    fs::rename(&draft, place).with_context(|| format!("could not move the bundle to {}", place.display()))?;
    Ok(())
}

/// Every file of the bundle. What another file names by its hash is made before that file.
fn contents(workspace: &Workspace, glue: Glue) -> Result<Vec<File>> {
    let Value::Object(mut generated) = shell::tables() else { bail!("the tables for moongate.js are no object") };
    let script = File::hashed("moongate", "js", script::short(&glue.script)?.into_bytes(), Fetched::UntilReady);
    generated.insert("glue".to_owned(), reference(&script));
    let fetched = [Fetched::UntilReady, Fetched::OnceReady, Fetched::AtFirstPress];
    let modules = glue.modules.into_iter().zip(fetched);
    let modules = modules.map(|((name, module), fetched)| (name, File::hashed(name, "wasm", module, fetched)));
    let modules: Vec<(&str, File)> = modules.collect();
    let parts = modules.iter().map(|(name, file)| ((*name).to_owned(), reference(file)));
    generated.insert("parts".to_owned(), Value::Object(parts.collect::<Map<_, _>>()));
    let form = script::assemble(&workspace.text("www/form.js")?, &shell::words_of_the_form())?;
    let form = File::hashed("form", "js", form.into_bytes(), Fetched::Never);
    generated.insert("form".to_owned(), reference(&form));
    let mut files = vec![script, form];
    files.extend(modules.into_iter().map(|(_, file)| file));
    let words: Vec<(&str, File)> = shell::at_hand().map(|language| (language.tag, words_of(language))).collect();
    let named = words.iter().map(|(tag, file)| ((*tag).to_owned(), reference(file)));
    generated.insert("words".to_owned(), Value::Object(named.collect::<Map<_, _>>()));
    let tongues = tongues::files(&workspace.text("www/tongues.js")?)?;
    generated.insert("tongues".to_owned(), reference(&tongues.script));
    let css = style::lean(&workspace.text("www/moongate.css")?);
    generated.insert("css".to_owned(), css.clone().into());
    let script = script::assemble(&workspace.text("www/moongate.js")?, &Value::Object(generated))?;
    let types = workspace.text("www/moongate.d.ts")?;
    let script = File::named("moongate.js", script.into_bytes(), Fetched::UntilReady);
    let types = File::named("moongate.d.ts", types.into_bytes(), Fetched::Never);
    files.insert(0, script);
    files.extend(words.into_iter().map(|(_, file)| file));
    files.push(tongues.script);
    files.extend(tongues.words);
    // For browsers without constructed style sheets, which get a link to it.
    files.push(File::named("moongate.css", css.into_bytes(), Fetched::Never));
    files.push(types);
    Ok(files)
}

/// The file of a language whose first words are in the script: the name and the text of each key that the shell does not have.
fn words_of(language: &Language) -> File {
    let shells: Vec<Key> = shell::keys().collect();
    let rest = Key::ALL.iter().filter(|key| !shells.contains(key));
    let texts = rest.map(|key| (key.name().to_owned(), Value::from(language.text(*key))));
    let text = Value::Object(texts.collect::<Map<_, _>>()).to_string();
    File::hashed(&format!("words/{}", language.tag), "json", text.into_bytes(), Fetched::OnceReadyInOneLanguage)
}

/// What the script must know to fetch a file: its stem and ending, and the hash that the browser holds it to, whose first
/// letters the name has in between.
fn reference(file: &File) -> Value {
    let stem = file.name.rsplit_once('-').map_or("", |(stem, _)| stem);
    let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    format!("{stem}.{ending} {}", hash(&file.bytes)).into()
}
