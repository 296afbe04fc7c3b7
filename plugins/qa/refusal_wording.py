"""Why a computation cannot be done, in one sentence that says what to mend."""

from backend.questions.solvers.refusal import Refusal


def refusal_text(refusal: Refusal) -> str:
    """Word a refusal."""
    value, limit = refusal.value, refusal.limit
    match refusal.reason:
        case "frames_out_of_range":
            return f"页框数要在 1～{limit} 之间，{value} 个算不了，请改一下再发。"
        case "too_many_references":
            return f"访问序列有 {value} 个页，太长了，我最多算 {limit} 个。"
        case "too_many_requests":
            return f"磁盘请求有 {value} 个，太多了，我最多算 {limit} 个。"
        case "no_direction":
            return (
                f"{value} 要先知道磁头的移动方向，请补一句“向磁道号增大方向”或“向磁道号减小方向”。"
            )
        case "no_track_range":
            return f"{value} 要走到磁盘边缘的话，还得知道磁道范围，请补一句，比如“磁道 0～199”。"
        case "track_out_of_range":
            return f"磁道 {value} 不在给出的磁道范围里，请检查一下题目。"
        case "bad_address":
            return f"{value} 不是合法的 IPv4 地址：四段数字，每段在 0～255 之间。"
        case "bad_prefix":
            return f"前缀长度 /{value} 不对：IPv4 的前缀长度在 0～{limit} 之间。"
        case "bad_mask":
            return f"{value} 不是合法的子网掩码：写成二进制要先是连续的 1，再是连续的 0。"
        case "bad_count":
            return f"数目 {value} 不对：至少要有 1 个子网、1 台主机。"
        case "too_many_subnets":
            return f"这个地址块最多分成 {limit} 个能放主机的子网，分不出 {value} 个。"
        case "too_many_hosts":
            return f"这个地址块最多放 {limit} 台主机，放不下 {value} 台。"
        case "generator_too_short":
            return f"生成多项式 {value} 太短：至少要有两位，首位是 1。"
        case "generator_leading_zero":
            return f"生成多项式 {value} 的首位不能是 0，请检查是不是多写或漏写了一位。"
        case "too_many_bits":
            return f"有 {value} 位，太长了，我最多算 {limit} 位。"
        case "frame_too_short":
            return f"收到的 {value} 只有 {len(value)} 位，应比冗余码的 {limit} 位长。"
