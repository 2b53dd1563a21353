"""How fast to send below a limit that nobody tells: a rate that feels its way (pure).

It doubles until the first refusal, and then stays close to where the limit was. Refusals come
back in milliseconds, answers in seconds: what was sent a moment ago and is not refused has been
taken. So the share that was refused tells where the limit is, long before an answer comes.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = ["FIRST", "Rate", "Sent"]

FIRST = 40.0
"""Units a second at the start."""

Mode: TypeAlias = Literal["ramp", "open", "judging", "blocked"]

_LEAST = 0.2
_DOUBLING = 0.2  # seconds
_LATE = 0.03  # seconds that a sender who was held up may make up for
_UNUSED = 0.15  # seconds without sending after which nothing is learned
_MOST_PASSED = 0.05  # seconds of growth at once; for longer, something else held us up
_ROOM = 2.0  # a rate so far above what we send is not felt: something else holds us up
_FLOW, _FLOW_COUNT = 0.2, 5  # seconds, or rows, over which we look at what we send
_ENOUGH, _LONG_ENOUGH = 8, 0.1  # requests, or seconds, by which a rate is judged
_SHUT = 3  # refusals in a row by which nothing more goes for now
_MOST_UNJUDGED = 12
_SOME = 0.3  # share of refusals that tells where the limit is; below, only that it is near
_NEARLY_ALL = 0.8
_GENTLE, _CAREFUL, _HARD, _BELOW = 0.96, 0.94, 0.75, 0.98
_SOON = 2.0  # seconds
_CALM, _TRUSTED, _PROBING = 0.4, 3, 0.4
_SLOW, _FASTEST, _REGAIN = 0.012, 3.5, 3.0  # growth a second
_USUAL, _MOST_USUAL = 100.0, 1.5  # a second; where less is sent, looks beyond the limit are rarer
_SAME = 1.2  # ceilings that differ by less are one
_CARE = 20.0  # how much more careful each second makes us that the server has us wait
_FIRST_GAP, _LONGEST_GAP, _WIDER = 0.05, 5.0, 1.5  # between two looks whether it is open again


@dataclass(slots=True, eq=False)
class Sent:
    """What was sent at one time."""

    at: float
    amount: float = 1.0
    refused: bool = False


@dataclass(slots=True)
class Rate:
    """A rate in units a second; times are seconds on any clock.

    Attributes:
        per_second: The rate now.
        ceiling: Where the limit seems to be; infinite before the first refusal.
    """

    per_second: float = FIRST
    ceiling: float = math.inf
    _mode: Mode = "ramp"
    _next: float = -math.inf
    _grown: float = -math.inf  # until when growth is counted
    _cut: float = -math.inf
    _refused: float = -math.inf
    _paused: float = -math.inf
    _care: float = 1.0
    _delay: float = 0.0  # until a refusal is back
    _trust: int = 0
    _gap: float = _FIRST_GAP
    _flow: float = 0.0  # what we send a second, lately
    _probe: Sent | None = None
    _opened: float = -math.inf
    _taken: float = 0.0  # since it was opened
    _past: deque[Sent] = field(default_factory=deque)

    @classmethod
    def known(cls, ceiling: float) -> Rate:
        """Return a rate that begins where an earlier one ended."""
        return cls(_BELOW * ceiling, ceiling, "open", _trust=_TRUSTED - 1)

    def wait(self, now: float) -> float:
        """Return in how many seconds the next may be sent; 0 or less is now."""
        self._advance(now)
        if now < self._paused:
            return self._paused - now
        if self._mode == "blocked":
            return self._until_probe(now)
        if self._mode == "judging":
            since = self._since_cut()
            if len(since) >= _MOST_UNJUDGED and now < since[-1].at + self._seen:
                return since[-1].at + self._seen - now
        return self._next - now

    def sent(self, now: float, amount: float = 1.0) -> Sent:
        """Note what is sent now; return it, so that `refused` can name it."""
        self._next = max(self._next, now - _LATE) + amount / self.per_second
        flow = self._flow_at(now)
        found = Sent(now, amount)
        self._past.append(found)
        self._flow = flow + amount / self._span
        self._taken += amount
        while self._past[0].at < now - 2:
            self._past.popleft()
        if self._mode == "blocked":
            self._probe = found
        return found

    def refused(self, now: float, sent: Sent, retry_after: float | None = None) -> None:
        """Slow down: what was sent was refused."""
        sent.refused = True
        self._taken -= sent.amount
        delay = now - sent.at
        # a busy moment of ours makes it long, nothing short
        share = 0.5 if delay < self._delay else 0.1
        self._delay = self._delay + share * (delay - self._delay) if self._delay else delay
        if sent is self._probe:
            self._gap = min(_LONGEST_GAP, self._gap * _WIDER)
        if retry_after:
            self._care = 1 + _CARE * min(retry_after, 1.0)
        if (
            self._mode != "blocked"
            and sent.at >= self._cut
            and (self._mode != "judging" or retry_after)
        ):
            self._cut_back(now)
        if retry_after:
            self._paused = self._next = max(self._paused, now + retry_after)
            self._cut = self._paused if self._mode == "judging" else self._cut

    def _cut_back(self, now: float) -> None:
        """Slow down after the first refusal in a while."""
        if self._mode == "ramp":
            self._lower(now, self.per_second / 2)
        elif self.per_second > 1.1 * self.ceiling:  # the ceiling was not where we believed
            before = self.ceiling
            self.ceiling = max(before, min(self.per_second, self._accepted(now)))
            self._trust = self._trust if self.ceiling < _SAME * before else 0
            self._lower(now, max(self.per_second / 2, _BELOW * self.ceiling))
        else:
            self._trust = min(_TRUSTED, self._trust + 1)
            self.ceiling = self.per_second
            if self._care > 1:  # the next refusal costs as much as this one
                since = max(0.0, now - self._paused) / _SOON
                self.ceiling *= min(_CAREFUL, _HARD + (_CAREFUL - _HARD) * since)
            self._lower(now, min(self.ceiling, _GENTLE * self.per_second))
        self._mode = "judging"

    @property
    def _span(self) -> float:
        return max(_FLOW, _FLOW_COUNT * self._past[-1].amount / self.per_second)

    def _flow_at(self, now: float) -> float:
        if not self._past:
            return self.per_second
        return self._flow * math.exp((self._past[-1].at - now) / self._span)

    @property
    def _seen(self) -> float:
        """The seconds after which a refusal would be back."""
        return 1.3 * self._delay + 0.002

    def _since_cut(self) -> list[Sent]:
        return [sent for sent in self._past if sent.at >= self._cut]

    def _until_probe(self, now: float) -> float:
        if self._probe is None:
            return 0.0
        if self._probe.refused:
            return self._probe.at + self._gap - now
        return self._probe.at + self._seen - now + 0.001

    def _advance(self, now: float) -> None:
        """Judge, and grow with the time."""
        if self._opened == -math.inf:
            self._opened = self._grown = self._refused = now
        passed, self._grown = now - max(self._grown, self._paused), now
        passed = min(passed, max(_MOST_PASSED, 1.5 / self.per_second))
        if now < self._paused:
            return
        if self._mode == "blocked":
            probe = self._probe
            if probe is not None and not probe.refused and now > probe.at + self._seen:
                self._open(now)
        elif self._mode == "judging":
            self._judge(now)
        elif now - self._next <= _UNUSED and self.per_second < _ROOM * self._flow_at(now):
            self._grow(now, passed)

    def _grow(self, now: float, passed: float) -> None:
        if self._mode == "ramp":
            self.per_second *= 2 ** (passed / _DOUBLING)
        elif self.per_second < _BELOW * self.ceiling:
            grown = self.per_second * math.exp(_REGAIN * passed)
            self.per_second = min(_BELOW * self.ceiling, grown)
        else:
            stretch = max(1.0, (_USUAL / self.per_second) ** 0.25)
            calm = _CALM * 2**self._trust * self._care * stretch
            growth = _SLOW * 2 ** (_TRUSTED - self._trust) / math.sqrt(self._care)
            growth *= min(_MOST_USUAL, self.per_second / _USUAL)
            beyond = max(0.0, now - self._refused - calm)
            growth = min(_FASTEST, growth * 2 ** min(60.0, beyond / _PROBING / stretch))
            self.per_second *= math.exp(growth * passed)

    def _open(self, now: float) -> None:
        """Go on after a block, at what was taken a second from the last block to this one's end."""
        whole = self._taken / max(1.0, now - self._opened)
        before, self.ceiling = self.ceiling, max(_LEAST, self._accepted(now), whole)
        is_same = 1 / _SAME < self.ceiling / before < _SAME
        self._trust = min(_TRUSTED, self._trust + 1) if is_same else 1
        self.per_second = _BELOW * self.ceiling
        self._opened, self._taken = now, 0.0
        self._mode, self._refused, self._probe, self._gap = "open", now, None, _FIRST_GAP
        self._next = now

    def _judge(self, now: float) -> None:
        """Once enough was sent since the cut, see what share of it was refused."""
        known = [sent for sent in self._since_cut() if sent.at <= now - self._seen]
        long_ago = now - self._cut >= _LONG_ENOUGH + self._seen
        refused = [sent for sent in known if sent.refused]
        shut = len(known) == len(refused) >= _SHUT
        if not known or not (shut or len(known) >= _ENOUGH or long_ago):
            return
        share = len(refused) / len(known)
        if not refused:
            self._mode, self._refused = "open", now
        elif share > _NEARLY_ALL and len(refused) > 2:  # noqa: PLR2004 - not by chance
            self._mode, self._probe = "blocked", refused[-1]
        else:
            self._lower_by(now, share)

    def _lower_by(self, now: float, share: float) -> None:
        limit = self.per_second * (1 - share)
        if math.isinf(self.ceiling):
            self.ceiling = limit
        else:
            self.ceiling = max(limit, min(self.ceiling, self._accepted(now)))
        self._lower(now, _GENTLE * self.per_second if share < _SOME else limit)

    def _lower(self, now: float, per_second: float) -> None:
        self.per_second = max(_LEAST, per_second)
        self._cut = now
        self._next = max(self._next, now + 1 / self.per_second)

    def _accepted(self, now: float) -> float:
        """Return what was taken in the last second."""
        return sum(sent.amount for sent in self._past if not sent.refused and sent.at > now - 1)
