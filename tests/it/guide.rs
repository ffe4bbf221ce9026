//! What the guide promises: one navigation, every link leads somewhere, nothing inline, no option and no event left out; and
//! in Chinese the same as in English.

use crate::serve::Server;
use moongate::checkout::options::KEYS;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide")
}

/// The values of an attribute, in order.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    html.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn navigation(html: &str) -> String {
    let inside = html.split("<nav id=\"nav\"").nth(1).and_then(|rest| rest.split("</nav>").next()).unwrap();
    inside.replace(" aria-current=\"page\"", "").replace(" aria-current=\"true\"", "")
}

/// The addresses that a page of the guide shows in its navigation.
fn pages(server: &Server) -> Vec<String> {
    let nav = navigation(&server.text("/guide/"));
    let pages: Vec<String> = values(&nav, "href").into_iter().map(str::to_owned).collect();
    assert!(pages.len() >= 20, "{pages:?}");
    pages
}

/// What an address of a page means: path and fragment, if it lies on this server.
fn target(here: &str, address: &str) -> Option<(String, String)> {
    if address.starts_with("http") || address.starts_with("data:") || address.starts_with("mailto:") {
        return None;
    }
    let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
    let path = match path {
        "" => here.to_owned(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("{}/{path}", here.rsplit_once('/').unwrap().0),
    };
    Some((path, fragment.to_owned()))
}

/// The links of these pages that lead nowhere.
fn dead(pages: &BTreeMap<String, String>, mut status: impl FnMut(&str) -> u16) -> Vec<String> {
    let mut known: BTreeMap<String, u16> = BTreeMap::new();
    let mut dead = Vec::new();
    for (here, html) in pages {
        let links = values(html, "href").into_iter().chain(values(html, "src"));
        for (path, fragment) in links.filter_map(|link| target(here, link)) {
            let found = *known.entry(path.clone()).or_insert_with(|| status(&path));
            let missing = pages
                .get(path.split('?').next().unwrap())
                .is_some_and(|page| !fragment.is_empty() && !values(page, "id").contains(&fragment.as_str()));
            if !(200..400).contains(&found) || missing {
                dead.push(format!("{here}: {path}#{fragment} ({found})"));
            }
        }
    }
    dead
}

/// Those, and the page of each recipe and server.
fn with_shelves(server: &Server) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = pages(server).into_iter().collect();
    for shelf in ["recipes", "servers"] {
        let html = server.text(&format!("/guide/{shelf}"));
        let below = format!("/guide/{shelf}/");
        all.extend(values(&html, "href").into_iter().filter(|link| link.starts_with(&below)).map(str::to_owned));
    }
    all
}

/// The address of the same page for who reads Chinese.
fn in_chinese(page: &str) -> String {
    format!("{page}?lang=zh-CN")
}

/// What an article holds beside its prose, each kind under its name: what can be pointed at, where it leads, what is to be typed
/// or copied, the names in it, and the figures of its tables.
fn bones(html: &str) -> Vec<String> {
    let article = html.split("<article>").nth(1).and_then(|rest| rest.split("</article>").next()).unwrap();
    let prose: String = article.split("</pre>").map(|part| part.split("<pre>").next().unwrap()).collect();
    let inside = |text: &str, tag: &str| -> Vec<String> {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        text.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
    };
    // Another language, another order of words, and as many repetitions as its grammar needs.
    let once = |all: Vec<String>| all.into_iter().collect::<BTreeSet<_>>();
    let links = values(article, "href").into_iter().map(|link| link.replace("?lang=zh-CN", "")).collect();
    let is_figure = |cell: &String| cell.chars().all(|letter| !letter.is_alphabetic() && letter != '<');
    let figures = inside(&prose, "td").into_iter().filter(is_figure).collect::<Vec<_>>();
    let kinds = [
        ("id", values(article, "id").into_iter().map(str::to_owned).collect()),
        ("link", once(links).into_iter().collect()),
        ("code", inside(article, "pre").iter().map(|block| uncommented(block)).collect()),
        ("name", once(inside(&prose, "code")).into_iter().collect()),
        ("figure", figures),
        ("control", values(article, "name").into_iter().map(str::to_owned).collect()),
    ];
    kinds.into_iter().flat_map(|(kind, all)| all.into_iter().map(move |one| format!("{kind} {one}"))).collect()
}

