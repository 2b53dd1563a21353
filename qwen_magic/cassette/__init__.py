"""Cassettes: a lesson recorded once, with a key, and replayed by everyone without key or network.

    %config QwenMagics.record = "lesson.jsonl"     # the teacher, once
    %config QwenMagics.replay = "lesson.jsonl"     # the class, and CI

or, in Python, `Session(Settings(replay="lesson.jsonl"))`.

While you record, questions are answered as usual, and each exchange is added to the file as it
happens: the request's method, path and body, then the answer's status and bytes, with their times.
If the file exists, recording goes on at its end; to begin anew, delete the file. A file records one
question at a time: another kernel's question waits a moment, then is refused.

Keys and headers of a request are never written. What gives a tool access elsewhere (an MCP server's
headers, the query of its address) is left out, even if an answer repeats it. Questions, answers and
what functions returned are written as they are.

The rows of a table are recorded, too: each exchange once it is whole, and none that is on the
cassette already. `rows` says more.

A replay needs no network and no key. Answers come in the recorded rhythm, or faster
(`replay_speed`; at once if nobody watches). A question is found by its whole request, including the
model, tools and instructions; `matching` says what may differ. If it was never recorded, a
`CassetteError` shows the nearest question that was. Recorded errors are replayed, too. Replayed
turns have chains of their own.

`tape` describes the file, which is text: one JSON object a line.
"""
