//! Decides how the guide tells of the ways to pay twice: each as a story that the machine plays, what stops it, and who
//! holds that.
//!
//! The stories are [`stories`]', and how one is drawn [`drawing`]'s; nothing of what the widget does in them is written here,
//! nor what stands around the page (`serve/guide/frame.rs`).

mod drawing;
mod faults;
mod stories;
mod ways;

use std::fmt::Write;

/// One of the rows of the contract's table.
struct Way {
    /// In Chinese and in English, as its text.
    title: [&'static str; 2],
    /// What could happen, and what stops it.
    text: [&'static str; 2],
    /// Each with its name. One that can't be told draws nothing, which the test of the page sees.
    stories: Vec<(&'static str, Option<stories::Story>)>,
    /// Bugs that are planted to see them found, by their names.
    bugs: &'static [&'static str],
    /// Tests, by their paths.
    tests: &'static [&'static str],
}

/// The page of the guide.
pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for (at, way) in ways::ways().into_iter().enumerate() {
        section(&mut page, at + 1, way);
    }
    faults::table(&mut page);
    page
}

const HEAD: &str = r#"    <h1>Never twice</h1>
    <p>The nine ways to pay an order twice, what stops each, and the tests that hold it. The machine itself plays what is drawn
      (<code>cargo run -- replay --twice</code> writes this page; a test holds it to the code): each step and each request of the
      page is what the widget does; shopper, wallet and the server's answers are the script. A and B are the keys of two attempts.
      All that can happen anywhere is in <a href="/guide/machine">the machine</a>.</p>
    <p lang="zh-CN">一个订单可能被付两次的九种情形，各由什么挡住，由哪些测试守住。图由状态机自己走一遍画成：页面那一列的每一步、
      每一个请求，都是小部件实际所做；顾客、钱包和服务器的答复是剧本。A、B 是两次尝试的钥匙。</p>
"#;

fn section(page: &mut String, number: usize, way: Way) {
    let ([chinese, title], [says, text]) = (way.title, way.text);
    let _ = writeln!(page, "    <section id=\"way-{number}\">\n      <h2>{number}. {title}</h2>");
    let _ = writeln!(page, "      <p>{text}</p>\n      <p lang=\"zh-CN\"><strong>{chinese}。</strong>{says}</p>");
    for (name, story) in way.stories {
        drawing::draw(page, name, &story.map(stories::Story::told).unwrap_or_default());
    }
    list(page, "Planted bugs, each of which the random lives find · 植入的错", way.bugs, "q");
    list(page, "Tests · 测试", way.tests, "code");
    page.push_str("    </section>\n");
}

fn list(page: &mut String, title: &str, names: &[&str], tag: &str) {
    let _ = writeln!(page, "      <details><summary>{title}: {}</summary><ul>", names.len());
    for name in names {
        let _ = writeln!(page, "        <li><{tag}>{name}</{tag}></li>");
    }
    page.push_str("      </ul></details>\n");
}
