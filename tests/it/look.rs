//! What the guide says of the widget's look is what there is: its parts, its ready themes, its pictures.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn www() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap()
}

/// The files below a folder, by the end of their names.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry, end));
        } else if entry.to_string_lossy().ends_with(end) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// What stands between an opening and the next `end`, everywhere.
fn all<'a>(text: &'a str, opening: &str, end: char) -> Vec<&'a str> {
    text.split(opening).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[test]
fn every_part_that_is_drawn_is_on_the_page_and_no_other() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = files(&source.join("view"), ".rs");
    let view: String = rooms.iter().chain([&source.join("view.rs")]).map(read).collect();
    let shell: String = files(&www().join("shell"), ".js").iter().chain([&www().join("form.js")]).map(read).collect();
    let words = |parts: Vec<&str>| -> BTreeSet<String> {
        parts.iter().flat_map(|part| part.split(' ')).map(str::to_owned).collect()
    };
    let mut drawn = words(all(&view, "part=\"", '"'));
    drawn.extend(words(all(&view, "part={if picked { \"", '"')));
    let by_shell = words(all(&shell, "part: '", '\''))
        .union(&words(all(&shell, "part: checked ? '", '\'')))
        .cloned()
        .collect::<BTreeSet<_>>();
    let told = words(all(&read(www().join("guide/look.html")), "<th scope=\"row\"><code>::part(", ')'));
    assert_eq!(told, drawn);
    assert!(by_shell.is_subset(&told) && by_shell.len() > 3, "{by_shell:?}");
}

/// The properties that a theme sets, each with its value in light and in dark.
fn properties(theme: &str) -> Vec<(&str, [String; 2])> {
    let lines =
        theme.lines().filter_map(|line| line.trim().strip_prefix("--moongate-")?.strip_suffix(';')?.split_once(": "));
    lines
        .map(|(name, value)| {
            let both = value.strip_prefix("light-dark(").and_then(|both| both.strip_suffix(')')?.split_once(", "));
            let (light, dark) = both.unwrap_or((value, value));
            (name, [light.to_owned(), dark.to_owned()])
        })
        .collect()
}

/// The luminance of `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let share = |at: usize| {
        let share = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * share(1) + 0.7152 * share(3) + 0.0722 * share(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn each_ready_theme_sets_what_there_is_can_be_read_and_is_on_the_page() {
    let sheet = read(www().join("moongate.css"));
    let known: BTreeSet<&str> =
        sheet.split("var(--moongate-").skip(1).filter_map(|rest| rest.split([',', ')']).next()).collect();
    let page = read(www().join("guide/look.html"));
    let playground = read(www().join("guide/playground.html"));
    let themes = files(&www().join("guide/themes"), ".css");
    assert_eq!(themes.len(), 3);
    for path in themes {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(page.contains(&format!("{{{{file themes/{name}.css}}}}")), "{name} is on the page");
        assert!(playground.contains(&format!("<option>{name}</option>")), "{name} is in the playground");
        let theme = read(&path);
        let set = properties(&theme);
        assert_eq!(set.len(), theme.matches("--moongate-").count(), "{name}: each line is read");
        for (property, _) in &set {
            assert!(known.contains(property), "{name}: {property}");
        }
        let of = |property: &str, at: usize| {
            set.iter().find(|(name, _)| *name == property).map(|(_, both)| both[at].clone()).unwrap()
        };
        for at in [0, 1] {
            for (text, ground, least) in [
                ("ink", "ground", 7.0),
                ("ink", "well", 7.0),
                ("soft", "ground", 4.5),
                ("soft", "well", 4.5),
                ("accent", "ground", 4.5),
                ("on-accent", "accent", 4.5),
                ("edge", "ground", 3.0),
            ] {
                let found = contrast(&of(text, at), &of(ground, at));
                assert!(found >= least, "{name}: {text} on {ground} has {found:.2}");
            }
            let fault = contrast(["#a3211a", "#ffb3a9"][at], &of("ground", at));
            assert!(fault >= 4.5, "{name}: a fault on the ground has {fault:.2}");
        }
    }
}

#[test]
fn black_on_white_has_the_contrast_that_it_is_known_for() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
}

/// Width and height that a PNG says of itself.
fn size(png: &[u8]) -> [u32; 2] {
    [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()))
}

#[test]
fn pictures_of_the_guide_say_what_they_show_hold_their_place_and_are_small() {
    let folder = www().join("guide/pictures");
    let mut used = BTreeSet::new();
    for page in files(&www().join("guide"), ".html") {
        let html = read(&page);
        for tag in all(&html, "<img ", '>') {
            let said = |name: &str| {
                all(tag, &format!("{name}=\""), '"').first().map(|said| (*said).to_owned()).unwrap_or_default()
            };
            let Some(file) = said("src").strip_prefix("/guide/pictures/").map(str::to_owned) else { continue };
            let [width, height] = size(&fs::read(folder.join(&file)).unwrap());
            assert_eq!([said("width"), said("height")], [width.to_string(), height.to_string()], "{file} in {page:?}");
            assert!(said("alt").len() > 20, "{file} in {page:?}");
            assert_eq!(said("loading"), "lazy", "{file} in {page:?}");
            used.insert(folder.join(file));
        }
    }
    let kept: BTreeSet<PathBuf> = files(&folder, "").into_iter().collect();
    assert_eq!(used, kept, "each is shown somewhere");
    assert!(kept.len() >= 6);
    let bytes: u64 = kept.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(bytes < 400 * 1024, "{bytes} bytes");
}
