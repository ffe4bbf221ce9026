//! Decides what stands around every page of the guide: navigation, what is on the page, the widget, the way on.
//!
//! It does not decide what that looks like (`www/guide/parts/frame.html` and the style do).

use super::list::{PAGES, Page, said};
use super::markup;
use super::{Asked, Guide, read};
use crate::escape::escaped;
use crate::serve::shop;
use anyhow::{Result, anyhow};
use std::fmt::Write;
use std::path::Path;

/// What is to be framed.
#[derive(Debug)]
pub(super) struct Content<'a> {
    /// Where it is: `/guide/options`.
    pub(super) address: String,
    /// Its name.
    pub(super) title: &'a str,
    /// The language that it is in, and the frame with it.
    pub(super) tag: &'static str,
    /// What it says, as HTML.
    pub(super) body: String,
}

/// The words of the frame, in English and in Chinese.
const WORDS: &[(&str, [&str; 2])] = &[
    ("skip", ["Skip to content", "跳到正文"]),
    ("menu", ["Menu", "目录"]),
    ("guide", ["Guide", "指南"]),
    ("shop", ["Demo shop", "演示店"]),
    ("on", ["On this page", "本页内容"]),
    ("try", ["Try it here", "在这里试试"]),
    ("trynote", ["The widget itself, against the sandbox. No money moves.", "就是这个组件，连着沙盒，不会扣款。"]),
    ("look", ["Colours", "颜色"]),
    ("auto", ["Auto", "自动"]),
    ("light", ["Light", "浅色"]),
    ("dark", ["Dark", "深色"]),
    ("language", ["Language", "语言"]),
    ("copy", ["Copy", "复制"]),
    ("before", ["Before", "上一页"]),
    ("next", ["Next", "下一页"]),
    ("foot", ["No telemetry; no font, script or picture from elsewhere.", "没有遥测，没有外来的字体、脚本和图片。"]),
];

/// What is said of a page to who would rather read it in Chinese.
const MISSING: &str =
    "<p class=\"missing\" lang=\"zh-CN\">这一页目前只有英文。<a href=\"/guide/?lang=zh-CN\">有中文的页面</a></p>";

/// The whole page, in one language: that of what it says. Who asked for another one is told so, and asked for it again on
/// the next page.
pub(super) fn around(guide: &Guide, asked: &Asked, content: &Content<'_>) -> Result<String> {
    let frame = read(&guide.www.join("guide/parts/frame.html"))?;
    let (written, wanted) = (content.tag, asked.tag);
    let joined = if written == "en" { content.body.clone() } else { markup::joined(&content.body) };
    let finished = markup::finished(&joined, part_word("copy", written));
    let body = if wanted == "en" { finished.body } else { markup::kept(&finished.body, wanted) };
    let wide = body.contains("data-own-widget");
    let part = |name: &str| -> Result<String> {
        if let Some((_, pair)) = WORDS.iter().find(|(key, _)| *key == name) {
            return Ok(escaped(said(*pair, written)));
        }
        Ok(match name {
            "lang" => written.to_owned(),
            "app" => asked.app.to_owned(),
            "title" => escaped(content.title),
            "home" => linked("/guide/", wanted),
            "nav" => navigation(&guide.www, (written, wanted), &content.address),
            "toc" => on_this_page(&finished.headings),
            "shape" => if wide { "wide" } else { "text" }.to_owned(),
            // A page that holds both languages is not only in one.
            "missing" if written == wanted || body.contains("<p lang=\"zh-CN\">") => String::new(),
            "missing" => MISSING.to_owned(),
            "body" => body.clone(),
            "way" => way_on(&guide.www, (written, wanted), &content.address),
            "order" => format!("GUIDE-{}", shop::random(8)),
            "to.en" => content.address.clone(),
            "to.zh" => linked(&content.address, "zh-CN"),
            "on.en" => (written == "en").to_string(),
            "on.zh" => (written != "en").to_string(),
            _ => return Err(anyhow!("nothing is called {name}")),
        })
    };
    let whole = markup::filled(&frame, &mut |name| part(name))?;
    Ok(if wide { without_rail(&whole) } else { whole })
}

fn part_word(name: &str, tag: &str) -> &'static str {
    WORDS.iter().find(|(key, _)| *key == name).map_or("", |(_, pair)| said(*pair, tag))
}

/// A page that has a widget of its own needs no other beside it.
fn without_rail(page: &str) -> String {
    match (page.split_once("<aside class=\"rail\""), page.split_once("</aside><!-- rail -->")) {
        (Some((before, _)), Some((_, after))) => [before, after].concat(),
        _ => page.to_owned(),
    }
}

/// An address that keeps the language.
fn linked(address: &str, tag: &str) -> String {
    if tag == "en" { address.to_owned() } else { format!("{address}?lang={tag}") }
}

fn there<'a>(www: &'a Path) -> impl Iterator<Item = &'static Page> + 'a {
    PAGES.iter().filter(move |page| page.is_there(www))
}

/// The chapters with their pages; the page itself is marked. What lies below a page, as a recipe does, marks that page.
fn navigation(www: &Path, (tag, wanted): (&str, &str), here: &str) -> String {
    let mut list = String::new();
    for page in there(www) {
        if let Some(chapter) = page.chapter {
            let close = if list.is_empty() { "" } else { "</ul>\n" };
            let _ = write!(list, "{close}<p class=\"chapter\">{}</p>\n<ul>\n", said(chapter, tag));
        }
        let address = page.address();
        let below = address != "/guide/" && here.starts_with(&format!("{address}/"));
        let current = match (address == here, below) {
            (true, _) => " aria-current=\"page\"",
            (_, true) => " aria-current=\"true\"",
            _ => "",
        };
        let _ = writeln!(list, "<li><a href=\"{}\"{current}>{}</a></li>", linked(&address, wanted), page.title(tag));
    }
    list + "</ul>"
}

/// The same for the first page, with what one finds on each.
pub(super) fn contents(www: &Path, tag: &str) -> String {
    let mut list = String::new();
    for page in there(www).filter(|page| page.address() != "/guide/") {
        let mark = if tag != "en" && !page.is_chinese(www) { " <small>English</small>" } else { "" };
        let _ = writeln!(
            list,
            "<li><a href=\"{}\"><strong>{}{mark}</strong><span>{}</span></a></li>",
            linked(&page.address(), tag),
            page.title(tag),
            said(page.about, tag)
        );
    }
    format!("<ul class=\"contents\">\n{list}</ul>")
}

fn on_this_page(headings: &[(String, String)]) -> String {
    headings.iter().map(|(id, text)| format!("<li><a href=\"#{id}\">{text}</a></li>\n")).collect()
}

/// The page before and the page after.
fn way_on(www: &Path, (tag, wanted): (&str, &str), here: &str) -> String {
    let pages: Vec<&Page> = there(www).collect();
    let Some(at) = pages.iter().position(|page| page.address() == here) else { return String::new() };
    let link = |page: Option<&&Page>, word: &str, class: &str| {
        page.map_or_else(String::new, |page| {
            format!(
                "<a class=\"{class}\" href=\"{}\"><small>{}</small>{}</a>",
                linked(&page.address(), wanted),
                part_word(word, tag),
                page.title(tag)
            )
        })
    };
    let before = at.checked_sub(1).and_then(|at| pages.get(at));
    [link(before, "before", "before"), link(pages.get(at + 1), "next", "next")].concat()
}
