"""A long answer: Markdown with formulas, of any length that a test asks for."""

from __future__ import annotations

import re
from itertools import count

from qwen_magic.demo.answers import essay_chinese

__all__ = ["asked_length", "essay"]

USUAL = 8_000
MOST = 4_000_000
_ASKED = re.compile(
    r"\blong (?:answer|text|story|essay|report|document|article|explanation)|\bwrite a long\b|长文|长篇"
    r"|很?长的(?:回答|文章|故事|报告|说明|解释)|写得?长一?点|\b\d+ ?[km]b\b|(?<!\d)\d{3,9} *字",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(\d+) ?([km])b\b", re.IGNORECASE)
_CHARACTERS = re.compile(r"(?<!\d)(\d{3,9}) *字")

TITLE = "# A short tour of useful formulas"
SECTIONS = (
    r"""Sums of powers

The sum of the first $n$ whole numbers is the oldest formula most of us remember. Write the numbers once forwards and once backwards: every column adds up to $n + 1$, and there are $n$ columns. So twice the sum is $n(n+1)$, and

$$
\sum_{k=1}^{n} k = \frac{n(n+1)}{2}, \qquad \sum_{k=1}^{n} k^2 = \frac{n(n+1)(2n+1)}{6}.
$$

The second formula follows by induction. For $n = 100$ the sums are **5,050** and **338,350**.""",
    r"""The geometric series

Multiply $s = 1 + q + q^2 + \dots + q^n$ by $q$ and subtract: almost everything cancels. For $q \neq 1$ this leaves

$$
\sum_{k=0}^{n} q^k = \frac{1 - q^{n+1}}{1 - q},
$$

and when $|q| < 1$ the power $q^{n+1}$ fades away, so the endless sum is $\frac{1}{1-q}$. With $q = \frac{1}{2}$ it is $2$. Loans, decaying signals and the average waiting time for a lucky throw are all geometric series in disguise.""",
    r"""Euler's number

Put one unit of money into a bank that pays 100 % a year. Paid once, it becomes $2$; paid monthly, about $2.613$; paid at every instant, it becomes

$$
e = \lim_{n \to \infty} \left(1 + \frac{1}{n}\right)^n = \sum_{k=0}^{\infty} \frac{1}{k!} \approx 2.71828.
$$

The function $e^x$ is its own derivative. That is why it turns up wherever something grows or shrinks in proportion to what is there: populations, radioactive atoms, the heat in a cup of tea.""",
    r"""Derivatives

A derivative is a slope, taken over a shorter and shorter step:

$$
f'(x) = \lim_{h \to 0} \frac{f(x+h) - f(x)}{h}.
$$

Three rules do most of the work:

| Rule | Function | Derivative |
|---|---|---|
| Power | $x^n$ | $n x^{n-1}$ |
| Product | $uv$ | $u'v + uv'$ |
| Chain | $f(g(x))$ | $f'(g(x))\, g'(x)$ |

With them, $\frac{d}{dx} e^{-x^2} = -2x\, e^{-x^2}$ takes one line.""",
    r"""Integrals

An integral adds up what a function does over an interval. The fundamental theorem says that adding up undoes taking slopes:

$$
\int_a^b f'(x)\,dx = f(b) - f(a).
$$

A computer cannot take the limit, but it can come close:

```python
def integral(f, a, b, steps=1000):
    h = (b - a) / steps
    return h * sum(f(a + (i + 0.5) * h) for i in range(steps))
```

The error of this midpoint rule shrinks like $h^2$: halve the step, and it is a quarter.""",
    r"""Taylor's idea

Near a point, a smooth function looks like a polynomial. Its coefficients are the derivatives there:

$$
f(x) \approx \sum_{k=0}^{n} \frac{f^{(k)}(a)}{k!}\,(x - a)^k.
$$

For the sine at $a = 0$ this gives $\sin x \approx x - \frac{x^3}{6} + \frac{x^5}{120}$. At $x = 0.5$ the three terms are already right to five digits. *Few ideas in numerical work pay as well as this one.*""",
    r"""Newton's method

To solve $f(x) = 0$, replace the curve by its tangent and solve that instead. Then do it again:

$$
x_{n+1} = x_n - \frac{f(x_n)}{f'(x_n)}.
$$

For $f(x) = x^2 - 2$ and $x_0 = 1$ the steps are $1.5$, $1.41667$ and $1.414216$. Each step about doubles the number of correct digits, as long as the start is close and the slope is not zero.

1. Choose a start.
2. Follow the tangent to the axis.
3. Stop when the step is small.""",
    r"""Complex numbers

With $i^2 = -1$ every polynomial has a root. The exponential and the circle turn out to be the same thing seen from two sides:

$$
e^{i\varphi} = \cos\varphi + i \sin\varphi, \qquad e^{i\pi} + 1 = 0.
$$

Multiplying by $e^{i\varphi}$ turns the plane by the angle $\varphi$. Engineers describe alternating currents this way, and physicists write waves as $e^{i(kx - \omega t)}$.""",
    r"""Matrices

A matrix is a linear map written down. In two dimensions,

$$
\begin{pmatrix} a & b \\ c & d \end{pmatrix}^{-1} = \frac{1}{ad - bc} \begin{pmatrix} d & -b \\ -c & a \end{pmatrix},
$$

if $ad - bc \neq 0$. That number, the determinant, says by how much areas grow. A vector that keeps its direction, $Av = \lambda v$, is an *eigenvector*; finding the largest $\lambda$ is what ranks web pages and finds the main direction in a cloud of data.""",
    r"""Probability

If $A$ has been seen, how likely is $B$? Bayes' theorem turns the question around:

$$
P(B \mid A) = \frac{P(A \mid B)\,P(B)}{P(A)}.
$$

A test that finds 99 % of the ill and alarms 5 % of the healthy, for an illness of one person in a thousand, is right about an alarm only in $\frac{0.00099}{0.05094} \approx 2\,\%$ of the cases. The rare cause stays rare, however good the test.""",
    r"""The bell curve

Add up many small independent influences and their sum is close to normal, whatever each looks like. Its density is

$$
\varphi(x) = \frac{1}{\sqrt{2\pi}}\, e^{-x^2/2}, \qquad \int_{-\infty}^{\infty} \varphi(x)\,dx = 1.
$$

About 68 % lies within one standard deviation of the mean, 95 % within two, 99.7 % within three. The mean of $n$ measurements varies by $\sigma/\sqrt{n}$: for twice the precision, measure four times as often.""",
    r"""Fourier's waves

Every periodic signal is a sum of sines and cosines. For a function with period $2\pi$,

$$
f(x) = \frac{a_0}{2} + \sum_{k=1}^{\infty} \left( a_k \cos kx + b_k \sin kx \right).
$$

A square wave needs only the odd sines, with $b_k = \frac{4}{\pi k}$. The *fast Fourier transform* finds all coefficients of $n$ samples in about $n \log n$ steps; sound, images and phone calls are compressed with its relatives.""",
)


def asked_length(question: str) -> int:
    """Return the number of characters a question asks for, 0 if it does not ask for many."""
    if not _ASKED.search(question):
        return 0
    if written := _CHARACTERS.search(question):
        return min(int(written[1]), MOST)
    size = _SIZE.search(question)
    scale = {"k": 1_000, "m": 1_000_000}
    return min(int(size[1]) * scale[size[2].lower()], MOST) if size else USUAL


def essay(length: int, *, chinese: bool = False) -> str:
    """Return an essay of at least this many characters, and at most a section more."""
    kept = [essay_chinese.TITLE if chinese else TITLE]
    sections = essay_chinese.SECTIONS if chinese else SECTIONS
    written = len(kept[0])
    for number in count(1):
        if written >= length:
            break
        kept.append(f"## {number}. {sections[(number - 1) % len(sections)]}")
        written += len(kept[-1]) + 2
    return "\n\n".join(kept)
