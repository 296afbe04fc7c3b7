"""Texts that would like to be more than text."""

MENTIONS = [
    "@everyone", "@here", "@Everyone 来看", "<@123456789012345678>", "<@!123456789012345678>",
    "<@&123456789012345678>", "<#123456789012345678>", "<:a:123456789012345678>",
    "<a:a:123456789012345678>", "<t:1700000000:R>", "</cmd:123456789012345678>", "<id:customize>",
    "\\<@123456789012345678>", "\\\\<@123456789012345678>",
    "`<@123456789012345678>", "@\u200beveryone@everyone",
    "<@userid>", "<@!abc>", "<@all>", "@all", "@全体成员", "<@", "<<@1>>", "**<@**1>", "<@1`>`",
    '<qqbot-at-user id="abc" />', "<qqbot-at-everyone />",
    '<qqbot-cmd-input text="删" show="看" />',
    '<qqbot-cmd-enter text="删"/>', "<emoji:4>", "<faceType=1,faceId=\"1\">", "[CQ:at,qq=all]",
]  # fmt: skip

LINKS = [
    "[看](https://evil.example)", "![看](https://evil.example/a.png)",
    "[看](<https://evil.example>)",
    "[看](https://evil.example \"题\")",
    "[看][1]\n\n[1]: https://evil.example", "[1]: https://evil.example",
    "<https://evil.example>", "<mailto:a@b.example>", "\\[看](https://evil.example)",
    "\\\\[看](https://evil.example)", "[`看`](https://evil.example)",
    "[**看**](https://evil.example)",
    "[看\n](https://evil.example)",
    "![看 #208px #320px](https://evil.example)", "[[看](https://a.example)](https://b.example)",
    "HTTPS://evil.example", "https://例子.example/路", "https://a.example/?q=答案", "http://", "https://.",
    "discord.gg/abc", "https://discord.gg/abc", "DISCORD.gg/abc", "discordapp.com/invite/abc",
    "https://ptb.discord.com/invite/abc", "discord.gift/abc", "https://discord.new/abc",
    "[看]\\(https://evil.example)", "[看$($https://evil.example)",
    "$[看]$(https://evil.example)", "[^1] [^1]: 注",
]  # fmt: skip

MARKS = [
    "*斜*", "_斜_", "__下__", "***粗斜***", "~~删~~",
    "||剧透||", "> 引用", ">>> 引用", "-# 小字", "# 标题",
    "a\n# 标题", "a\n> 引用", "a\n===", "a\n---", "***",
    "___", "- - -", "+ 列", "3) 列", "a\n1. 列",
    "`未闭合", "``双``", "```js\nx\n```", "````\n```\n````", "~~~\n```\n~~~", "    四格", "\t制表",
    "a | b\n---|---\n1 | 2", "|a|\n|-|", "<font color=\"info\">绿</font>",
    "<b>粗</b>", "<!-- 注 -->",
    "<script>alert(1)</script>", "<?php ?>", "<![CDATA[x]]>",
    "&lt;b&gt;", "&#64;everyone", "&amp;lt;",
    "\\", "\\\\", "\\*不斜\\*", "*", "_", "~", "|", "**", "**未", "*a **b* c**", "a**b*c*d**e",
    "$*a*$", r"\(*a*\)", r"$\text{@everyone <@1> [a](b)}$", "\u202e反",
    "\u200b", "> - # a", "- > a",
    "- # a", "1. > a", "- [ ] 任务", "==亮==", "^上^", ":smile:", "\r> a", "a\r\n> b", "\u2028> a",
]  # fmt: skip

HOSTILE = [*MENTIONS, *LINKS, *MARKS]

PLACES = {
    "text": "{}",
    "middle": "先说，{}，再说",
    "bold": "**{}**",
    "item": "- {}\n- 后",
    "numbered": "1. 前\n   - {}",
    "cell": "| 名 | 值 |\n|---|---|\n| {} | 乙 |",
    "wide": "| 名 | 一列很长很长很长很长的字 | 值 |\n|---|---|---|\n"
    "| 甲 | {} | 丙丙丙丙丙丙丙丙丙丙 |",
    "heading": "## {}",
    "code": "`{}`",
    "fence": "```c\n{}\n```",
    "after a cut": "甲" * 90 + "， {}",
}
