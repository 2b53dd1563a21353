"""What the name of a field says about its value: its role, and the words that may label it in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["labels", "role_of", "stem", "words_of"]

_ROLES = """
email: email mail e-mail 邮箱 邮件 电邮
url: url link website site homepage web 网址 链接 网站
phone: phone tel telephone mobile fax 电话 手机
age: age years 年龄 岁数
currency: currency 币种 货币
percent: percent percentage share rate discount 百分比 折扣
total: total sum due 合计 总计 总价 总额 总金额 实付
money: price cost amount paid fee salary budget value spent charge expense income rent 价格 单价 金额 价钱 花费 费用 工资 薪水 房租 价
quantity: quantity qty count number pieces units 数量 件数 个数 份数
date: date day when birthday born deadline due_date since until 日期 时间 生日 截止 何时
time: time clock hour starts 时刻 几点
zip: zip postcode postal zipcode plz 邮编
street: street road avenue 街道 路
address: address 地址 住址
country: country nation 国家
city: city town place location destination where capital 城市 地点 地方 目的地
company: company employer firm organisation organization brand manufacturer shop store vendor seller restaurant 公司 品牌 商店 店 店名 商家 厂商
person: name person who author sender from customer client buyer speaker user recipient to receiver contact guest employee student teacher patient manager owner assignee 姓名 名字 人 作者 发件人 收件人 客户 顾客 联系人 老师 学生 病人
item: item product thing object article goods purchase dish food ingredient device 商品 物品 产品 品名 东西 菜 名称 项目
task: task todo what action event description activity step 任务 事项 事件 活动 描述
title: title subject headline heading 主题 标题 题目
summary: summary gist reason explanation why rationale 理由 原因 abstract 摘要 总结 概要
text: text message comment note body quote content sentence 内容 正文 备注 评论 留言
topics: topics topic tags tag keywords keyword aspects aspect themes theme 话题 关键词 标签 方面
unit: unit 单位
version: version release 版本
order: order id code reference ref ticket invoice 订单 订单号 编号 单号
"""
_ROLE = {
    word: role.strip()
    for role, _, words in (line.partition(":") for line in _ROLES.strip().splitlines())
    for word in words.split()
}
_LABELS = {
    "sender": ["from", "发件人"],
    "from": ["sender", "发件人"],
    "recipient": ["to", "收件人"],
    "subject": ["re", "betreff", "主题"],
    "total": ["total due", "amount due", "to pay", "grand total", "合计", "总计", "总价", "实付"],
    "phone": ["tel", "mobile", "电话", "手机"],
    "email": ["e-mail", "mail", "邮箱"],
    "deadline": ["due", "due date"],
    "价格": ["单价", "价钱"],
}
_VAGUE = frozenset({"number", "value", "name", "id", "to", "from", "day", "rate", "code"})
_SPLIT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")


def words_of(name: str) -> list[str]:
    """Return the words of a field's name, in lower case."""
    return [word.lower() for word in _SPLIT.split(name) if word]


def role_of(name: str) -> str:
    """Return what a field of that name holds; empty if the name does not tell."""
    words = words_of(name)
    told = [word for word in reversed(words) if word not in _VAGUE] + words[::-1]
    for word in told:
        if role := _ROLE.get(word) or _ROLE.get(stem(word)):
            return role
    chinese = sorted((word for word in _ROLE if not word.isascii()), key=len, reverse=True)
    return next((_ROLE[word] for word in chinese if word in name), "")


def labels(name: str) -> Sequence[str]:
    """Return the words that may stand before a colon and the value of a field."""
    words = words_of(name)
    own = [" ".join(words), words[-1] if words else name]
    more = [label for word in words for label in _LABELS.get(word, ())]
    return [label for label in dict.fromkeys([*own, *more]) if label]


def stem(word: str) -> str:
    """Return a word without the ending of the plural."""
    if len(word) > len("ies") and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > len("as") and word.endswith("s") and word[-2] != "s" else word
