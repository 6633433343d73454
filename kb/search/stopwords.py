"""Words that say nothing about a fault, in both languages: grammar, and how people ask."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GREETINGS = _words("hello hi hey thanks thank test 你好 您好 大家好 早上好 下午好 晚上好 早 在吗 谢谢 测试")
"""A query of nothing but these asks nothing; beside other words they mean what they mean (OSPF's hello)."""

ENGLISH = _words("""
    a about after again all am an and any anybody anyone are as at be because been before being but by can cannot
    could did do does doing done dont don for from get gets getting got had has have having help here how i if in
    into is it its itself just keep keeps know let like may maybe me my no not now of off ok on once one only or
    our out over own please same see seems shall should since so some somehow someone something still such than
    thanks that the their them then there these they thing this those though to too up us use used uses using very
    was way we were what whats when where which while who why will with without would yet you your anymore always
    every everything happen happens happened happening means meaning suddenly sometimes stuff try tried
""")

CHINESE = _words("""
    的 了 在 是 和 与 及 或 有 就 也 都 很 被 把 将 会 要 能 可 可以 可能 吗 呢 吧 啊
    呀 么 这 那 这个 那个 这些 那些 它 他 我 我们 你 一个 一下 一直 一会 一会儿 有的 有时
    有时候 时候 之后 以后 之前 以前 然后 还是 但是 而且 如果 因为 所以 已经 还 又 再 才 只 没
    没有 不 不是 怎么 怎么办 怎么样 怎样 如何 为什么 为何 为啥 什么 啥 什么样 请问 请教 求助 求
    哪 哪里 哪个 哪些 多少 几 个 条 台 次 些 点 里 上 下 中 后 前 时 从 到 给 对 向 让
    使 用 使用 以 并 而 其 之 等 着 过 得 地 来 去 起来 出来 出现 发现 发生 看 看到 看不懂
    意思 什么意思 怎么回事 一 一些 一堆 一块 一条 一台 一次 一种 一段 一截 一半 一边 另 另一
    另外 其他 其它 别的 结果 反而 反正 居然 竟然 根本 真的 到底 究竟 完全 两 两个 两台 几次
    好几 很多 许多 大量 任何 所有 自己 打 报 弄 搞 做 看不到 找不到 一看 一跑 一用 应该 需要
    必须 大家 各位 人 有人 急 麻烦 帮忙 突然 老是 总是 经常 偶尔 每次 每隔 每 全 全部 好像
    似乎 似的 一样 就是 也是 还有 还会 不了 出 说 显示 提示 情况 问题 东西 处理 解决 办法
""")
