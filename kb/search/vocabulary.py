"""Words of the trade that mean the same: what is said in Taiwan and Hong Kong, and what the entries say.

Characters are folded by `kb.search.folding`; these are whole words, written in simplified characters. A query's word is
looked for in its other forms as well. Only words that differ between the regions stand here.
"""

from collections.abc import Mapping, Sequence

SAME: Mapping[str, Sequence[str]] = {
    "核心": ("内核",),
    "网路": ("网络",),
    "网路卡": ("网卡",),
    "连线": ("连接",),
    "断线": ("断开", "掉线", "断链"),
    "追踪": ("跟踪",),
    "封包": ("报文", "数据包"),
    "资料包": ("数据包",),
    "掉包": ("丢包",),
    "介面": ("接口",),
    "记忆体": ("内存",),
    "伫列": ("队列",),
    "位址": ("地址",),
    "预设": ("默认",),
    "软体": ("软件",),
    "硬体": ("硬件",),
    "韧体": ("固件",),
    "程式": ("程序",),
    "驱动程式": ("驱动",),
    "档案": ("文件",),
    "逾时": ("超时",),
    "伺服器": ("服务器",),
    "埠": ("端口",),
    "连接埠": ("端口",),
    "闸道": ("网关",),
    "载入": ("加载",),
    "讯息": ("消息", "信息"),
    "执行绪": ("线程",),
    "行程": ("进程",),
    "重新开机": ("重启",),
    "当机": ("宕机", "死机"),
    "死机": ("宕机",),
    "丛集": ("集群",),
    "负载平衡": ("负载均衡",),
    "除错": ("调试",),
    "支援": ("支持",),
    "通道": ("隧道",),
}
