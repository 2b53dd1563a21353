"""What is said about errors, and the same in Chinese."""

from __future__ import annotations

__all__ = ["CAUSES"]

CAUSES = {
    "**{kind}.** {cause}": "**{kind}：**{cause}",
    "The ellipsis stands for what was not sent: put it back.": "省略号代表没有发送的内容，请自己补上。",
    "What the code should be, a model could tell you; my rules end here.": "代码该怎么改，要问真正的模型；我的规则只到这里。",
    "There is an error with its code; a small rule knows this kind.": "有一段报错和它的代码；这类错误有现成的规则。",
    "Line {line} raises it: “{words}”.": "是第 {line} 行引发的：“{words}”。",
    # Names.
    "There is no variable `{name}`, but there is `{near}`: probably a slip of the pen.": (
        "没有变量 `{name}`，但是有 `{near}`：大概是笔误。"
    ),
    "`{name}` was never imported in this kernel.": "这个内核里还没有导入 `{name}`。",
    "No cell that has run defines `{name}`. Run the cell that does, or define it first.": (
        "运行过的单元格都没有定义 `{name}`。请先运行定义它的单元格，或者先定义它。"
    ),
    # Keys and indexes.
    "`{name}` has no column `{key}`; its columns are {known}.": "`{name}` 没有 `{key}` 这一列，它的列是 {known}。",
    "The dict `{name}` has no key `{key}`; its keys are {known}.": "字典 `{name}` 没有键 `{key}`，它的键是 {known}。",
    "There is no key `{key}`. `.get({quoted})` returns None instead of failing.": (
        "没有键 `{key}`。用 `.get({quoted})` 会返回 None，而不会报错。"
    ),
    "`{name}` has {size} members, numbered from 0, so there is no number {index}. `-1` is the last one.": (
        "`{name}` 有 {size} 个成员，从 0 开始编号，所以没有第 {index} 号。`-1` 表示最后一个。"
    ),
    "The number in the brackets is beyond the end; the first member has the number 0.": (
        "方括号里的数字超出了末尾；第一个成员的编号是 0。"
    ),
    # Numbers and types.
    "`{divisor}` is zero in line {line}. Below, the result is then 0; that is my guess, so choose what fits.": (
        "第 {line} 行的 `{divisor}` 是零。下面的代码在这种情况下取 0；这是我的猜测，请按需要修改。"
    ),
    "A division by zero in line {line}.": "第 {line} 行除以了零。",
    "`+` joins two texts, or adds two numbers, but not a text and a number. `str` makes a text of it.": (
        "`+` 可以连接两段文本，或者把两个数相加，但不能把文本和数相加。`str` 可以把它变成文本。"
    ),
    "`{name}` is a number, and a number has no members. `range` counts up to it.": (
        "`{name}` 是一个数，数没有成员。`range` 可以从零数到它。"
    ),
    "The value is of type `{kind}`, which has no members to go through.": "这个值的类型是 `{kind}`，没有成员可以遍历。",
    "What stands before the parentheses is of type `{kind}`, no function. Was a function's name, "
    "such as `list` or `sum`, given to a variable? `del` brings it back.": (
        "括号前面的东西类型是 `{kind}`，不是函数。是不是把 `list` 或 `sum` 这样的函数名给了变量？用 `del` 可以恢复。"
    ),
    "What stands before the brackets is of type `{kind}`, which has no members.": (
        "方括号前面的东西类型是 `{kind}`，没有成员。"
    ),
    "`+` joins two lists; one more member stands in brackets of its own.": (
        "`+` 连接两个列表；要加一个成员，请把它也放进方括号。"
    ),
    "`{name}` has no parameter `{key}`, but it has `{near}`.": "`{name}` 没有参数 `{key}`，但是有 `{near}`。",
    "`{name}` has no parameter `{key}`; its parameters are {known}.": "`{name}` 没有参数 `{key}`，它的参数是 {known}。",
    "`{name}` has no parameter `{key}`; `help({name})` lists those it has.": (
        "`{name}` 没有参数 `{key}`；`help({name})` 可以列出它有哪些。"
    ),
    "`{name}` was given {given} values by their place, and takes {most}; "
    "a method counts its object, too.": (
        "`{name}` 按位置收到了 {given} 个值，却只接受 {most} 个；方法会把它的对象也算在内。"
    ),
    "`{name}` was called without {missing}.": "调用 `{name}` 时没有给出 {missing}。",
    "{text} is no number as Python writes one. Look where it comes from: a header, a unit, a comma?": (
        "{text} 不是 Python 能读的数。看看它从哪里来：表头、单位，还是逗号？"
    ),
    # Attributes, modules and files.
    "What stands before `.{name}` is None: a call before it gave nothing back.": (
        "`.{name}` 前面是 None：之前的调用没有返回任何东西。"
    ),
    "What `{kind}` holds under the name `{near}` is reached by brackets.": (
        "`{kind}` 里名为 `{near}` 的内容要用方括号来取。"
    ),
    "`{kind}` has no `{name}`: `len(…)` counts its members.": "`{kind}` 没有 `{name}`：`len(…)` 可以数它的成员。",
    "`{kind}` has no `{name}`; `dir(…)` lists what it has.": "`{kind}` 没有 `{name}`；`dir(…)` 可以列出它有什么。",
    "`{kind}` has no `{name}`, but it has `{near}`.": "`{kind}` 没有 `{name}`，但是有 `{near}`。",
    "`{module}` has no `{name}`, but it has `{near}`.": "`{module}` 没有 `{name}`，但是有 `{near}`。",
    "The package `{package}` is not installed where this kernel runs, if that is its name.": (
        "这个内核所在的环境没有安装 `{package}`（如果包名就是它）。"
    ),
    "There is no file {name} where the kernel works; `import os; os.getcwd()` tells where that is.": (
        "内核的工作目录里没有文件 {name}；`import os; os.getcwd()` 可以告诉你目录在哪里。"
    ),
    "The function calls itself and never stops: it needs a case that returns without a call.": (
        "函数不停地调用自己：需要一种不再调用就返回的情况。"
    ),
    "Nothing is wrong with the code by itself: the kernel was interrupted, or asked to leave.": (
        "代码本身没有问题：是内核被中断，或者被要求退出。"
    ),
    # Code that cannot be read.
    "Python cannot read line {line}: {words}.": "Python 读不懂第 {line} 行：{words}。",
    "A colon is missing at the end of a line that begins a block.": "开始一个代码块的那一行，末尾缺少冒号。",
    "`=` gives a value to a name; `==` compares, and a colon ends the line.": "`=` 是赋值，`==` 才是比较，行末还要有冒号。",
    "`=` gives a value to a name; to compare, Python needs `==`.": "`=` 是赋值；要比较，Python 用 `==`。",
    "`print` is a function: what it prints goes into parentheses.": "`print` 是函数：要打印的内容放在括号里。",
    "A bracket was opened and never closed.": "有一个括号打开了却没有关上。",
    "A text was begun and its quote never closed.": "有一段文本的引号没有关上。",
    "What follows a colon has to be indented.": "冒号后面的内容要缩进。",
    "Not all lines of a block are indented alike.": "同一个代码块的各行缩进不一致。",
    "The line is indented, but no block begins before it.": "这一行有缩进，但前面没有开始代码块。",
}