/// What one of two articles has and the other has not, or not in that place.
fn apart(english: &str, chinese: &str) -> Vec<String> {
    let (english, chinese) = (bones(english), bones(chinese));
    let only = |these: &[String], those: &[String], tongue: &str| -> Vec<String> {
        these.iter().filter(|one| !those.contains(one)).map(|one| format!("only in {tongue}: {one}")).collect()
    };
    let found = [only(&english, &chinese, "English"), only(&chinese, &english, "Chinese")].concat();
    if found.is_empty() && english != chinese { vec!["the same in another order".to_owned()] } else { found }
}

/// The code of a block without its comments; of a drawing in letters the first word of each line.
fn uncommented(block: &str) -> String {
    let tagless = block.split('<').map(|part| part.split_once('>').map_or(part, |(_, rest)| rest)).collect::<String>();
    let line = |line: &str| {
        let comment = ["# ", "// "].iter().filter_map(|mark| {
            let at = line.find(mark)?;
            line.get(..at).filter(|before| before.is_empty() || before.ends_with(' '))
        });
        let code = comment.min_by_key(|code| code.len()).unwrap_or(line).trim_end();
        if block.contains("language-text") { code.split_whitespace().next().unwrap_or_default() } else { code }
            .to_owned()
    };
    tagless.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_page_in_chinese_has_the_anchors_the_links_and_the_code_of_the_one_in_english() {
    let server = Server::start(&[]);
    let pages = with_shelves(&server);
    let (mut both, mut wrong) = (BTreeSet::new(), Vec::new());
    for page in pages {
        let (english, chinese) = (server.text(&page), server.text(&in_chinese(&page)));
        if chinese.contains("<html lang=\"zh-CN\"") {
            wrong.extend(apart(&english, &chinese).into_iter().map(|what| format!("{page}: {what}")));
            both.insert(page);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What nobody should have to read in another language before a shop is open.
    for name in [
        "", "start", "options", "events", "server", "live", "errors", "recipes", "security", "privacy", "shipping",
        "look",
    ] {
        assert!(both.contains(&format!("/guide/{name}")), "{name} is not in Chinese: {both:?}");
    }
}

/// What a page tells one to type of our own program, each as its words: `bundle --npm --out package`.
fn commands(html: &str) -> Vec<Vec<String>> {
    const CALL: &str = "cargo run -- ";
    let code = html.split("<code").skip(1).filter_map(|rest| rest.split_once('>')?.1.split("</code>").next());
    let lines = code.flat_map(|code| {
        let plain: String = code.split('<').map(|part| part.split_once('>').map_or(part, |(_, rest)| rest)).collect();
        plain.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>()
    });
    let call = |line: String| {
        let words =
            line.split_once(CALL)?.1.split_whitespace().take_while(|word| !["&amp;&amp;", "|", "#"].contains(word));
        Some(words.map(str::to_owned).collect::<Vec<_>>())
    };
    lines.filter_map(call).collect()
}

/// The words among these that the program does not know: another command, or an option that it has not.
fn unknown(words: &[String]) -> Vec<String> {
    let (command, options) = words.split_first().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_moongate"));
    if command != "--help" {
        program.arg(command);
    }
    let told = program.arg("--help").output().unwrap();
    if !told.status.success() {
        return vec![command.clone()];
    }
    let told = String::from_utf8(told.stdout).unwrap();
    let known: BTreeSet<&str> = told.split([' ', ',', '\n']).collect();
    options.iter().filter(|word| word.starts_with('-') && !known.contains(word.as_str())).cloned().collect()
}

#[test]
fn every_command_of_the_guide_is_one_that_the_program_knows() {
    let server = Server::start(&[]);
    let all: BTreeSet<Vec<String>> =
        with_shelves(&server).into_iter().flat_map(|page| commands(&server.text(&page))).collect();
    assert!(all.len() >= 15, "{all:?}");
    let wrong: Vec<_> = all.iter().filter(|words| !unknown(words).is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let typed = |text: &str| unknown(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
    assert_eq!((typed("bundel --out x"), typed("bundle --outt x")), (vec!["bundel".into()], vec!["--outt".into()]));
}

#[test]
fn a_translation_that_lost_a_heading_a_link_or_a_command_is_found() {
    let page = |inside: &str| format!("<article>{inside}</article>");
    let whole = page(
        "<h2 id=\"a\">A</h2><a href=\"/guide/b#c\">b</a><pre>run it   # at once</pre><code>x</code><td>12 800</td>",
    );
    let same = page(
        "<h2 id=\"a\">甲</h2><a href=\"/guide/b?lang=zh-CN#c\">乙</a><pre>run it   # 马上</pre><code>x</code><td>12 800</td>",
    );
    assert_eq!(apart(&whole, &same), Vec::<String>::new());
    for (lost, put) in [
        ("id=\"a\"", ""),
        ("/guide/b", "/guide/c"),
        ("run it", "run that"),
        ("<code>x<", "<code>y<"),
        ("12 800", "12 900"),
    ] {
        assert!(!apart(&whole, &same.replace(lost, put)).is_empty(), "{lost}");
    }
    let turned = |page: &str| page.replace("甲</h2>", "甲</h2><h2 id=\"b\">乙</h2>");
    let other = |page: &str| page.replace("<h2 id=\"a\">A", "<h2 id=\"b\">B</h2><h2 id=\"a\">A");
    assert_eq!(apart(&other(&whole), &turned(&same)), ["the same in another order"]);
}

/// The descriptions of this YAML, in braces and without quotes, that a comma ends before their writer meant it.
fn cut_short(yaml: &str) -> Vec<&str> {
    let within = |line: &&str| {
        let words =
            line.split_once('{').and_then(|(_, inside)| inside.split_once("description: ")).map(|found| found.1);
        words.is_some_and(|words| !words.starts_with(['\'', '"']) && words.contains(", "))
    };
    yaml.lines().filter(within).collect()
}

#[test]
fn no_description_of_the_servers_contract_is_cut_short_by_a_comma() {
    assert_eq!(cut_short(include_str!("../../www/openapi.yaml")), Vec::<&str>::new());
    assert_eq!(
        cut_short("a: { description: this, that }\nb: { description: 'this, that' }"),
        ["a: { description: this, that }"]
    );
}

#[test]
fn every_link_of_the_guide_leads_somewhere() {
    let server = Server::start(&[]);
    let mut all: BTreeMap<String, String> =
        pages(&server).into_iter().map(|page| (page.clone(), server.text(&page))).collect();
    let shelved: BTreeSet<String> = all
        .iter()
        .filter(|(page, _)| page.ends_with("/recipes") || page.ends_with("/servers"))
        .flat_map(|(page, html)| {
            values(html, "href")
                .into_iter()
                .filter(|link| link.starts_with(&format!("{page}/")))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    for page in shelved {
        let html = server.text(&page);
        all.insert(page, html);
    }
    let chinese: Vec<(String, String)> =
        all.keys().map(|page| in_chinese(page)).map(|page| (page.clone(), server.text(&page))).collect();
    all.extend(chinese);
    let dead = dead(&all, |path| server.get(path, &[]).status);
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = "<a href=\"/there#here\"></a><a href=\"gone\"></a><p id=\"here\"></p><a href=\"#not\"></a>".to_owned();
    let pages = BTreeMap::from([("/there".to_owned(), page)]);
    let found = dead(&pages, |path| if path == "/there" { 200 } else { 404 });
    assert_eq!(found, ["/there: /gone# (404)", "/there: /there#not (200)"]);
}

#[test]
fn every_page_of_the_guide_has_the_same_navigation_and_nothing_inline() {
    let server = Server::start(&[]);
    let nav = navigation(&server.text("/guide/"));
    for page in pages(&server) {
        let answer = server.get(&page, &[]);
        let policy = answer.header("content-security-policy").to_owned();
        let html = String::from_utf8(answer.body).unwrap();
        assert_eq!(navigation(&html), nav, "{page}");
        assert!(html.contains(&format!("<a href=\"{page}\" aria-current=\"page\">")), "{page} marks itself");
        for inline in [" style=", "<style", "<script>", " onclick=", "javascript:"] {
            let told_of = html.contains("<code>javascript:</code>") && inline == "javascript:";
            assert!(!html.contains(inline) || told_of, "{page} has {inline}");
        }
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{page}: {policy}");
        assert!(html.contains("<moongate-checkout") || page == "/guide/playground", "{page} has the widget");
        assert_eq!(html.matches("<h1").count(), 1, "{page} has one heading of the first rank");
        assert_eq!(html.matches("<main").count(), 1, "{page} is a piece, and its frame the document");
        let ids = values(&html, "id");
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{page} has an id twice: {ids:?}");
    }
}

#[test]
fn every_page_in_the_folder_is_in_the_navigation() {
    let server = Server::start(&[]);
    let pages = pages(&server);
    for entry in fs::read_dir(folder()).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let Some(page) = name.strip_suffix(".html").map(|name| name.trim_end_matches(".zh-CN")) else { continue };
        let address = format!("/guide/{}", if page == "index" { "" } else { page });
        assert!(pages.contains(&address), "{name} is not in the list of pages");
    }
    assert_eq!(server.get("/guide/none", &[]).status, 404);
    assert_eq!(server.get("/guide/machine.html", &[]).header("location"), "/guide/machine");
}

#[test]
fn the_policy_that_the_guide_asks_for_is_the_one_that_it_has() {
    let server = Server::start(&[]);
    let answer = server.get("/guide/security", &[]);
    let policy = answer.header("content-security-policy").to_owned();
    let html = String::from_utf8(answer.body).unwrap();
    let text = html.replace("<span class=\"s\">", "").replace("</span>", "").replace("&#x27;", "'");
    assert!(text.contains(&policy), "{policy}");
    let manifest: serde_json::Value = serde_json::from_str(&server.text("/moongate/manifest.json")).unwrap();
    let pin = manifest["files"]["moongate.js"]["integrity"].as_str().unwrap().split_once('-').unwrap().0;
    assert!(text.contains(&format!("integrity=&quot;{pin}-…&quot;")), "the guide pins by {pin}, as the bundle does");
}

#[test]
fn every_option_is_on_its_page_and_in_the_playground() {
    let server = Server::start(&[]);
    let (options, playground) = (server.text("/guide/options"), server.text("/guide/playground"));
    let controls = values(&playground, "name");
    for key in KEYS {
        assert!(values(&options, "id").contains(&format!("option-{key}").as_str()), "{key} is not on its page");
        assert!(controls.contains(key), "{key} can't be changed in the playground");
    }
}

#[test]
fn the_playground_plays_every_app_and_provider_that_the_demo_shop_plays() {
    let server = Server::start(&[]);
    let choices = |page: &str, select: &str| {
        let html = server.text(page);
        let inside = html.split(select).nth(1).and_then(|rest| rest.split("</select>").next()).unwrap();
        values(inside, "value")
            .into_iter()
            .filter(|value| !["", "here"].contains(value))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    for select in ["id=\"app\"", "id=\"provider\""] {
        let shop = choices("/?order=SO-1", select);
        assert!(shop.len() > 8 && choices("/guide/playground", select) == shop, "{select}: {shop:?}");
    }
}

#[test]
fn the_time_line_has_words_for_every_event_of_the_log() {
    let source =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checkout/machine/event.rs")).unwrap();
    let script = fs::read_to_string(folder().join("timeline.js")).unwrap();
    let names = source.split("=> \"").skip(1).map(|rest| rest.split('"').next().unwrap()).filter(|name| *name != "-");
    let names: BTreeSet<&str> = names.chain(["begun"]).collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        assert!(script.contains(&format!("\n  {name}: [")), "{name}");
    }
}

#[test]
fn the_guide_is_read_in_english_first_and_in_chinese_where_it_is_written() {
    let server = Server::start(&[]);
    let (english, chinese) = (server.text("/guide/"), server.text("/guide/?lang=zh-CN"));
    assert!(english.contains("<html lang=\"en\"") && english.contains("One tag."));
    assert!(chinese.contains("<html lang=\"zh-CN\"") && chinese.contains("一个标签"));
    assert!(navigation(&chinese).contains("href=\"/guide/options?lang=zh-CN\">选项"), "the language is kept");
    for page in pages(&server) {
        let switch = format!("<a href=\"{}\" lang=\"zh-CN\" aria-current=\"false\">中文</a>", in_chinese(&page));
        assert!(server.text(&page).contains(&switch), "{page} leads to itself in the other language");
    }
}

#[test]
fn the_frame_is_in_the_language_of_its_page_and_says_where_there_is_no_other() {
    let server = Server::start(&[]);
    let (mut told, mut whole) = (0, 0);
    for page in pages(&server) {
        let html = server.text(&in_chinese(&page));
        let is_chinese = html.contains("<html lang=\"zh-CN\"");
        let (home, widget) =
            if is_chinese { (">概览</a>", "locale=\"zh-CN\"") } else { (">Overview</a>", "locale=\"en\"") };
        assert!(navigation(&html).contains(home), "{page}");
        assert!(html.contains(widget) || page == "/guide/playground", "{page}");
        assert!(
            html.contains("href=\"/guide/events?lang=zh-CN\""),
            "{page} leads back to the language that was asked for"
        );
        let is_said = html.contains("这一页目前只有英文");
        let holds_both = html.contains("<p lang=\"zh-CN\">");
        assert_eq!(is_said, !is_chinese && !holds_both, "{page}");
        told += usize::from(is_said);
        whole += usize::from(is_chinese);
        assert!(!server.text(&page).contains("这一页目前只有英文"), "{page} in English, as asked");
    }
    assert!(told > 0 && whole > 10, "{told} in English alone, {whole} in Chinese");
}
