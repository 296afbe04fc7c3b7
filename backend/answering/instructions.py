"""Tells text that speaks to a language model, or sells something, from text that a student reads.

Documents are data. What a prompt says of them is a request to the model; leaving out the passages
that give it orders is certain. The patterns know the usual ways to give orders and miss new ones,
so that this is the first of several lines: ``reviewing`` says what is demanded of the answer.
A passage that is left out wrongly costs little, for the cards answer without it.
"""

import re
import unicodedata

_SIMPLIFIED = str.maketrans(
    "無視請規則覆輸說機統設應對開頭結後資訊號這個們須從現標記題寫執關閉與為讓會點擊複製當問顯",
    "无视请规则复输说机统设应对开头结后资讯号这个们须从现标记题写执关闭与为让会点击复制当问显",
)
_LEET = str.maketrans("013457@$", "oieastas")

_OLD = (
    "(?:以上|上述|上面|之前|前面|前述|先前|此前|原有|原来|原先|现有|既定|已有|所有|一切|任何"
    "|系统|开发者|你的|你被|其他|其它)"
)
_ORDERS = "(?:指令|指示|规则|提示|设定|要求|限制|约束|命令|说明|身份|角色|安全|prompt)"
_SPEAK = "(?:回答|回复|答复|作答|回应|应答)"
_READER = "(?:考生|学生|用户|提问者|提问的人|对方|群成员|群友|来问的人|发问者|同学)"
_MUST = (
    "(?:请|务必|必须|须|一定要|统一|一律|都要|只能|只需|只许|不得|不许|改为|改成|应当|应该|直接"
    "|不要|要)"
)
_OPTION = "[a-d](?![a-z])"

