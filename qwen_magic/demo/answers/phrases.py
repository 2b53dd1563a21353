# ruff: noqa: RUF001 - Chinese has its own punctuation
"""What the script says in its own words, and the same in Chinese."""

from __future__ import annotations

from qwen_magic.demo.fixes.phrases import CAUSES

__all__ = ["PHRASES"]

PHRASES = {
    # How every answer ends and begins.
    "*Offline demo: a script answered, not a model.*": "*离线演示：由脚本回答，并非模型。*",
    "\nThe instructions of this turn say: {given}": "\n这一轮的系统指令是：{given}",
    # Functions.
    "The question asks for what {names} can do, so I call it.": "这个问题正好可以用 {names} 来解决，我来调用。",
    "{names} has to be called; I take the values from what was said.": "必须调用 {names}，我从文中找出各项的值。",
    "The functions have answered; I pass on what they said.": "函数已经返回，我把结果转述给用户。",
    "{made} returned {output}.": "{made} 返回了 {output}。",
    "{made} returned:\n\n{output}": "{made} 返回了：\n\n{output}",
    "{made} returned nothing.": "{made} 没有返回内容。",
    # Built-in tools.
    "I should search for this first.": "先上网搜索一下。",
    "The search shows where to look. Now I read the page itself.": "搜索结果给出了网址，接下来读取网页内容。",
    "A small program makes sure of the numbers.": "写一小段程序，确保结果无误。",
    "I look for pictures that show it.": "找几张相关的图片。",
    "I search with the picture itself.": "直接用这张图片来搜索。",
    "The answer may stand in the files.": "答案可能就在文件中。",
    "That answers the question.": "这样就可以回答问题了。",
    "These finds are samples: the demo asks nobody.": "以上结果只是样例：演示不会真的联网查询。",
    "Alibaba Cloud official website": "阿里云官网",
    "Answer: {question}": "回答：{question}",
    "## Models\n\nThe Qwen family of large models\n\n## Products\n\nComputing, storage, databases\n\n"
    "## Solutions\n\nAI for enterprises": "## 模型\n\n通义千问系列大模型\n\n## 产品\n\n计算、存储、数据库\n\n## 解决方案\n\n企业级人工智能",
    "A provider of cloud computing and large models.": "一家提供云计算与大模型服务的公司。",
    "A cat on a window sill": "窗台上的猫",
    "A cat in the garden": "花园里的猫",
    "A similar picture": "相似的图片",
    "Another view of it": "换个角度的图片",
    "handbook.md": "员工手册.md",
    "Support answers within one working day.": "客服会在一个工作日内回应。",
    ": ": "：",
    "cloud computing and large models.": "云计算与大模型。",
    "the same for mainland China.": "面向中国大陆的云计算与大模型服务。",
    "the models' own site, with a chat.": "模型的官方网站，可直接对话。",
    "code and open weights.": "代码与开源权重。",
    "an encyclopedia for all to edit.": "人人可编辑的百科全书。",
    "the language and its documents.": "Python 语言及其文档。",
    "A search for *{query}* leads to:\n\n{listed}": "搜索“{query}”，找到：\n\n{listed}",
    "Key information on <{url}>:\n\n| Section | Content |\n|---|---|\n"
    "| Models | the Qwen family of large models |\n| Products | computing, storage, databases |\n"
    "| Solutions | AI for enterprises |": "<{url}> 的关键信息：\n\n| 栏目 | 内容 |\n|---|---|\n"
    "| 模型 | 通义千问系列大模型 |\n| 产品 | 计算、存储、数据库 |\n| 解决方案 | 企业级人工智能 |",
    "The program printed:\n\n{logs}": "程序输出：\n\n{logs}",
    "*{name}* says: {text}": "*{name}* 中写道：{text}",
    "Models": "模型",
    "Products": "产品",
    "Solutions": "解决方案",
    "sections": "个栏目",
    # MCP servers.
    "{name} of the demo": "演示服务器的 {name}",
    "The server has answered.": "服务器已经返回结果。",
    "All right, I did not call the tool.": "好的，我没有调用这个工具。",
    "The call was not approved.": "用户没有批准这次调用。",
    "`{name}` of *{server}* answered: {output}": "*{server}* 的 `{name}` 返回：{output}",
    "sunny, 21 °C": "晴，21 °C",
    "1 entry found": "找到 1 条结果",
    # Images.
    "Your message came with:\n\n{seen}\n\nA vision model would now describe what it shows.": (
        "你的消息附带了：\n\n{seen}\n\n换成视觉模型，现在就会描述图中的内容了。"
    ),
    "There is an image; I can read its header, not what it shows.": "有一张图片；我只能读出文件头，看不懂画面。",
    "an image at <{address}>": "一张图片：<{address}>",
    "an image of type {kind} that is not valid base64": "一张 {kind} 图片，但它的 base64 编码有误",
    "an image ({told} bytes)": "一张图片（{told} 字节）",
    "{width} × {height} pixels": "{width} × {height} 像素",
    # Tables and errors.
    "The table has **{height:,} rows** and **{width:,} columns**: {listed}.": (
        "这张表有 **{height:,} 行**、**{width:,} 列**：{listed}。"
    ),
    " {count} of the rows were sent.": "其中发来了 {count} 行。",
    "Means:": "各列平均值：",
    "Means of the rows that were sent:": "发来的这些行的平均值：",
    "- {name}: {mean}": "- {name}：{mean}",
    "A model would go on from here; I only count and divide.": "真正的模型会继续分析；我只会数一数、算个平均。",
    "There is a table; I can compute its size and its means.": "有一张表；我可以算出它的大小和平均值。",
    "This is a **{kind}**{where}{said}.": "这是一个 **{kind}**{where}{said}。",
    ", in line {line}": "，出在第 {line} 行",
    ", which says: “{words}”": "，内容是：“{words}”",
    "Why it happened, a model could tell you; I only find its type, line and words.": (
        "至于原因，要问真正的模型；我只会找出它的类型、行号和内容。"
    ),
    "There is an error message; I can find its parts.": "有一段报错；我可以找出它的各个部分。",
    "One word about the text is asked for.": "只需要用一两个词概括这段文字。",
    # Numbers.
    "larger": "大",
    "smaller": "小",
    "{ours} and {other}": "{ours} 和 {other}",
    "1. The question: which of {ours} and {other} is {word}?\n"
    "2. Compare the whole parts: {whole} and {whole_other}.\n"
    "3. Where they are equal, compare digit by digit: {digits}.\n"
    "4. So {ours} {sign} {other}. As version numbers the order could be another.": (
        "1. 问题：{ours} 和 {other} 哪个更{word}？\n"
        "2. 先比整数部分：{whole} 和 {whole_other}。\n"
        "3. 整数部分相同，就逐位比较小数：{digits}。\n"
        "4. 所以 {ours} {sign} {other}。如果是版本号，顺序可能不同。"
    ),
    "**{ours} is {word}.**\n\nWritten with the same number of decimals: {digits}, "
    "so ${ours} {sign} {other}$.\n\n"
    "As *version numbers* they are compared part by part, which can give another order.": (
        "**{ours} 更{word}。**\n\n写成同样的小数位数：{digits}，所以 ${ours} {sign} {other}$。\n\n"
        "如果它们是*版本号*，则要逐段比较，结果可能不同。"
    ),
    "Division by zero has no result.": "除数为零，没有结果。",
    "{summed} divides by zero.": "{summed} 的除数是零。",
    "{summed} is {result}.": "{summed} 等于 {result}。",
    "A long answer needs an outline first.": "脚本只会写一篇关于公式的长文，长度可以按要求来。",
    # The conversation.
    "Nice to meet you, {name}! I will remember your name.": "很高兴认识你，{name}！我会记住的。",
    "The user is called {name}. I keep that in mind.": "用户叫{name}，我记住了。",
    "Noted: your {thing} is **{value}**.": "记住了：你{thing}是**{value}**。",
    "Noted: you {thing} **{value}**.": "记住了：你{thing}**{value}**。",
    "The user tells something about themselves.": "用户在介绍自己的情况。",
    "You have not told me your name yet.": "你还没有告诉我你的名字。",
    "I look through the conversation: no name so far.": "翻看前面的对话：还没有提到名字。",
    "Of course. Your name is {name}!": "当然。你叫{name}！",
    "Earlier in this conversation the user said: {name}.": "用户在前面说过自己叫{name}。",
    "You have not told me your {thing} yet.": "你还没有告诉我你{thing}。",
    "You have not told me that yet.": "这一点你还没有告诉我。",
    "I look through the conversation: it is not there.": "翻看前面的对话：没有提到。",
    "Your {thing} is **{value}**.": "你{thing}是**{value}**。",
    "You {thing} **{value}**.": "你{thing}**{value}**。",
    "I look through the conversation and find it.": "翻看前面的对话，找到了。",
    "This is your first message.": "这是你的第一条消息。",
    "Nothing stands before this question.": "这个问题之前什么都没有。",
    "So far you said:\n\n{listed}": "到目前为止，你说过：\n\n{listed}",
    "I look back through the conversation.": "回顾一下前面的对话。",
    "My instructions are: *{given}*": "我的系统指令是：*{given}*",
    "This turn came without instructions.": "这一轮没有系统指令。",
    "Instructions hold for one turn only, so I look at this turn's.": "系统指令只对当前这一轮有效，所以看这一轮的。",
    # What the script does not know.
    " It is message {count} of this conversation.": "这是本次对话的第 {count} 条消息。",
    "\n\nYour instructions for this turn: *{given}*": "\n\n这一轮的系统指令：*{given}*",
    "You asked: “{quoted}”.{before}{heed}\n\n"
    "I am a script and have no answer to that. Try `What can you do?`, "
    "`9.9 or 9.11, which is larger?` or `Show me a table` here; for a real model, set "
    "`DASHSCOPE_API_KEY`, or `base_url` to a server on your computer.": (
        "你问的是：“{quoted}”。{before}{heed}\n\n"
        "我只是一个脚本，答不了这个问题。不妨试试 `你能做什么？`、`9.9 和 9.11 哪个大？` 或 "
        "`给我看一张表格`；要用真正的模型，请设置 `DASHSCOPE_API_KEY`，或者把 `base_url` 指向你电脑上的服务器。"
    ),
    "I have no answer to this by heart.\nI say what I was asked and what I can show.": (
        "这个问题我没有现成的答案。\n说明用户问了什么，以及我能演示什么。"
    ),
    **CAUSES,
}
