"""How wishes to practise, look at mistakes, sit a mock exam and report a question are worded.

Patterns are matched against a whole message; named groups are what was said of its topic, number
or format.
"""

import re

from backend.questions.scope import SUBJECT_NAMES

NUMBER = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})"
POLITE = (
    r"(?:请|麻烦|那就|那|好的|好|嗯|行|ok)?[,，、 ]*(?:你)?(?:再)?"
    r"(?:给我|帮我|我想要|我想|我要|我来|想|能不能|可不可以|可以|能)?(?:给我|帮我)?(?:再)?"
    r"(?:随机|随便|任意)?(?:再)?"
)
OVER = (
    r"(?:做做|做|试试|试一下|考考我|考我|练练手|练练|练手|看看)?"
    r"(?:吧|呗|呀|啊|哈|哦|嘛|啦|吗|么|谢谢|,|，|!|~| )*"
)
TOPIC = r"(?P<topic>.{0,20}?)"
QUESTION = r"(?P<question>(?:的)?(?:选择|单选|练习|复习)?(?:题目|试题|题))?"

ONE = re.compile(
    POLITE + r"(?:来|出|给|整|抽|做|练|刷|考|搞|换)(?:我|考我)?"
    r"(?P<count>几|\d{1,2}|[一二两三四五六七八九十]{1,3})?(?P<unit>道|题|个|点)"
    + rf" ?{TOPIC} ?{QUESTION}(?:我)?{OVER}"
)
DRILL = re.compile(
    POLITE
    + r"(?P<verb>练习题|练题|刷题|做题|练习|练一练|练练|练一下|练下|练|刷一刷|刷刷|刷|做做|做"
    r"|考考我|考考|考我|测测我|抽查我?)" + rf"(?:一下)? ?{TOPIC} ?{QUESTION}{OVER}"
)
SUBJECTS = "|".join(
    sorted((name for names in SUBJECT_NAMES.values() for name in names), key=len, reverse=True)
)
SUBJECT_FIRST = re.compile(
    rf"(?P<topic>{SUBJECTS})(?:的)?(?:再)?(?:来|出|整)(?:一|1)?(?:道|题|个)(?:题)?{OVER}"
)
OF_A_TOPIC = re.compile(
    r"(?:(?:你(?:这儿|这里)?)?(?:有没有|有|想要|想做|要)(?:关于)?)? ?(?P<topic>.{1,20}?)"
    r"(?:方面的|相关的|的) ?(?:选择|单选|练习|复习)?(?:题目|试题|题)(?:吗|没有|没|么|呢)?"
    rf"|(?P<subject>{SUBJECTS})(?:选择|单选|练习)题"
)
WRONG = re.compile(
    POLITE
    + r"(?:来|出|练习|练|刷|做|复习|重做|重练|重刷|考考我)(?:一下)?(?:一|1)?(?:道|题|个)?"
    + rf" ?{TOPIC}(?:的)?(?:我的)?错题(?:本)?{OVER}"
)
WRONG_AGAIN = re.compile(rf"{TOPIC}(?:的)?错题(?:本)?(?:重做|重练|再练|再做|练习|复习){OVER}")
BOOK = re.compile(
    rf"(?:看看?|查看?|打开)?(?:一下)?(?:我的?)?{TOPIC}(?:的)?错题(?P<after>本|集|列表)?"
    r" ?(?P<rest>.{0,12})"
)
BOOK_ASKED = re.compile(
    r"我?(?:都|还|以前|之前|最近)?(?:做)?错(?:了|过)?(?:的)?(?:哪些|什么|哪几道|啥)(?:题目|题)?(?:了)?"
    r"|(?:哪些|什么|哪几道)(?:题目|题)?(?:是)?我(?:做)?错(?:了|过|的)?(?:的)?"
    r"|我(?:做)?错(?:了|过)的(?:题目|题)(?:有哪些|呢)?"
)
EXPORT = re.compile(
    rf"(?:帮我|给我|请)?(?:导出|下载)(?:一下)?(?:我的)?{TOPIC}(?:的)?(?:错题本|错题集|错题)(?P<form>.*)"
    rf"|(?:帮我|请)?(?:把|将)?(?:我的)?(?P<topic2>.{{0,20}}?)(?:的)?(?:错题本|错题集|错题)\s*(?:都|全部)?"
    r"(?:导出|下载)(?:出来|来|一下|下来)?(?P<form2>.*)"
    r"|导出(?:成|为|到)?\s*(?P<form3>anki|csv|excel|md|markdown)(?:的)?(?:格式|文件|卡片)?"
)
MOCK = re.compile(
    POLITE + r"(?:开始|进行|来|做|考|出|整|搞)?(?:一|1)?(?:套|份|次|场|张)?(?:408)?"
    r"(?:模考|模拟考试|模拟考|模拟卷子|模拟试卷|模拟卷|模拟测试)(?:卷)?(?:一下|一次|一场)?"
    rf" ?(?:{NUMBER})? ?(?:道)?(?:题)?{OVER}"
)
PAPER = re.compile(
    POLITE + r"(?:来|做|出|整|搞)(?:一|1)?(?:套|份|张)(?:408)?(?:选择题|卷子|试卷|卷|题)" + OVER
)
DETAILS = re.compile(
    rf"模考 ?(?:的)?(?:解析|讲解|详解|答案|结果|成绩|报告) ?(?:第)? ?(?:{NUMBER})? ?(?:题)?"
)
DETAILS_OF = re.compile(
    r"^(?:看|查|讲)?(?:一下)?模考 ?(?:的)?第? ?(\d{1,2}|[一二三四五六七八九十]{1,3}) ?题(?:的)?"
    r"(解析|答案|详解|讲解)$"
)
"""模考第 2 题解析: the number before the word."""
REPORT = re.compile(r"(?:纠错|报错|反馈错误)(?P<gap>[\s:,，：]*)(?P<text>.*)", re.DOTALL)
REPORTED = re.compile(
    r"(?:这|上|刚才那?|那)(?:一)?(?:道)?题(?:的|目)?(?:答案|题目|题干|选项|解析|知识点)?"
    r"(?:好像|应该|是不是|是|明显|感觉)?(?:有问题|有误|有错误?|有歧义|出错了?|给错了|写错了|不严谨)"
    r"(?:[,，。!:： ].*)?"
    r"|(?:这|上|刚才那?|那)(?:一)?(?:道)?题(?:的)?(?:答案|题目|题干|选项|解析)"
    r"(?:好像|应该|是不是|是|明显|感觉)?(?:不对|错了|错)(?:[,，。!:： ].*)?",
    re.DOTALL,
)

