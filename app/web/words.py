"""What the pages say in English and Chinese; headings of articles are those of `kb.render`."""

from typing import Final

from app.web.fleet_words import FLEET_WORDS
from kb.entry import Language
from kb.render import HEADINGS

WORDS: Final[dict[str, tuple[str, str]]] = {
    # on every page
    "skip": ("Skip to content", "跳到正文"),
    "site": ("faultbook", "faultbook"),
    "tagline": ("A knowledge base that reads logs", "会读日志的知识库"),
    "search": ("Search", "搜索"),
    "search-label": ("Search the entries", "搜索条目"),
    "search-hint": ("symptom, error text, interface…", "现象、报错、驱动名……"),
    "paste": ("Paste a log", "贴日志"),
    "entries": ("All entries", "全部条目"),
    "navigation": ("Site", "站点导航"),
    "other-language": ("中文", "English"),
    "other-language-label": ("Switch to Chinese: 中文", "切换到英文：English"),
    "dark": ("Dark", "深色"),
    "light": ("Light", "浅色"),
    "system-theme": ("Use the system's colours", "跟随系统配色"),
    "footer": (
        "Pasted text is forgotten when its page is made. Nothing here runs on your machine: read a command before you "
        "paste it.",
        "贴进来的文字在生成页面后即丢弃。这里不会在你的机器上执行任何东西：命令先看懂，再粘贴。",
    ),
    "trouble": (
        "The entries on disk were changed and cannot be used; these pages show the set before.",
        "磁盘上的条目有改动但无法使用，这里显示的是改动之前的版本。",
    ),
    "suggested": ("Suggested entries", "候选条目"),
    "typed-none": ("No entry begins like this. Press Enter to search.", "没有直接匹配的条目，按回车搜索全文。"),
    "typed-some": ("{count} entries, use the arrow keys", "{count} 个条目，可用方向键选择"),
    "copy": ("Copy", "复制"),
    "copied": ("Copied", "已复制"),
    "copied-gap": ("Copied, with gaps ‹…› to fill", "已复制，‹…› 处还要填"),
    "copy-failed": ("Select and copy by hand", "请手动选中复制"),
    # home
    "home-title": ("What does this log line mean?", "这行日志是什么意思？"),
    "home-lead": (
        "Documented faults of Linux networking, eBPF/XDP, NIC drivers and BIRD: how to recognise them, how to be sure, "
        "how to repair them.",
        "Linux 网络、eBPF/XDP、网卡驱动和 BIRD 的已知故障：怎么认出来，怎么确认，怎么处理。",
    ),
    "home-search": ("Describe it", "描述现象"),
    "home-paste": ("Or paste it", "或者贴日志"),
    "home-paste-hint": ("dmesg, bird.log, a verifier's complaint…", "dmesg、bird.log、校验器的报错……"),
    "home-components": ("Components", "组件"),
    "home-sources": ("By who printed it", "按日志来源"),
    "home-changed": ("Recently changed", "最近更新"),
    "home-reading": ("Worth reading beforehand", "平时值得一读"),
    "home-what": ("At 3 a.m.", "半夜出事时"),
    "home-step-1": (
        "Paste the lines around the error. What is recognised comes with your own interface and numbers in its "
        "commands.",
        "把报错前后的几行贴进来。认出来的问题，命令里会填好你自己的接口名和数字。",
    ),
    "home-step-2": (
        "Read “How to be sure” before “Fix”: it tells look-alikes apart.",
        "先看“如何确认”，再看“处理办法”：相似的故障靠它区分。",
    ),
    "home-step-3": (
        "Nothing found? Download a draft entry made from your paste, and write down what helped.",
        "没有找到？下载用你贴的内容生成的草稿，把管用的办法写下来。",
    ),
    "count-entries": ("{count} entries", "{count} 个条目"),
    "count-one": ("1 entry", "1 个条目"),
    # search
    "search-title": ("Search: {query}", "搜索：{query}"),
    "search-empty": ("Type a symptom, an error text or an identifier.", "输入现象、报错原文或标识符。"),
    "found": ("{count} results", "{count} 条结果"),
    "found-one": ("1 result", "1 条结果"),
    "found-none": ("Nothing found for “{query}”", "没有找到“{query}”"),
    "found-none-what": (
        "Try fewer or other words, or paste the log itself: matchers read it line by line.",
        "换几个词或少写几个词；也可以直接贴日志，匹配器会逐行辨认。",
    ),
    "recognised": ("Recognised", "已识别"),
    "did-you-mean": ("Did you mean", "你是不是想搜"),
    "filters": ("Narrow down", "筛选"),
    "more-choices": ("{count} more", "另有 {count} 项"),
    "remove-filters": ("Remove filters", "清除筛选"),
    "facet-component": ("Component", "组件"),
    "facet-source": ("Source", "来源"),
    "facet-severity": ("Severity", "严重程度"),
    "facet-kind": ("Kind", "类型"),
    "pages": ("Pages of results", "结果分页"),
    "page-of": ("Page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
    "previous": ("Previous", "上一页"),
    "next": ("Next", "下一页"),
    # an article
    "problem": ("problem", "故障"),
    "howto": ("how-to", "操作指南"),
    "critical": ("critical", "严重"),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "info": ("info", "提示"),
    "draft-badge": ("draft", "草稿"),
    "retired-badge": ("retired", "已停用"),
    "on-this-page": ("On this page", "本页内容"),
    "signs": ("Signs in logs", "日志特征"),
    "signs-what": (
        "What the matchers look for; {{…}} stands for a value.",
        "匹配器查找的文字，{{…}} 处是变化的值。",
    ),
    "sign-paste-only": ("in pastes only", "仅在粘贴文本中识别"),
    "sign-where": ("where", "条件"),
    "this-part-in-english": (
        "This part is not translated yet; this is the English text.",
        "这一部分还没有中文版，以下是英文。",
    ),
    "this-part-in-chinese": (
        "This part is not there in English yet; this is the Chinese text.",
        "这一部分还没有英文版，以下是中文。",
    ),
    "only-in-english": ("This entry is not translated yet.", "本条目还没有中文版。"),
    "only-in-chinese": ("This entry is not there in English yet.", "本条目还没有英文版。"),
    "changed-on": ("Last change {date}", "最后修改于 {date}"),
    "file-changed-on": ("File written {date}", "文件写入于 {date}"),
    "shipped-with": ("Shipped with faultbook {version}", "随 faultbook {version} 发布"),
    "edit": ("Edit this entry", "编辑本条目"),
    "as-json": ("JSON", "JSON"),
    "as-markdown": ("Markdown", "Markdown"),
    # values of a case
    "case": ("Your case", "你的环境"),
    "case-what": (
        "Fill in what you know; the commands on this page take it over.",
        "填入已知的值，本页的命令会随之更新。",
    ),
    "from-paste": ("from your paste", "来自你贴的日志"),
    "from-paste-line": ("line {line} of your paste", "你贴的第 {line} 行"),
    "from-log": ("from the host's log", "来自主机日志"),
    "from-link": ("from the link", "来自链接"),
    "from-you": ("you entered it", "你填写的"),
    "from-worked-out": ("worked out", "推算得出"),
    "from-nowhere": ("not known", "未知"),
    "link-notice": (
        'Values marked like <span class="value from-link">this</span> came with the link, not from your machine. '
        "Compare them, then confirm.",
        '标记成<span class="value from-link">这样</span>的值来自链接，不是你机器上的。请核对后再确认。',
    ),
    "confirm": ("These are my values", "确认，就是这些值"),
    "take-over": ("Fill in", "填入"),
    "refused-value": ("“{value}” does not fit: {expected}", "“{value}” 不符合要求：{expected}"),
    "expected-range": ("{type}, {least}–{most}", "{type}，{least}–{most}"),
    "how-to-get": ("shown by", "查看命令"),
    "case-link": ("Link to this case", "此情形的链接"),
    "type-int": ("a whole number", "整数"),
    "type-hex": ("a hexadecimal number", "十六进制数"),
    "type-ip": ("an IP address", "IP 地址"),
    "type-prefix": ("a prefix such as 192.0.2.0/24", "网段，如 192.0.2.0/24"),
    "type-mac": ("a MAC address", "MAC 地址"),
    "type-pci": ("a PCI address such as 0000:83:00.0", "PCI 地址，如 0000:83:00.0"),
    "type-iface": ("an interface name", "接口名"),
    "type-ident": ("a name", "名称"),
    "type-path": ("a path", "路径"),
    "type-duration": ("a duration such as 5 s", "时长，如 5 s"),
    "type-flags": ("flags", "标志"),
    "type-word": ("a word", "一个词"),
    "type-quoted": ("text", "文字"),
    "type-text": ("text", "文字"),
    "type-choice": ("one of {choices}", "以下之一：{choices}"),
    # verdict
    "your-version": ("Your version:", "你的版本："),
    "verdict": ("Is my version affected?", "我的版本受影响吗？"),
    "affected-verdict": ("affected", "受影响"),
    "fixed-verdict": ("not affected", "不受影响"),
    "unknown-verdict": ("unknown", "未知"),
    "verdict-ask": ("Check", "查一下"),
    "version-kernel": ("Kernel (uname -r)", "内核（uname -r）"),
    "version-driver": ("Driver {component} (ethtool -i)", "驱动 {component}（ethtool -i）"),
    "version-program": ("{component} version", "{component} 版本"),
    # lookup
    "lookup-title": ("Paste a log", "贴日志"),
    "lookup-lead": (
        "The lines of the error with some context: as they stand, from a mail, a ticket or a chat. Up to 1 MiB.",
        "把报错的几行连同上下文贴进来，直接从终端、邮件、工单或聊天里复制都可以，最多 1 MiB。",
    ),
    "lookup-label": ("Log text", "日志内容"),
    "lookup-button": ("Recognise", "识别"),
    "lookup-again": ("Change the paste", "修改后重新识别"),
    "lookup-found": ("{count} problems recognised", "认出 {count} 个问题"),
    "lookup-found-one": ("1 problem recognised", "认出 1 个问题"),
    "lookup-none": ("Nothing was recognised", "没有认出已知问题"),
    "lookup-none-what": (
        "No matcher knows these lines. What search finds near them is below.",
        "没有匹配器认识这些行。下面是按文字搜到的相近条目。",
    ),
    "lookup-none-nothing": (
        "No matcher knows these lines, and search finds nothing near them.",
        "没有匹配器认识这些行，搜索也没有找到相近的条目。",
    ),
    "lookup-empty": ("The paste is empty. Give the lines of the error.", "没有内容，请贴入报错的几行。"),
    "lookup-cut": ("Only the first MiB was looked at.", "只看了前 1 MiB。"),
    "lookup-your-text": ("Your text", "你贴的内容"),
    "lookup-evidence": ("Evidence", "证据"),
    "lookup-lines-left-out": ("… lines {first}–{last} …", "…… 第 {first}–{last} 行 ……"),
    "lookup-values": ("Values", "取值"),
    "lookup-matched-by": ("recognised by", "匹配器"),
    "lookup-hidden": ("hidden in the paste", "粘贴内容中被遮盖"),
    "lookup-article": ("The article, filled in", "填好的文章"),
    "lookup-open": ("Open the article with these values", "带着这些值打开文章"),
    "lookup-evidence-gone": ("in a form that was repaired", "经修复后识别"),
    "suggestions": ("Perhaps", "也许是"),
    "draft-title": ("Write it down", "把它记下来"),
    "draft-what": (
        "Download a draft entry made from this paste: values become fields, the paste its example. It is made on "
        "request and not kept.",
        "用这段内容生成一份条目草稿：变化的值成为字段，原文成为示例。草稿即时生成，服务器不保留。",
    ),
    "draft-id": ("Name of the entry", "条目编号"),
    "draft-id-hint": ("lower-case letters, digits, hyphens", "小写字母、数字、连字符"),
    "draft-button": ("Download the draft", "下载草稿"),
    # lists
    "component-title": ("Component: {name}", "组件：{name}"),
    "source-title": ("Printed by: {name}", "日志来源：{name}"),
    "index-title": ("All entries", "全部条目"),
    "by-title": ("A–Z", "按标题"),
    "by-component": ("By component", "按组件"),
    "order": ("Order", "排序"),
    "source-kernel": ("The kernel's log", "内核日志"),
    "source-bird": ("BIRD's log", "BIRD 日志"),
    "source-verifier": ("The BPF verifier", "BPF 校验器"),
    "source-loader": ("Loaders and tools", "加载器和工具"),
    "source-tcpdump": ("Packets in tcpdump", "tcpdump 抓包"),
    "source-audit": ("Audit records", "审计日志"),
    "source-text": ("Any line", "任意文本"),
    # session
    "session-title": ("Sign in", "登录"),
    "session-lead": (
        "What was recorded on hosts is for those with a viewer's token. An administrator makes one with: "
        "faultbook token add viewer NAME",
        "各主机上记录到的故障只对持有查看令牌（viewer）的人开放。令牌由管理员生成：faultbook token add viewer NAME",
    ),
    "session-token": ("Token", "令牌"),
    "session-begin": ("Sign in", "登录"),
    "session-asked": (
        "Sign in to see this page. Signed in already, and came by a link from elsewhere?",
        "登录后才能查看此页。如果已经登录，是从别处的链接点进来的：",
    ),
    "session-again": ("Open the page", "打开此页"),
    "session-refused": (
        "This token is not valid, or it does not let anybody see what was recorded.",
        "令牌无效，或者没有查看权限。",
    ),
    "session-is": ("Signed in as {name}, for 12 hours at the most.", "已登录为 {name}，最长 12 小时有效。"),
    "session-this-machine": ("this machine's token", "本机令牌"),
    "session-end": ("Sign out", "退出登录"),
    # errors
    "error-400": ("This request cannot be answered", "这个请求无法处理"),
    "error-403": ("You may not see or change this", "没有权限"),
    "error-404": ("There is no such page", "没有这个页面"),
    "error-405": ("This page cannot be asked like that", "这个页面不支持这种请求方式"),
    "error-413": ("That is too much at once", "一次贴得太多了"),
    "error-415": ("This kind of body is not taken", "不接受这种格式的内容"),
    "error-429": ("Too many requests", "请求太频繁"),
    "error-500": ("Something broke on this side", "服务器出错了"),
    "error-503": ("The server is busy or ending", "服务器正忙或正在停止"),
    "error-other": ("This did not work", "没有成功"),
    "error-404-what": ("These entries are near the words of the address.", "下面是与地址中的词相近的条目。"),
    "error-403-what": (
        "Without tokens only this machine is answered. With them, a viewer's token lets you see and an operator's "
        "lets you change; a form that was open for long may have to be opened again.",
        "没有配置令牌时只响应本机的请求。配置之后，查看需要查看令牌（viewer），修改需要操作令牌（operator）；"
        "表单放置太久时请重新打开页面。",
    ),
    "error-413-what": ("Give only the lines around the error.", "只贴报错前后的几行就够了。"),
    "error-429-what": ("Wait a moment, then try again.", "稍等片刻再试。"),
    "error-500-what": ("It was written to the server's log.", "错误已写入服务器日志。"),
    "error-reference": ("Reference", "编号"),
    "error-home": ("To the start page", "回到首页"),
    **FLEET_WORDS,
}
"""(English, Chinese) by key; `{name}` stands for a value, `{{` for a brace."""


def say(language: Language | str, key: str, **values: object) -> str:
    """What the pages say under this key, in this language."""
    pair = WORDS.get(key)
    if pair is None:
        return HEADINGS["zh" if language == "zh" else "en"][key]
    return pair[1 if language == "zh" else 0].format(**values)