_OVERRIDING = (
    "(?:忽略|忽视|无视|理会|理睬|别管|不用管|忘掉|忘记|忘了|抛开|抛弃|放弃|推翻|绕过|解除|遵守|遵循"
    f"|服从|覆盖|取代|撤销|作废|泄露).{{0,4}}{_OLD}.{{0,10}}{_ORDERS}",
    f"{_OLD}的?(?:所有|全部|一切)?{_ORDERS}词?(?:已|均|都|全部|一律|现在)?(?:经)?(?:被)?"
    "(?:作废|无效|失效|取消|不算|撤销|废止|解除|覆盖|更新)",
    "(?:从|自)(?:这一刻|此刻|现在|读到.{0,4}|本行|此处|这里)(?:开始|起)",
    "(?:资料|文档|上下文|参考内容)(?:到此|至此)?(?:结束|为止|完毕)",
    "以下(?:是|为)?(?:新的?|最新的?|真正的?|更高优先级的?)?(?:系统|指令|规则|命令)",
    "(?:新的|最新|真正的|补充|更高优先级的?|优先级最高的?|最高优先级的?)(?:系统)?"
    "(?:指令|规则|命令|指示)",
    "(?:执行|照做|遵照|遵从|服从)(?:以下|下面|下列|如下|上面|这|本段|其中|此)(?:的)?"
    "(?:指令|指示|命令|要求|操作|内容|步骤|条)",
)
_ADDRESSING = (
    "系统提示|提示词|(?<!指令)系统指令(?!流水|集|字)|系统设定|系统级指令|会话规则"
    "|开发者(?:模式|指令|消息|选项)|管理员(?:模式|指令|授权|解除)|维护模式|越狱",
    "语言模型|大模型|人工智能|助手|助理|ai模型|聊天机器人|答疑(?:机器人|系统)|智能体"
    "|(?:给|让|各位|对)ai|ai(?:请|必须|应|须|在|会|读)",
    f"(?:机器人|模型|bot){_MUST}.{{0,12}}(?:{_SPEAK}|输出|说|写|附|加)",
    "internlm|书生浦语|chatgpt|gpt\\d|通义千问|deepseek|文心一言",
    "(?:你|您)(?:现在|从现在起|接下来|今后|以后|从今以后|此后|已经|正在)+"
    "(?:是|就是|将|要|必须|扮演|充当|变成|成为|不再|可以|只|应|进入|违反)",
    "(?:你|您)不是|检测到(?:你|您)|否则(?:你|您)|(?:你|您)(?:会|将)?(?:被|在).{0,8}(?:删除|关闭|替换|处罚)",
    "扮演|假扮|伪装成|假装(?:你|自己|是)|(?:模仿|充当).{0,12}(?:角色|人设|口吻|语气|身份)",
    f"(?:你|您)的?{_MUST}.{{0,16}}(?:{_SPEAK}|输出|打印|复述|附上|加上|告诉|推荐|返回|声明)",
    "(?:你|您)的(?:任务|身份|角色|设定|指令|规则|初始|系统|开发者|创造者|全部|回答|回复)",
    "(?:你|您)收到的|口令|暗号",
)
_DICTATING = (
    f"{_MUST}(?:你|您)?(?:在)?(?:每次|所有|每条|任何)?{_SPEAK}(?!下列|以下|下面|问题|如下)",
    f"{_SPEAK}(?:的)?(?:时|中|里|前|后|末尾|结尾|开头|最后|最前|首行|第一行|最后一行|第一句"
    "|最后一句|任何|一律|任何问题|本段|本题|此类|相关|该|这).{0,14}"
    "(?:加|附|写|带|插|放|注|声明|说|输出|提|用|引用|只|必须|务必|一律|都|请|告)",
    f"{_SPEAK}(?:一律|都|只|统一|固定|必须|应|要|内容)(?:为|是|用|说|写|以|改|输出|包含|有|带|回)",
    f"作为(?:你的?)?(?:全部|唯一|整个|完整|最终)的?(?:{_SPEAK}|答案|输出)|拒绝{_SPEAK}|拒答",
    "(?:每|所有|任何)(?:一)?(?:句|句话|句子|条|段|行)(?:话|都|回答|回复)*"
    "(?:必须|务必|要|应|须|请)?(?:以|用|在).{0,24}(?:结尾|开头|结束|开始|末尾)",
    "(?:原样|逐字|完整|只|重复|另外|额外|必须)输出(?:以下|下面|如下|这|上|你|系统|全部规则|一行|一句"
    "|字符串|标记)|输出(?:以下|下面|如下|这)(?:内容|文字|文本|字符串|一行|句|段|串)",
    "(?:复述|重复|打印|泄露|公开|透露|展示|列出|说出|显示|告诉我)(?:出)?(?:一遍|全部|完整)?"
    "(?:你|您|上面|以上|系统|初始|隐藏)(?:的)?(?:全部|所有|完整|系统)?"
    "(?:指令|提示|规则|设定|内容|对话|prompt)|(?:原样|逐字)复述",
    f"(?:{_SPEAK}|告诉|告知|通知|引导|要求|让|劝|提醒|建议|对|向){_READER}(?:们)?.{{0,24}}"
    "(?:加群|加微信|扫码|访问|打开|点击|下载|转账|联系|输入|提供|发送|付款|购买|无需|不必|不用"
    "|不要|别|停止|放弃|说|答|必须)",
    f"{_READER}(?:们)?(?:的)?(?:所有|任何|一切|每个|这个|再|如果|若)?(?:问题|提问|问起|问到|询问"
    "|问|提到).{0,16}(?:都|一律|均|请|必须|只|就说|就回|回答|回复|告诉|说|输出|要)",
    "(?:凡是|如果|若|当|只要|每当|一旦)(?:有人|谁|被|再)?(?:问|提)(?:及|到|起|问).{0,20}"
    "(?:都|一律|请|就|必须|只|回答|回复|告诉|说|输出)",
    "(?:对|无论)(?:所有|任何|一切|每个|每一)(?:的)?(?:问题|提问|问).{0,6}(?:都|均|一律|请|必须|只)"
    "|(?:今后|以后|之后|后续|接下来)(?:的)?(?:每|所有|任何|全部|一切)?(?:一)?"
    "(?:问题|提问|问|回答|回复|对话|消息)(?:都|均|一律|请|必须|里|中|按)",
    f"(?:按|照|仿照|依照)(?:此|示例|例子|上例)(?:格式|样子)?(?:来)?{_SPEAK}|一口咬定",
    "(?:本题|此题|该题|这道题|这题|所有题|任何题|每道题|所有选择题|选择题|单选题|答案).{0,8}"
    f"(?:都|一律|统一|永远|总是|固定|必须|默认|直接|请|应|务必)(?:选|答|填|判|写|是|为)(?:择)?{_OPTION}",
    "(?:不要|不得|请勿|无需|不必|不许|别|停止)(?:再)?"
    "(?:引用|标注|注明|核对|提及|提到|透露|告诉)(?:任何|本|这|来源|资料|出处|编号|此|用户|考生|学生|上)",
    "(?:自动|一律|全部|直接)判(?:对|为正确|为对)|掌握度|错题(?:本)?清零",
)
_CANVASSING = (
    "(?:加|添加|关注|扫|联系|私信|咨询|搜索)(?:老师|学长|学姐|助教|官方|下方|我们|我)?(?:的)?"
    "(?:微信|qq|q群|群|公众号|客服|二维码|vx|v信)",
    "(?:微信|vx|qq|扣扣|手机|公众号|加群)(?:号|群|号码)?(?:是|为)?(?:\\d{5,}|[a-z]{2,}\\d{2,})",
    "免费领取|限时优惠|资料包|付费课|报班|优惠券|内部真题|押题卷|身份证号",
)
_ENGLISH = (
    "(?:ignore|disregard|forget|override|bypass|discard)"
    "(?:all|any|the|of|your|my|these|those|every|everything|and)*"
    "(?:previous|above|prior|earlier|preceding|foregoing|existing|original|system|other"
    "|instructions|rules|guidelines)",
    "you(?:are|re)(?:now|to|an?(?:ai|assistant|helpful))|you(?:must|should|will)|unrestricted"
    "|your(?:new|role|task|instructions|system|answer|reply|response)",
    "system(?:prompt|message|override|instruction)|(?:developer|debug)(?:mode|message)|jailbreak"
    "|languagemodel|chatbot|promptinjection|(?<!teaching)assistant|doanythingnow",
    "(?:model|ai|bot|llm)(?:must|should|shall|needsto|please)",
    "(?:respond|reply|answer)(?:only|with|every|toall|toevery|in|the(?:user|student)|exactly|no|as)",
    "(?:output|print|say|repeat|write|reveal|show|append|include|insert|add|echo|return|send|tell)"
    "(?:only|exactly|verbatim|thefollowing|thephrase|theword|thestring|the(?:user|student)"
    "|yoursystem|your(?:prompt|instructions|rules)|every|all(?:of)?your|at(?:the)?end)",
    "actas|pretend(?:to|that|you)|roleplay|donot(?:mention|tell|cite|reveal|say|answer)"
    "|newinstructions?|instructionsfor|followthe?se?(?:instructions)?"
    "|endof(?:the)?(?:document|sources?|context)|importantinstruction",
)
_WRITTEN = (
    r"^[^\w\n]*(?:system|human|developer|系统指令|管理员|开发者|系统)\W{0,3}[:：]\s*(?:会话|规则|忽略|你|you)",
    r"\"(?:role|tool|function|args|arguments|command)\"\s*:|\\newcommand|\\write18|</?(?:system|instructions?|prompt|important|admin)\b|<!--"
    r"|\bBEGIN (?:SYSTEM|PROMPT|INSTRUCTION)|\|\s*(?:sudo\s+)?(?:ba)?sh\b|\bsudo\b",
    r"【(?:资料|问题|规则|系统|此前的对话|关注的方面|指令|管理员)[^】]{0,6}】",
    r"<[|｜]|[|｜]>|\[/?INST\]|<</?SYS>>|</s>",
    r"@\s*(?:everyone|here|all\b|全体|所有人)|\[CQ:|<@[!&]?\d*>?",
    r"[A-Za-z0-9+/]{32,}={0,2}|(?:\\x[0-9a-f]{2}){6,}|(?:\\u[0-9a-f]{4}){4,}|(?:&#x?[0-9a-f]+;){4,}"
    r"|(?:%[0-9a-f]{2}){6,}",
    r"[\u3040-\u30ff\u0400-\u04ff\u0600-\u06ff\uac00-\ud7af]{4,}",
    # Letters of another alphabet inside a Latin word, tag characters, and text turned around.
    r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]|[A-Za-z][\u0370-\u03ff][A-Za-z]",
    r"[\U000e0000-\U000e007f\u202a-\u202e\u2066-\u2069]",
)
_SQUEEZED = re.compile("|".join((*_OVERRIDING, *_ADDRESSING, *_DICTATING, *_CANVASSING, *_ENGLISH)))
_AS_WRITTEN = re.compile("|".join(_WRITTEN), re.IGNORECASE | re.MULTILINE)
_LINE = re.compile(r"[ \t]*```.*?(?:```[^\n]*(?:\n|\Z)|\Z)|[^\n]*(?:\n|\Z)", re.DOTALL)


def addresses_a_model(text: str) -> bool:
    """Tell whether something in ``text`` gives orders to a model or canvasses its reader.

    Spaces, punctuation and invisible characters between the letters, full width, traditional
    characters, digits for letters and reversed writing do not hide it.
    """
    if _AS_WRITTEN.search(unicodedata.normalize("NFKC", text)):
        return True
    squeezed = _squeezed(text)
    forms = dict.fromkeys((squeezed, squeezed.translate(_LEET), squeezed[::-1]))
    return any(_SQUEEZED.search(form) for form in forms)


def without_orders(text: str) -> str:
    """Return ``text`` without the lines that give orders; "" if the rest together still does.

    A line is a paragraph in passages of documents. A block of code goes with one line of it, and
    with a line that announces something goes what follows.
    """
    kept = ""
    for match in _LINE.finditer(text):
        if not addresses_a_model(match[0]):
            kept += match[0]
        elif match[0].rstrip().endswith((":", "：")):
            break
    return "" if addresses_a_model(kept) else kept.strip()


def _squeezed(text: str) -> str:
    """The letters of ``text`` alone, one after the other, in one width, case and script."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_SIMPLIFIED)
    return "".join(c for c in folded if c.isalnum() or c in "@$")