PLACED = re.compile(rf"(?:刚才|模考|卷子)?的?第 ?{NUMBER} ?(?:道|小)?题")
DOUBTED = re.compile(
    r"(?:我)?(?:觉得|感觉|怀疑|看)?(?:你)?(?:们)?(?:是不是)?(?:这|那|上)?(?:一)?(?:道)?(?:个)?"
    r"(?:题目?|答案|解析|选项)(?:的)?(?:答案|题目|题干|选项|解析)?"
    r"(?:好像|应该|是不是|可能|明显|感觉)?(?:有问题|有误|有错误?|出错|错|不对|给错|写错)"
    r"(?:了|吧|吗|啊|呀|哦|呢)*"
)

# What is asked of the knowledge base, whatever the sentence begins with.
STUDY = re.compile(
    r"什么|怎|如何|为何|为啥|啥|吗|哪|例题|例子|示例|多少|几种|几个|区别|是不是|方法|技巧|步骤|过程"
    r"|原理|定义|概念|特点|公式|总结|推荐|[问话主标命课专]题"
)

# The subject's own name is no question about a 原理.
PRINCIPLES = re.compile(r"(?:计算机)?组成原理")

HARD = re.compile(
    r"^(?:更|比较|稍微|再)?(?:难(?!点$)|有难度|有挑战)(?:一点|一些|点|些)?儿?(?:的| |$)"
    r"|(?<=.)的?(?:难|有难度)(?:一点|一些)?的?$"
)
REQUEST = re.compile(r"(?:请问)?你?(?:能不能|可不可以|可以|能|有没有|有).*(?P<end>[吗么])$")
WRONG_TONE = re.compile(r"(?P<verb>^再?(?:来|出|做|考)(?:一|几|两|三)?)到(?=.*题$)")
