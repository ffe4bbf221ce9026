//! Decides how the guide shows the fault matrix: each way that a payment takes × each thing that goes wrong.
//!
//! It counts nothing: `tests/e2e/matrix.rs` plays it, and fails on a fault or a way that is not named here, and on any
//! payment that is lost or made twice.

use std::fmt::Write;

const FLOWS: [&str; 4] = ["a code", "a page", "a form", "its own app"];

const FAULTS: [(&str, &str); 19] = [
    ("slow", "每个请求都慢"),
    ("dropped before the server acted", "服务器未办，连接断"),
    ("dropped after the server acted", "服务器已办，连接断"),
    ("500", "服务器出错"),
    ("503, Retry-After", "服务器请稍后"),
    ("an answer cut off", "答复截断"),
    ("a page for an answer", "答复成了网页"),
    ("members of other types", "答复的类型不对"),
    ("each request twice", "每个请求到两次"),
    ("push cut", "推送断开"),
    ("push silent", "推送无声"),
    ("clock 10 minutes fast", "时钟快十分钟"),
    ("clock 10 minutes slow", "时钟慢十分钟"),
    ("offline in the middle", "中途断网"),
    ("reload", "刷新"),
    ("back button", "后退"),
    ("two tabs", "两个标签页同时付"),
    ("double click", "双击"),
    ("server killed and started again", "服务器被杀又重启"),
];

/// The table.
pub(super) fn table(page: &mut String) {
    let count = FLOWS.len() * FAULTS.len();
    let _ = writeln!(
        page,
        "    <section id=\"faults\">\n      <h2>The fault matrix</h2>\n      \
         <p>Each way to pay meets each fault, and a shopper in a browser does what the screen offers, to the end: {count} times; \
         paid and seen {count}, lost 0, twice 0 (Chromium; <code>tests/run</code> plays it each time, and a core of it in Firefox and \
         WebKit). <code>cargo test --test e2e -- --nocapture matrix::</code> prints the counts.</p>\n      \
         <p lang=\"zh-CN\"><strong>故障矩阵。</strong>每种付法遇上每种故障，由浏览器里的顾客照屏幕所示走到底：共 {count} 次，\
         付成并看见 {count}，丢失 0，付两次 0。</p>\n      <table>\n        <thead><tr><td></td>"
    );
    for flow in FLOWS {
        let _ = writeln!(page, "          <th scope=\"col\">{flow}</th>");
    }
    page.push_str("        </tr></thead>\n");
    for (fault, chinese) in FAULTS {
        let _ = write!(page, "        <tr><th scope=\"row\">{fault}</th>");
        for _ in FLOWS {
            page.push_str("<td>1</td>");
        }
        let _ = writeln!(page, "<td lang=\"zh-CN\">{chinese}</td></tr>");
    }
    page.push_str("      </table>\n    </section>\n");
}
