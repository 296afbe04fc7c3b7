"""Replies that no card and no question holds: long ones, hostile ones, formulas of models."""

_HOSTILE = """**@everyone** <@123456789012345678> 看 [答案](https://evil.example)，||剧透||

> 引用 __下划线__ ~~删除~~ *斜体* `代码 @here`

- # 标题？ <font color="info">绿</font>
- <qqbot-at-everyone /> <@all> ![图](https://evil.example/a.png)

1) 一
-# 小字
&lt;b&gt; \\*不斜\\* a_b_c __init__ 2*3*4 https://example.com/a_b?c=1*2"""

_FORMULAS = r"""## 主存系统的平均访问时间

设 Cache 命中率为 $h$，Cache 访问时间 $t_c$，主存访问时间 $t_m$：

- 同时访问：$t_a = h\,t_c + (1-h)\,t_m$
- 先后访问：$t_a = t_c + (1-h)\,t_m$

加速比为

$$S = \frac{t_m}{t_a} = \frac{1}{h\frac{t_c}{t_m} + (1-h)}$$

例：$h = 95\%$，$t_c = 10\text{ ns}$，$t_m = 100\text{ ns}$，先后访问时
$t_a = 10 + 0.05 \times 100 = 15\text{ ns}$，$\lceil \log_2 100 \rceil = 7$。

价格 $5 和 $HOME 不是公式，`$x$` 是代码。

依据：模型补充"""

_CASES = r"""快速排序的递推式：

$$
T(n)=\begin{cases}
O(1), & n\le 1\\
2T(n/2)+O(n), & n>1\text{（最好）}\\
T(n-1)+O(n), & n>1\text{（最坏）}
\end{cases}
$$

最好 $O(n\log_2 n)$，最坏 $O(n^2)$，平均 $O(n\log n)$。最坏时
$\sum_{i=1}^{n-1} i = \frac{n(n-1)}{2}$ 次比较。"""

_WIDE = """## 五种排序的比较

| 算法 | 最好 | 平均 | 最坏 | 空间 | 稳定 | 适用场合 |
|---|---|---|---|---|---|---|
| 直接插入 | O(n) | O(n²) | O(n²) | O(1) | 是 | 基本有序、n 小 |
| 冒泡 | O(n) | O(n²) | O(n²) | O(1) | 是 | 只排出前几个 |
| 快速 | O(n log n) | O(n log n) | O(n²) | O(log n) | 否 | 内部排序最常用 |
| 堆 | O(n log n) | O(n log n) | O(n log n) | O(1) | 否 | n 很大，只要前 k 个 |
| 归并 | O(n log n) | O(n log n) | O(n log n) | O(n) | 是 | 外部排序、链表 |

记忆：“快选希堆”不稳定。

依据：数据结构（DS0701）"""

_CODE = """用两个栈实现队列：

```c
typedef struct { int in[MAX], out[MAX], top_in, top_out; } Queue;

int dequeue(Queue *q, int *value) {
    if (q->top_out == 0) {
        while (q->top_in > 0) {            // 把入栈的倒进出栈，顺序就反过来了
            q->out[q->top_out++] = q->in[--q->top_in];
        }
    }
    if (q->top_out == 0) return 0;          /* 队列是空的 */
    *value = q->out[--q->top_out];
    return 1;
}
```

- 每个元素最多进出两个栈各一次，所以 `dequeue` 的**均摊**时间是 O(1)
- 最坏一次是 O(n)"""

_STEPS = "\n".join(f'    step_{n:02}(&state, {n}, "第 {n} 步");' for n in range(90))
_LONG_CODE = f"```c\n{_STEPS}\n```"

_LONG = "\n\n".join(
    f"## 第 {n} 点\n\n" + "进程在等待资源时会让出处理机，由调度程序选择另一个就绪进程运行；"
    "等到资源可用，它才回到就绪队列。"
    * 4
    + "\n\n- **要点**：阻塞的进程不占处理机\n- 易错：就绪不等于阻塞"
    for n in range(1, 13)
)

_NESTED = """页面置换算法：

1. **OPT**：淘汰最久以后才用的页
   - 缺页最少
   - 无法实现，用来比较
2. **FIFO**：淘汰最早装入的页
   - 有 Belady 异常
     - 例：引用串 1 2 3 4 1 2 5 1 2 3 4 5

     ```
     3 块：9 次缺页
     4 块：10 次缺页
     ```
3. **LRU**：淘汰最久没用的页

| 引用 | 7 | 0 | 1 | 2 | 0 | 3 |
|---|---|---|---|---|---|---|
| 块 1 | 7 | 7 | 7 | 2 | 2 | 2 |
| 块 2 |  | 0 | 0 | 0 | 0 | 0 |
| 块 3 |  |  | 1 | 1 | 1 | 3 |
| 缺页 | √ | √ | √ | √ |  | √ |"""

WRITTEN = {
    "hostile": _HOSTILE,
    "formulas": _FORMULAS,
    "cases": _CASES,
    "wide-table": _WIDE,
    "code": _CODE,
    "long-code": _LONG_CODE,
    "long": _LONG,
    "nested": _NESTED,
}
