//! Decides which pages the guide has, in which order, under which names.
//!
//! The one list: navigation, contents, the way on at the end of a page and the addresses all come from it.

use std::path::{Path, PathBuf};

/// A page of the guide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    /// The end of its address; empty for the first.
    slug: &'static str,
    /// Its name in English and in Chinese.
    titles: [&'static str; 2],
    /// What one finds there, in English and in Chinese.
    pub(super) about: [&'static str; 2],
    /// The chapter that it begins, if it begins one.
    pub(super) chapter: Option<[&'static str; 2]>,
}

const fn page(slug: &'static str, titles: [&'static str; 2], about: [&'static str; 2]) -> Page {
    Page { slug, titles, about, chapter: None }
}

const fn opens(chapter: [&'static str; 2], page: Page) -> Page {
    Page { chapter: Some(chapter), ..page }
}

/// Every page. One whose file is not there is left out of navigation and contents.
pub(super) const PAGES: &[Page] = &[
    opens(["Begin", "开始"], page("", ["Overview", "概览"], ["What Moongate is, on one screen", "月门是什么"])),
    page("start", ["Quick start", "快速上手"], ["From an empty folder to a paid order", "从空文件夹到一笔付成的订单"]),
    page(
        "playground",
        ["Playground", "试验台"],
        ["Every option, app, provider and fault, live", "选项、应用、机构、故障，都能当场试"],
    ),
    page("live", ["Going live", "上线"], ["What changes between your desk and your shop", "从本机到线上要改什么"]),
    opens(
        ["Your page", "你的页面"],
        page("options", ["Options", "选项"], ["All attributes and properties", "全部属性和选项"]),
    ),
    page(
        "events",
        ["Methods and events", "方法与事件"],
        ["What the element tells, and what it can be told", "元素能做什么，会通知什么"],
    ),
    page("look", ["Appearance", "外观"], ["Colours, shapes, parts, large print", "颜色、形状、大字"]),
    page("apps", ["Environments", "环境一览"], ["Which wallet pays how, in which app", "哪个应用里，哪个钱包怎么付"]),
    page("recipes", ["Recipes", "接入示例"], ["React, Vue, plain HTML", "React、Vue、普通网页"]),
    opens(
        ["Your server", "你的服务器"],
        page(
            "server",
            ["Requests and answers", "请求与响应"],
            ["What your server is asked", "服务器会收到什么，返回什么"],
        ),
    ),
    page("servers", ["Example servers", "服务器示例"], ["Whole servers to start from", "几个完整的商家服务器"]),
    page(
        "providers",
        ["Providers", "支付机构"],
        ["Whose raw responses are read, and how", "哪些机构的原始响应能直接转交"],
    ),
    page("amounts", ["Amounts", "金额"], ["分 or yuan: each provider's decimals", "分还是元：各机构的小数位"]),
    page("shipping", ["Notifications and shipping", "通知与发货"], ["When goods may leave", "什么时候可以发货"]),
    page("errors", ["Errors", "错误"], ["Every code, and who must act", "每个错误码，该谁处理"]),
    page(
        "twice",
        ["Never twice", "不会重复付款"],
        ["The ways to pay twice, and what stops them", "哪些情形会付两次，各由什么拦住"],
    ),
    opens(
        ["Running it", "运行"],
        page("cdn", ["Hosting and versions", "托管与版本"], ["Immutable files, cache headers", "不可变的文件，缓存头"]),
    ),
    page("security", ["Security", "安全"], ["Policy, Trusted Types, integrity", "内容安全策略、可信类型、完整性"]),
    page("privacy", ["Privacy", "隐私"], ["What is kept, where, why, how long", "存什么，存在哪，为什么，存多久"]),
    page("support", ["Support view", "客服视图"], ["A shopper's checkout as a time line", "一笔付款的时间线"]),
    page("upgrade", ["Upgrading", "升级"], ["What may change, and what will not", "什么会变，什么不会"]),
    page("release", ["Releasing", "发布"], ["The npm package, and how to check it", "npm 包，以及怎样查验"]),
    opens(
        ["Behind it", "背后"],
        page("machine", ["State machine", "状态机"], ["Every place, every event", "每个阶段，每个事件"]),
    ),
    page("bench", ["Benchmark", "性能对比"], ["Measured beside others", "与同类组件放在一起测"]),
    page("decisions", ["Decisions", "设计取舍"], ["What was decided, and why", "定了什么，为什么"]),
];

/// Whether a language is the second of each pair.
fn second(tag: &str) -> usize {
    usize::from(tag != "en")
}

/// The one of a pair that is in this language.
pub(super) fn said(pair: [&'static str; 2], tag: &str) -> &'static str {
    pair.get(second(tag)).copied().unwrap_or_default()
}

impl Page {
    /// Where it is: `/guide/options`.
    pub(super) fn address(&self) -> String {
        format!("/guide/{}", self.slug)
    }

    /// Its file without the ending.
    pub(super) fn file(&self) -> &'static str {
        if self.slug.is_empty() { "index" } else { self.slug }
    }

    /// Its name.
    pub(super) fn title(&self, tag: &str) -> &'static str {
        said(self.titles, tag)
    }

    /// Its file in this language, else in English, and the language that this one is in.
    pub(super) fn source(&self, www: &Path, tag: &'static str) -> Option<(PathBuf, &'static str)> {
        let folder = www.join("guide");
        let own = (folder.join(format!("{}.{tag}.html", self.file())), tag);
        let english = (folder.join(format!("{}.html", self.file())), "en");
        [own, english].into_iter().find(|(file, _)| file.is_file())
    }

    /// Whether it is written.
    pub(super) fn is_there(&self, www: &Path) -> bool {
        self.source(www, "en").is_some()
    }

    /// Whether it is written in Chinese too.
    pub(super) fn is_chinese(&self, www: &Path) -> bool {
        self.source(www, "zh-CN").is_some_and(|(_, tag)| tag == "zh-CN")
    }
}
