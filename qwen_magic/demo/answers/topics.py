"""What the script knows by heart, in English."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["TOPICS", "Topic", "topic"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A pattern of questions, the thought about them, and the one answer to all."""

    asked: re.Pattern[str]
    thought: str
    text: str


def topic(asked: str, thought: str, text: str) -> Topic:
    """Return a topic; its pattern ignores case."""
    return Topic(re.compile(asked, re.IGNORECASE), thought, text.strip())


TOPICS = (
    topic(
        r"what (?:can|could) you do|\bhelp\b.{0,12}\?|your (?:abilities|capabilities)",
        "The user wants an overview.\nExamples they can paste right away help more than a list of claims.",
        """
Hello! In this offline demo you can try, cell by cell:

1. **Memory**: say `My name is Alice`, then ask `What is my name?`
2. **Reasoning**: `9.9 or 9.11, which is larger?`
3. **Writing**: `Introduce AI`, `Show me a table`, `Solve a quadratic equation`
4. **Code**: `Write a Python function for Fibonacci numbers`
5. **Tools**: offer `web_search` with `-t web_search` and ask me to find something

With an API key the same cells ask a real Qwen model.
""",
    ),
    topic(
        r"\b(?:who|what) are you\b|(?:which|what) model",
        "The user wants to know who is speaking.\nI should be plain about it.",
        """
I am the offline demo of `qwen_magic`: a script that speaks the Responses API as Qwen's servers do.

With an API key the same question reaches a real model.
""",
    ),
    topic(
        r"random forest.*\bgbdt\b|\bgbdt\b|gradient boost",
        "Both are ensembles of decision trees.\nThe difference is how the trees come together: side by side or one after another.",
        """
Random forests and **gradient boosted decision trees** (GBDT) both combine many trees:

| | Random forest | GBDT |
|---|---|---|
| Trees are built | independently, in parallel | one after another |
| Each tree learns | the target, on a bootstrap sample | the errors left by the trees before it |
| Mainly reduces | variance | bias |
| Typical trees | deep | shallow |
| Tuning | forgiving | learning rate and number of trees matter |

Start with a random forest as a robust baseline; reach for GBDT when accuracy on tabular data pays for the tuning.
""",
    ),
    topic(
        r"random forest",
        "A random forest is bagging plus random features.\nI should say how it is built and when to use it.",
        """
A **random forest** averages many decision trees:

1. Draw a bootstrap sample of the data for each tree.
2. At each split, consider only a random subset of the features.
3. Let the trees vote (classification) or average them (regression).

Because the trees err in different ways, their average varies less than any one of them. It needs little tuning and tells which features mattered; it extrapolates poorly and is slower than a single tree.
""",
    ),
    topic(
        r"(?:introduc\w*|explain|describe|what is|what's|about|define)\b.{0,24}"
        r"(?:\bAI\b|artificial intelligence)",
        "The user asks for a brief introduction.\nA definition first, then what it is made of, then a word on its limits.",
        """
**Artificial intelligence** (AI) is the study of machines that do what usually takes human intelligence.

- **Learning**: finding patterns in data instead of following fixed rules
- **Reasoning**: drawing conclusions, planning steps
- **Perception and language**: understanding images, speech and text

Today's systems are *narrow*: strong at the tasks they were trained for, and still able to be wrong with confidence. It pays to check what matters.
""",
    ),
    topic(
        r"machine learning",
        "A definition and the three usual kinds will do.",
        """
**Machine learning** fits a model to examples instead of programming its rules. There are three main kinds:

- *supervised*: examples with answers, as in predicting a price
- *unsupervised*: examples alone, as in grouping customers
- *reinforcement*: actions and rewards, as in playing a game
""",
    ),
    topic(
        r"\bjson\b",
        "JSON is a text format for data.\nOne small example says most of it.",
        """
**JSON** (JavaScript Object Notation) is a text format for structured data. It knows objects, arrays, strings, numbers, `true`, `false` and `null`:

```json
{"name": "Alice", "languages": ["en", "zh"], "active": true}
```

In Python, `json.loads` reads it and `json.dumps` writes it.
""",
    ),
    topic(
        r"\btable\b",
        "The user wants a table.\nThe inner planets are familiar and their numbers are well known.",
        """
The inner planets of the solar system:

| Planet | Diameter (km) | Distance from the Sun (million km) | Moons |
|---|---:|---:|---:|
| Mercury | 4,879 | 57.9 | 0 |
| Venus | 12,104 | 108.2 | 0 |
| Earth | 12,756 | 149.6 | 1 |
| Mars | 6,792 | 228.0 | 2 |
""",
    ),
    topic(
        r"quadratic|formula|equation|latex|integral|\bmaths?\b|derivative",
        "Completing the square gives the formula.\nAn example shows that it works.",
        r"""
The equation $ax^2 + bx + c = 0$ with $a \neq 0$ is solved by completing the square:

$$
x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}
$$

For $x^2 - 5x + 6 = 0$ the discriminant is $b^2 - 4ac = 25 - 24 = 1$, so $x_1 = 3$ and $x_2 = 2$.

The same trick of completing the square leads to a famous integral:

$$
\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}
$$
""",
    ),
    topic(
        r"fibonacci",
        "Two variables are enough; no recursion is needed.",
        """
Two variables are enough:

```python
def fibonacci(count: int) -> list[int]:
    \"\"\"Return the first Fibonacci numbers.\"\"\"
    numbers, a, b = [], 0, 1
    for _ in range(count):
        numbers.append(a)
        a, b = b, a + b
    return numbers


print(fibonacci(10))  # [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]
```

It takes `count` steps, one addition each.
""",
    ),
    topic(
        r"\b(?:code|python|function|program|script|snippet)\b",
        "A short function with an example shows how code looks.\nPrime numbers are a good one.",
        """
Here is a small example, the sieve of Eratosthenes:

```python
def primes(limit: int) -> list[int]:
    \"\"\"Return the prime numbers below a limit.\"\"\"
    is_prime = [False, False] + [True] * (limit - 2)
    for n in range(2, int(limit**0.5) + 1):
        if is_prime[n]:
            is_prime[n * n :: n] = [False] * len(is_prime[n * n :: n])
    return [n for n, prime in enumerate(is_prime) if prime]


print(primes(30))  # [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
```

It crosses out the multiples of each prime, so what is left is prime.
""",
    ),
    topic(
        r"^\s*(?:hello|hi|hey|good (?:morning|evening|day))\b",
        "A greeting; I greet back.",
        "Hello! What would you like to know?",
    ),
    topic(
        r"^\s*(?:thanks|thank you)",
        "The user is content.",
        "You are welcome!",
    ),
)
